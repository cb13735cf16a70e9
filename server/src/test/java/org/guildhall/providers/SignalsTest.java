package org.guildhall.providers;

import static org.guildhall.providers.SignalsFixture.URL;
import static org.guildhall.providers.SignalsFixture.each;
import static org.guildhall.providers.SignalsFixture.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals: status and percentage from kind and source status, blocks, reviews, ranking. */
class SignalsTest {

    private final SignalsFixture signals = new SignalsFixture();

    @ParameterizedTest
    @CsvSource({
        "system,        healthy,         operational, 95",
        "system,        watch,           degraded,    61",
        "system,        planned,         planned,     35",
        "system,        failing,         blocked,     18",
        "integration,   live,            operational, 92",
        "integration,   needs_attention, degraded,    54",
        "integration,   planned,         planned,     32",
        "integration,   failing,         blocked,     18",
        "api_contract,  live,            operational, 90",
        "api_contract,  documented,      degraded,    63",
        "api_contract,  planned,         planned,     35",
        "api_contract,  failing,         blocked,     18",
        "webhook_event, active,          operational, 86",
        "webhook_event, watch,           degraded,    61",
        "webhook_event, planned,         planned,     38",
        "webhook_event, failing,         blocked,     18",
    })
    void statusAndPercent_followFromKindAndSourceStatus(String kind, String sourceStatus, String status, int percent) {
        var signal = signals.create("api", kind, sourceStatus, "").expect(201);
        assertEquals(status + " " + percent, shown(signal));
        assertEquals(status + " " + percent, signal.at("/evidence/status") + " " + signal.at("/evidence/signal_percent"));
        assertEquals(sourceStatus.replace('_', ' '), signal.at("/evidence/source_status"));
    }

    @ParameterizedTest
    @CsvSource({
        "system,        live,            'healthy, watch, planned, failing'",
        "integration,   healthy,         'live, needs_attention, planned, failing'",
        "api_contract,  needs_attention, 'live, documented, planned, failing'",
        "webhook_event, documented,      'active, watch, planned, failing'",
    })
    void sourceStatus_ofAnotherKind_isRefused(String kind, String sourceStatus, String allowed) {
        var refused = signals.create("api", kind, sourceStatus, "");
        assertEquals("422 validation_failed", refused.outcome());
        assertEquals("/source_status A signal of the kind " + kind + " has one of these: " + allowed + ".",
                refused.at("/errors/0/pointer") + " " + refused.at("/errors/0/detail"));
        var signal = signals.made("api", kind, "planned", "");
        assertEquals("422 validation_failed", signals.patch(signal, "{\"source_status\": \"" + sourceStatus + "\"}").outcome());
    }

    @ParameterizedTest
    @CsvSource({
        "system,        System,      Check health endpoint",
        "integration,   Category,    Confirm provider owner",
        "api_contract,  Consumer,    Identify consumer",
        "webhook_event, Destination, Inspect latest delivery",
    })
    void subjectLabelAndEscalation_followFromKind(String kind, String label, String firstStep) {
        var signal = signals.create("api", kind, "planned", "").expect(201);
        assertEquals(label, signal.at("/evidence/subject_label"));
        assertEquals(firstStep, signal.at("/escalation_steps/0"));
        assertEquals(4, signal.json().at("/escalation_steps").size());
    }

    @Test
    void sentPercent_winsUntilTheSourceStatusChanges() {
        var signal = signals.made("api", "system", "healthy", ", \"signal_percent\": 97");
        assertEquals("operational 97", shown(signals.get(signal)));
        assertEquals("operational 97", shown(signals.patch(signal, "{\"name\": \"Renamed\"}").expect(200)));
        assertEquals("degraded 61", shown(signals.patch(signal, "{\"source_status\": \"watch\"}").expect(200)));
        assertEquals("degraded 40", shown(signals.patch(signal, "{\"signal_percent\": 40}").expect(200)));
        assertEquals("operational 40", shown(signals.patch(signal, "{\"source_status\": \"healthy\", \"signal_percent\": 40}").expect(200)),
                "a percentage beside the source status stays, even if it is the present one");
        assertEquals("operational 95", shown(signals.patch(signal, "{\"signal_percent\": null}").expect(200)));
        var version = signals.get(signal).at("/version");
        assertEquals(version, signals.patch(signal, "{\"source_status\": \"healthy\"}").expect(200).at("/version"), "nothing changed");
    }

    @Test
    void block_isACeiling_unblockRestoresTheEvidence() {
        var signal = signals.made("webhook", "webhook_event", "active", "");
        assertEquals("operational 86", shown(signals.get(signal)));
        var blocked = signals.block(signal).expect(200);
        assertEquals("blocked 18", shown(blocked));
        assertEquals("operator", blocked.at("/ceiling/reason"));
        assertEquals("It drifts.", blocked.at("/blocked/reason"));
        assertEquals("operational 86", blocked.at("/evidence/status") + " " + blocked.at("/evidence/signal_percent"));
        assertEquals("409 invalid_state", signals.block(signal).outcome());
        assertEquals("blocked 10", shown(signals.patch(signal, "{\"signal_percent\": 10}").expect(200)), "a ceiling only lowers");
        signals.patch(signal, "{\"signal_percent\": null}").expect(200);
        var free = signals.unblock(signal).expect(200);
        assertEquals("operational 86", shown(free));
        assertNull(free.at("/blocked/reason"));
        assertNull(free.at("/ceiling/reason"));
        assertEquals("409 invalid_state", signals.unblock(signal).outcome());
        var trail = signals.http.get("/api/v1/platform/audit-events?sort=-occurred_at&entity_type=signal&entity_id=" + signal);
        assertEquals(List.of("signal.unblocked", "signal.updated", "signal.updated", "signal.blocked", "signal.created"), each(trail, "/data", "/action"));
        assertEquals("It is right again.", trail.at("/data/0/reason"), "the reason of the body");
        assertEquals("provider", trail.at("/data/0/category"));
    }

    @Test
    void plannedSignal_staysPlannedUnderABlock() {
        var signal = signals.made("webhook", "webhook_event", "planned", "");
        var blocked = signals.block(signal).expect(200);
        assertEquals("planned 38", shown(blocked));
        assertNull(blocked.at("/ceiling/reason"));
        assertEquals("blocked 18", shown(signals.patch(signal, "{\"source_status\": \"active\"}").expect(200)), "the block waits for it");
    }

    @Test
    void review_isRecorded_andChangesNoStatus() {
        var signal = signals.made("api", "system", "watch", "");
        assertNull(signals.get(signal).at("/last_review/outcome"));
        var reviewed = signals.act(signal, "review", "{\"outcome\": \"needs_action\", \"note\": \"The queue grows.\"}").expect(200);
        assertEquals("needs_action The queue grows.", reviewed.at("/last_review/outcome") + " " + reviewed.at("/last_review/note"));
        assertEquals("degraded 61", shown(reviewed));
        var trail = signals.http.get("/api/v1/platform/audit-events?action=provider.health.reviewed");
        assertEquals(List.of(signal), each(trail, "/data", "/entity_id"));
    }

    @Test
    void archivedSignal_isReadableOnly() {
        var signal = signals.made("api", "system", "watch", "");
        assertEquals("archived", signals.act(signal, "archive", null).expect(200).at("/state"));
        assertEquals("409 invalid_state", signals.act(signal, "archive", null).outcome());
        assertEquals("409 invalid_state", signals.block(signal).outcome());
        assertEquals("409 invalid_state", signals.act(signal, "review", "{\"outcome\": \"confirmed\"}").outcome());
        assertEquals("409 invalid_state", signals.patch(signal, "{\"name\": \"Other\"}").outcome());
        assertEquals("degraded 61", shown(signals.get(signal)));
        assertEquals(List.of(), each(signals.http.get(URL + "?state=active"), "/data", "/id"));
    }

    @Test
    void list_ranksByPercent_tiesInTheOrderOfEntry() {
        var weak = signals.system("api", "watch", 40);
        var first = signals.system("api", "healthy", 95);
        var second = signals.system("payments", "healthy", 95);
        var strong = signals.system("api", "healthy", 99);
        assertEquals(List.of(strong, first, second, weak), each(signals.http.get(URL), "/data", "/id"));
        var page = signals.http.get(URL + "?limit=2");
        assertEquals(List.of(strong, first), each(page, "/data", "/id"));
        var next = signals.http.get(URL + "?limit=2&cursor=" + page.at("/page/next_cursor"));
        assertEquals(List.of(second, weak), each(next, "/data", "/id"));
        assertEquals(List.of(weak, first, second, strong), each(signals.http.get(URL + "?sort=position"), "/data", "/id"));
        assertEquals(List.of("1", "2", "3", "4"), each(signals.http.get(URL + "?sort=position"), "/data", "/position"));
        assertEquals(List.of(strong, first, weak), each(signals.http.get(URL + "?lane=api"), "/data", "/id"));
        signals.block(strong).expect(200);
        assertEquals(List.of(first, second, weak, strong), each(signals.http.get(URL), "/data", "/id"), "the order of what is shown");
        assertEquals(List.of(strong), each(signals.http.get(URL + "?status=blocked"), "/data", "/id"));
        assertEquals(List.of(strong, second, first, weak), each(signals.http.get(URL + "?sort=-updated_at"), "/data", "/id"));
        assertEquals(List.of(), each(signals.http.get(URL + "?owner=Nobody"), "/data", "/id"));
        assertEquals(4, each(signals.http.get(URL + "?owner=Operations&kind=system"), "/data", "/id").size());
    }

    @Test
    void owner_personMustExist_teamHasNone() {
        var missing = "per_01m7ym9s346q3d25vt4f5v37e3";
        var signal = signals.made("api", "system", "watch", "");
        var refused = signals.patch(signal, "{\"owner\": {\"kind\": \"person\", \"person_id\": \"" + missing + "\"}}");
        assertEquals("422 validation_failed /owner/person_id", refused.outcome() + " " + refused.at("/errors/0/pointer"));
        refused = signals.patch(signal, "{\"owner\": {\"person_id\": \"" + missing + "\"}}");
        assertEquals("422 validation_failed team", refused.outcome() + " " + refused.at("/errors/0/code"));
        signals.http.post("/api/v1/catalog/org-types", "{\"key\": \"personal\", \"name\": \"Personal\", \"is_default\": true}").expect(201);
        var person = signals.http.post("/api/v1/runtime/persons", "{\"name\": \"Maria Rossi\"}").expect(201).at("/id");
        var owner = "{\"owner\": {\"kind\": \"person\", \"name\": \"Maria Rossi\", \"person_id\": \"" + person + "\"}}";
        assertEquals(person, signals.patch(signal, owner).expect(200).at("/owner/person_id"));
    }

    @Test
    void signals_beyondTheBound_areRefused() throws SQLException {
        signals.made("api", "system", "watch", "");
        signals.tenant.sql("update providers.signal_counters set signals = 9999 where tenant_id = ?", signals.tenant.id());
        assertEquals("10000", signals.create("api", "system", "watch", "").expect(201).at("/position"));
        assertEquals("409 conflict", signals.create("api", "system", "watch", "").outcome());
    }
}
