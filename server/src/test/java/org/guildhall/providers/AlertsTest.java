package org.guildhall.providers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Ids;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Alerts that fire, wait, are sent and clear, by a set clock. */
class AlertsTest {

    /** A Monday, 21:00 in Sydney. */
    private static final Instant BASE = Instant.parse("2027-03-01T10:00:00Z");
    private static final String NIGHT = ", \"quiet_hours\": [{\"days\": [\"mon\"], \"starts\": \"20:30\", \"ends\": \"22:00\"}]";

    private final AlertsFixture alerts = new AlertsFixture();
    private long evaluations;

    private String signal() {
        return alerts.signals.made("api", "system", "healthy", "");
    }

    private void fail(String signal) {
        alerts.signals.patch(signal, "{\"source_status\": \"failing\"}").expect(200);
    }

    private void recover(String signal) {
        alerts.signals.patch(signal, "{\"source_status\": \"healthy\"}").expect(200);
    }

    /** Each evaluation is a little later than its minute, since the one before took some time. */
    private void evaluateAfter(long minutes) throws SQLException {
        evaluations++;
        alerts.evaluateAt(BASE.plus(Duration.ofMinutes(minutes)).plusSeconds(2 * evaluations));
    }

    /** An incident of the signal with the rule's cause. */
    private String incident(String signal) {
        return alerts.http.post(SignalsFixture.BASE + "/incidents", """
                {"signal_id": "%s", "cause": "down", "title": "Down", "impact": "I", "severity": "major", "owner": {"kind": "team", "name": "T"},
                 "recovery_action": "Start it"}""".formatted(signal)).expect(201).at("/id");
    }

    /** Members of the rule, the minutes of evaluations with the condition true or false, and the states and subjects after all of them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "                                 | 0T                | sent                | fired",
        "                                 | 0T 1T 2T 3T       | sent                | fired",
        ", \"for_evaluations\": 3        | 0T 1T             |                     |",
        ", \"for_evaluations\": 3        | 0T 1T 2T          | sent                | fired",
        ", \"for_evaluations\": 3        | 0T 1T 2F 3T 4T    |                     |",
        "                                 | 0T 1F 2T          | sent                | fired",
        "                                 | 0T 1F 2T 3F       | sent                | fired",
        "                                 | 0T 1F 2F          | cleared             | fired cleared",
        ", \"send_cleared\": false       | 0T 1F 2F          | cleared             | fired",
        "                                 | 0T 1F 2F 3T       | cleared sent        | fired cleared fired",
        ", \"actionable\": \"none\"      | 0T 1T             | not_actionable      |",
        ", \"actionable\": \"none\"      | 0T 1F 2F          | cleared             |",
        "NIGHT                            | 0T 30T 59T        | held                |",
        "NIGHT                            | 0T 30T 60T 61T    | sent                | fired",
        "NIGHT                            | 0T 30F 31F 60T    | cleared_while_held sent | fired",
        "NIGHT                            | 0T 30F 31F 60F    | cleared_while_held  |",
        "NIGHT, \"quiet_override\": \"critical\" | 0T       | held                |",
        "NIGHT, \"quiet_override\": \"critical\", \"severity\": \"critical\" | 0T | sent | fired",
        ", \"repeat_minutes\": 10        | 0T 5T 10T 15T 20T | sent                | fired still still",
        ", \"repeat_minutes\": 10        | 0T 5F 10T         | sent                | fired still",
        ", \"routes\": []                | 0T 1T             | firing              |",
    })
    void alert_goesThroughItsStates(String more, String timeline, String states, String messages) throws SQLException {
        alerts.zone("Australia/Sydney");
        alerts.transport();
        var signal = signal();
        alerts.rule(more == null ? "" : more.replace("NIGHT", NIGHT));
        boolean failing = false;
        for (var step : timeline.split(" ")) {
            boolean now = step.endsWith("T");
            if (now != failing) {
                alerts.signals.patch(signal, "{\"source_status\": \"" + (now ? "failing" : "healthy") + "\"}").expect(200);
                failing = now;
            }
            evaluateAfter(Long.parseLong(step.substring(0, step.length() - 1)));
        }
        assertEquals(states == null ? "" : states, String.join(" ", alerts.states()));
        assertEquals(messages == null ? "" : messages, String.join(" ", alerts.subjects().stream()
                .map(subject -> subject.startsWith("[cleared]") ? "cleared" : subject.contains("still]") ? "still" : "fired").toList()));
    }

    @Test
    void sentAlert_hasMessageTaskAndEvents() throws SQLException {
        alerts.transport();
        var signal = signal();
        alerts.rule("");
        fail(signal);
        assertEquals(BASE.plusSeconds(60).getEpochSecond(), alerts.evaluateAt(BASE).getEpochSecond(), 2, "the next evaluation is a minute later");
        var alert = alerts.alerts().json().at("/data/0");
        assertEquals("down major", alert.get("cause").asText() + " " + alert.get("severity").asText());
        assertEquals(signal, alert.get("signal_id").asText());
        assertEquals("email queued task created", alert.at("/routes/0/kind").asText() + " " + alert.at("/routes/0/outcome").asText() + " "
                + alert.at("/routes/1/kind").asText() + " " + alert.at("/routes/1/outcome").asText());
        var message = alerts.http.get("/api/v1/tasks/messages/" + alert.at("/routes/0/message_id").asText()).expect(200);
        assertEquals("[major] system: R", message.at("/subject"));
        assertEquals("Call.", String.valueOf(message.at("/body")).lines().findFirst().orElseThrow());
        assertEquals(alert.get("id").asText(), message.at("/source/entity_id"));
        var task = alerts.http.get("/api/v1/tasks/operational-tasks/" + alert.at("/routes/1/task_id").asText()).expect(200);
        assertEquals("system: R high T", task.at("/title") + " " + task.at("/priority") + " " + task.at("/owner/name"));
        assertEquals(List.of("provider.alert.fired"), alerts.actions());
        recover(signal);
        evaluateAfter(1);
        evaluateAfter(2);
        assertEquals(List.of("provider.alert.fired", "provider.alert.cleared"), alerts.actions());
        assertNotNull(alerts.alerts().json().at("/data/0/cleared_at").textValue());
        assertEquals(1, alerts.tasks(), "a task stays for its owner");
    }

    @Test
    void incidentOfTheCause_getsAnEntry_andNothingIsSent() throws SQLException {
        alerts.transport();
        var signal = signal();
        alerts.rule(", \"opens_incident\": true");
        var incident = incident(signal);
        evaluateAfter(0);
        assertEquals(List.of(), alerts.states(), "the ceiling of an incident fires nothing");
        fail(signal);
        evaluateAfter(1);
        evaluateAfter(2);
        var alert = alerts.alerts().json().at("/data/0");
        assertEquals("firing incident_open", alert.get("state").asText() + " " + alert.get("why_not_sent").asText());
        assertEquals(incident, alert.get("incident_id").asText());
        assertEquals(List.of(), alerts.subjects());
        assertEquals(0, alerts.tasks());
        var entries = alerts.http.get(SignalsFixture.BASE + "/incidents/" + incident + "/entries").expect(200);
        assertEquals(List.of("The incident was opened.", "An alert of the rule \"R\" fired."), SignalsFixture.each(entries, "/data", "/words"));
        assertEquals(List.of("true", "true"), SignalsFixture.each(entries, "/data", "/automatic"));
    }

    @Test
    void rule_opensOneIncident_forAllRulesOfItsCause() throws SQLException {
        alerts.transport();
        var signal = signal();
        var rule = alerts.rule(", \"opens_incident\": true, \"severity\": \"critical\"");
        fail(signal);
        evaluateAfter(0);
        alerts.rule(", \"opens_incident\": true");
        evaluateAfter(1);
        assertEquals(List.of("sent", "firing"), alerts.states());
        var incidents = alerts.http.get(SignalsFixture.BASE + "/incidents").expect(200);
        assertEquals(1, incidents.json().get("data").size());
        assertEquals("rule " + rule, incidents.at("/data/0/opened_by/kind") + " " + incidents.at("/data/0/opened_by/alert_rule_id"));
        assertEquals("down critical system: R", incidents.at("/data/0/cause") + " " + incidents.at("/data/0/severity") + " " + incidents.at("/data/0/title"));
        recover(signal);
        evaluateAfter(2);
        evaluateAfter(3);
        assertEquals(List.of("cleared", "cleared"), alerts.states(), "the ceiling of its incident doesn't keep an alert alive");
        assertEquals("degraded 61", SignalsFixture.shown(alerts.signals.get(signal)));
        fail(signal);
        evaluateAfter(4);
        assertEquals(List.of("[critical] system: R", "[cleared] system: R"), alerts.subjects(), "the open incident holds further alerts");
    }

    @Test
    void suppressedAlert_isSentOnceAtTheEnd() throws SQLException {
        alerts.transport();
        var signal = signal();
        var rule = alerts.rule("");
        alerts.act(rule, "suppress", "{\"until\": \"%s\", \"reason\": \"Planned\"}".formatted(BASE.plus(Duration.ofMinutes(30)))).expect(200);
        fail(signal);
        evaluateAfter(0);
        var held = alerts.alerts();
        assertEquals("suppressed suppressed", held.at("/data/0/state") + " " + held.at("/data/0/why_not_sent"));
        assertEquals(BASE.plus(Duration.ofMinutes(30)), Instant.parse(String.valueOf(held.at("/data/0/held_until"))));
        evaluateAfter(29);
        assertEquals(List.of(), alerts.subjects());
        evaluateAfter(30);
        evaluateAfter(31);
        assertEquals(List.of("sent"), alerts.states());
        assertEquals(1, alerts.subjects().size());
        assertEquals(List.of("provider.alert.fired", "provider.alert.sent"), alerts.actions());
    }

    @Test
    void heldAlert_waitsUntilTheEndOfTheQuietHours() throws SQLException {
        alerts.zone("Australia/Sydney");
        alerts.transport();
        var signal = signal();
        alerts.rule(NIGHT + ", \"opens_incident\": true");
        fail(signal);
        var next = alerts.evaluateAt(BASE.plus(Duration.ofMinutes(59).plusSeconds(30)));
        var held = alerts.alerts();
        assertEquals(BASE.plus(Duration.ofHours(1)), Instant.parse(String.valueOf(held.at("/data/0/held_until"))));
        assertEquals(BASE.plus(Duration.ofHours(1)), next, "it is sent at the end, not at the next full minute");
        assertNotNull(held.at("/data/0/incident_id"), "the incident doesn't wait");
        evaluateAfter(60);
        assertEquals(List.of("sent"), alerts.states());
    }

    @Test
    void twoNodesAtOnce_fireOnce() throws Exception {
        alerts.transport();
        alerts.rule("");
        for (int count = 0; count < 5; count++) {
            fail(signal());
        }
        var others = List.of(alerts, alerts, alerts, alerts);
        var barrier = new CyclicBarrier(others.size());
        try (var threads = Executors.newFixedThreadPool(others.size())) {
            for (var one : threads.invokeAll(others.stream().<Callable<Instant>>map(node -> () -> {
                barrier.await();
                return node.evaluate();
            }).toList())) {
                one.get();
            }
        }
        assertEquals(5, alerts.states().size());
        assertEquals(5, alerts.subjects().size());
        assertEquals(5, alerts.tasks());
    }

    @Test
    void index_keepsASecondAlertOut() throws SQLException {
        var signal = signal();
        var rule = alerts.rule("");
        fail(signal);
        evaluateAfter(0);
        var again = "insert into providers.fired_alerts (tenant_id, rule_id, signal_id, cause, severity, fired_at) values (?, ?, ?, 'down', 'major', now())";
        var refused = assertThrows(SQLException.class, () -> alerts.tenant.sql(
                again, alerts.tenant.id(), TypeIds.parse("alr", rule), TypeIds.parse("sig", signal)));
        assertTrue(refused.getMessage().contains("fired_alerts_one_firing"), refused.getMessage());
    }

    @Test
    void withoutATransport_anAlertWaitsForOne() throws SQLException {
        var signal = signal();
        alerts.rule(", \"routes\": [{\"email\": {\"address\": \"a@b.example\"}}]");
        fail(signal);
        evaluateAfter(0);
        evaluateAfter(1);
        var alert = alerts.alerts();
        assertEquals("firing no_transport 2", alert.at("/data/0/state") + " " + alert.at("/data/0/why_not_sent") + " " + alert.at("/data/0/version"),
                "an evaluation that changes nothing makes no version");
        alerts.transport();
        evaluateAfter(2);
        assertEquals(List.of("sent"), alerts.states());
    }

    @Test
    void endOfARule_clearsItsAlertsSilently() throws SQLException {
        alerts.transport();
        var signal = signal();
        var rule = alerts.rule("");
        fail(signal);
        evaluateAfter(0);
        alerts.act(rule, "pause", null).expect(200);
        assertNull(alerts.evaluateAt(BASE.plusSeconds(60)), "a tenant without active rules is evaluated no more");
        assertEquals(List.of("cleared"), alerts.states());
        assertEquals(1, alerts.subjects().size());
        alerts.act(rule, "resume", null).expect(200);
        evaluateAfter(2);
        assertEquals(List.of("cleared", "sent"), alerts.states());
        alerts.http.patch(AlertsFixture.RULES + "/" + rule, "{\"scope\": {\"lane\": \"payments\"}}").expect(200);
        evaluateAfter(3);
        assertEquals(List.of("cleared", "cleared"), alerts.states());
    }

    /** One check of the type with what its last result has left, and the condition. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "percent_below              | 61   | 0 | 0    | 10 | false",
        "percent_below              | 62   | 0 | 0    | 10 | true",
        "consecutive_failures       | 3    | 2 | 0    | 10 | false",
        "consecutive_failures       | 3    | 3 | 0    | 10 | true",
        "latency_above              | 500  | 0 | 500  | 10 | false",
        "latency_above              | 500  | 0 | 501  | 10 | true",
        "certificate_expires_within | 9    | 0 | 0    | 10 | false",
        "certificate_expires_within | 10   | 0 | 0    | 10 | true",
    })
    void condition_looksAtChecks(String type, int value, int failures, int latency, int days, boolean fires) throws SQLException {
        var signal = alerts.signals.made("api", "system", "watch", "");
        var check = Ids.next();
        alerts.tenant.sql("""
                insert into providers.checks (tenant_id, id, signal_id, type, target, cadence_seconds, timeout_ms, retries, failures_to_degrade,
                    failures_to_block, successes_to_recover, outcome, consecutive_failures, last_result_at, last_latency_ms, next_run_at)
                values (?, ?, ?, 'tls', '{}', 86400, 1000, 0, 1, 99, 1, 'warning', ?, now(), ?, now() + interval '1 day')""",
                alerts.tenant.id(), check, TypeIds.parse("sig", signal), failures, latency);
        alerts.tenant.sql("""
                insert into providers.check_results (tenant_id, check_id, at, outcome, latency_ms, attempts, observed, node)
                values (?, ?, now(), 'pass', 12, 1, jsonb_build_object('expires_in_days', ?::text), 'node')""", alerts.tenant.id(), check, days);
        alerts.rule(", \"condition\": {\"type\": \"" + type + "\", \"value\": " + value + "}");
        alerts.evaluate();
        assertEquals(fires ? 1 : 0, alerts.states().size());
    }

    /** A domain of the signal with what its last look has left, and the condition. No days stand for no certificate. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "consecutive_failures       | 2    | 1 | 20 | active  | false",
        "consecutive_failures       | 2    | 2 | 20 | active  | true",
        "consecutive_failures       | 2    | 2 | 20 | removed | false",
        "certificate_expires_within | 20   | 0 | 21 | active  | false",
        "certificate_expires_within | 20   | 0 | 20 | active  | true",
        "certificate_expires_within | 20   | 0 |    | active  | false",
        "certificate_expires_within | 20   | 0 | -1 | active  | true",
        "latency_above              | 20   | 9 | 20 | active  | false",
    })
    void condition_looksAtDomains(String type, int value, int failures, Integer days, String state, boolean fires) throws SQLException {
        var signal = signal();
        var domains = SignalsFixture.BASE + "/domains";
        var domain = alerts.http.post(domains, """
                {"name": "shop.winter.example", "purpose": "Shop", "expected_target": "shops.example", "signal_id": "%s"}""".formatted(signal)).expect(201);
        assertEquals(signal, domain.at("/signal_id"));
        alerts.tenant.sql("update providers.domains set state = 'active', consecutive_failures = ? where tenant_id = ?", failures, alerts.tenant.id());
        if (days != null) {
            alerts.tenant.sql("""
                    update providers.domains set certificate_issuer = 'CN=a', certificate_trusted = true, certificate_matches = true,
                        certificate_not_after = platform.app_now() + ? * interval '1 day' + interval '1 hour' where tenant_id = ?""", days, alerts.tenant.id());
        }
        if (state.equals("removed")) {
            alerts.http.post(domains + "/" + domain.at("/id") + "/remove", null).expect(200);
        }
        alerts.rule(", \"condition\": {\"type\": \"" + type + "\", \"value\": " + value + "}");
        alerts.evaluate();
        assertEquals(fires ? 1 : 0, alerts.states().size());
        assertEquals("operational 95", SignalsFixture.shown(alerts.signals.get(signal)), "a domain is no evidence of the signal");
        var other = alerts.http.patch(domains + "/" + domain.at("/id"), "{\"signal_id\": null}");
        assertEquals(state.equals("removed") ? "409 invalid_state" : "200", other.outcome());
    }

    @Test
    void conditionWithoutAKnownValue_neitherFiresNorClears() throws SQLException {
        var signal = signal();
        var check = Ids.next();
        alerts.tenant.sql("""
                insert into providers.checks (tenant_id, id, signal_id, type, target, cadence_seconds, timeout_ms, retries, failures_to_degrade,
                    failures_to_block, successes_to_recover, next_run_at)
                values (?, ?, ?, 'tcp', '{}', 86400, 1000, 0, 1, 9, 1, now() + interval '1 day')""", alerts.tenant.id(), check, TypeIds.parse("sig", signal));
        alerts.rule(", \"condition\": {\"type\": \"latency_above\", \"value\": 500}, \"clear_evaluations\": 1");
        alerts.evaluate();
        assertEquals(List.of(), alerts.states());
        alerts.tenant.sql("update providers.checks set last_latency_ms = 900 where tenant_id = ?", alerts.tenant.id());
        alerts.evaluate();
        alerts.tenant.sql("update providers.checks set last_latency_ms = null where tenant_id = ?", alerts.tenant.id());
        alerts.evaluate();
        assertEquals(1, alerts.states().stream().filter(state -> !state.equals("cleared")).count());
        alerts.tenant.sql("update providers.checks set last_latency_ms = 100 where tenant_id = ?", alerts.tenant.id());
        alerts.evaluate();
        assertEquals(List.of("cleared"), alerts.states());
    }

    @Test
    void plannedAndArchivedSignals_fireNothing() throws SQLException {
        alerts.rule(", \"condition\": {\"type\": \"percent_below\", \"value\": 100}");
        alerts.signals.made("api", "system", "planned", "");
        var archived = signal();
        alerts.signals.act(archived, "archive", null).expect(200);
        evaluateAfter(0);
        assertEquals(List.of(), alerts.states());
    }

    @Test
    void changedSignal_isEvaluatedAtOnce() {
        var shared = new SignalsFixture(TestServer.shared());
        var signal = shared.made("identity", "system", "healthy", "");
        shared.http.post(AlertsFixture.RULES, """
                {"name": "R", "condition": {"type": "status_at_least", "status": "blocked"}, "scope": {"signal_id": "%s"}, "actionable": "blocked_login",
                 "severity": "major"}""".formatted(signal)).expect(201);
        shared.block(signal).expect(200);
        for (int attempt = 0; attempt < 100; attempt++) {
            if (shared.http.get(SignalsFixture.BASE + "/alerts?signal_id=" + signal).expect(200).json().get("data").size() == 1) {
                return;
            }
            pause();
        }
        throw new AssertionError("no alert");
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
