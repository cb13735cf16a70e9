package org.guildhall.providers;

import static org.guildhall.providers.SignalsFixture.BASE;
import static org.guildhall.providers.SignalsFixture.each;
import static org.guildhall.providers.SignalsFixture.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Incidents: the ceiling of the signal, the states, what a closing asks for, the timeline, public incidents. */
class IncidentsTest {

    private static final String URL = BASE + "/incidents";

    private final SignalsFixture signals = new SignalsFixture();

    private Reply open(String signal, String cause, String more) {
        return signals.http.post(URL, """
                {"signal_id": "%s", "cause": "%s", "title": "Late", "impact": "Members wait", "severity": "major",
                 "owner": {"kind": "team", "name": "Operations"}, "recovery_action": "Replay"%s}""".formatted(signal, cause, more));
    }

    private String opened(String signal, String cause) {
        return open(signal, cause, "").expect(201).at("/id");
    }

    private Reply act(String incident, String verb) {
        return signals.http.post(URL + "/" + incident + "/" + verb, null);
    }

    private Reply patch(String incident, String body) {
        return signals.http.patch(URL + "/" + incident, body);
    }

    private Reply entry(String incident, String body) {
        return signals.http.post(URL + "/" + incident + "/entries", body);
    }

    private String task() {
        return signals.http.post("/api/v1/tasks/operational-tasks", "{\"title\": \"Prevent it\"}").expect(201).at("/id");
    }

    /** Gives the incident the four things that a closing asks for. */
    private void complete(String incident) {
        patch(incident, """
                {"evidence": [{"kind": "log", "words": "Three late deliveries.", "url": null}], "prevention_task_id": "%s",
                 "owner_safe_explanation": "It was late, and is on time again."}""".formatted(task())).expect(200);
        entry(incident, "{\"kind\": \"note\", \"words\": \"Seen in the log.\"}").expect(201);
    }

    @ParameterizedTest
    @CsvSource({
        "system,        healthy,         degraded 61",
        "integration,   live,            degraded 54",
        "api_contract,  live,            degraded 63",
        "webhook_event, active,          degraded 61",
        "system,        watch,           degraded 61",
        "system,        failing,         blocked 18",
        "system,        planned,         planned 35",
    })
    void openIncident_capsItsSignal(String kind, String sourceStatus, String capped) {
        var signal = signals.made("api", kind, sourceStatus, "");
        var free = shown(signals.get(signal));
        var incident = opened(signal, "late");
        assertEquals(capped, shown(signals.get(signal)));
        assertEquals(sourceStatus.equals("planned") ? null : "incident " + incident, ceiling(signal));
        act(incident, "monitor").expect(200);
        assertEquals(capped, shown(signals.get(signal)));
        act(incident, "resolve").expect(200);
        assertEquals(capped, shown(signals.get(signal)), "until it is closed");
        complete(incident);
        act(incident, "close").expect(200);
        assertEquals(free, shown(signals.get(signal)));
        assertNull(ceiling(signal));
    }

    private @Nullable String ceiling(String signal) {
        var read = signals.get(signal);
        return read.at("/ceiling/reason") == null ? null : read.at("/ceiling/reason") + " " + read.at("/ceiling/incident_id");
    }

    @Test
    void lowerPercent_staysUnderAnIncident_andABlockIsStronger() {
        var signal = signals.system("api", "watch", 40);
        var incident = opened(signal, "late");
        assertEquals("degraded 40", shown(signals.get(signal)));
        signals.block(signal).expect(200);
        assertEquals("blocked 18", shown(signals.get(signal)));
        assertEquals("operator null", ceiling(signal));
        signals.unblock(signal).expect(200);
        assertEquals("incident " + incident, ceiling(signal));
        assertEquals(List.of(signal), each(signals.http.get(SignalsFixture.URL + "?status=degraded"), "/data", "/id"));
        assertEquals("409 invalid_state", signals.act(signal, "archive", null).outcome());
    }

    @Test
    void closing_namesEverythingThatIsMissing() {
        var incident = opened(signals.system("api", "healthy", 95), "late");
        assertEquals("409 invalid_state", act(incident, "close").outcome(), "resolve first");
        act(incident, "resolve").expect(200);
        var refused = act(incident, "close");
        assertEquals("409 invalid_state", refused.outcome());
        assertEquals(List.of("/evidence", "/entries", "/prevention_task_id", "/owner_safe_explanation"), each(refused, "/errors", "/pointer"));
        var task = task();
        patch(incident, "{\"prevention_task_id\": \"" + task + "\"}").expect(200);
        entry(incident, "{\"kind\": \"action\", \"words\": \"Replayed.\"}").expect(201);
        assertEquals(List.of("/evidence", "/owner_safe_explanation"), each(act(incident, "close"), "/errors", "/pointer"));
        complete(incident);
        patch(incident, "{\"prevention_task_id\": \"" + task + "\"}").expect(200);
        signals.http.post("/api/v1/tasks/operational-tasks/" + task + "/cancel", "{\"reason\": \"Another one.\"}").expect(200);
        assertEquals(List.of("/prevention_task_id"), each(act(incident, "close"), "/errors", "/pointer"));
        patch(incident, "{\"prevention_task_id\": \"" + task() + "\"}").expect(200);
        var closed = act(incident, "close").expect(200);
        assertEquals("closed", closed.at("/state"));
        assertFalse(String.valueOf(closed.at("/closed_at")).isEmpty());
        for (var verb : List.of("monitor", "resolve", "reopen", "close")) {
            assertEquals("409 invalid_state", act(incident, verb).outcome(), verb);
        }
        assertEquals("409 invalid_state", patch(incident, "{\"title\": \"Other\"}").outcome());
        assertEquals("409 invalid_state", entry(incident, "{\"kind\": \"note\", \"words\": \"Later.\"}").outcome());
    }

    @Test
    void oneIncident_perSignalAndCause_untilItIsClosed() {
        var signal = signals.system("api", "healthy", 95);
        var incident = opened(signal, "late");
        var refused = open(signal, "late", "");
        assertEquals("409 already_exists " + incident, refused.outcome() + " " + refused.at("/existing_id"));
        var other = opened(signal, "lost");
        act(incident, "resolve").expect(200);
        assertEquals("409 already_exists", open(signal, "late", "").outcome());
        assertEquals("409 invalid_state", open(signal, "again", ", \"follows_incident_id\": \"" + incident + "\"").outcome());
        complete(incident);
        act(incident, "close").expect(200);
        assertEquals("incident " + other, ceiling(signal), "the other incident");
        var again = open(signal, "late", ", \"follows_incident_id\": \"" + incident + "\"").expect(201);
        assertEquals(incident, again.at("/follows_incident_id"));
        var elsewhere = signals.system("api", "healthy", 95);
        assertEquals("422 validation_failed", open(elsewhere, "late", ", \"follows_incident_id\": \"" + incident + "\"").outcome());
        assertEquals(List.of(again.at("/id"), other, incident), each(signals.http.get(URL + "?signal_id=" + signal), "/data", "/id"));
        assertEquals(List.of(incident), each(signals.http.get(URL + "?state=closed&lane=api"), "/data", "/id"));
        assertEquals(List.of(), each(signals.http.get(URL + "?lane=payments"), "/data", "/id"));
    }

    @Test
    void oneCause_openedAtOnce_isOneIncident() throws Exception {
        var signal = signals.system("api", "healthy", 95);
        try (var threads = Executors.newFixedThreadPool(8)) {
            var calls = new ArrayList<Callable<Integer>>();
            for (int count = 0; count < 8; count++) {
                calls.add(() -> open(signal, "late", "").status());
            }
            var statuses = new ArrayList<Integer>();
            for (var call : threads.invokeAll(calls)) {
                statuses.add(call.get());
            }
            assertEquals(1, statuses.stream().filter(status -> status == 201).count(), statuses.toString());
            assertEquals(7, statuses.stream().filter(status -> status == 409).count(), statuses.toString());
        }
    }

    @Test
    void states_writeTheTimeline_andTheTrail() {
        var signal = signals.system("api", "healthy", 95);
        var incident = opened(signal, "late");
        signals.http.post(URL + "/" + incident + "/monitor", "{\"note\": \"The queue is empty.\"}").expect(200);
        var reopened = act(incident, "reopen").expect(200);
        assertNull(reopened.at("/monitoring_at"));
        act(incident, "resolve").expect(200);
        var timeline = signals.http.get(URL + "/" + incident + "/entries");
        assertEquals(List.of("status true", "status true", "note false", "status true", "status true"), kinds(timeline));
        assertEquals(List.of("The queue is empty."), each(signals.http.get(URL + "/" + incident + "/entries?kind=note"), "/data", "/words"));
        complete(incident);
        act(incident, "close").expect(200);
        var trail = signals.http.get("/api/v1/platform/audit-events?sort=-occurred_at&entity_type=incident&entity_id=" + incident);
        assertEquals(List.of("incident.closed", "incident.updated", "incident.resolved", "incident.reopened", "incident.monitored", "incident.opened"),
                each(trail, "/data", "/action"));
        assertEquals(List.of("incident", "signal"), each(trail, "/data/0/changes", "/entity_type"), "the closing changes the signal's status");
        assertEquals("degraded operational", trail.at("/data/0/changes/1/before/status") + " " + trail.at("/data/0/changes/1/after/status"));
        assertEquals(List.of("incident", "signal"), each(trail, "/data/5/changes", "/entity_type"), "and so does the opening");
        assertEquals(List.of("incident"), each(trail, "/data/2/changes", "/entity_type"));
    }

    private static List<String> kinds(Reply timeline) {
        var found = new ArrayList<String>();
        timeline.json().at("/data").forEach(entry -> found.add(entry.at("/kind").asText() + " " + entry.at("/automatic").asText()));
        return found;
    }

    @Test
    void references_mustExist() {
        var signal = signals.system("api", "healthy", 95);
        var missing = "\"tsk_01m7ym9s346q3d25vt4f5v37e3\"";
        var refused = open(signal, "late", ", \"prevention_task_id\": " + missing + ", \"task_ids\": [\"" + task() + "\", " + missing + "]");
        assertEquals("422 validation_failed", refused.outcome());
        assertEquals(List.of("/prevention_task_id", "/task_ids/1"), each(refused, "/errors", "/pointer"));
        refused = open("sig_01m7ym9s346q3d25vt4f5v37e3", "late", "");
        assertEquals("422 validation_failed /signal_id", refused.outcome() + " " + refused.at("/errors/0/pointer"));
        signals.act(signal, "archive", null).expect(200);
        assertEquals("409 invalid_state", open(signal, "late", "").outcome());
    }

    @Test
    void summaryAt_showsTheCeilingOfThen() {
        var signal = signals.system("api", "healthy", 95);
        var incident = open(signal, "late", "").expect(201);
        act(String.valueOf(incident.at("/id")), "resolve").expect(200);
        complete(String.valueOf(incident.at("/id")));
        var closed = act(String.valueOf(incident.at("/id")), "close").expect(200);
        var openedAt = Instant.parse(String.valueOf(incident.at("/opened_at")));
        var closedAt = Instant.parse(String.valueOf(closed.at("/closed_at")));
        assertEquals("95", signals.summary("?at=" + openedAt.minusNanos(1_000)).at("/signal_percent"));
        assertEquals("61", signals.summary("?at=" + openedAt).at("/signal_percent"));
        assertEquals(incident.at("/id"), signals.summary("?at=" + openedAt).at("/queue/signals/0/ceiling/incident_id"));
        assertEquals("61", signals.summary("?at=" + closedAt.minusNanos(1_000)).at("/signal_percent"));
        assertEquals("95", signals.summary("?at=" + closedAt).at("/signal_percent"));
        assertEquals("95", signals.summary("").at("/signal_percent"));
    }

    @Test
    void publicIncident_hasOnlyWhatEverybodyMaySee() throws Exception {
        var signal = signals.system("api", "healthy", 95);
        var incident = opened(signal, "late");
        opened(signal, "hidden");
        complete(incident);
        for (var audience : List.of("staff", "members")) {
            entry(incident, """
                    {"kind": "comms", "words": "To %1$s", "audience": "%1$s", "channel": "email", "sent_at": "2026-11-21T04:10:00Z"}""".formatted(audience)).expect(201);
        }
        var origin = "https://status.example";
        var anybody = new Http(signals.tenant.server(), signals.tenant.publishable(List.of(origin), "providers:read:public"));
        var shown = anybody.get(BASE + "/public-incidents", "Origin", origin).expect(200);
        assertEquals(List.of(incident), each(shown, "/data", "/id"), "without the one that has no explanation");
        assertEquals(List.of("To members"), each(shown, "/data/0/updates", "/words"));
        assertEquals("It was late, and is on time again.", shown.at("/data/0/explanation"));
        for (var hidden : List.of("owner", "evidence", "prevention_task_id", "task_ids", "recovery_action", "signal_id", "cause")) {
            assertFalse(shown.json().at("/data/0").has(hidden), hidden);
        }
        assertEquals(List.of(), each(anybody.get(BASE + "/public-incidents?state=closed", "Origin", origin), "/data", "/id"));
        assertEquals("403 insufficient_scope", anybody.get(URL, "Origin", origin).outcome());
    }

    @Test
    void entries_areOfTheirIncident() {
        var signal = signals.system("api", "healthy", 95);
        var incident = opened(signal, "late");
        var other = opened(signal, "lost");
        var entry = entry(incident, "{\"kind\": \"note\", \"words\": \"Seen.\"}").expect(201);
        assertEquals(entry.json(), signals.http.get(String.valueOf(entry.header("Location"))).expect(200).json());
        assertEquals("404 not_found", signals.http.get(URL + "/" + other + "/entries/" + entry.at("/id")).outcome());
        assertEquals("404 not_found", signals.http.get(URL + "/inc_01m7ym9s346q3d25vt4f5v37e3/entries").outcome());
        assertEquals("422 validation_failed", entry(incident, "{\"kind\": \"comms\", \"words\": \"Told.\"}").outcome());
    }
}
