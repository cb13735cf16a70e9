package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.guildhall.Http;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Ids;

/** The examples of the providers' operations. */
final class ProvidersExamples {

    static final List<Example> ALL = List.of(
            example(CREATE_SIGNAL).makes("sig"),
            example(LIST_SIGNALS),
            example(GET_SIGNAL),
            example(UPDATE_SIGNAL),
            example(BLOCK_SIGNAL),
            example(UNBLOCK_SIGNAL).after(BLOCK_SIGNAL),
            example(REVIEW_SIGNAL),
            example(ARCHIVE_SIGNAL),
            example(GET_PROVIDER_SUMMARY),

            example(CREATE_CHECK).makes("chk").with("/signal_id", ProvidersExamples::plannedSignal),
            example(LIST_CHECKS),
            example(GET_CHECK),
            example(UPDATE_CHECK),
            example(RUN_CHECK),
            example(PAUSE_CHECK),
            example(RESUME_CHECK).after(PAUSE_CHECK),
            example(ARCHIVE_CHECK),
            example(LIST_CHECK_RESULTS).at("check_id", ProvidersExamples::checkWithResult).entry(samples -> samples.remembered("result")),

            example(CREATE_INCIDENT).makes("inc"),
            example(LIST_INCIDENTS),
            example(GET_INCIDENT),
            example(UPDATE_INCIDENT),
            example(MONITOR_INCIDENT),
            example(RESOLVE_INCIDENT),
            example(REOPEN_INCIDENT).after(RESOLVE_INCIDENT),
            example(CLOSE_INCIDENT).at("incident_id", ProvidersExamples::completeIncident).after(RESOLVE_INCIDENT),
            example(CREATE_INCIDENT_ENTRY).makes("ine"),
            example(LIST_INCIDENT_ENTRIES),
            example(GET_INCIDENT_ENTRY).at("incident_id", ProvidersExamples::incidentWithEntry).at("incident_entry_id", samples -> samples.remembered("entry")),
            example(CREATE_DOMAIN).makes("dom").with("/name", samples -> samples.word() + ".winterstreet.example"),
            example(LIST_DOMAINS),
            example(GET_DOMAIN).at("domain_id", ProvidersExamples::settledDomain),
            example(UPDATE_DOMAIN).at("domain_id", ProvidersExamples::settledDomain),
            example(CHECK_DOMAIN).at("domain_id", ProvidersExamples::settledDomain),
            example(REMOVE_DOMAIN).at("domain_id", ProvidersExamples::settledDomain),

            example(LIST_PUBLIC_INCIDENTS).entry(ProvidersExamples::publicIncident),

            example(CREATE_ALERT_RULE).makes("alr"),
            example(LIST_ALERT_RULES),
            example(GET_ALERT_RULE),
            example(UPDATE_ALERT_RULE),
            example(PAUSE_ALERT_RULE),
            example(RESUME_ALERT_RULE).after(PAUSE_ALERT_RULE),
            example(ARCHIVE_ALERT_RULE),
            example(SUPPRESS_ALERT_RULE).with("/until", SampleData::nextMonth),
            example(TEST_ALERT_RULE),
            example(LIST_FIRED_ALERTS).entry(ProvidersExamples::firedAlert),
            example(GET_FIRED_ALERT).at("fired_alert_id", ProvidersExamples::firedAlert));

    private ProvidersExamples() {}

    /** A signal whose checks don't run, so that nothing changes beside a test. */
    private static String plannedSignal(SampleData samples) {
        var signal = samples.id("sig");
        samples.http.patch("/api/v1/providers/signals/" + signal, "{\"source_status\": \"planned\"}").expect(200);
        return signal;
    }

    /** A domain at which no look is due, so that nothing changes beside a test. */
    private static String settledDomain(SampleData samples) {
        var domain = samples.id("dom");
        try {
            samples.tenant.sql("update providers.domains set next_check_at = null where tenant_id = ?", samples.tenant.id());
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return domain;
    }

    static String checkWithResult(SampleData samples) {
        var check = samples.id("chk");
        var result = Ids.next();
        try {
            samples.tenant.sql("""
                    insert into providers.check_results (tenant_id, id, check_id, at, outcome, latency_ms, attempts, observed, node)
                    values (?, ?, ?, now(), 'pass', 12, 1, '{}', 'node')""", samples.tenant.id(), result, TypeIds.parse("chk", check));
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        samples.remember("result", TypeIds.format("ckr", result));
        return check;
    }

    /** An alert that has cleared, so that no evaluation changes it. */
    static String firedAlert(SampleData samples) {
        var alert = Ids.next();
        insert(samples, """
                insert into providers.fired_alerts (tenant_id, id, rule_id, signal_id, cause, severity, state, fired_at, sent_at, cleared_at)
                values (?, ?, ?, ?, 'payments_blocked', 'critical', 'cleared', now(), now(), now())""",
                samples.tenant.id(), alert, TypeIds.parse("alr", samples.id("alr")), TypeIds.parse("sig", samples.id("sig")));
        return TypeIds.format("fal", alert);
    }

    /** A condition that holds, of a rule that waits for a day, so that no evaluation ends the streak. */
    static void alertStreak(SampleData samples) {
        var signal = samples.id("sig");
        var rule = samples.made("/api/v1/providers/alert-rules", Map.of(
                "name", "Waits", "condition", Map.of("type", "percent_below", "value", 100), "scope", Map.of("signal_id", signal), "actionable", "none",
                "severity", "minor", "for_evaluations", 1440));
        // The evaluation that the new rule has requested may write the same row at once; it locks the rule first, and so does this.
        insert(samples, """
                with rule as materialized (select id from providers.alert_rules where tenant_id = ? and id = ? for update)
                insert into providers.alert_streaks (tenant_id, rule_id, signal_id, evaluations, counted_at)
                select ?, id, ?, 1, now() from rule
                on conflict do nothing""", samples.tenant.id(), TypeIds.parse("alr", rule), samples.tenant.id(), TypeIds.parse("sig", signal));
    }

    private static void insert(SampleData samples, String statement, Object... values) {
        try {
            samples.tenant.sql(statement, values);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** A new incident with all that a closing asks for. */
    private static String completeIncident(SampleData samples) {
        var incident = incidentWithEntry(samples);
        change(samples, incident, Map.of(
                "evidence", List.of(Map.of("kind", "statement", "words", "Seen by the front desk.", "url", "https://reports.example/1")),
                "prevention_task_id", samples.id("tsk"), "owner_safe_explanation", "It is over."));
        return incident;
    }

    private static String incidentWithEntry(SampleData samples) {
        var incident = samples.id("inc");
        samples.remember("entry", samples.made("/api/v1/providers/incidents/" + incident + "/entries", Map.of("kind", "note", "words", "Seen.")));
        return incident;
    }

    private static String publicIncident(SampleData samples) {
        var incident = samples.id("inc");
        change(samples, incident, Map.of("owner_safe_explanation", "It is over."));
        return incident;
    }

    private static void change(SampleData samples, String incident, Map<String, ?> members) {
        samples.http.patch("/api/v1/providers/incidents/" + incident, Http.JSON.valueToTree(members).toString()).expect(200);
    }
}
