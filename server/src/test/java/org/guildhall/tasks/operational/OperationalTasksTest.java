package org.guildhall.tasks.operational;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operational tasks over HTTP: states, owners, due dates, filters and history. */
class OperationalTasksTest {

    private static final String TASKS = "/api/v1/tasks/operational-tasks";
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());

    private String create(String members) {
        return TASKS + "/" + http.post(TASKS, "{\"title\": \"Call Mark Stevens\"" + members + "}").expect(201).at("/id");
    }

    private String person() {
        http.post("/api/v1/catalog/org-types", "{\"key\": \"personal\", \"name\": \"Personal\", \"is_default\": true}").expect(201);
        return String.valueOf(http.post("/api/v1/runtime/persons", "{\"name\": \"Maria Rossi\"}").expect(201).at("/id"));
    }

    private static String state(Reply reply) {
        return reply.status() == 200 ? reply.at("/state") : reply.outcome();
    }

    private List<String> titles(String query) {
        return http.get(TASKS + query).expect(200).json().at("/data").findValuesAsText("title");
    }

    private void zone(String name) {
        http.patch("/api/v1/platform/settings", "{\"time_zone\": \"" + name + "\"}").expect(200);
    }

    private String overdueAt(String task) {
        return String.valueOf(http.get(task).expect(200).at("/overdue_at"));
    }

    @Test
    void task_fromCreationToReopening() {
        var task = create(", \"owner\": {\"kind\": \"person\", \"name\": \"Maria Rossi\"}, \"source\": {\"workflow\": \"Billing\"}");
        assertEquals("in_progress", state(http.post(task + "/start", null)));
        var blocked = http.post(task + "/block", "{\"reason\": \"On medical hold.\"}").expect(200);
        assertEquals("On medical hold.", blocked.at("/blocked/reason"));
        assertTrue(String.valueOf(blocked.at("/blocked/by")).startsWith("con_"));
        assertEquals(blocked.at("/updated_at"), blocked.at("/blocked/at"));
        assertEquals("409 invalid_state", http.post(task + "/complete", "{\"kind\": \"done\"}").outcome());
        assertEquals("in_progress", state(http.post(task + "/unblock", null)));
        assertEquals("422 validation_failed", http.post(task + "/complete", "{}").outcome());
        var completed = http.post(task + "/complete", "{\"kind\": \"wont_do\", \"words\": \"Paid in cash.\"}").expect(200);
        assertEquals("wont_do Paid in cash. false", completed.at("/outcome/kind") + " " + completed.at("/outcome/words") + " " + completed.at("/completed_late"));
        assertEquals("409 invalid_state", http.patch(task, "{\"title\": \"Other\"}").outcome());
        assertEquals("422 validation_failed", http.post(task + "/reopen", "{}").outcome());
        var reopened = http.post(task + "/reopen", "{\"reason\": \"The payment was returned.\"}").expect(200);
        assertEquals("open The payment was returned.", reopened.at("/state") + " " + reopened.at("/reopen_reason"));
        assertNull(reopened.at("/outcome/kind"));
        assertNull(reopened.at("/started_at"));
        assertEquals("canceled", state(http.post(task + "/cancel", "{\"reason\": \"Entered twice.\"}")));
    }

    @Test
    void history_hasEachChange_beforeAndAfter() {
        var task = create("");
        http.post(task + "/start", null, "Audit-Reason", "Called at noon.").expect(200);
        http.post(task + "/block", "{\"reason\": \"No answer.\"}").expect(200);
        var id = task.substring(TASKS.length() + 1);
        var events = http.get("/api/v1/platform/audit-events?sort=occurred_at&entity_type=operational_task&entity_id=" + id).expect(200).json().get("data");
        assertEquals(List.of("operational_task.updated", "operational_task.updated", "operational_task.updated"), events.findValuesAsText("action"));
        assertEquals(List.of("createOperationalTask", "startOperationalTask", "blockOperationalTask"), events.findValuesAsText("operation"));
        assertTrue(events.at("/0/before").isNull());
        assertEquals("open in_progress", events.at("/1/before/state").asText() + " " + events.at("/1/after/state").asText());
        assertEquals("Called at noon.", events.at("/1/reason").asText());
        assertEquals("No answer.", events.at("/2/after/blocked/reason").asText());
    }

    @Test
    void overdue_fromItsInstant_byTheDatabaseClock() throws SQLException {
        var due = Instant.now().plus(2, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MILLIS);
        var elsewhere = TestServer.withoutScheduler().tenant();
        var token = elsewhere.token();
        var still = new Http(elsewhere.server(), token);
        var task = TASKS + "/" + still.post(TASKS, "{\"title\": \"Due\", \"due_at\": \"" + due + "\"}").expect(201).at("/id");
        assertEquals("false", still.get(task).expect(200).at("/overdue"));
        assertEquals("0", String.valueOf(still.get(TASKS + "?overdue=true").expect(200).json().get("data").size()));
        var before = still.get(task).expect(200).header("ETag");
        try (var _ = new TestClock(elsewhere.server(), due)) {
            var found = still.get(task).expect(200);
            assertEquals("true 1", found.at("/overdue") + " " + found.at("/version"));
            still.get(task, "If-None-Match", String.valueOf(before)).expect(200);
            assertEquals(List.of("Due"), still.get(TASKS + "?overdue=true").expect(200).json().at("/data").findValuesAsText("title"));
            assertEquals(0, still.get(TASKS + "?overdue=false").expect(200).json().get("data").size());
            var done = still.post(task + "/complete", "{\"kind\": \"done\"}").expect(200);
            assertEquals("true false", done.at("/completed_late") + " " + done.at("/overdue"));
        }
    }

    @ParameterizedTest
    @CsvSource({
            "Pacific/Kiritimati, 2026-01-15, 2026-01-15T10:00:00.000000Z", "Pacific/Pago_Pago, 2026-01-15, 2026-01-16T11:00:00.000000Z",
            "Australia/Sydney, 2026-10-04, 2026-10-04T13:00:00.000000Z", "Australia/Sydney, 2026-10-03, 2026-10-03T14:00:00.000000Z",
            "Europe/London, 2026-10-25, 2026-10-26T00:00:00.000000Z",
            // On 8 September 2024 midnight was skipped: the day before ended at the first instant of the new offset.
            "America/Santiago, 2024-09-07, 2024-09-08T04:00:00.000000Z"})
    void dueOn_isOverdueFromTheEndOfTheLocalDay(String zone, String day, String end) {
        zone(zone);
        assertEquals(end, overdueAt(create(", \"due_on\": \"" + day + "\"")));
    }

    @Test
    void timeZone_changed_movesUnfinishedDueDates() throws InterruptedException {
        zone("Pacific/Kiritimati");
        var open = create(", \"due_on\": \"2026-01-15\"");
        var done = create(", \"due_on\": \"2026-01-15\"");
        var instant = create(", \"due_at\": \"2026-01-15T10:00:00Z\"");
        http.post(done + "/complete", "{\"kind\": \"done\"}").expect(200);
        zone("Pacific/Pago_Pago");
        var deadline = Instant.now().plus(WAIT_MAX);
        while (overdueAt(open).startsWith("2026-01-15") && Instant.now().isBefore(deadline)) {
            Thread.sleep(100);
        }
        assertEquals("2026-01-16T11:00:00.000000Z", overdueAt(open));
        assertEquals("1", http.get(open).expect(200).at("/version"));
        assertEquals("2026-01-15T10:00:00.000000Z", overdueAt(done));
        assertEquals("2026-01-15T10:00:00.000000Z", overdueAt(instant));
    }

    @Test
    void list_sortedByDueDate_undatedLast() {
        http.post(TASKS, "{\"title\": \"none\"}").expect(201);
        http.post(TASKS, "{\"title\": \"second\", \"due_at\": \"2026-01-02T00:00:00Z\"}").expect(201);
        http.post(TASKS, "{\"title\": \"first\", \"due_at\": \"2026-01-01T00:00:00Z\", \"priority\": \"urgent\"}").expect(201);
        http.post(TASKS, "{\"title\": \"nor this\", \"priority\": \"low\"}").expect(201);
        var first = http.get(TASKS + "?sort=due_at&limit=3").expect(200);
        assertEquals(List.of("first", "second", "none"), first.json().at("/data").findValuesAsText("title"));
        assertEquals(List.of("nor this"), titles("?sort=due_at&cursor=" + first.at("/page/next_cursor")));
        assertEquals("first", titles("?sort=-priority").getFirst());
        assertEquals("nor this", titles("?sort=priority").getFirst());
        assertEquals(List.of("second"), titles("?due_after=2026-01-01T00:00:00Z"));
        assertEquals(List.of("first"), titles("?due_from=2026-01-01T00:00:00Z&due_before=2026-01-02T00:00:00Z"));
    }

    @Test
    void list_filters() {
        var person = person();
        http.post(TASKS, """
                {"title": "A", "owner": {"kind": "person", "name": "Maria Rossi", "person_id": "%s"}, "source": {"workflow": "Billing", "entity_id": "%s"}}"""
                .formatted(person, person)).expect(201);
        var b = TASKS + "/" + http.post(TASKS, "{\"title\": \"B\", \"owner\": {\"kind\": \"team\", \"name\": \"Front desk\"}, \"priority\": \"high\"}").expect(201).at("/id");
        http.post(b + "/block", "{\"reason\": \"Waits.\"}").expect(200);
        var c = create("");
        http.post(c + "/complete", "{\"kind\": \"done\"}").expect(200);
        var expected = Map.of(
                "?owner_person_id=" + person, List.of("A"), "?owner_name=Front%20desk", List.of("B"), "?workflow=Billing", List.of("A"),
                "?entity_id=" + person, List.of("A"), "?priority=high", List.of("B"), "?state=blocked", List.of("B"), "?finished=true",
                List.of("Call Mark Stevens"), "?finished=false", List.of("A", "B"), "?overdue=true", List.<String>of());
        expected.forEach((query, found) -> assertEquals(found, titles(query), query));
        assertEquals("person", http.get(TASKS + "?workflow=Billing").at("/data/0/source/entity_type"));
        assertEquals("400 invalid_parameter", http.get(TASKS + "?entity_id=xxx_01m7yxxqkfbf5kznwj47tan9zt").outcome());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "\"due_on\": \"2026-01-01\", \"due_at\": \"2026-01-01T00:00:00Z\" | /due_on",
            "\"due_on\": \"9999-01-01\" | /due_on",
            "\"owner\": {\"kind\": \"team\", \"name\": \"A\", \"person_id\": \"per_01m7ym9s346q3d25vt4f5v37e3\"} | /owner/person_id",
            "\"owner\": {\"kind\": \"person\", \"name\": \"A\", \"person_id\": \"per_01m7ym9s346q3d25vt4f5v37e3\"} | /owner/person_id",
            "\"source\": {\"workflow\": \"A\", \"entity_id\": \"xxx_01m7ym9s346q3d25vt4f5v37e3\"} | /source/entity_id",
            "\"owner\": {\"name\": \"A\"} | /owner/kind"})
    void members_thatContradict_areRefused(String members, String pointer) {
        var refused = http.post(TASKS, "{\"title\": \"T\", " + members + "}");
        assertEquals("422 validation_failed " + pointer, refused.outcome() + " " + refused.at("/errors/0/pointer"));
    }

    @Test
    void patch_handsTheTaskOver_andChangesTheDueDate() {
        var person = person();
        var task = create(", \"due_on\": \"2026-01-15\", \"owner\": {\"kind\": \"person\", \"name\": \"Maria Rossi\", \"person_id\": \"" + person + "\"}");
        assertEquals("422 validation_failed", http.patch(task, "{\"owner\": {\"kind\": \"team\", \"name\": \"Front desk\"}}").outcome());
        var team = http.patch(task, "{\"owner\": {\"kind\": \"team\", \"name\": \"Front desk\", \"person_id\": null}}").expect(200);
        assertEquals("Front desk null", team.at("/owner/name") + " " + team.at("/owner/person_id"));
        assertEquals("422 validation_failed", http.patch(task, "{\"due_at\": \"2026-02-01T00:00:00Z\"}").outcome());
        var later = http.patch(task, "{\"due_on\": null, \"due_at\": \"2026-02-01T00:00:00Z\"}").expect(200);
        assertEquals("null 2026-02-01T00:00:00.000000Z", later.at("/due_on") + " " + later.at("/overdue_at"));
        assertNull(http.patch(task, "{\"owner\": null, \"due_at\": null}").expect(200).at("/overdue_at"));
    }
}
