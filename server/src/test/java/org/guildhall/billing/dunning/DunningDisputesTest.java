package org.guildhall.billing.dunning;

import static org.guildhall.billing.DunningFixture.BASE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.guildhall.billing.DunningFixture;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.Test;

/** Dunning of invoices with disputed payments, over HTTP. */
class DunningDisputesTest {

    private final DunningFixture dunning = new DunningFixture();

    private void failed() {
        dunning.subscription("alex@members.example");
        dunning.invoice("in_1", "payment_failed", "open", 1, 5);
    }

    private void dispute(String id, String status, long later) {
        dunning.send(StripeSender.event("evt_" + id + status, status.equals("needs_response") ? "charge.dispute.created" : "charge.dispute.closed",
                Instant.now().getEpochSecond() + later, StripeBodies.dispute(id, "pi_1", status)));
    }

    /** A payment of a part of the first invoice. */
    private void part() {
        long now = Instant.now().getEpochSecond();
        dunning.send(StripeSender.event("evt_charge", "charge.succeeded", now, StripeBodies.with(
                StripeBodies.charge("ch_1", "pi_1", "succeeded", now), "invoice", "in_1", "customer", "cus_harbour")));
    }

    @Test
    void openDisputes_andAnnouncedAttempts_holdTheCase() throws SQLException {
        dunning.transport();
        dunning.policy("{\"after_days\": 0, \"action\": \"message\"}", "");
        failed();
        part();
        dispute("du_1", "needs_response", 0);
        dunning.run();
        assertEquals(List.of("held dispute 1"), dunning.cases());
        dispute("du_1", "won", 5);
        var tenant = dunning.plans.tenant;
        tenant.sql("update billing.invoices set implied = true, next_attempt_at = now() + interval '2 days' where tenant_id = ?", tenant.id());
        dunning.run();
        assertEquals(List.of("held provider_retry 1"), dunning.cases());
        tenant.sql("update billing.invoices set implied = false where tenant_id = ?", tenant.id());
        dunning.run();
        assertEquals(List.of("exhausted  -"), dunning.cases(), "Stripe's own attempts don't hold a case");
    }

    @Test
    void dispute_dropsTheCaseOfAPolicyThatStopsOnIt_untilItIsWon() {
        dunning.transport();
        dunning.policy(", \"stop_on\": [\"dispute\"]");
        failed();
        part();
        var preview = "{\"at\": \"" + Instant.now().plus(Duration.ofDays(2)) + "\"}";
        assertEquals("message", dunning.http.post(BASE + "cases/preview", preview).expect(200).at("/decisions/0/decision"));
        dispute("du_1", "needs_response", 0);
        assertEquals(List.of("dropped dispute -"), dunning.cases(), "at once");
        dunning.invoice("in_1", "payment_failed", "open", 2, 20);
        dunning.run();
        assertEquals(List.of("dropped dispute -"), dunning.cases(), "neither an event nor the job opens another one");
        dispute("du_1", "won", 5);
        assertEquals(List.of("dropped dispute -", "open  1"), dunning.cases(), "the money is owed, and the payer has all days of the policy");
        dispute("du_2", "needs_response", 10);
        dispute("du_2", "lost", 15);
        dunning.run();
        assertEquals(List.of("dropped dispute -", "dropped dispute -"), dunning.cases(), "a lost dispute is the end");
        dunning.invoice("in_1", "paid", "paid", 3, 60);
        assertEquals(List.of("dropped dispute -", "dropped dispute -"), dunning.cases());
    }

    @Test
    void disputeWhoseInvoiceIsKnownLater_dropsTheCaseInsteadOfAStep() throws SQLException {
        dunning.transport();
        var policy = dunning.policy("{\"after_days\": 0, \"action\": \"message\"}", "");
        failed();
        dispute("du_1", "needs_response", 0);
        part();
        dunning.run();
        assertEquals(List.of("held dispute 1"), dunning.cases());
        assertEquals(1, dunning.http.get(BASE + "cases?held_reason=dispute").expect(200).json().get("data").size());
        assertEquals(0, dunning.http.get(BASE + "cases?held_reason=operator").expect(200).json().get("data").size());
        dunning.http.patch(BASE + "policies/" + policy, "{\"stop_on\": [\"dispute\", \"subscription_ended\"]}").expect(200);
        assertEquals("[\"subscription_ended\",\"dispute\"]", dunning.http.get(BASE + "policies/" + policy).json().get("stop_on").toString());
        var preview = dunning.http.post(BASE + "cases/preview", "{}").expect(200);
        assertEquals("end dispute", preview.at("/decisions/0/decision") + " " + preview.at("/decisions/0/reason"));
        dunning.run();
        assertEquals(List.of("dropped dispute -"), dunning.cases());
        assertEquals(List.of(), dunning.attempts());
        dunning.http.patch(BASE + "policies/" + policy, "{\"stop_on\": []}").expect(200);
        dunning.run();
        assertEquals(List.of("dropped dispute -", "held dispute 1"), dunning.cases(), "the policy counts as it is now");
    }

    @Test
    void dispute_restoresNoSuspendedPlan() throws SQLException {
        dunning.policy("{\"after_days\": 0, \"action\": \"suspend\"}", ", \"stop_on\": [\"dispute\"]");
        failed();
        part();
        dunning.run();
        dispute("du_1", "needs_response", 0);
        dispute("du_1", "lost", 5);
        dunning.run();
        assertEquals(List.of("suspended  -"), dunning.cases());
        assertEquals("Public default", dunning.plan());
    }
}
