package org.guildhall.billing.dunning;

import static org.guildhall.billing.DunningFixture.BASE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.guildhall.billing.DunningFixture;
import org.guildhall.tasks.Tasks;
import org.junit.jupiter.api.Test;

/** Dunning over HTTP, with events of Stripe and runs of the job at set instants. */
class DunningTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final DunningFixture dunning = new DunningFixture();

    private void failed() {
        dunning.subscription("alex@members.example");
        dunning.invoice("in_1", "payment_failed", "open", 1, 5);
    }

    private static Duration days(int days) {
        return Duration.ofDays(days).plus(HOUR);
    }

    @Test
    void failedPayment_leadsToMessages_andToTheSuspension_untilItIsPaid() throws SQLException {
        dunning.transport();
        dunning.policy("");
        failed();
        assertEquals(List.of("open  1"), dunning.cases());
        assertEquals("Standard subscription", dunning.plan());
        assertEquals(0, dunning.runAfter(Duration.ofHours(23)).changed());

        dunning.runAfter(days(1));
        dunning.runAfter(days(2));
        assertEquals(List.of("1 message queued"), dunning.attempts());
        dunning.runAfter(days(8));
        assertEquals(List.of("open  3"), dunning.cases());
        assertEquals("Standard subscription", dunning.plan());
        dunning.runAfter(days(16));
        assertEquals(List.of("suspended  -"), dunning.cases());
        assertEquals(List.of("1 message queued", "2 message queued", "3 suspend suspended"), dunning.attempts());
        assertEquals("Public default", dunning.plan());
        var subscription = dunning.http.get("/api/v1/billing/subscriptions").expect(200);
        assertEquals("active", subscription.at("/data/0/state"));
        assertTrue(subscription.at("/data/0/entitlements_suspended_at") != null);

        dunning.invoice("in_1", "paid", "paid", 2, 60);
        assertEquals(List.of("recovered  -"), dunning.cases());
        assertEquals("Standard subscription", dunning.plan());
        var results = dunning.http.get(BASE + "analytics?before=" + Instant.now().plus(HOUR)).expect(200);
        assertEquals("1 1 1 2 1 12900 12900 0", String.join(" ", List.of(
                results.at("/cases/opened"), results.at("/cases/recovered"), results.at("/cases/recovered_after_suspension"), results.at("/attempts/attempted"),
                results.at("/attempts/suspensions"), results.at("/amounts/0/opened_minor"), results.at("/amounts/0/recovered_minor"),
                results.at("/amounts/0/outstanding_minor"))));
    }

    @Test
    void message_hasNameNumberAndAmount_andItsStateFollows() throws SQLException {
        dunning.transport();
        dunning.policy("{\"after_days\": 0, \"action\": \"message\"}", "");
        failed();
        dunning.run();
        assertEquals(List.of("exhausted  -"), dunning.cases());
        var message = dunning.http.get("/api/v1/tasks/messages").expect(200);
        assertEquals("Your payment for invoice HARB-0007 has failed", message.at("/data/0/subject"));
        assertTrue(String.valueOf(message.at("/data/0/body")).contains("AUD 129.00"));
        assertEquals("recovery alex@members.example dunning", message.at("/data/0/category") + " " + message.at("/data/0/to/address") + " "
                + message.at("/data/0/source/workflow"));
        dunning.plans.tenant.sql("update tasks.messages set state = 'failed', next_attempt_at = null, finished_at = now() where tenant_id = ?",
                dunning.plans.tenant.id());
        dunning.run();
        assertEquals(List.of("1 message failed"), dunning.attempts());
        dunning.invoice("in_1", "paid", "paid", 2, 60);
        assertEquals(List.of("recovered  -"), dunning.cases());
    }

    @Test
    void template_getsTheVariablesThatItHas_andHoldsTheCaseIfItCantBeUsed() throws SQLException {
        dunning.transport();
        dunning.policy("{\"after_days\": 0, \"action\": \"message\", \"template_key\": \"late\"}", "");
        failed();
        dunning.run();
        assertEquals(List.of("held template_unusable 1"), dunning.cases());
        assertEquals(0, dunning.run().changed());
        var template = dunning.http.post("/api/v1/tasks/templates", """
                {"key": "late", "language": "en", "category": "recovery", "subject": "{{name}}, step {{step}}", "body": "{{amount}}", "format": "text",
                 "variables": [{"name": "name", "required": true}, {"name": "step", "required": true}, {"name": "amount", "required": true}]}""").expect(201);
        dunning.http.post("/api/v1/tasks/templates/" + template.at("/id") + "/publish", null).expect(200);
        dunning.run();
        assertEquals(List.of("exhausted  -"), dunning.cases());
        var message = dunning.http.get("/api/v1/tasks/messages").expect(200);
        assertEquals("Alex Chen, step 1: AUD 129.00", message.at("/data/0/subject") + ": " + message.at("/data/0/body"));
    }

    @Test
    void quietHours_moveAStep_inThePreviewAsInTheRun() throws SQLException {
        dunning.transport();
        dunning.plans.tenant.sql("update platform.settings set time_zone = 'Australia/Sydney' where tenant_id = ?", dunning.plans.tenant.id());
        dunning.policy("{\"after_days\": 0, \"action\": \"message\"}", """
                , "quiet_hours": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "starts": "20:00", "ends": "08:00"}],
                "suppressions": [{"first_day": "2031-12-24", "last_day": "2031-12-26", "reason": "Holidays."}]""");
        failed();
        var night = Instant.parse("2031-12-23T11:30:00Z");
        var preview = dunning.http.post(BASE + "cases/preview", "{\"at\": \"" + night + "\"}").expect(200);
        assertEquals("move quiet_hours 2031-12-26T21:00:00.000000Z", preview.at("/decisions/0/decision") + " " + preview.at("/decisions/0/reason") + " "
                + preview.at("/decisions/0/moved_to"));
        assertEquals(0, dunning.runAt(night).changed());
        assertEquals(0, dunning.runAt(Instant.parse("2031-12-26T20:59:00Z")).changed());
        var morning = dunning.http.post(BASE + "cases/preview", "{\"at\": \"2031-12-26T21:00:00Z\"}").expect(200);
        assertEquals("message null", morning.at("/decisions/0/decision") + " " + morning.at("/decisions/0/reason"));
        var run = dunning.runAt(Instant.parse("2031-12-26T21:00:30Z"));
        assertEquals(List.of(dunning.onlyCase() + ", step 1: message"), run.words());
    }

    @Test
    void hold_stopsTheSteps_andDropEndsTheSuspension() throws SQLException {
        dunning.transport();
        dunning.policy("{\"after_days\": 0, \"action\": \"message\"}, {\"after_days\": 0, \"action\": \"suspend\"}", "");
        failed();
        var path = BASE + "cases/" + dunning.onlyCase();
        dunning.http.post(path + "/hold", "{\"note\": \"Pays on Friday.\"}").expect(200);
        assertEquals("409 invalid_state", dunning.http.post(path + "/hold", "{\"note\": \"Again.\"}").outcome());
        assertEquals(0, dunning.run().seen());
        assertEquals(List.of("held operator 1"), dunning.cases());
        dunning.http.post(path + "/release", null).expect(200);
        assertEquals("409 invalid_state", dunning.http.post(path + "/release", null).outcome());
        dunning.run();
        dunning.run();
        assertEquals("Public default", dunning.plan());
        assertEquals("409 invalid_state", dunning.http.post(path + "/hold", "{\"note\": \"Late.\"}").outcome());
        dunning.http.post(path + "/drop", null).expect(200);
        assertEquals(List.of("dropped operator -"), dunning.cases());
        assertEquals("Standard subscription", dunning.plan());
        assertEquals("409 invalid_state", dunning.http.post(path + "/drop", null).outcome());
        dunning.invoice("in_1", "payment_failed", "open", 2, 70);
        assertEquals(List.of("dropped operator -"), dunning.cases(), "a dropped invoice gets no other case");
    }

    @Test
    void degradedProviders_andAMissingTransport_holdTheCase() {
        dunning.policy("{\"after_days\": 0, \"action\": \"message\"}", "");
        failed();
        dunning.degraded.add(new Tasks.ProviderSignal(UUID.randomUUID(), "Payment rails", "payments", false));
        dunning.run();
        assertEquals(List.of("held providers_degraded 1"), dunning.cases());
        assertEquals(0, dunning.run().changed(), "a hold isn't repeated");
        dunning.degraded.clear();
        dunning.run();
        assertEquals(List.of("held no_transport 1"), dunning.cases());
        dunning.transport();
        dunning.run();
        assertEquals(List.of("exhausted  -"), dunning.cases());
    }

    @Test
    void attempts_areListedByTheirChannel_andCasesShowTheirInvoice() {
        dunning.transport();
        dunning.policy("{\"after_days\": 0, \"action\": \"message\"}, {\"after_days\": 0, \"action\": \"suspend\"}", "");
        failed();
        dunning.run();
        dunning.run();
        assertEquals(List.of("1 message queued", "2 suspend suspended"), dunning.attempts());
        var list = dunning.http.get(BASE + "attempts?channel=email").expect(200);
        assertEquals("1 1", list.json().get("data").size() + " " + list.at("/data/0/position"));
        assertEquals("in_1", dunning.http.get(BASE + "cases?expand=invoice").expect(200).at("/data/0/invoice/provider_reference"));
        assertEquals("in_1", dunning.http.get(BASE + "cases/" + dunning.onlyCase() + "?expand=invoice").expect(200).at("/invoice/provider_reference"));
    }

    @Test
    void stepsThatCantBeCarriedOut_areSkipped() {
        dunning.transport();
        dunning.policy("{\"after_days\": 0, \"action\": \"message\"}, {\"after_days\": 0, \"action\": \"suspend\"}", "");
        dunning.invoice("in_1", "payment_failed", "open", 1, 5);
        dunning.run();
        dunning.run();
        assertEquals(List.of("1 message skipped", "2 suspend skipped"), dunning.attempts());
        assertEquals(List.of("exhausted  -"), dunning.cases());
    }

    @Test
    void policy_opensCasesOfOlderFailures_aboveItsMinimum() {
        failed();
        dunning.invoice("in_2", "payment_failed", "open", 1, 6);
        assertEquals(List.of(), dunning.cases());
        dunning.policy(", \"minimum_amounts\": [{\"amount_minor\": 12901, \"currency\": \"AUD\"}]");
        dunning.run();
        assertEquals(List.of(), dunning.cases());
        dunning.policy(", \"minimum_amounts\": [{\"amount_minor\": 12900, \"currency\": \"AUD\"}]");
        dunning.run();
        dunning.run();
        assertEquals(List.of("open  1", "open  1"), dunning.cases());
        var policies = dunning.http.get(BASE + "policies?sort=created_at").expect(200);
        assertEquals("false true", policies.at("/data/0/is_default") + " " + policies.at("/data/1/is_default"), "one policy is the default");
        dunning.http.post(BASE + "policies/" + policies.at("/data/1/id") + "/archive", null).expect(200);
        dunning.invoice("in_3", "payment_failed", "open", 1, 7);
        assertEquals(2, dunning.cases().size(), "without a default policy there are no more cases");
    }

    @Test
    void endedInvoiceOrSubscription_endsTheCase() {
        var policy = dunning.policy("");
        failed();
        dunning.invoice("in_2", "payment_failed", "open", 1, 6);
        dunning.invoice("in_3", "payment_failed", "open", 1, 7);
        dunning.invoice("in_2", "voided", "void", 1, 8);
        dunning.invoice("in_3", "marked_uncollectible", "uncollectible", 1, 9);
        dunning.subscription("canceled", 10);
        assertEquals(List.of("open  1", "dropped invoice_voided -", "exhausted  -"), dunning.cases());
        dunning.http.patch(BASE + "policies/" + policy, "{\"stop_on\": [\"subscription_ended\"]}").expect(200);
        dunning.invoice("in_1", "payment_failed", "open", 2, 11);
        assertEquals(List.of("dropped subscription_ended -", "dropped invoice_voided -", "exhausted  -"), dunning.cases());
    }

    @Test
    void endOfTheSubscription_dropsItsCaseAtOnce() {
        dunning.policy(", \"stop_on\": [\"subscription_ended\"]");
        failed();
        assertEquals(List.of("open  1"), dunning.cases());
        dunning.subscription("canceled", 10);
        assertEquals(List.of("dropped subscription_ended -"), dunning.cases());
    }

    @Test
    void paidInvoice_thatFailsAgain_hasAnotherCase() {
        dunning.policy("");
        failed();
        dunning.invoice("in_1", "paid", "paid", 1, 6);
        dunning.invoice("in_1", "updated", "open", 2, 7);
        assertEquals(List.of("recovered  -", "open  1"), dunning.cases());
    }

    /** The order of arrival doesn't matter, and a case is one, however often its payment fails. */
    @Test
    void everyOrderOfEvents_endsTheSame() {
        dunning.policy("");
        dunning.subscription("alex@members.example");
        var orders = List.of(List.of(0, 1, 2, 3), List.of(3, 2, 1, 0), List.of(2, 0, 3, 1), List.of(1, 3, 0, 2), List.of(0, 2, 1, 3), List.of(3, 0, 1, 2));
        for (int order = 0; order < orders.size(); order++) {
            var id = "in_" + order;
            var bodies = List.of(
                    dunning.event(id, "finalized", "open", 0, 5), dunning.event(id, "payment_failed", "open", 1, 6),
                    dunning.event(id, "payment_failed", "open", 2, 7), dunning.event(id, "paid", "paid", 3, 8));
            orders.get(order).forEach(at -> dunning.send(bodies.get(at)));
            dunning.send(bodies.get(1));
        }
        assertEquals(List.of(), dunning.cases().stream().filter(one -> !one.equals("recovered  -")).toList());
    }

    /** Two runs at once and the payments of the same invoices: each step happens once, nothing waits for ever, and every case ends. */
    @Test
    void runsAndPaymentsAtOnce_carryOutEachStepOnce() throws Exception {
        dunning.transport();
        dunning.policy("{\"after_days\": 0, \"action\": \"message\"}, {\"after_days\": 0, \"action\": \"suspend\"}", "");
        dunning.subscription("alex@members.example");
        var paid = new ArrayList<Callable<Object>>();
        for (int at = 0; at < 12; at++) {
            dunning.invoice("in_" + at, "payment_failed", "open", 1, 5);
            var body = dunning.event("in_" + at, "paid", "paid", 2, 9);
            paid.add(() -> {
                dunning.send(body);
                return body;
            });
        }
        try (var threads = Executors.newFixedThreadPool(8)) {
            var all = new ArrayList<Callable<Object>>();
            for (int at = 0; at < 4; at++) {
                all.add(dunning::run);
            }
            all.addAll(paid);
            for (var done : threads.invokeAll(all)) {
                Objects.requireNonNull(done.get());
            }
        }
        assertEquals(List.of(), dunning.cases().stream().filter(one -> !one.equals("recovered  -")).toList());
        assertEquals("Standard subscription", dunning.plan());
        assertEquals(List.of("0"), dunning.plans.tenant.found("""
                select count(*)::text from (select 1 from tasks.messages where tenant_id = ? group by entity_id having count(*) > 1) as twice""",
                dunning.plans.tenant.id()));
    }

    private String refused(String body) {
        var reply = dunning.http.post(BASE + "policies", body);
        return reply.outcome() + " " + reply.at("/errors/0/pointer") + " " + reply.at("/errors/0/code");
    }

    private static String body(String steps, String more) {
        return "{\"name\": \"P\", \"steps\": [" + steps + "]" + more + "}";
    }

    @Test
    void faultyPolicies_areRefused() {
        var message = "{\"after_days\": 7, \"action\": \"message\"}";
        assertEquals("422 validation_failed /steps/1/after_days order", refused(body(message + ", {\"after_days\": 1, \"action\": \"message\"}", "")));
        assertEquals("422 validation_failed /steps/0/action order", refused(body("{\"after_days\": 7, \"action\": \"suspend\"}, " + message, "")));
        assertEquals("422 validation_failed /steps/0/template_key excluded",
                refused(body("{\"after_days\": 7, \"action\": \"suspend\", \"template_key\": \"late\"}", "")));
        assertEquals("422 validation_failed /suppressions/0/last_day range", refused(body(message, """
                , "suppressions": [{"first_day": "2026-12-24", "last_day": "2026-12-23", "reason": "R"}]""")));
        assertEquals("422 validation_failed /suppressions/0/last_day range", refused(body(message, """
                , "suppressions": [{"first_day": "2026-12-24", "last_day": "2027-12-25", "reason": "R"}]""")));
        assertEquals("422 validation_failed /minimum_amounts/1/currency duplicate", refused(body(message, """
                , "minimum_amounts": [{"amount_minor": 1, "currency": "AUD"}, {"amount_minor": 2, "currency": "AUD"}]""")));
        assertEquals("422 validation_failed /quiet_hours range", refused(body(message, """
                , "quiet_hours": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "starts": "08:00", "ends": "20:00"},
                {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "starts": "20:00", "ends": "08:00"}]""")));
        assertEquals("400 invalid_parameter", dunning.http.get(BASE + "analytics?from=2026-01-02T00:00:00Z&before=2026-01-01T00:00:00Z").outcome());
        assertEquals("400 invalid_parameter", dunning.http.get(BASE + "analytics?from=2024-01-02T00:00:00Z&before=2026-01-01T00:00:00Z").outcome());
    }
}
