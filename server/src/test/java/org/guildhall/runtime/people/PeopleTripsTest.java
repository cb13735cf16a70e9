package org.guildhall.runtime.people;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The database round trips of requests on persons and organizations, counted on the wire. */
class PeopleTripsTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private final PeopleFixture people = new PeopleFixture();
    private final Http http = people.http.on(COUNTED.node());

    private long trips(String method, Supplier<String> path, @Nullable String body) {
        return COUNTED.trips(() -> http.send(method, PeopleFixture.BASE + path.get(), body));
    }

    private long keyed(String path, String body) {
        return COUNTED.trips(() -> http.post(PeopleFixture.BASE + path, body, "Idempotency-Key", UUID.randomUUID().toString()));
    }

    @Test
    void person_created_takesTwoRoundTrips() {
        assertEquals(2, trips("POST", () -> "/persons", "{\"name\": \"A\"}"),
                "the person, their organization and its pool, with what the type gives; the default grants with the commit");
        assertEquals(3, keyed("/persons", "{\"name\": \"A\"}"), "with a key");
        assertEquals(2, COUNTED.trips(() -> http.post(PeopleFixture.BASE + "/persons",
                "{\"name\": \"A\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"" + UUID.randomUUID() + "\"}]}")), "with an identity");
    }

    private String make(String path, String body) {
        return String.valueOf(people.http.post("/api/v1/catalog" + path, body).expect(201).at("/id"));
    }

    private String published(String name) {
        var product = make("/products", "{\"name\": \"" + name + "\"}");
        people.http.post("/api/v1/catalog/products/" + product + "/publish", null).expect(200);
        return product;
    }

    @Test
    void person_createdWithDefaultGrants_takesTwoRoundTrips() {
        var policy = "{\"org_type_id\": \"%s\", \"path\": \"%s\", \"product_id\": \"%s\"%s}";
        make("/default-grant-policies", policy.formatted(people.personal, "off_ladder", published("Extra"), ""));
        var ladder = make("/plan-ladders", "{\"name\": \"L\"}");
        var plan = published("Plan");
        var tier = make("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"T\", \"product_id\": \"" + plan + "\"}");
        make("/default-grant-policies", policy.formatted(people.personal, "on_ladder", plan, ", \"tier_id\": \"" + tier + "\""));
        assertEquals(2, trips("POST", () -> "/persons", "{\"name\": \"A\"}"));
        assertEquals(3, keyed("/persons", "{\"name\": \"A\"}"), "with a key");
    }

    @Test
    void rows_changed_takeTwoRoundTrips() {
        var person = people.person("P");
        var count = new AtomicInteger();
        assertEquals(2, COUNTED.trips(() -> http.patch(PeopleFixture.BASE + "/persons/" + person, "{\"name\": \"P" + count.incrementAndGet() + "\"}")),
                "the locked person; the change with the commit");
        var organization = people.organization("O");
        assertEquals(2, COUNTED.trips(() -> http.patch(
                PeopleFixture.BASE + "/organizations/" + organization, "{\"name\": \"O" + count.incrementAndGet() + "\"}")));
        var workspace = people.make("/organizations/" + organization + "/workspaces", "{\"name\": \"W\"}");
        assertEquals(2, COUNTED.trips(() -> http.patch(
                PeopleFixture.BASE + "/workspaces/" + workspace, "{\"name\": \"W" + count.incrementAndGet() + "\"}")));
        var household = people.make("/households", "{\"name\": \"H\"}");
        assertEquals(2, COUNTED.trips(() -> http.patch(
                PeopleFixture.BASE + "/households/" + household, "{\"name\": \"H" + count.incrementAndGet() + "\"}")));
    }

    @Test
    void memberships_changed_takeTwoRoundTrips() {
        var organization = people.organization("O", people.person("Owner"));
        assertEquals(2, COUNTED.trips(() -> {
            var body = "{\"person_id\": \"%s\", \"role\": \"member\"}".formatted(people.person("P"));
            return http.post(PeopleFixture.BASE + "/organizations/" + organization + "/memberships", body);
        }));
        var member = String.valueOf(people.member(organization, people.person("P"), "member").expect(201).at("/id"));
        var roles = new AtomicInteger();
        assertEquals(2, COUNTED.trips(() -> http.patch(
                PeopleFixture.BASE + "/memberships/" + member, "{\"role\": \"" + (roles.incrementAndGet() % 2 == 0 ? "member" : "admin") + "\"}")));
        assertEquals(2, trips("POST", () ->
                "/memberships/" + people.member(organization, people.person("P"), "member").expect(201).at("/id") + "/end", null));
    }

    @Test
    void invitations_changed_takeTwoRoundTrips() {
        var organization = people.organization("O", people.person("Owner"));
        var invitations = "/organizations/" + organization + "/invitations";
        Supplier<String> body = () -> "{\"email\": \"" + UUID.randomUUID() + "@a.example\", \"role\": \"member\"}";
        assertEquals(2, COUNTED.trips(() -> http.post(PeopleFixture.BASE + invitations, body.get())));
        assertEquals(2, trips("POST", () -> "/invitations/" + people.make(invitations, body.get()) + "/revoke", null));
        assertEquals(3, COUNTED.trips(() -> {
            var token = people.post(invitations, body.get()).expect(201).at("/token");
            var acceptance = "{\"token\": \"%s\", \"person_id\": \"%s\"}".formatted(token, people.person("P"));
            return http.post(PeopleFixture.BASE + "/invitations/accept", acceptance);
        }), "the invitation of the token; the locks; the changes with the commit");
    }

    @Test
    void householdMember_created_takesTwoRoundTrips() {
        assertEquals(2, COUNTED.trips(() -> {
            var household = people.make("/households", "{\"name\": \"H\"}");
            var body = "{\"person_id\": \"%s\", \"role\": \"adult\"}".formatted(people.person("P"));
            return http.post(PeopleFixture.BASE + "/households/" + household + "/members", body);
        }));
    }

    @Test
    void organization_created_takesTwoTrips_readTakesOne() {
        var body = "{\"name\": \"A\", \"org_type_id\": \"" + people.personal + "\"}";
        assertEquals(2, COUNTED.trips(() -> http.post(PeopleFixture.BASE + "/organizations", body)));
        assertEquals(1, COUNTED.trips(() -> http.get(PeopleFixture.BASE + "/organizations?limit=2")));
        var person = people.person("P");
        assertEquals(1, COUNTED.trips(() -> http.get(PeopleFixture.BASE + "/persons/" + person)));
        assertEquals(1, COUNTED.trips(() -> http.get(PeopleFixture.BASE + "/memberships?person_id=" + person + "&at=2026-01-01T00:00:00Z")));
    }
}
