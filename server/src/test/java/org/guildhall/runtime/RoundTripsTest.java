package org.guildhall.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.guildhall.Guild;
import org.guildhall.Http;
import org.guildhall.core.data.PgProxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How often a request about people waits for the database, counted on the wire. */
class RoundTripsTest {

    private static final int ROUNDS = 15;

    private static PgProxy proxy;
    private static Guild node;

    private final Lobby lobby = new Lobby();
    private final Http http = lobby.http.on(node);

    @BeforeAll
    static void aNodeBehindTheProxy() throws IOException {
        proxy = new PgProxy(Guild.shared().settings().database());
        node = Guild.shared().node(settings -> Guild.reached(settings, proxy.through()));
    }

    @AfterAll
    static void gone() throws IOException {
        node.close();
        proxy.close();
    }

    /** Of one request, in the middle of many: what the node does besides only ever adds to a few of them. */
    private long trips(int status, IntFunction<Http.Reply> request) {
        var counts = new long[ROUNDS];
        for (int round = -8; round < ROUNDS; round++) {
            long before = proxy.trips();
            request.apply(round + 8).expect(status);
            if (round >= 0) {
                counts[round] = proxy.trips() - before;
            }
        }
        Arrays.sort(counts);
        return counts[ROUNDS / 2];
    }

    @Test
    void aPersonWithAllThatBelongsToThemIsMadeInFive() {
        assertEquals(5, trips(201, round -> http.post(Lobby.BASE + "/persons", "{\"name\": \"A\"}")),
                "the person, their organization, its pool, what the type gives, the commit");
        assertEquals(5, trips(201, round -> http.post(Lobby.BASE + "/persons",
                "{\"name\": \"A\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"" + round + "\"}]}")), "with an identity");
    }

    @Test
    void anOrganizationIsMadeInFourAndReadInOne() {
        var body = "{\"name\": \"A\", \"org_type_id\": \"" + lobby.personal + "\"}";
        assertEquals(4, trips(201, round -> http.post(Lobby.BASE + "/organizations", body)));
        assertEquals(1, trips(200, round -> http.get(Lobby.BASE + "/organizations?limit=2")));
        var person = lobby.person("P");
        assertEquals(1, trips(200, round -> http.get(Lobby.BASE + "/persons/" + person)));
        assertEquals(1, trips(200, round -> http.get(Lobby.BASE + "/memberships?person_id=" + person + "&at=2026-01-01T00:00:00Z")));
    }
}
