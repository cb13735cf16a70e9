package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.guildhall.runtime.usage.UsageFixture;
import org.junit.jupiter.api.Test;

/** A due change is a new version from its instant on, also before the job writes it; reads show all due changes. */
class DueVersionsTest {

    private static final Duration PASSED = Duration.ofHours(2);

    private final PlanFixture plans = new PlanFixture(TestServer.withoutScheduler());
    private final Instant dueAt = Instant.now().plus(PASSED.dividedBy(2)).truncatedTo(ChronoUnit.MILLIS);

    private Reply pool(String organization) {
        return plans.get("/organizations/" + organization + "/pool").expect(200);
    }

    private Reply entitlements(String organization) {
        return plans.get("/organizations/" + organization + "/entitlements").expect(200);
    }

    private static long version(Reply reply) {
        var tag = Objects.requireNonNull(reply.header("ETag"));
        return Long.parseLong(tag.substring(1, tag.indexOf('-')));
    }

    private static String tag(Reply reply) {
        return Objects.requireNonNull(reply.header("ETag"));
    }

    @Test
    void ifMatch_fromBeforeDueInstant_isStale() {
        var organization = plans.organization();
        plans.move(organization, "upgrade", plans.standard, ", \"effective_at\": \"" + dueAt + "\"").expect(201);
        var before = pool(organization);
        assertEquals(tag(before).split("-")[0], tag(entitlements(organization)).split("-")[0]);
        plans.later(PASSED);
        var after = pool(organization);
        assertEquals("Standard manual", plans.plans(organization));
        assertEquals(version(before) + 1, version(after));
        assertEquals(version(after), version(entitlements(organization)));
        assertEquals("412 precondition_failed", plans.move(organization, "upgrade", plans.flexible, "", "If-Match", tag(before)).outcome());
        // After the job has written it, version and body are unchanged.
        plans.settle();
        assertEquals(tag(after), tag(pool(organization)));
        assertEquals(after.text(), pool(organization).text());
        assertEquals("412 precondition_failed", plans.move(organization, "upgrade", plans.flexible, "", "If-Match", tag(before)).outcome());
        plans.move(organization, "upgrade", plans.flexible, "", "If-Match", tag(after)).expect(201);
    }

    @Test
    void twoDueInstants_areTwoVersions() {
        var together = plans.organization();
        var apart = plans.organization();
        long started = version(pool(together));
        for (var organization : List.of(together, apart)) {
            plans.move(organization, "upgrade", plans.standard, ", \"effective_at\": \"" + dueAt + "\"").expect(201);
            plans.move(organization, "upgrade", plans.flexible, ", \"effective_at\": \"" + dueAt.plus(PASSED).minusSeconds(60) + "\"").expect(201);
        }
        plans.later(PASSED);
        assertEquals(started + 3, version(pool(together)));
        // The job writes one organization between the two reads.
        plans.move(apart, "upgrade", plans.flexible, "", "If-Match", tag(pool(together)).replaceAll("-.*", "-0\"")).expect(201);
        plans.later(PASSED);
        assertEquals(started + 4, version(pool(together)));
        assertEquals(started + 5, version(pool(apart)));
        var seen = List.of(tag(pool(together)), tag(pool(apart)));
        plans.settle();
        assertEquals(seen, List.of(tag(pool(together)), tag(pool(apart))));
    }

    @Test
    void addonGrant_ended_isANewVersion() {
        var organization = plans.organization();
        plans.grant(organization, plans.published("Locker"), ", \"ends_at\": \"" + dueAt + "\"").expect(201);
        var before = entitlements(organization);
        plans.later(PASSED);
        var after = entitlements(organization);
        assertEquals(version(before) + 1, version(after));
        assertNotEquals(tag(before), tag(after));
        plans.settle();
        assertEquals(tag(after), tag(entitlements(organization)));
        assertEquals(version(after), version(pool(organization)));
    }

    @Test
    void lists_120DueTransitions_shownAsApplied() {
        var organizations = new HashSet<String>();
        for (int count = 0; count < 120; count++) {
            var organization = plans.organization();
            organizations.add(organization);
            plans.grant(organization, plans.product(plans.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + dueAt + "\"").expect(201);
        }
        plans.later(PASSED);
        var held = plans.get("/provisions?state=active&limit=200").expect(200).json().get("data");
        assertEquals(120, held.size());
        held.forEach(provision -> assertEquals(plans.publicTier, provision.get("tier_id").asText()));
        assertEquals(organizations, new HashSet<>(held.findValuesAsText("organization_id")));
        assertEquals(0, plans.get("/transitions?state=scheduled&limit=200").expect(200).json().get("data").size());
        assertEquals(120, plans.get("/grants?state=ended&limit=200").expect(200).json().get("data").size());
    }

    @Test
    void lists_tooManyDueTransitions_unavailable() throws SQLException {
        var organization = plans.organization();
        plans.tenant.sql("""
                insert into runtime.transitions
                  (tenant_id, organization_id, pool_id, ladder_id, kind, from_tier_id, cause, actor_type, state, effective_at, created_at)
                select tenant_id, organization_id, id, ?, 'end', ?, 'manual', 'operator', 'scheduled', now() - n * interval '1 second', now() - interval '1 day'
                from runtime.pools cross join generate_series(1, 1001) n where organization_id = ?""",
                UsageFixture.uuid(plans.ladder), UsageFixture.uuid(plans.publicTier), UsageFixture.uuid(organization));
        var refused = plans.get("/transitions");
        assertEquals("503 unavailable", refused.outcome());
        assertEquals("5", refused.header("Retry-After"));
        plans.get("/transitions?organization_id=" + organization).expect(200);
        plans.settle();
        plans.get("/transitions").expect(200);
    }
}
