package org.guildhall.providers;

import static org.guildhall.providers.SignalsFixture.BASE;
import static org.guildhall.providers.SignalsFixture.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.providers.checks.ChecksModule;
import org.junit.jupiter.api.Test;

/** The audit events of a signal whose checks have no new results, by a set clock. The last result is of noon, and the cadence a minute. */
class StaleSignalsTest {

    private static final Instant NOON = Instant.parse("2027-03-01T12:00:00Z");

    private final AlertsFixture alerts = new AlertsFixture();
    private final String signal = alerts.signals.made("api", "system", "healthy", "");

    private void insertCheck() throws SQLException {
        alerts.tenant.sql("""
                insert into providers.checks (tenant_id, signal_id, type, target, cadence_seconds, timeout_ms, retries, failures_to_degrade,
                    failures_to_block, successes_to_recover, outcome, active_since, last_result_at, next_run_at)
                values (?, ?, 'database', '{}', 60, 5000, 0, 1, 3, 1, 'passing', ?::timestamptz - interval '1 day', ?::timestamptz, ?::timestamptz)""",
                alerts.tenant.id(), TypeIds.parse("sig", signal), NOON.toString(), NOON.toString(), NOON.toString());
    }

    /** The status and percentage before and after each event of a job about the signal, the first one first. */
    private List<String> events() {
        var found = new ArrayList<String>();
        alerts.http.get("/api/v1/platform/audit-events?actor_type=job&entity_type=signal&entity_id=" + signal).expect(200).json().get("data")
                .forEach(event -> found.addFirst("%s by %s: %s %s, %s %s".formatted(
                        event.get("action").asText(), event.get("source_workflow").asText(), event.at("/before/status").asText(),
                        event.at("/before/signal_percent").asText(), event.at("/after/status").asText(), event.at("/after/signal_percent").asText())));
        return found;
    }

    private Instant evaluateAfter(int seconds) throws SQLException {
        return alerts.evaluateAt(NOON.plusSeconds(seconds));
    }

    /** Runs the due checks of the tenant, and waits for the result. */
    private void runChecks(ChecksModule checks) throws SQLException, InterruptedException {
        var check = alerts.http.get(BASE + "/checks").expect(200).at("/data/0/id");
        alerts.http.post(BASE + "/checks/" + check + "/run", null).expect(200);
        var version = alerts.tenant.found(
                "select version from platform.scheduled_tasks where task_name = 'checks' and task_instance = ?", alerts.tenant.id() + "/" + alerts.tenant.id());
        checks.run(new TaskLease("checks", alerts.tenant.id(), alerts.tenant.id(), Long.parseLong(version.getFirst()), 0), () -> false);
        for (int attempt = 0; alerts.tenant.found("select id from providers.check_results where tenant_id = ?", alerts.tenant.id()).isEmpty(); attempt++) {
            assertTrue(attempt < 200, "no result");
            Thread.sleep(25);
        }
    }

    @Test
    void staleSignal_hasOneEvent_andAnotherWhenItIsFresh() throws Exception {
        assertNull(evaluateAfter(0), "without rules and checks nothing is to be evaluated");
        insertCheck();
        assertEquals(NOON.plusSeconds(179).getEpochSecond(), evaluateAfter(119).getEpochSecond(), 2, "its evidence gets old");
        assertEquals(List.of(), events());
        var before = alerts.signals.get(signal);
        evaluateAfter(181);
        evaluateAfter(240);
        var decayed = "signal.updated by alerts: operational 95, degraded 85";
        assertEquals(List.of(decayed), events(), "one event, not one for each evaluation");
        assertEquals(before.json().get("version").asInt() + 1, alerts.signals.get(signal).json().get("version").asInt());
        var outbound = Outbound.open(new OutgoingAddresses(List.of()));
        try (var checks = new ChecksModule(
                alerts.server.db(), alerts.queue, Keys.parse(TestServer.KEYS), outbound, new SignalsOfChecks(new SignalStore(), alerts.changes));
                var _ = new TestClock(alerts.server, NOON.plusSeconds(301))) {
            assertEquals("degraded 66", shown(alerts.signals.get(signal)));
            assertNotNull(alerts.signals.get(signal).at("/stale_since"));
            runChecks(checks);
            assertEquals("operational 95", shown(alerts.signals.get(signal)));
            alerts.evaluate();
        } finally {
            outbound.close();
        }
        assertEquals(List.of(decayed, "signal.updated by checks: degraded 66, operational 95"), events());
    }

    @Test
    void signalThatKeepsItsStatus_hasNoEvent() throws SQLException {
        insertCheck();
        alerts.signals.block(signal).expect(200);
        evaluateAfter(181);
        evaluateAfter(240);
        assertEquals(List.of(), events(), "an operator has blocked it");
        try (var _ = new TestClock(alerts.server, NOON.plusSeconds(301))) {
            assertEquals("degraded 66", shown(alerts.signals.unblock(signal).expect(200)));
            alerts.evaluate();
        }
        assertEquals(List.of(), events(), "the event of the operator has it");
    }

    @Test
    void archivedCheck_endsTheStaleness_withoutAnotherEvent() throws SQLException {
        insertCheck();
        evaluateAfter(181);
        try (var _ = new TestClock(alerts.server, NOON.plusSeconds(301))) {
            var check = alerts.http.get(BASE + "/checks").expect(200).at("/data/0/id");
            alerts.http.post(BASE + "/checks/" + check + "/archive", null).expect(200);
            alerts.evaluate();
        }
        assertEquals(1, events().size());
        assertEquals("operational 95", shown(alerts.signals.get(signal)));
    }
}
