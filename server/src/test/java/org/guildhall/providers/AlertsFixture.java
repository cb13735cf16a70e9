package org.guildhall.providers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.external.ExternalCalls;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.json.Spec;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.providers.alerts.AlertsModule;
import org.guildhall.tasks.TasksModule;
import org.jspecify.annotations.Nullable;

/** The fixture of the tests of alerts: a tenant with a transport, and evaluations by hand and by a set clock. */
final class AlertsFixture {

    private static final Outbound OUTBOUND = Outbound.open(new OutgoingAddresses(List.of()));

    static final String RULES = SignalsFixture.BASE + "/alert-rules";

    final TestServer server = TestServer.withoutScheduler();
    final SignalsFixture signals = new SignalsFixture(server);
    final TestServer.Tenant tenant = signals.tenant;
    final Http http = signals.http;
    final TaskQueue queue = new TaskQueue(server.db(), 1, any -> true);
    final SignalChanges changes;
    private final AlertsModule alerts;

    AlertsFixture() {
        var tasks = new TasksModule(
                server.db(), queue, Keys.parse(TestServer.KEYS), new EntityIds(new Spec().prefixes()), (tx, person) -> null, OUTBOUND,
                "http://localhost");
        tasks.bind(new Api(new ExternalCalls(queue, server.db())), List.of(), (tx, lanes, ids) -> List.of());
        this.changes = new SignalChanges(new SignalStore(), tasks.providerChanges(), tx -> requested++);
        this.alerts = new AlertsModule(server.db(), queue, tasks.door(),
                new RuleIncidents(new SignalStore(), new IncidentStore(), new IncidentEntryStore(), changes), new StaleSignals(new SignalStore(), changes));
    }

    /** The evaluations that changed signals have requested. */
    int requested;

    void zone(String name) throws SQLException {
        tenant.sql("update platform.settings set time_zone = ? where tenant_id = ?", name, tenant.id());
    }

    /** Makes a default transport. The tenant is a test tenant, whose messages don't leave the server. */
    void transport() {
        http.post("/api/v1/tasks/transports", """
                {"name": "T", "smtp": {"host": "smtp.mail.example", "user": "u", "password": "p"}, "sender": {"address": "club@mail.example"},
                 "is_default": true}""").expect(201);
    }

    /** A rule with an e-mail and a task for signals of the lane api that are degraded. @param more members after a comma; they replace others */
    String rule(String more) {
        var body = Http.JSON.createObjectNode();
        read("""
                {"name": "R", "cause": "down", "condition": {"type": "status_at_least", "status": "degraded"}, "scope": {"lane": "api"},
                 "actionable": "user_facing_outage", "severity": "major",
                 "routes": [{"email": {"address": "a@b.example", "words": "Call."}}, {"task": {"owner": {"kind": "team", "name": "T"}}}]}""")
                .properties().forEach(member -> body.set(member.getKey(), member.getValue()));
        read("{" + (more.isEmpty() ? "" : more.substring(1)) + "}").properties().forEach(member -> body.set(member.getKey(), member.getValue()));
        return http.post(RULES, body.toString()).expect(201).at("/id");
    }

    private static JsonNode read(String json) {
        try {
            return Http.JSON.readTree(json);
        } catch (JsonProcessingException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }

    Reply act(String rule, String verb, @Nullable String body) {
        return http.post(RULES + "/" + rule + "/" + verb, body);
    }

    /** Evaluates the rules, as the job does. */
    @Nullable Instant evaluate() {
        return new JobTransactions(server.db()).runAll(tenant.id(), alerts::evaluate);
    }

    @Nullable Instant evaluateAt(Instant instant) throws SQLException {
        try (var _ = new TestClock(server, instant)) {
            return evaluate();
        }
    }

    Reply alerts() {
        return http.get(SignalsFixture.BASE + "/alerts?sort=fired_at").expect(200);
    }

    /** The states of all alerts, in their order. */
    List<String> states() {
        return SignalsFixture.each(alerts(), "/data", "/state");
    }

    /** The subjects of all messages, in their order. */
    List<String> subjects() throws SQLException {
        return tenant.found("select subject from tasks.messages where tenant_id = ? order by created_at, id", tenant.id());
    }

    /** The number of tasks. */
    int tasks() {
        return http.get("/api/v1/tasks/operational-tasks?limit=200").expect(200).json().get("data").size();
    }

    /** The actions of the job's events about an alert or what it made, in their order. */
    List<String> actions() throws SQLException {
        return tenant.found(
                "select action from platform.audit_events where tenant_id = ? and source_workflow = 'alerts' order by occurred_at, id", tenant.id());
    }
}
