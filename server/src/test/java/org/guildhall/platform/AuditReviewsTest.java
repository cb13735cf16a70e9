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

    private final PlatformFixture platform = new PlatformFixture();
    private final String event = event(platform);

    private static String event(PlatformFixture platform) {
        platform.consumer("catalog:read");
        return EVENTS + "/" + text(platform.admin.get(EVENTS + "?limit=1").expect(200), "/data/0/id");
    }

    private Http.Reply review(String body) {
        return platform.admin.post(event + "/reviews", body);
    }

    @Test
    void review_isInTheCallersName() {
        var before = platform.admin.get(event).expect(200).text();
        var made = review("{\"outcome\": \"approved\", \"note\": \"Matches the minutes.\", \"external_id\": \"r-1\"}").expect(201);
        assertEquals(platform.admin.get(STATUS).at("/consumer/id"), made.at("/reviewer_id"));
        assertEquals(event, EVENTS + "/" + made.at("/audit_event_id"));
        assertEquals(made.text(), platform.admin.get(String.valueOf(made.header("Location"))).expect(200).text());
        assertEquals(before, platform.admin.get(event).expect(200).text());
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
        return platform.admin.get(event + "/reviews" + query).expect(200).json().get("data").findValuesAsText("id");
    }

    @Test
    void review_writesItsOwnEvent() {
        var review = PlatformFixture.id(review("{\"outcome\": \"approved\"}"));
        assertEquals("audit_review.created", platform.admin.get(EVENTS + "?entity_id=" + review).expect(200).at("/data/0/action"));
    }

    @Test
    void review_isFoundUnderItsEventOnly() {
        var review = PlatformFixture.id(review("{\"outcome\": \"approved\"}"));
        var other = EVENTS + "/" + text(platform.admin.get(EVENTS + "?action=audit_review.created").expect(200), "/data/0/id");
        assertEquals("404 not_found", platform.admin.get(other + "/reviews/" + review).outcome());
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
                platform.holding("platform:audit:read").post(event + "/reviews", "{\"outcome\": \"approved\"}").outcome());
    }
}
