package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.EVENTS;
import static org.guildhall.platform.PlatformFixture.STATUS;
import static org.guildhall.platform.PlatformFixture.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.guildhall.Http;
import org.junit.jupiter.api.Test;

/** Reviews are attached to an audit event; the event itself doesn't change. */
class AuditReviewsTest {

    private final PlatformFixture desk = new PlatformFixture();
    private final String event = event(desk);

    private static String event(PlatformFixture desk) {
        desk.consumer("catalog:read");
        return EVENTS + "/" + text(desk.admin.get(EVENTS + "?limit=1").expect(200), "/data/0/id");
    }

    private Http.Reply review(String body) {
        return desk.admin.post(event + "/reviews", body);
    }

    @Test
    void review_isInTheCallersName() {
        var before = desk.admin.get(event).expect(200).text();
        var made = review("{\"outcome\": \"approved\", \"note\": \"Matches the minutes.\", \"external_id\": \"r-1\"}").expect(201);
        assertEquals(desk.admin.get(STATUS).at("/consumer/id"), made.at("/reviewer_id"));
        assertEquals(event, EVENTS + "/" + made.at("/audit_event_id"));
        assertEquals(made.text(), desk.admin.get(String.valueOf(made.header("Location"))).expect(200).text());
        assertEquals(before, desk.admin.get(event).expect(200).text());
        assertEquals("409 already_exists", review("{\"outcome\": \"rejected\", \"external_id\": \"r-1\"}").outcome());
    }

    @Test
    void secondReview_isAddedToTheFirst() {
        var first = PlatformFixture.id(review("{\"outcome\": \"questioned\"}"));
        var second = PlatformFixture.id(review("{\"outcome\": \"rejected\", \"note\": null, \"external_id\": \"second\"}"));
        assertEquals(List.of(first, second), ids(""));
        assertEquals(List.of(second, first), ids("?sort=-created_at"));
        assertEquals(List.of(second), ids("?outcome=rejected"));
        assertEquals(List.of(second), ids("?external_id=second"));
        assertEquals(first, ids("?limit=1").getFirst());
    }

    private List<String> ids(String query) {
        return desk.admin.get(event + "/reviews" + query).expect(200).json().get("data").findValuesAsText("id");
    }

    @Test
    void review_writesItsOwnEvent() {
        var review = PlatformFixture.id(review("{\"outcome\": \"approved\"}"));
        assertEquals("audit_review.created", desk.admin.get(EVENTS + "?entity_id=" + review).expect(200).at("/data/0/action"));
    }

    @Test
    void review_isFoundUnderItsEventOnly() {
        var review = PlatformFixture.id(review("{\"outcome\": \"approved\"}"));
        var other = EVENTS + "/" + text(desk.admin.get(EVENTS + "?action=audit_review.created").expect(200), "/data/0/id");
        assertEquals("404 not_found", desk.admin.get(other + "/reviews/" + review).outcome());
        var elsewhere = new PlatformFixture();
        assertEquals("404 not_found", elsewhere.admin.get(event + "/reviews").outcome());
        assertEquals("404 not_found", elsewhere.admin.get(event + "/reviews/" + review).outcome());
        assertEquals("404 not_found", elsewhere.admin.post(event + "/reviews", "{\"outcome\": \"approved\"}").outcome());
        assertEquals("404 not_found", elsewhere.admin.get(event(elsewhere) + "/reviews/" + review).outcome());
    }

    @Test
    void unknownOutcome_isRefused() {
        assertEquals("422 validation_failed", review("{\"outcome\": \"ignored\"}").outcome());
        assertEquals("422 validation_failed", review("{\"note\": \"No outcome.\"}").outcome());
        assertEquals("403 insufficient_scope",
                desk.holding("platform:audit:read").post(event + "/reviews", "{\"outcome\": \"approved\"}").outcome());
    }
}
