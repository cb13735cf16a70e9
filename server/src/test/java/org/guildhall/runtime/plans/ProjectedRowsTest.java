package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** Reads include due changes before the job writes them; every read is the same before and after, and reads agree. */
class ProjectedRowsTest {

    private static final Duration PASSED = Duration.ofHours(2);

    private final Instant dueAt = Instant.now().plus(PASSED.dividedBy(2)).truncatedTo(ChronoUnit.MILLIS);
    private final PlanFixture plans = new PlanFixture(TestServer.withoutScheduler());
    private final String organization = plans.organization();

    @Test
    void trialEnded_readsSameAfterJob() throws SQLException {
        trial(dueAt);
        assertReadsSameAfterJob();
    }

    @Test
    void moveSupersedesRunningTrial_readsSameAfterJob() throws SQLException {
        trial(dueAt.plus(PASSED.multipliedBy(9)));
        move("upgrade", plans.flexible, dueAt);
        assertReadsSameAfterJob();
    }

    @Test
    void moveSupersedesEndedTrial_readsSameAfterJob() throws SQLException {
        trial(dueAt.plusSeconds(60));
        move("upgrade", plans.flexible, dueAt);
        assertReadsSameAfterJob();
    }

    @Test
    void severalMoves_readSameAfterJob() throws SQLException {
        trial(dueAt);
        move("upgrade", plans.standard, dueAt.plusSeconds(1));
        move("downgrade", plans.publicTier, dueAt.plusSeconds(2));
        move("upgrade", plans.flexible, dueAt.plus(PASSED.multipliedBy(9)));
        assertReadsSameAfterJob();
    }

    @Test
    void moveCanceled_readsSameAfterJob() throws SQLException {
        move("upgrade", plans.standard, dueAt);
        plans.move(organization, "upgrade", plans.flexible).expect(201);
        assertReadsSameAfterJob();
    }

    @Test
    void grantBegins_readsSameAfterJob() throws SQLException {
        var grant = later(plans.standard, dueAt, ", \"ends_at\": \"" + dueAt.plus(PASSED.multipliedBy(9)) + "\"");
        plans.later(PASSED.dividedBy(4));
        assertEquals("scheduled", plans.get("/grants/" + grant).at("/state"));
        assertEquals("Standard grant unwritten", plans.plans(organization, "?at=" + dueAt));
        assertReadsSameAfterJob();
        assertEquals("Standard grant", plans.plans(organization));
        var held = plans.get("/provisions?grant_id=" + grant);
        assertEquals(plans.get("/grants/" + grant).at("/ends_at"), held.at("/data/0/ends_at"));
    }

    @Test
    void grantBeginsAndEnds_readsSameAfterJob() throws SQLException {
        later(plans.standard, dueAt, ", \"kind\": \"trial\", \"ends_at\": \"" + dueAt.plusSeconds(60) + "\"");
        assertReadsSameAfterJob();
        assertEquals("Public default", plans.plans(organization));
    }

    @Test
    void grantRenewsTrialAtItsEnd_readsSameAfterJob() throws SQLException {
        var trial = trial(dueAt);
        var next = later(plans.standard, dueAt, ", \"renews_grant_id\": \"" + trial + "\"");
        assertReadsSameAfterJob();
        assertEquals("Standard grant", plans.plans(organization));
        assertEquals(List.of("initiate nothing → Public default operator done", "upgrade Public → Standard trial operator done"),
                plans.transitions(organization).subList(0, 2));
        assertEquals(List.of("end Standard → nothing trial job canceled", "renew Standard → Standard grant operator done"),
                plans.transitions(organization).stream().skip(2).sorted().toList());
        assertEquals("active", plans.get("/grants/" + next).at("/state"));
        assertEquals("superseded", plans.get("/grants/" + trial).at("/state"));
    }

    @Test
    void higherPlan_atTrialEnd_replacesTheTrial() throws SQLException {
        trial(dueAt);
        move("upgrade", plans.flexible, dueAt);
        assertReadsSameAfterJob();
        assertEquals("Flexible manual", plans.plans(organization));
    }

    @Test
    void impossibleMove_atTrialEnd_trialStillEnds() throws SQLException {
        trial(dueAt);
        move("upgrade", plans.flexible, dueAt);
        plans.archiveTier(plans.flexible);
        assertReadsSameAfterJob();
        assertEquals("Public default", plans.plans(organization));
    }

    @Test
    void impossibleGrant_canceledWithReason() throws SQLException {
        var grant = later(plans.standard, dueAt, ", \"ends_at\": \"" + dueAt.plus(PASSED.multipliedBy(9)) + "\"");
        plans.move(organization, "upgrade", plans.flexible).expect(201);
        assertReadsSameAfterJob();
        assertEquals("canceled", plans.get("/grants/" + grant).at("/state"));
        assertEquals("An upgrade goes to a higher rank: Standard has rank 1, the present plan, Flexible, has rank 2.",
                plans.get("/grants/" + grant).at("/end_reason"));
        assertEquals(0, plans.get("/transitions?state=scheduled").json().get("data").size());
    }

    @Test
    void impossibleGrant_alsoPastItsEnd_canceled() throws SQLException {
        var grant = later(plans.standard, dueAt, ", \"ends_at\": \"" + dueAt.plusSeconds(60) + "\"");
        plans.move(organization, "upgrade", plans.flexible).expect(201);
        assertReadsSameAfterJob();
        assertEquals("canceled", plans.get("/grants/" + grant).at("/state"));
    }

    private String later(String tier, Instant at, String more) {
        return Objects.requireNonNull(plans.grant(organization, plans.product(tier), ", \"starts_at\": \"" + at + "\"" + more).expect(201).at("/id"));
    }

    @Test
    void trialEnded_noDefault_readsSameAfterJob() throws SQLException {
        trial(dueAt);
        plans.end(plans.policy);
        assertReadsSameAfterJob();
    }

    @Test
    void lists_overAllOrganizations_includeDueChanges() throws SQLException {
        trial(dueAt);
        var other = plans.organization();
        plans.grant(other, plans.product(plans.flexible), ", \"kind\": \"trial\", \"ends_at\": \"" + dueAt + "\"").expect(201);
        plans.organization();
        plans.later(PASSED);
        var lists = List.of("/provisions?state=active", "/provisions?cause=default&sort=created_at", "/transitions?state=scheduled",
                "/transitions?kind=end&state=done", "/grants?state=ended", "/provisions?include_total=true&limit=2", "/provisions?at=" + Instant.now());
        var before = lists.stream().map(this::body).toList();
        plans.settle();
        assertEquals(before, lists.stream().map(this::body).toList());
        assertEquals(3, plans.get("/provisions?state=active").json().get("data").size());
    }

    @Test
    void paging_jobRunsBetweenPages_cursorContinues() {
        trial(dueAt);
        plans.later(PASSED);
        var all = "/provisions?sort=created_at&organization_id=" + organization;
        var ids = plans.get(all).expect(200).json().get("data").findValuesAsText("id");
        assertEquals(3, ids.size());
        var first = plans.get(all + "&limit=1").expect(200);
        var second = plans.get(all + "&limit=1&cursor=" + first.at("/page/next_cursor")).expect(200);
        plans.settle();
        var third = plans.get(all + "&limit=1&cursor=" + second.at("/page/next_cursor")).expect(200);
        assertEquals(ids, List.of(first.at("/data/0/id"), second.at("/data/0/id"), third.at("/data/0/id")));
    }

    @Test
    void scheduledMove_hasNoProvisionYet() {
        move("upgrade", plans.standard, dueAt);
        assertEquals("Standard manual unwritten", plans.plans(organization, "?at=" + dueAt.plusSeconds(1)));
        assertEquals(1, plans.get("/provisions?organization_id=" + organization).json().get("data").size());
        assertEquals("scheduled", plans.get("/transitions?kind=upgrade").at("/data/0/state"));
    }

    @Test
    void grantPatch_withShownETag_accepted() {
        var trial = trial(dueAt);
        plans.later(PASSED);
        var shown = plans.get("/grants/" + trial).expect(200);
        assertEquals("ended", shown.at("/state"));
        var changed = plans.http.patch(PlanFixture.BASE + "/grants/" + trial, "{\"external_id\": \"crm-7\"}", "If-Match",
                Objects.requireNonNull(shown.header("ETag"))).expect(200);
        assertEquals("ended", changed.at("/state"));
        assertEquals("crm-7", changed.at("/external_id"));
    }

    /** Compares all reads of the organization before and after the job. */
    private void assertReadsSameAfterJob() throws SQLException {
        plans.later(PASSED);
        var stored = plans.everything();
        var before = everythingRead();
        assertEquals(stored, plans.everything(), "reads write nothing");
        plans.settle();
        assertNotEquals(stored, plans.everything(), "something was due");
        assertEquals(before, everythingRead());
    }

    private Map<String, JsonNode> everythingRead() {
        var read = new LinkedHashMap<String, JsonNode>();
        var of = "?organization_id=" + organization;
        for (var list : List.of("/provisions" + of, "/transitions" + of, "/grants" + of, "/organizations/" + organization + "/transitions?sort=effective_at",
                "/provisions" + of + "&state=active", "/provisions" + of + "&state=ended", "/transitions" + of + "&state=scheduled",
                "/transitions" + of + "&state=done&include_total=true", "/transitions" + of + "&state=canceled", "/grants" + of + "&state=active",
                "/grants" + of + "&state=ended", "/grants" + of + "&state=superseded", "/grants" + of + "&state=scheduled",
                "/grants" + of + "&state=canceled", "/provisions" + of + "&state=scheduled")) {
            read.put(list, body(list));
        }
        for (var kind : List.of("provisions", "transitions", "grants")) {
            for (var id : ids(kind, of)) {
                var one = plans.get("/" + kind + "/" + id).expect(200);
                read.put(id, one.json());
                read.put("ETag of " + id, TextNode.valueOf(one.header("ETag")));
            }
        }
        read.put("plans", plans.get("/organizations/" + organization + "/pool").expect(200).json().get("plans"));
        read.put("entitled", plans.get("/organizations/" + organization + "/entitlements").expect(200).json().get("plans"));
        var overview = plans.http.get("/api/v1/overview/organizations/" + organization).expect(200).json();
        for (var part : List.of("plans", "provisions", "transitions", "grants")) {
            read.put("overview of " + part, overview.get(part));
        }
        assertEquals(read.get("/provisions" + of).get("data"), overview.at("/provisions/data"), "the overview shows what the list shows");
        assertEquals(read.get("/transitions" + of).get("data"), overview.at("/transitions/data"));
        assertEquals(read.get("/grants" + of).get("data"), overview.at("/grants/data"));
        return read;
    }

    private List<String> ids(String kind, String of) {
        var ids = new ArrayList<String>();
        body("/" + kind + of).get("data").forEach(row -> ids.add(row.get("id").asText()));
        return ids;
    }

    /** Returns the body of a list without its cursor. */
    private JsonNode body(String path) {
        var body = plans.get(path).expect(200).json();
        ((ObjectNode) body.get("page")).remove("next_cursor");
        return body;
    }

    private Reply move(String kind, String tier, Instant at) {
        return plans.move(organization, kind, tier, ", \"effective_at\": \"" + at + "\"").expect(201);
    }

    private String trial(Instant end) {
        return Objects.requireNonNull(
                plans.grant(organization, plans.product(plans.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + end + "\"").expect(201).at("/id"));
    }
}
