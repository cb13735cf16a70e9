package org.guildhall.providers.alerts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The members and states of alert rules. */
class AlertRulesTest {

    private static final String URL = "/api/v1/providers/alert-rules";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());

    /** @param more further members, each after a comma */
    private Reply create(String condition, String scope, String more) {
        return http.post(URL, """
                {"name": "R", "condition": {%s}, "scope": {%s}, "actionable": "user_facing_outage", "severity": "major"%s}""".formatted(condition, scope, more));
    }

    private Reply create(String more) {
        return create("\"type\": \"status_at_least\", \"status\": \"blocked\"", "\"lane\": \"payments\"", more);
    }

    private Reply act(String rule, String verb) {
        return http.post(URL + "/" + rule + "/" + verb, null);
    }

    private String signal() {
        return http.post("/api/v1/providers/signals", """
                {"name": "S", "lane": "api", "kind": "system", "owner": {"kind": "team", "name": "T"}, "source_status": "healthy", "impact": "I",
                 "recovery_action": "A", "evidence": {"subject": "S", "why": "W"}}""").expect(201).at("/id");
    }

    @Test
    void newRule_hasTheDefaults() {
        var rule = create("").expect(201);
        assertEquals("status_at_least active none 1 2", rule.at("/cause") + " " + rule.at("/state") + " " + rule.at("/quiet_override") + " "
                + rule.at("/for_evaluations") + " " + rule.at("/clear_evaluations"));
        assertEquals("false true", rule.at("/opens_incident") + " " + rule.at("/send_cleared"));
        assertNull(rule.at("/repeat_minutes"));
        assertNull(rule.at("/suppress_until"));
        assertEquals("0", String.valueOf(rule.json().get("routes").size() + rule.json().get("quiet_hours").size()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"type\": \"status_at_least\"                                       | \"lane\": \"api\" | /condition/status required",
        "\"type\": \"status_at_least\", \"status\": \"blocked\", \"value\": 1 | \"lane\": \"api\" | /condition/value other_type",
        "\"type\": \"percent_below\"                                         | \"lane\": \"api\" | /condition/value required",
        "\"type\": \"percent_below\", \"value\": 101                          | \"lane\": \"api\" | /condition/value range",
        "\"type\": \"consecutive_failures\", \"value\": 101                   | \"lane\": \"api\" | /condition/value range",
        "\"type\": \"certificate_expires_within\", \"value\": 366             | \"lane\": \"api\" | /condition/value range",
        "\"type\": \"latency_above\", \"value\": 1, \"status\": \"degraded\"   | \"lane\": \"api\" | /condition/status other_type",
        "\"type\": \"latency_above\", \"value\": 1                            | \"lane\": null    | /scope excluded",
        "\"type\": \"latency_above\", \"value\": 1                            | \"lane\": \"api\", \"kind\": \"system\" | /scope excluded",
    })
    void conditionAndScope_areComplete(String condition, String scope, String error) {
        var refused = create(condition, scope, "");
        assertEquals(422, refused.status());
        assertEquals(error, refused.at("/errors/0/pointer") + " " + refused.at("/errors/0/code"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "07:00 | 07:00 | 422",
        "00:00 | 00:00 | 422",
        "00:00 | 24:00 | 201",
        "22:00 | 07:00 | 201",
        "22:00 | 00:00 | 201",
    })
    void quietWindow_endsAtAnotherTimeThanItStarts(String starts, String ends, int status) {
        var reply = create(", \"quiet_hours\": [{\"days\": [\"fri\"], \"starts\": \"%s\", \"ends\": \"%s\"}]".formatted(starts, ends));
        assertEquals(status, reply.status());
        if (status == 422) {
            assertEquals("/quiet_hours/0/ends same", reply.at("/errors/0/pointer") + " " + reply.at("/errors/0/code"));
        }
    }

    @Test
    void route_isAnEmailOrATask() {
        var both = create(", \"routes\": [{\"email\": {\"address\": \"a@b.example\"}, \"task\": {\"owner\": {\"kind\": \"team\", \"name\": \"T\"}}}, {}]");
        assertEquals("422 /routes/0 /routes/1", both.status() + " " + both.at("/errors/0/pointer") + " " + both.at("/errors/1/pointer"));
        var rule = create(", \"routes\": [{\"email\": {\"address\": \"a@b.example\"}}, {\"task\": {\"owner\": {\"kind\": \"person\", \"name\": \"P\"}, \"due_minutes\": 5}}]")
                .expect(201);
        assertEquals("a@b.example person P 5", rule.at("/routes/0/email/address") + " " + rule.at("/routes/1/task/owner/kind") + " "
                + rule.at("/routes/1/task/owner/name") + " " + rule.at("/routes/1/task/due_minutes"));
    }

    @Test
    void ruleOfAnArchivedSignal_isRefused() {
        var signal = signal();
        var scope = "\"signal_id\": \"" + signal + "\"";
        var condition = "\"type\": \"status_at_least\", \"status\": \"degraded\"";
        var rule = create(condition, scope, "").expect(201).at("/id");
        var other = create("").expect(201).at("/id");
        act(rule, "pause").expect(200);
        http.post("/api/v1/providers/signals/" + signal + "/archive", null).expect(200);
        for (var refused : new Reply[] {
                create(condition, scope, ""), act(rule, "resume"), http.patch(URL + "/" + other, "{\"scope\": {\"lane\": null, " + scope + "}}")}) {
            assertEquals("409 invalid_state", refused.outcome());
            assertEquals("/scope/signal_id", refused.at("/errors/0/pointer"));
        }
        assertEquals("422 validation_failed", create(condition, "\"signal_id\": \"sig_01m82hyv3ge4ftz15kcqd0tm7a\"", "").outcome());
        http.patch(URL + "/" + rule, "{\"name\": \"Other\"}").expect(200);
        assertEquals("1", String.valueOf(http.get(URL + "?signal_id=" + signal).expect(200).json().get("data").size()));
    }

    @Test
    void states_changeByTheirVerbs() {
        var rule = create("").expect(201).at("/id");
        assertEquals("409 invalid_state", act(rule, "resume").outcome());
        assertEquals("paused", act(rule, "pause").expect(200).at("/state"));
        assertEquals("409 invalid_state", act(rule, "pause").outcome());
        assertEquals("active", act(rule, "resume").expect(200).at("/state"));
        assertEquals("archived", act(rule, "archive").expect(200).at("/state"));
        assertEquals("409 invalid_state", act(rule, "archive").outcome());
        assertEquals("409 invalid_state", http.patch(URL + "/" + rule, "{\"name\": \"Other\"}").outcome());
        assertEquals("409 invalid_state", http.post(URL + "/" + rule + "/suppress", "{\"until\": null, \"reason\": \"R\"}").outcome());
    }

    @Test
    void test_usesTheRoutes_andSaysSo() throws SQLException {
        assertEquals("409 invalid_state", act(create("").expect(201).at("/id"), "test").outcome());
        var routes = ", \"routes\": [{\"email\": {\"address\": \"a@b.example\"}}, {\"task\": {\"owner\": {\"kind\": \"team\", \"name\": \"T\"}, \"due_minutes\": 5}}]";
        var rule = create(routes).expect(201).at("/id");
        var without = act(rule, "test").expect(200);
        assertEquals("no_transport null created", without.at("/last_test/routes/0/outcome") + " " + without.at("/last_test/routes/0/message_id") + " "
                + without.at("/last_test/routes/1/outcome"));
        http.post("/api/v1/tasks/transports", """
                {"name": "T", "smtp": {"host": "smtp.mail.example", "user": "u", "password": "p"}, "sender": {"address": "club@mail.example"},
                 "is_default": true}""").expect(201);
        var tested = act(rule, "test").expect(200);
        var message = http.get("/api/v1/tasks/messages/" + tested.at("/last_test/routes/0/message_id")).expect(200);
        assertEquals("[test] R incident a@b.example Alerts " + rule, message.at("/subject") + " " + message.at("/category") + " " + message.at("/to/address")
                + " " + message.at("/source/workflow") + " " + message.at("/source/entity_id"));
        var task = http.get("/api/v1/tasks/operational-tasks/" + tested.at("/last_test/routes/1/task_id")).expect(200);
        assertEquals("[test] R high team T", task.at("/title") + " " + task.at("/priority") + " " + task.at("/owner/kind") + " " + task.at("/owner/name"));
        assertEquals(List.of("0"), tenant.found("select count(*) from providers.fired_alerts where tenant_id = ?", tenant.id()));
    }

    @Test
    void suppression_endsInTheFuture_andCanBeLifted() {
        var rule = create("").expect(201).at("/id");
        var until = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
        var body = "{\"until\": \"%s\", \"reason\": \"Planned work\"}";
        assertEquals("422 validation_failed", http.post(URL + "/" + rule + "/suppress", body.formatted("2026-01-01T00:00:00Z")).outcome());
        var suppressed = http.post(URL + "/" + rule + "/suppress", body.formatted(until)).expect(200);
        assertEquals(until, Instant.parse(String.valueOf(suppressed.at("/suppress_until"))));
        assertEquals("Planned work", suppressed.at("/suppress_reason"));
        var lifted = http.post(URL + "/" + rule + "/suppress", "{\"until\": null, \"reason\": \"Done\"}").expect(200);
        assertNull(lifted.at("/suppress_until"));
        assertNull(lifted.at("/suppress_reason"));
        var events = http.get("/api/v1/platform/audit-events?sort=-occurred_at&limit=1&entity_type=alert_rule&entity_id=" + rule).expect(200);
        assertEquals("alert_rule.suppressed Done", events.at("/data/0/action") + " " + events.at("/data/0/reason"));
    }
}
