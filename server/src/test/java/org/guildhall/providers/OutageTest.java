package org.guildhall.providers;

import static org.guildhall.providers.SignalsFixture.BASE;
import static org.guildhall.providers.SignalsFixture.each;
import static org.guildhall.providers.SignalsFixture.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.providers.checks.ChecksModule;
import org.junit.jupiter.api.Test;

/** An outage from its first failed check to the closed incident: check, signal, alert, incident, task and job, by a set clock. */
class OutageTest {

    /** Quiet until 11:00. */
    private static final Instant NIGHT = Instant.parse("2027-03-01T10:30:00Z");

    private static final String JOB = "grant-expiry";

    private final AlertsFixture alerts = new AlertsFixture();
    private int results;

    private static HttpServer serve(int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** Runs the check, and evaluates the rules if the signal has changed, as the queue does. */
    private void check(ChecksModule job, String check) throws SQLException {
        int before = alerts.requested;
        alerts.http.post(BASE + "/checks/" + check + "/run", null).expect(200);
        var version = alerts.tenant.found(
                "select version from platform.scheduled_tasks where task_name = 'checks' and task_instance = ?", alerts.tenant.id() + "/" + alerts.tenant.id());
        job.run(new TaskLease("checks", alerts.tenant.id(), alerts.tenant.id(), Long.parseLong(version.getFirst()), 0), () -> false);
        results++;
        for (int attempt = 0; each(alerts.http.get(BASE + "/checks/" + check + "/results"), "/data", "/outcome").size() < results; attempt++) {
            assertTrue(attempt < 200, "no result");
            pause();
        }
        if (alerts.requested > before) {
            alerts.evaluate();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(25);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private String run(String job) {
        return alerts.http.post("/api/v1/tasks/jobs/" + job + "/runs", "{\"mode\": \"run\"}").outcome();
    }

    /** A rule for the signals of payments, and a job that depends on them. */
    private void prepare() throws SQLException {
        alerts.zone("UTC");
        alerts.transport();
        alerts.rule("""
                , "scope": {"lane": "payments"}, "opens_incident": true, "clear_evaluations": 1,
                "quiet_hours": [{"days": ["sun"], "starts": "22:00", "ends": "24:00"}, {"days": ["mon"], "starts": "00:00", "ends": "11:00"}]""");
        alerts.http.patch("/api/v1/tasks/jobs/" + JOB, "{\"depends_on\": {\"lanes\": [\"payments\"], \"signal_ids\": []}}").expect(200);
    }

    @Test
    void outage_isNoticed_recovers_andIsClosed() throws IOException, SQLException {
        prepare();
        var signal = alerts.signals.made("payments", "system", "healthy", "");
        var server = serve(0);
        int port = server.getAddress().getPort();
        var check = alerts.http.post(BASE + "/checks", """
                {"signal_id": "%s", "type": "http", "target": {"url": "http://127.0.0.1:%d/"}, "retries": 0, "failures_to_block": 1,
                 "successes_to_recover": 1, "cadence_seconds": 3600}""".formatted(signal, port)).expect(201).at("/id");
        var outbound = Outbound.open(new OutgoingAddresses(List.of(IpRange.parse("127.0.0.1"))));
        try (var job = new ChecksModule(
                alerts.server.db(), alerts.queue, Keys.parse(TestServer.KEYS), outbound, new SignalsOfChecks(new SignalStore(), alerts.changes))) {
            try (var _ = new TestClock(alerts.server, NIGHT)) {
                check(job, check);
                assertEquals("operational 95", shown(alerts.signals.get(signal)));
                assertEquals(List.of(), alerts.states());
                server.stop(0);
                check(job, check);
                breaks(signal);
            }
            try (var _ = new TestClock(alerts.server, NIGHT.plus(Duration.ofMinutes(30)))) {
                alerts.evaluate();
                alerts.evaluate();
                assertEquals(List.of("sent"), alerts.states(), "the night is over");
                assertEquals(List.of("[major] system: R"), alerts.subjects());
                assertEquals(1, alerts.tasks());
                server = serve(port);
                check(job, check);
                server.stop(0);
                recovers(signal);
                closes(signal);
            }
        } finally {
            outbound.close();
        }
    }

    /** The signal is blocked, the alert waits for the morning, the incident and the job don't. */
    private void breaks(String signal) {
        assertEquals("blocked 18", shown(alerts.signals.get(signal)));
        assertEquals(List.of("held"), alerts.states());
        assertEquals("409 automation_paused", run(JOB));
        var opened = alerts.http.get(BASE + "/incidents/" + incident()).expect(200);
        assertEquals("open rule " + signal, opened.at("/state") + " " + opened.at("/opened_by/kind") + " " + opened.at("/signal_id"));
    }

    private String incident() {
        return String.valueOf(alerts.alerts().at("/data/0/incident_id"));
    }

    private void recovers(String signal) throws SQLException {
        assertEquals(List.of("cleared"), alerts.states());
        assertEquals(List.of("[major] system: R", "[cleared] system: R"), alerts.subjects());
        var capped = alerts.signals.get(signal);
        assertEquals("degraded 61 operational", shown(capped) + " " + capped.at("/evidence/status"));
        assertEquals(incident(), capped.at("/ceiling/incident_id"));
    }

    /** The closing asks for four things; then the signal is free and the job runs. */
    private void closes(String signal) {
        var url = BASE + "/incidents/" + incident();
        alerts.http.post(url + "/resolve", null).expect(200);
        var refused = alerts.http.post(url + "/close", null);
        assertEquals("409 invalid_state", refused.outcome());
        assertEquals(List.of("/evidence", "/entries", "/prevention_task_id", "/owner_safe_explanation"), each(refused, "/errors", "/pointer"),
                "the entries of alerts are automatic");
        alerts.http.patch(url, """
                {"prevention_task_id": "%s", "owner_safe_explanation": "Payments waited for half an hour.",
                 "evidence": [{"kind": "log", "words": "The server was stopped.", "url": null}]}""".formatted(alerts.alerts().at("/data/0/routes/1/task_id")))
                .expect(200);
        alerts.http.post(url + "/entries", "{\"kind\": \"action\", \"words\": \"Started it again.\"}").expect(201);
        assertEquals("degraded 61", shown(alerts.signals.get(signal)));
        alerts.http.post(url + "/close", null).expect(200);
        assertEquals("operational 95", shown(alerts.signals.get(signal)));
        assertTrue(run(JOB).startsWith("20"));
    }
}
