package org.guildhall.overview;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** The workflow backbone: the items of each lane, their readiness, and the counts. */
class WorkflowBackboneTest {

    private static final String SIGNALS = "/api/v1/providers/signals";
    private static final String TASKS = "/api/v1/tasks/operational-tasks";

    private final Http http = new Http(TestServer.shared(), TestServer.shared().tenant().token());

    private String signal(String name, String lane, String sourceStatus) {
        return http.post(SIGNALS, """
                {"name": "%s", "lane": "%s", "kind": "system", "owner": {"kind": "team", "name": "Operations"}, "source_status": "%s",
                 "impact": "Members", "recovery_action": "Look at %s", "evidence": {"subject": "S", "why": "W"}}"""
                .formatted(name, lane, sourceStatus, name)).expect(201).at("/id");
    }

    private String task(String title) {
        return http.post(TASKS, "{\"title\": \"%s\"}".formatted(title)).expect(201).at("/id");
    }

    private JsonNode backbone() {
        return http.get("/api/v1/overview/backbone").expect(200).json();
    }

    private static List<String> items(JsonNode backbone) {
        var items = new ArrayList<String>();
        backbone.at("/queue/items").forEach(item -> items.add(
                item.at("/position").asInt() + " " + item.at("/lane").asText() + " " + item.at("/title").asText() + " " + item.at("/readiness").asText("-")));
        return items;
    }

    private static List<Long> counts(JsonNode backbone) {
        var counts = new ArrayList<Long>();
        for (var name : List.of("ready", "watch", "blocked", "lanes", "money", "platform", "tasks", "audit")) {
            counts.add(backbone.at("/counts/" + name).asLong());
        }
        return counts;
    }

    @Test
    void emptyTenant_hasMoneyAndAuditOnly() {
        var backbone = backbone();
        assertEquals(List.of("1 money Payment provider event ledger watch", "2 audit Sensitive action audit trail ready"), items(backbone));
        assertEquals(List.of(1L, 1L, 0L, 2L, 1L, 0L, 0L, 1L), counts(backbone));
    }

    @Test
    void signalsAndTasks_areItemsWithTheirReadiness() {
        signal("Fine", "api", "healthy");
        signal("Slow", "api", "watch");
        signal("Planned", "payments", "planned");
        var broken = signal("Broken", "webhook", "failing");
        task("Open");
        var started = task("Started");
        var waiting = task("Waiting");
        var done = task("Done");
        http.post(TASKS + "/" + started + "/start", null).expect(200);
        http.post(TASKS + "/" + waiting + "/block", "{\"reason\": \"No answer yet.\"}").expect(200);
        http.post(TASKS + "/" + done + "/complete", "{\"kind\": \"done\"}").expect(200);
        var backbone = backbone();
        assertEquals(List.of(
                "1 money Payment provider event ledger watch", "2 audit Sensitive action audit trail ready", "3 platform Slow watch",
                "4 platform Broken blocked", "5 task Open -", "6 task Started watch", "7 task Waiting blocked"), items(backbone));
        assertEquals(List.of(1L, 3L, 2L, 4L, 1L, 2L, 3L, 1L), counts(backbone));
        assertEquals(broken, backbone.at("/queue/items/3/signal_id").asText());
        assertEquals(waiting, backbone.at("/queue/items/6/task_id").asText());
        assertEquals("Look at Slow", backbone.at("/queue/items/2/what_to_do").asText());
        assertEquals("3", backbone.at("/cards/1/value").asText());
    }

    @Test
    void blockedPaymentsSignal_blocksMoney() {
        signal("Rails", "payments", "failing");
        var backbone = backbone();
        assertEquals("1 money Payment provider event ledger blocked", items(backbone).getFirst());
        assertEquals(List.of(1L, 0L, 2L, 3L, 1L, 1L, 0L, 1L), counts(backbone));
    }

    @Test
    void moreThanAHundred_areCountedAndTold() {
        for (int number = 0; number < 101; number++) {
            task("Task " + number);
        }
        var backbone = backbone();
        assertEquals(102, backbone.at("/queue/items").size());
        assertEquals("Task 99", backbone.at("/queue/items/101/title").asText());
        assertEquals(101, backbone.at("/counts/tasks").asLong());
        assertEquals(true, backbone.at("/queue/has_more").asBoolean());
    }
}
