package org.guildhall.providers;

import static org.guildhall.providers.SignalsFixture.BASE;
import static org.guildhall.providers.SignalsFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The summary of signals: counts, averages, lanes, queue, priority recovery, now and at a past instant. */
class ProviderSummaryTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private final SignalsFixture signals = new SignalsFixture();

    @Test
    void summary_withoutSignals_isZero() {
        var summary = signals.summary("");
        assertEquals("0 0", summary.at("/signal_percent") + " " + summary.at("/counts/signals"));
        assertEquals(List.of("payments", "webhook", "api", "identity", "messaging", "reporting", "infrastructure"), each(summary, "/lanes", "/lane"));
        assertEquals("No provider in this lane yet", summary.at("/lanes/0/action"));
        assertEquals("0", summary.at("/lanes/0/signal_percent"));
        assertEquals("0%", summary.at("/cards/3/value"));
    }

    @ParameterizedTest
    @CsvSource({"2, 3, 3", "61, 54, 58", "95, 90, 93", "1, 1, 1", "0, 1, 1", "0, 0, 0"})
    void averages_areRoundedHalfUp(int one, int other, int average) {
        signals.system("payments", "watch", one);
        signals.system("payments", "watch", other);
        var summary = signals.summary("");
        assertEquals(average + " " + average, summary.at("/signal_percent") + " " + summary.at("/lanes/0/signal_percent"));
    }

    @Test
    void plannedSignals_countInAveragesOnly() {
        signals.system("api", "healthy", 90);
        signals.system("api", "planned", 30);
        var summary = signals.summary("");
        assertEquals("{\"signals\":2,\"operational\":1,\"degraded\":0,\"blocked\":0,\"planned\":1}", summary.json().at("/counts").toString());
        assertEquals("60", summary.at("/signal_percent"));
        assertEquals(List.of(), each(summary, "/priority_recovery/signals", "/signal_id"));
        assertEquals(2, each(summary, "/queue/signals", "/id").size());
    }

    @Test
    void lanes_showTheActionOfTheStrongest() {
        signals.made("api", "system", "failing", "");
        var strong = signals.system("api", "healthy", 95);
        signals.system("api", "watch", 95);
        signals.patch(strong, "{\"recovery_action\": \"Keep it\"}").expect(200);
        var lane = signals.summary("").json().at("/lanes/2");
        assertEquals("api 3 1 1 69 Keep it", lane.at("/lane").asText() + " " + lane.at("/signals") + " " + lane.at("/blocked") + " " + lane.at("/watch") + " "
                + lane.at("/signal_percent") + " " + lane.at("/action").asText());
    }

    @Test
    void queue_hasTheSignalsAsTheListShowsThem() {
        signals.system("api", "healthy", 95);
        var degraded = signals.system("payments", "watch", 61);
        var blocked = signals.system("api", "healthy", 95);
        signals.block(blocked).expect(200);
        var summary = signals.summary("");
        assertEquals(signals.http.get(SignalsFixture.URL).json().at("/data"), summary.json().at("/queue/signals"));
        assertEquals(List.of(degraded, blocked), each(summary, "/priority_recovery/signals", "/signal_id"));
        assertEquals("false", summary.at("/queue/has_more"));
    }

    @Test
    void queue_hasTwoHundredSignals() throws SQLException {
        signals.tenant.sql("""
                insert into providers.signals (tenant_id, name, lane, kind, owner_kind, owner_name, source_status, impact, recovery_action, evidence_subject, evidence_why)
                select ?, 'S', 'api', 'system', 'team', 'T', 'watch', 'I', 'A', 'S', 'W' from generate_series(1, 201)""", signals.tenant.id());
        var summary = signals.summary("");
        assertEquals("201 200 true", summary.at("/counts/signals") + " " + summary.json().at("/queue/signals").size() + " " + summary.at("/queue/has_more"));
        assertEquals("200 true", summary.json().at("/priority_recovery/signals").size() + " " + summary.at("/priority_recovery/has_more"));
    }

    @Test
    void summaryAt_showsTheStatesOfThen() {
        var one = signals.system("api", "healthy", 90);
        var before = instantOf(one, "/created_at");
        var two = signals.system("api", "watch", 50);
        var both = instantOf(two, "/created_at");
        signals.patch(one, "{\"source_status\": \"watch\"}").expect(200);
        var changed = instantOf(one, "/updated_at");
        signals.block(two).expect(200);
        var blocked = instantOf(two, "/updated_at");
        signals.unblock(two).expect(200);
        var free = instantOf(two, "/updated_at");
        signals.act(one, "archive", null).expect(200);

        assertEquals("0", figures(before.minusNanos(1_000)));
        assertEquals("1 90 operational", figures(before));
        assertEquals("2 70 operational degraded", figures(both));
        assertEquals("2 70 operational degraded", figures(changed.minusNanos(1_000)), "until the change");
        assertEquals("2 56 degraded degraded", figures(changed), "61 and 50: 55.5");
        assertEquals("2 40 degraded blocked", figures(blocked), "61 and 18: 39.5");
        assertEquals("2 56 degraded degraded", figures(free));
        var then = signals.summary("?at=" + blocked);
        assertEquals("It drifts.", then.at("/queue/signals/1/blocked/reason"), "the block of then");
        assertEquals("operator", then.at("/queue/signals/1/ceiling/reason"));
        assertEquals(List.of(one, two), each(then, "/priority_recovery/signals", "/signal_id"));
        assertEquals("1 50", signals.summary("").at("/counts/signals") + " " + signals.summary("").at("/signal_percent"), "now without the archived one");
        var refused = signals.http.get(BASE + "/summary?at=2999-01-01T00:00:00Z");
        assertEquals("400 invalid_parameter at", refused.outcome() + " " + refused.at("/errors/0/parameter"));
    }

    private Instant instantOf(String signal, String pointer) {
        return Instant.parse(String.valueOf(signals.get(signal).at(pointer)));
    }

    private String figures(Instant at) {
        var summary = signals.summary("?at=" + at);
        return summary.at("/counts/signals").equals("0")
                ? "0" : summary.at("/counts/signals") + " " + summary.at("/signal_percent") + " " + String.join(" ", each(summary, "/queue/signals", "/status"));
    }

    @Test
    void summary_of5000SignalsAnd2000Checks_isOneRoundTrip() throws SQLException {
        signals.tenant.sql("""
                insert into providers.signals (tenant_id, name, lane, kind, owner_kind, owner_name, source_status, impact, recovery_action, evidence_subject,
                    evidence_why)
                select ?, 'S', 'api', 'system', 'team', 'T', 'healthy', 'I', 'A', 'S', 'W' from generate_series(1, 5000)""", signals.tenant.id());
        signals.tenant.sql("""
                insert into providers.checks (tenant_id, signal_id, type, target, cadence_seconds, timeout_ms, retries, failures_to_degrade, failures_to_block,
                    successes_to_recover, outcome, last_result_at, next_run_at)
                select tenant_id, id, 'database', '{}', 60, 1000, 0, 1, 3, 2, 'passing', now(), now() + interval '1 day' from providers.signals
                where tenant_id = ? and position <= 2000""", signals.tenant.id());
        try (var connection = signals.tenant.server().superuser(); var statement = connection.createStatement()) {
            // Without statistics of the new rows, each signal would read all checks.
            statement.execute("analyze providers.signals, providers.checks, providers.incidents");
        }
        var http = new Http(COUNTED.node(), signals.tenant.token());
        assertEquals(1, COUNTED.trips(() -> http.get(BASE + "/summary")));
        var summary = http.get(BASE + "/summary").expect(200);
        assertEquals("5000 95", summary.at("/counts/operational") + " " + summary.at("/signal_percent"));
    }

    @Test
    void summary_isOneRoundTrip() {
        var signal = signals.system("api", "healthy", 90);
        var http = new Http(COUNTED.node(), signals.tenant.token());
        assertEquals(1, COUNTED.trips(() -> http.get(BASE + "/summary")));
        assertEquals(1, COUNTED.trips(() -> http.get(BASE + "/summary?at=" + signals.get(signal).at("/created_at"))));
        assertEquals(1, COUNTED.trips(() -> http.get(SignalsFixture.URL)));
        assertEquals(1, COUNTED.trips(() -> http.get(SignalsFixture.URL + "/" + signal)));
        assertEquals(3, COUNTED.trips(() -> http.post(SignalsFixture.URL + "/" + signal + "/review", "{\"outcome\": \"confirmed\"}")));
    }
}
