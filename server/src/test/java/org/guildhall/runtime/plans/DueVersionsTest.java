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

/** What has come due is another version from its instant on, whether or not it is written down; and all of it is shown rightly. */
class DueVersionsTest {

    private static final Duration PASSED = Duration.ofHours(2);

    private final PlanFixture floor = new PlanFixture(TestServer.still());
    private final Instant hence = Instant.now().plus(PASSED.dividedBy(2)).truncatedTo(ChronoUnit.MILLIS);

    private Reply pool(String organization) {
        return floor.get("/organizations/" + organization + "/pool").expect(200);
    }

    private Reply entitlements(String organization) {
        return floor.get("/organizations/" + organization + "/entitlements").expect(200);
    }

    private static long version(Reply reply) {
        var tag = Objects.requireNonNull(reply.header("ETag"));
        return Long.parseLong(tag.substring(1, tag.indexOf('-')));
    }

    private static String tag(Reply reply) {
        return Objects.requireNonNull(reply.header("ETag"));
    }

    @Test
    void ifMatch_ofBeforeADueInstant_isStaleAfterIt() {
        var organization = floor.organization();
        floor.move(organization, "upgrade", floor.standard, ", \"effective_at\": \"" + hence + "\"").expect(201);
        var before = pool(organization);
        assertEquals(tag(before).split("-")[0], tag(entitlements(organization)).split("-")[0]);
        floor.later(PASSED);
        var after = pool(organization);
        assertEquals("Standard manual", floor.plans(organization));
        assertEquals(version(before) + 1, version(after));
        assertEquals(version(after), version(entitlements(organization)));
        assertEquals("412 precondition_failed", floor.move(organization, "upgrade", floor.flexible, "", "If-Match", tag(before)).outcome());
        // Once it is written down nothing of it is otherwise, neither version nor body.
        floor.settle();
        assertEquals(tag(after), tag(pool(organization)));
        assertEquals(after.text(), pool(organization).text());
        assertEquals("412 precondition_failed", floor.move(organization, "upgrade", floor.flexible, "", "If-Match", tag(before)).outcome());
        floor.move(organization, "upgrade", floor.flexible, "", "If-Match", tag(after)).expect(201);
    }

    @Test
    void twoDueInstants_areTwoVersions_writtenTogetherOrNot() {
        var together = floor.organization();
        var apart = floor.organization();
        long started = version(pool(together));
        for (var organization : List.of(together, apart)) {
            floor.move(organization, "upgrade", floor.standard, ", \"effective_at\": \"" + hence + "\"").expect(201);
            floor.move(organization, "upgrade", floor.flexible, ", \"effective_at\": \"" + hence.plus(PASSED).minusSeconds(60) + "\"").expect(201);
        }
        floor.later(PASSED);
        assertEquals(started + 3, version(pool(together)));
        // Written down between the two for one of them.
        floor.move(apart, "upgrade", floor.flexible, "", "If-Match", tag(pool(together)).replaceAll("-.*", "-0\"")).expect(201);
        floor.later(PASSED);
        assertEquals(started + 4, version(pool(together)));
        assertEquals(started + 5, version(pool(apart)));
        var seen = List.of(tag(pool(together)), tag(pool(apart)));
        floor.settle();
        assertEquals(seen, List.of(tag(pool(together)), tag(pool(apart))));
    }

    @Test
    void grantOffTheLadders_thatEnds_isAVersionToo() {
        var organization = floor.organization();
        floor.grant(organization, floor.published("Locker"), ", \"ends_at\": \"" + hence + "\"").expect(201);
        var before = entitlements(organization);
        floor.later(PASSED);
        var after = entitlements(organization);
        assertEquals(version(before) + 1, version(after));
        assertNotEquals(tag(before), tag(after));
        floor.settle();
        assertEquals(tag(after), tag(entitlements(organization)));
        assertEquals(version(after), version(pool(organization)));
    }

    @Test
    void listsOverAll_show120DueTransitionsAsTheyWillBe() {
        var organizations = new HashSet<String>();
        for (int count = 0; count < 120; count++) {
            var organization = floor.organization();
            organizations.add(organization);
            floor.grant(organization, floor.product(floor.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + hence + "\"").expect(201);
        }
        floor.later(PASSED);
        var held = floor.get("/provisions?state=active&limit=200").expect(200).json().get("data");
        assertEquals(120, held.size());
        held.forEach(provision -> assertEquals(floor.publicTier, provision.get("tier_id").asText()));
        assertEquals(organizations, new HashSet<>(held.findValuesAsText("organization_id")));
        assertEquals(0, floor.get("/transitions?state=scheduled&limit=200").expect(200).json().get("data").size());
        assertEquals(120, floor.get("/grants?state=ended&limit=200").expect(200).json().get("data").size());
    }

    @Test
    void listsOverAll_withMoreDueThanCanBeForeseen_areUnavailableRatherThanWrong() throws SQLException {
        var organization = floor.organization();
        floor.tenant.sql("""
                insert into runtime.transitions
                  (tenant_id, organization_id, pool_id, ladder_id, kind, from_tier_id, cause, actor_type, state, effective_at, created_at)
                select tenant_id, organization_id, id, ?, 'end', ?, 'manual', 'operator', 'scheduled', now() - n * interval '1 second', now() - interval '1 day'
                from runtime.pools cross join generate_series(1, 1001) n where organization_id = ?""",
                UsageFixture.uuid(floor.ladder), UsageFixture.uuid(floor.publicTier), UsageFixture.uuid(organization));
        var refused = floor.get("/transitions");
        assertEquals("503 unavailable", refused.outcome());
        assertEquals("5", refused.header("Retry-After"));
        floor.get("/transitions?organization_id=" + organization).expect(200);
        floor.settle();
        floor.get("/transitions").expect(200);
    }
}
