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

/** Extensions in parallel, at the instant the grant ends, and in parallel with its revocation. */
class GrantTermsRaceTest {

    private final PlanFixture plans = new PlanFixture();
    private final String organization = plans.organization();

    private String trial(Instant end) {
        return Objects.requireNonNull(
                plans.grant(organization, plans.product(plans.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + end + "\"").expect(201).at("/id"));
    }

    private Reply extend(String grant, String... headers) {
        return plans.post("/grants/" + grant + "/extend", "{\"duration\": \"P1M\"}", headers);
    }

    @Test
    void parallelExtensions_addUpFromTermStart() throws Exception {
        var end = Instant.parse("2032-01-31T10:00:00Z");
        var grant = trial(end);
        var replies = Race.run(8, thread -> extend(grant));
        assertEquals(List.of("200"), replies.stream().map(Reply::outcome).distinct().toList());
        assertEquals(end.atZone(ZoneOffset.UTC).plusMonths(8).toInstant(), Instant.parse(Objects.requireNonNull(plans.get("/grants/" + grant).at("/ends_at"))));
        assertEquals("P8M", plans.get("/grants/" + grant).at("/term"));
        assertEquals(1, plans.get("/transitions?state=scheduled&grant_id=" + grant).json().get("data").size());
        assertOneHistory();
    }

    @Test
    void parallelExtensions_sameVersion_oneApplied() throws Exception {
        var grant = trial(Instant.now().plus(9, ChronoUnit.DAYS));
        var seen = Objects.requireNonNull(plans.get("/grants/" + grant).header("ETag"));
        var outcomes = Race.run(8, thread -> extend(grant, "If-Match", seen).outcome());
        assertEquals(1, outcomes.stream().filter("200"::equals).count(), outcomes::toString);
        assertEquals(7, outcomes.stream().filter("412 precondition_failed"::equals).count(), outcomes::toString);
    }

    @Test
    void extensionAtGrantEnd_appliedOrRefused() throws Exception {
        for (int round = 0; round < 6; round++) {
            var end = Instant.now().plusMillis(300).truncatedTo(ChronoUnit.MILLIS);
            var grant = trial(end);
            var replies = Race.run(8, thread -> {
                LockSupport.parkNanos(end.minusMillis(8).plusMillis(thread * 2L).toEpochMilli() * 1_000_000 - Instant.now().toEpochMilli() * 1_000_000);
                return extend(grant);
            });
            long extended = replies.stream().filter(reply -> reply.outcome().equals("200")).count();
            assertEquals(8 - extended, replies.stream().filter(reply -> reply.outcome().equals("409 invalid_state")).count(), replies::toString);
            assertEquals(extended > 0 ? "Standard trial" : "Public default", plans.plans(organization));
            assertEquals(extended > 0 ? "active" : "ended", plans.get("/grants/" + grant).at("/state"));
            if (extended > 0) {
                plans.revoke(grant).expect(200);
            }
            assertOneHistory();
        }
    }

    @Test
    void extensionAndRevocation_parallel_refusedOrRevoked() throws Exception {
        for (int round = 0; round < 6; round++) {
            var grant = trial(Instant.now().plus(9, ChronoUnit.DAYS));
            var outcomes = Race.run(4, thread -> (thread % 2 == 0 ? extend(grant) : plans.revoke(grant)).outcome());
            assertEquals(1, List.of(outcomes.get(1), outcomes.get(3)).stream().filter("200"::equals).count(), outcomes::toString);
            assertTrue(List.of("200", "409 invalid_state").containsAll(outcomes), outcomes::toString);
            assertEquals("revoked", plans.get("/grants/" + grant).at("/state"));
            assertEquals("Public default", plans.plans(organization));
            assertEquals(0, plans.get("/transitions?state=scheduled&grant_id=" + grant).json().get("data").size());
            assertOneHistory();
        }
    }

    /** Asserts that plans follow each other without gap or overlap. */
    private void assertOneHistory() throws SQLException {
        plans.move(organization, "upgrade", plans.flexible);
        assertEquals(List.of(), plans.tenant.found("""
                select a.id::text || ' is followed by ' || coalesce(b.id::text, 'nothing')
                from (
                    select id, pool_id, ends_at, lead(starts_at) over (partition by pool_id, ladder_id order by starts_at) as next
                    from runtime.provisions where tenant_id = ? and ladder_id is not null
                ) a
                left join runtime.provisions b on b.pool_id = a.pool_id and b.starts_at = a.next
                where a.ends_at is distinct from a.next and not (a.next is null and (a.ends_at is null or a.ends_at > now()))""", plans.tenant.id()));
        plans.move(organization, "downgrade", plans.publicTier);
    }
}
