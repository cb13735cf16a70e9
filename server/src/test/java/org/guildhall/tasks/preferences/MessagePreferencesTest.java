package org.guildhall.tasks.preferences;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Preferences over HTTP, and what they do to messages. The tenant is a test tenant: its messages are accepted without being sent. */
class MessagePreferencesTest {

    private static final String PREFERENCES = "/api/v1/tasks/message-preferences";
    private static final String MESSAGES = "/api/v1/tasks/messages";
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private final TestServer.Tenant tenant = TestServer.sending().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());

    @BeforeEach
    void transport() {
        http.post("/api/v1/tasks/transports", """
                {"name": "Mail", "smtp": {"host": "smtp.mail.example"}, "is_default": true, "rate_per_minute": 6000,
                 "sender": {"address": "hello@winterstreet.example"}}""").expect(201);
    }

    private String body(String category, String more) {
        return """
                {"to": {"address": "Mira@Members.example"}, "subject": "S", "body": "B", "category": "%s"%s}""".formatted(category, more);
    }

    private String created(String category, String more) {
        return MESSAGES + "/" + http.post(MESSAGES, body(category, more)).expect(201).at("/id");
    }

    private Reply until(String message, String state) {
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        var reply = http.get(message).expect(200);
        while (!state.equals(reply.at("/state")) && System.nanoTime() < end) {
            reply = http.get(message).expect(200);
        }
        assertEquals(state, reply.at("/state"), reply.text());
        return reply;
    }

    private void sql(String message, String set) throws SQLException {
        tenant.sql("update tasks.messages set " + set + " where id = ?", TypeIds.parse("msg", message.substring(MESSAGES.length() + 1)));
    }

    /** Quiet hours of a category from an hour ago until in two hours, to the minute. Returns their end. */
    private Instant quietNow(String category) {
        var zone = ZoneId.of(String.valueOf(http.get("/api/v1/platform/settings").at("/time_zone")));
        var starts = ZonedDateTime.now(zone).minusHours(1).truncatedTo(ChronoUnit.MINUTES);
        var ends = starts.plusHours(3);
        var time = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
        http.patch(PREFERENCES, """
                {"quiet_hours": {"%s": [{"days": ["%s"], "starts": "%s", "ends": "%s"}]}}""".formatted(
                category, starts.getDayOfWeek().name().substring(0, 3).toLowerCase(Locale.ROOT), time.format(starts), time.format(ends))).expect(200);
        return ends.toInstant();
    }

    private static String micros(Instant at) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT).withZone(ZoneId.of("UTC")).format(at);
    }

    @Test
    void preferences_areEmpty_untilChanged() {
        var empty = http.get(PREFERENCES).expect(200);
        assertEquals("1", empty.at("/version"));
        assertNull(empty.at("/caps/per_person_per_day/email"));
        assertEquals(0, empty.json().at("/quiet_hours/reminder").size());
        var capped = http.patch(PREFERENCES, "{\"caps\": {\"per_person_per_day\": {\"email\": 3}}}").expect(200);
        assertEquals("2 3", capped.at("/version") + " " + capped.at("/caps/per_person_per_day/email"));
        assertEquals(empty.at("/id") + " " + empty.at("/created_at"), capped.at("/id") + " " + capped.at("/created_at"));
        var quiet = "{\"quiet_hours\": {\"marketing\": [{\"days\": [\"sun\", \"sat\"], \"starts\": \"00:00\", \"ends\": \"24:00\"}]}}";
        var changed = http.patch(PREFERENCES, quiet).expect(200);
        assertEquals("3 3", changed.at("/version") + " " + changed.at("/caps/per_person_per_day/email"));
        assertEquals("[{\"days\":[\"sat\",\"sun\"],\"starts\":\"00:00\",\"ends\":\"24:00\"}]", changed.json().at("/quiet_hours/marketing").toString());
        assertEquals("3", http.patch(PREFERENCES, quiet).expect(200).at("/version"));
        var wrong = http.patch(PREFERENCES, "{\"quiet_hours\": {\"recovery\": [{\"days\": [\"mon\"], \"starts\": \"07:00\", \"ends\": \"07:00\"}]}}");
        assertEquals("422 validation_failed /quiet_hours/recovery/0/ends", wrong.outcome() + " " + wrong.at("/errors/0/pointer"));
        assertEquals("412 precondition_failed", http.patch(PREFERENCES, quiet, "If-Match", "\"1-0\"").outcome());
    }

    @Test
    void zoneThatJavaLacks_isRead() {
        http.patch("/api/v1/platform/settings", "{\"time_zone\": \"HST\"}").expect(200);
        assertEquals("1", http.get(PREFERENCES).expect(200).at("/version"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"quiet_hours\": {\"marketing\": []}, \"caps\": {\"per_person_per_day\": {\"email\": null}}}",
        "{\"quiet_hours\": {\"marketing\": null}, \"caps\": {\"per_person_per_day\": null}}",
    })
    void windowsAndCaps_areRemovedByNull(String patch) {
        http.patch(PREFERENCES, """
                {"quiet_hours": {"marketing": [{"days": ["mon"], "starts": "07:00", "ends": "08:00"}]}, "caps": {"per_person_per_day": {"email": 3}}}""").expect(200);
        var empty = http.patch(PREFERENCES, patch).expect(200);
        assertEquals("[]", String.valueOf(empty.json().at("/quiet_hours/marketing")));
        assertNull(empty.at("/caps/per_person_per_day/email"));
    }

    @Test
    void quietHours_holdByCategory_untilTheirEnd() throws SQLException {
        var end = quietNow("reminder");
        var held = created("reminder", "");
        var reply = until(held, "held");
        assertEquals("quiet_hours " + micros(end), reply.at("/held/reason") + " " + reply.at("/held/until"));
        assertEquals(micros(end), reply.at("/next_attempt_at"));
        assertEquals(0, reply.json().at("/attempts").size());
        var others = Stream.of("transactional", "incident", "recovery", "marketing").map(category -> created(category, "")).toList();
        others.forEach(other -> until(other, "sent"));
        assertEquals(1, http.get(MESSAGES + "?state=held").expect(200).json().get("data").size());
        // From its end on it is queued, whether or not the job has run.
        sql(held, "held_until = now(), next_attempt_at = now() + interval '1 hour'");
        var released = http.get(held).expect(200);
        assertEquals("queued", released.at("/state"));
        assertNull(released.at("/held"));
        assertEquals(1, http.get(MESSAGES + "?state=queued").expect(200).json().get("data").size());
        assertEquals(0, http.get(MESSAGES + "?state=held").expect(200).json().get("data").size());
        assertEquals("canceled", http.post(held + "/cancel", "{\"reason\": \"Late\"}").expect(200).at("/state"));
        var canceled = until(created("reminder", ", \"send_after\": \"" + end + "\""), "queued");
        assertEquals(micros(end), canceled.at("/next_attempt_at"));
    }

    @Test
    void heldMessage_canBeCanceled_isToldInTheTrail() {
        quietNow("reminder");
        var held = created("reminder", "");
        until(held, "held");
        var canceled = http.post(held + "/cancel", "{\"reason\": \"Full\"}").expect(200);
        assertEquals("canceled", canceled.at("/state"));
        assertNull(canceled.at("/held"));
        var events = http.get("/api/v1/platform/audit-events?action=message.held").expect(200);
        assertEquals("held", events.at("/data/0/after/state"));
    }

    @Test
    void quietHours_pastExpiry_expireTheMessage() {
        var end = quietNow("reminder");
        var expired = until(created("reminder", ", \"expires_at\": \"" + end + "\""), "expired");
        assertEquals("The end of the quiet hours is too late.", expired.at("/state_reason"));
        assertTrue(Instant.parse(String.valueOf(expired.at("/finished_at"))).isBefore(end));
        until(created("reminder", ", \"expires_at\": \"" + end.plusSeconds(1) + "\""), "held");
        assertEquals("The end of the quiet hours is too late.",
                until(created("reminder", ", \"event_at\": \"" + end.plusSeconds(1799) + "\""), "expired").at("/state_reason"));
        until(created("reminder", ", \"event_at\": \"" + end.plusSeconds(1800) + "\""), "held");
        var past = http.post(MESSAGES, body("reminder", ", \"event_at\": \"2020-01-01T00:00:00Z\""));
        assertEquals("422 validation_failed /event_at", past.outcome() + " " + past.at("/errors/0/pointer"));
    }

    @Test
    void cap_holdsFurtherMessages_untilTheNextDay() {
        http.patch(PREFERENCES, "{\"caps\": {\"per_person_per_day\": {\"email\": 2}}}").expect(200);
        var zone = ZoneId.of(String.valueOf(http.get("/api/v1/platform/settings").at("/time_zone")));
        var tomorrow = ZonedDateTime.now(zone).toLocalDate().plusDays(1).atStartOfDay(zone).toInstant();
        var first = Stream.of("transactional", "reminder", "marketing").map(category -> created(category, "")).toList();
        first.forEach(message -> until(message, "sent"));
        var third = until(created("recovery", ""), "held");
        assertEquals("cap " + micros(tomorrow), third.at("/held/reason") + " " + third.at("/held/until"));
        // Another spelling of the same mailbox's domain counts, another mailbox doesn't.
        assertEquals("held", until(MESSAGES + "/" + http.post(MESSAGES, body("reminder", "").replace("Members.example", "members.EXAMPLE")).expect(201).at("/id"), "held").at("/state"));
        until(MESSAGES + "/" + http.post(MESSAGES, body("reminder", "").replace("Mira@", "Jo@")).expect(201).at("/id"), "sent");
    }

    @Test
    void optOutOfAPerson_stopsItsCategory_whateverTheAddress() {
        http.post("/api/v1/catalog/org-types", "{\"key\": \"personal\", \"name\": \"Personal\", \"is_default\": true}").expect(201);
        var person = http.post("/api/v1/runtime/persons", "{\"name\": \"Mira\", \"email\": \"mira@members.example\"}").expect(201).at("/id");
        var optOut = http.post("/api/v1/tasks/suppressions", """
                {"person_id": "%s", "reason": "unsubscribe", "category": "marketing"}""".formatted(person)).expect(201);
        assertNull(optOut.at("/address"));
        var to = "{\"to\": {\"person_id\": \"" + person + "\"}, \"subject\": \"S\", \"body\": \"B\", \"category\": \"%s\"}";
        var stopped = until(MESSAGES + "/" + http.post(MESSAGES, to.formatted("marketing")).expect(201).at("/id"), "suppressed");
        assertEquals(optOut.at("/id"), stopped.at("/suppression_id"));
        until(MESSAGES + "/" + http.post(MESSAGES, to.formatted("reminder")).expect(201).at("/id"), "sent");
        assertEquals(1, http.get("/api/v1/tasks/suppressions?person_id=" + person).expect(200).json().get("data").size());
        for (var refused : List.of(
                "{\"reason\": \"manual\"}", "{\"reason\": \"manual\", \"address\": \"a@b.example\", \"person_id\": \"" + person + "\"}",
                "{\"reason\": \"hard_bounce\", \"person_id\": \"" + person + "\"}",
                "{\"reason\": \"manual\", \"person_id\": \"per_01m7yxxqkfbf5kznwj47tan9zt\"}")) {
            assertEquals("422 validation_failed", http.post("/api/v1/tasks/suppressions", refused).outcome());
        }
    }

    @Test
    void preview_tellsWhatWouldHappen_andQueuesNothing() {
        var end = quietNow("reminder");
        var sent = http.post(MESSAGES + "/preview", body("transactional", "")).expect(200);
        assertEquals("sent Mira@Members.example S B", sent.at("/outcome") + " " + sent.at("/send_to") + " " + sent.at("/subject") + " " + sent.at("/body"));
        var held = http.post(MESSAGES + "/preview", body("reminder", "")).expect(200);
        assertEquals("held quiet_hours " + micros(end), held.at("/outcome") + " " + held.at("/held/reason") + " " + held.at("/held/until"));
        var later = http.post(MESSAGES + "/preview", body("reminder", ", \"send_after\": \"" + end + "\"")).expect(200);
        assertEquals("sent " + micros(end), later.at("/outcome") + " " + later.at("/attempt_at"));
        var expired = http.post(MESSAGES + "/preview", body("reminder", ", \"expires_at\": \"" + end + "\"")).expect(200);
        assertEquals("expired The end of the quiet hours is too late.", expired.at("/outcome") + " " + expired.at("/detail"));
        var suppression = http.post("/api/v1/tasks/suppressions", "{\"address\": \"Mira@members.example\", \"reason\": \"manual\"}").expect(201).at("/id");
        var suppressed = http.post(MESSAGES + "/preview", body("reminder", "")).expect(200);
        assertEquals("suppressed " + suppression, suppressed.at("/outcome") + " " + suppressed.at("/suppression_id"));
        assertEquals("422 validation_failed", http.post(MESSAGES + "/preview", "{\"to\": {}}").outcome());
        assertEquals(0, http.get(MESSAGES).expect(200).json().get("data").size());
    }
}
