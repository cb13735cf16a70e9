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

/** What is due is true before it is written: no read tells whether it was, and none contradicts another. */
class ProjectedRowsTest {

    private static final Duration PASSED = Duration.ofHours(2);

    private final Instant hence = Instant.now().plus(PASSED.dividedBy(2)).truncatedTo(ChronoUnit.MILLIS);
    private final PlanFixture floor = new PlanFixture(TestServer.still());
    private final String organization = floor.organization();

    @Test
    void whenATrialHasEnded() throws SQLException {
        trial(hence);
        assertSameOnceItIsWritten();
    }

    @Test
    void whenAScheduledMoveSupersedesATrialWhoseEndIsStillToCome() throws SQLException {
        trial(hence.plus(PASSED.multipliedBy(9)));
        move("upgrade", floor.flexible, hence);
        assertSameOnceItIsWritten();
    }

    @Test
    void whenAScheduledMoveSupersedesATrialWhoseEndHasComeToo() throws SQLException {
        trial(hence.plusSeconds(60));
        move("upgrade", floor.flexible, hence);
        assertSameOnceItIsWritten();
    }

    @Test
    void whenSeveralMovesFollowOnEachOther() throws SQLException {
        trial(hence);
        move("upgrade", floor.standard, hence.plusSeconds(1));
        move("downgrade", floor.publicTier, hence.plusSeconds(2));
        move("upgrade", floor.flexible, hence.plus(PASSED.multipliedBy(9)));
        assertSameOnceItIsWritten();
    }

    @Test
    void whenAMoveCameToNothing() throws SQLException {
        move("upgrade", floor.standard, hence);
        floor.move(organization, "upgrade", floor.flexible).expect(201);
        assertSameOnceItIsWritten();
    }

    @Test
    void grantThatBegins_isTheSameOnceItIsWritten() throws SQLException {
        var grant = later(floor.standard, hence, ", \"ends_at\": \"" + hence.plus(PASSED.multipliedBy(9)) + "\"");
        floor.later(PASSED.dividedBy(4));
        assertEquals("scheduled", floor.get("/grants/" + grant).at("/state"));
        assertEquals("Standard grant unwritten", floor.plans(organization, "?at=" + hence));
        assertSameOnceItIsWritten();
        assertEquals("Standard grant", floor.plans(organization));
        var held = floor.get("/provisions?grant_id=" + grant);
        assertEquals(floor.get("/grants/" + grant).at("/ends_at"), held.at("/data/0/ends_at"));
    }

    @Test
    void grantThatBeginsAndEnds_isTheSameOnceItIsWritten() throws SQLException {
        later(floor.standard, hence, ", \"kind\": \"trial\", \"ends_at\": \"" + hence.plusSeconds(60) + "\"");
        assertSameOnceItIsWritten();
        assertEquals("Public default", floor.plans(organization));
    }

    @Test
    void grantThatRenewsOneAtItsEnd_isTheSameOnceItIsWritten() throws SQLException {
        var trial = trial(hence);
        var next = later(floor.standard, hence, ", \"renews_grant_id\": \"" + trial + "\"");
        assertSameOnceItIsWritten();
        assertEquals("Standard grant", floor.plans(organization));
        assertEquals(List.of("initiate nothing → Public default operator done", "upgrade Public → Standard trial operator done"),
                floor.transitions(organization).subList(0, 2));
        assertEquals(List.of("end Standard → nothing trial job canceled", "renew Standard → Standard grant operator done"),
                floor.transitions(organization).stream().skip(2).sorted().toList());
        assertEquals("active", floor.get("/grants/" + next).at("/state"));
        assertEquals("superseded", floor.get("/grants/" + trial).at("/state"));
    }

    @Test
    void higherPlanThatBeginsWhereATrialEnds_takesItsPlace() throws SQLException {
        trial(hence);
        move("upgrade", floor.flexible, hence);
        assertSameOnceItIsWritten();
        assertEquals("Flexible manual", floor.plans(organization));
    }

    @Test
    void moveHeldBackWhereATrialEnds_leavesTheEnd() throws SQLException {
        trial(hence);
        move("upgrade", floor.flexible, hence);
        floor.archiveTier(floor.flexible);
        assertSameOnceItIsWritten();
        assertEquals("Public default", floor.plans(organization));
    }

    @Test
    void grantThatCannotBegin_isCanceledWithTheReason() throws SQLException {
        var grant = later(floor.standard, hence, ", \"ends_at\": \"" + hence.plus(PASSED.multipliedBy(9)) + "\"");
        floor.move(organization, "upgrade", floor.flexible).expect(201);
        assertSameOnceItIsWritten();
        assertEquals("canceled", floor.get("/grants/" + grant).at("/state"));
        assertEquals("An upgrade goes to a higher rank: Standard has rank 1, the present plan, Flexible, has rank 2.",
                floor.get("/grants/" + grant).at("/end_reason"));
        assertEquals(0, floor.get("/transitions?state=scheduled").json().get("data").size());
    }

    @Test
    void grantThatCannotBeginAndIsOver_isCanceledToo() throws SQLException {
        var grant = later(floor.standard, hence, ", \"ends_at\": \"" + hence.plusSeconds(60) + "\"");
        floor.move(organization, "upgrade", floor.flexible).expect(201);
        assertSameOnceItIsWritten();
        assertEquals("canceled", floor.get("/grants/" + grant).at("/state"));
    }

    private String later(String tier, Instant at, String more) {
        return Objects.requireNonNull(floor.grant(organization, floor.product(tier), ", \"starts_at\": \"" + at + "\"" + more).expect(201).at("/id"));
    }

    @Test
    void whenThereIsNoDefaultToComeBack() throws SQLException {
        trial(hence);
        floor.end(floor.policy);
        assertSameOnceItIsWritten();
    }

    @Test
    void listsOfAllOrganizationsShowWhatIsDueInEachOfThem() throws SQLException {
        trial(hence);
        var other = floor.organization();
        floor.grant(other, floor.product(floor.flexible), ", \"kind\": \"trial\", \"ends_at\": \"" + hence + "\"").expect(201);
        floor.organization();
        floor.later(PASSED);
        var lists = List.of("/provisions?state=active", "/provisions?cause=default&sort=created_at", "/transitions?state=scheduled",
                "/transitions?kind=end&state=done", "/grants?state=ended", "/provisions?include_total=true&limit=2", "/provisions?at=" + Instant.now());
        var before = lists.stream().map(this::body).toList();
        floor.settle();
        assertEquals(before, lists.stream().map(this::body).toList());
        assertEquals(3, floor.get("/provisions?state=active").json().get("data").size());
    }

    @Test
    void aPageContinuesWhereTheOneBeforeEndedWhetherOrNotItWasWrittenInBetween() {
        trial(hence);
        floor.later(PASSED);
        var all = "/provisions?sort=created_at&organization_id=" + organization;
        var ids = floor.get(all).expect(200).json().get("data").findValuesAsText("id");
        assertEquals(3, ids.size());
        var first = floor.get(all + "&limit=1").expect(200);
        var second = floor.get(all + "&limit=1&cursor=" + first.at("/page/next_cursor")).expect(200);
        floor.settle();
        var third = floor.get(all + "&limit=1&cursor=" + second.at("/page/next_cursor")).expect(200);
        assertEquals(ids, List.of(first.at("/data/0/id"), second.at("/data/0/id"), third.at("/data/0/id")));
    }

    @Test
    void whatIsStillToComeHasNoProvisionYet() {
        move("upgrade", floor.standard, hence);
        assertEquals("Standard manual unwritten", floor.plans(organization, "?at=" + hence.plusSeconds(1)));
        assertEquals(1, floor.get("/provisions?organization_id=" + organization).json().get("data").size());
        assertEquals("scheduled", floor.get("/transitions?kind=upgrade").at("/data/0/state"));
    }

    @Test
    void whoChangesAGrantForTheVersionThatWasShownChangesIt() {
        var trial = trial(hence);
        floor.later(PASSED);
        var shown = floor.get("/grants/" + trial).expect(200);
        assertEquals("ended", shown.at("/state"));
        var changed = floor.http.patch(PlanFixture.BASE + "/grants/" + trial, "{\"external_id\": \"crm-7\"}", "If-Match",
                Objects.requireNonNull(shown.header("ETag"))).expect(200);
        assertEquals("ended", changed.at("/state"));
        assertEquals("crm-7", changed.at("/external_id"));
    }

    /** Everything that can be read of the organization, before and after the job. */
    private void assertSameOnceItIsWritten() throws SQLException {
        floor.later(PASSED);
        var stored = floor.everything();
        var before = everythingRead();
        assertEquals(stored, floor.everything(), "reads write nothing");
        floor.settle();
        assertNotEquals(stored, floor.everything(), "something was due");
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
                var one = floor.get("/" + kind + "/" + id).expect(200);
                read.put(id, one.json());
                read.put("ETag of " + id, TextNode.valueOf(one.header("ETag")));
            }
        }
        read.put("plans", floor.get("/organizations/" + organization + "/pool").expect(200).json().get("plans"));
        read.put("entitled", floor.get("/organizations/" + organization + "/entitlements").expect(200).json().get("plans"));
        var overview = floor.http.get("/api/v1/overview/organizations/" + organization).expect(200).json();
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

    /** What a list shows; how a cursor is spelled doesn't matter. */
    private JsonNode body(String path) {
        var body = floor.get(path).expect(200).json();
        ((ObjectNode) body.get("page")).remove("next_cursor");
        return body;
    }

    private Reply move(String kind, String tier, Instant at) {
        return floor.move(organization, kind, tier, ", \"effective_at\": \"" + at + "\"").expect(201);
    }

    private String trial(Instant end) {
        return Objects.requireNonNull(
                floor.grant(organization, floor.product(floor.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + end + "\"").expect(201).at("/id"));
    }
}
