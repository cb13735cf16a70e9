package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.guildhall.Http.Reply;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;

/** Extensions at the same moment, at the instant at which the grant ends, and beside its revocation. */
class GrantTermsRaceTest {

    private final PlanFixture floor = new PlanFixture();
    private final String organization = floor.organization();

    private String trial(Instant end) {
        return Objects.requireNonNull(
                floor.grant(organization, floor.product(floor.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + end + "\"").expect(201).at("/id"));
    }

    private Reply extend(String grant, String... headers) {
        return floor.post("/grants/" + grant + "/extend", "{\"duration\": \"P1M\"}", headers);
    }

    @Test
    void extensionsAtOnce_addUpFromTheBeginningOfTheTerm() throws Exception {
        var end = Instant.parse("2032-01-31T10:00:00Z");
        var grant = trial(end);
        var replies = Race.run(8, thread -> extend(grant));
        assertEquals(List.of("200"), replies.stream().map(Reply::outcome).distinct().toList());
        assertEquals(end.atZone(ZoneOffset.UTC).plusMonths(8).toInstant(), Instant.parse(Objects.requireNonNull(floor.get("/grants/" + grant).at("/ends_at"))));
        assertEquals("P8M", floor.get("/grants/" + grant).at("/term"));
        assertEquals(1, floor.get("/transitions?state=scheduled&grant_id=" + grant).json().get("data").size());
        assertOneStory();
    }

    @Test
    void extensionsAtOnceOfOneVersion_happenOnce() throws Exception {
        var grant = trial(Instant.now().plus(9, ChronoUnit.DAYS));
        var seen = Objects.requireNonNull(floor.get("/grants/" + grant).header("ETag"));
        var outcomes = Race.run(8, thread -> extend(grant, "If-Match", seen).outcome());
        assertEquals(1, outcomes.stream().filter("200"::equals).count(), outcomes::toString);
        assertEquals(7, outcomes.stream().filter("412 precondition_failed"::equals).count(), outcomes::toString);
    }

    @Test
    void extensionAtTheEnd_comesInTimeOrIsRefused() throws Exception {
        for (int round = 0; round < 6; round++) {
            var end = Instant.now().plusMillis(300).truncatedTo(ChronoUnit.MILLIS);
            var grant = trial(end);
            var replies = Race.run(8, thread -> {
                LockSupport.parkNanos(end.minusMillis(8).plusMillis(thread * 2L).toEpochMilli() * 1_000_000 - Instant.now().toEpochMilli() * 1_000_000);
                return extend(grant);
            });
            long extended = replies.stream().filter(reply -> reply.outcome().equals("200")).count();
            assertEquals(8 - extended, replies.stream().filter(reply -> reply.outcome().equals("409 invalid_state")).count(), replies::toString);
            assertEquals(extended > 0 ? "Standard trial" : "Public default", floor.plans(organization));
            assertEquals(extended > 0 ? "active" : "ended", floor.get("/grants/" + grant).at("/state"));
            if (extended > 0) {
                floor.revoke(grant).expect(200);
            }
            assertOneStory();
        }
    }

    @Test
    void extensionBesideARevocation_isRefusedOrRevoked() throws Exception {
        for (int round = 0; round < 6; round++) {
            var grant = trial(Instant.now().plus(9, ChronoUnit.DAYS));
            var outcomes = Race.run(4, thread -> (thread % 2 == 0 ? extend(grant) : floor.revoke(grant)).outcome());
            assertEquals(1, List.of(outcomes.get(1), outcomes.get(3)).stream().filter("200"::equals).count(), outcomes::toString);
            assertTrue(List.of("200", "409 invalid_state").containsAll(outcomes), outcomes::toString);
            assertEquals("revoked", floor.get("/grants/" + grant).at("/state"));
            assertEquals("Public default", floor.plans(organization));
            assertEquals(0, floor.get("/transitions?state=scheduled&grant_id=" + grant).json().get("data").size());
            assertOneStory();
        }
    }

    /** That plans follow on each other without gap and overlap from the first one on. */
    private void assertOneStory() throws SQLException {
        floor.move(organization, "upgrade", floor.flexible);
        assertEquals(List.of(), floor.tenant.found("""
                select a.id::text || ' is followed by ' || coalesce(b.id::text, 'nothing')
                from (
                    select id, pool_id, ends_at, lead(starts_at) over (partition by pool_id, ladder_id order by starts_at) as next
                    from runtime.provisions where tenant_id = ? and ladder_id is not null
                ) a
                left join runtime.provisions b on b.pool_id = a.pool_id and b.starts_at = a.next
                where a.ends_at is distinct from a.next and not (a.next is null and (a.ends_at is null or a.ends_at > now()))""", floor.tenant.id()));
        floor.move(organization, "downgrade", floor.publicTier);
    }
}
