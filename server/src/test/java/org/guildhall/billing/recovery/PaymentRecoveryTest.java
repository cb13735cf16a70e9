package org.guildhall.billing.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.guildhall.core.Permutations;
import org.junit.jupiter.api.Test;

/** Tasks about failed payments, over HTTP. */
class PaymentRecoveryTest {

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final long now = Instant.now().getEpochSecond();
    private StripeSender stripe = connect();

    private StripeSender connect() {
        var connection = http.post("/api/v1/billing/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201);
        return new StripeSender(new Http(tenant.server(), null), String.valueOf(connection.at("/id")), StripeSender.SECRET);
    }

    private String invoice(String event, String type, long at, String status, int attempts) {
        var object = StripeBodies.with(StripeBodies.invoice("in_1", status), "customer", "cus_1", "attempt_count", attempts);
        return StripeSender.event(event, type, at, object);
    }

    private String customer() {
        return StripeSender.event("evt_0", "customer.created", now, Map.of("id", "cus_1", "object", "customer", "name", "Alex Chen"));
    }

    private List<String> tasks() {
        var tasks = new ArrayList<String>();
        http.get("/api/v1/tasks/operational-tasks?workflow=payment_recovery").expect(200).json().get("data")
                .forEach(task -> tasks.add(task.get("title").asText() + ": " + task.get("state").asText() + " " + task.at("/outcome/kind").asText()));
        return tasks;
    }

    @Test
    void failedPayment_makesOneTask_whichThePaymentCompletes() {
        stripe.send(customer()).expect(200);
        stripe.send(invoice("evt_1", "invoice.finalized", now, "open", 0)).expect(200);
        assertEquals(List.of(), tasks());
        for (int attempt = 1; attempt <= 3; attempt++) {
            stripe.send(invoice("evt_f" + attempt, "invoice.payment_failed", now + attempt, "open", attempt)).expect(200);
        }
        assertEquals(List.of("Call Alex Chen about failed payment: open "), tasks());
        var delivery = http.get("/api/v1/billing/webhook-deliveries?event_reference=evt_f1").expect(200);
        assertEquals("invoice operational_task", delivery.at("/data/0/effects/0/entity_type") + " " + delivery.at("/data/0/effects/1/entity_type"));
        stripe.send(invoice("evt_2", "invoice.paid", now + 9, "paid", 4)).expect(200);
        assertEquals(List.of("Call Alex Chen about failed payment: completed done"), tasks());
    }

    @Test
    void everyOrder_endsWithTheSameTask() {
        var bodies = List.of(
                customer(), invoice("evt_1", "invoice.finalized", now, "open", 0), invoice("evt_2", "invoice.payment_failed", now + 1, "open", 1),
                invoice("evt_3", "invoice.voided", now + 2, "void", 1));
        var seen = Permutations.of(bodies.size()).stream().map(order -> {
            stripe = connect();
            int before = tasks().size();
            order.forEach(at -> stripe.send(bodies.get(at)).expect(200));
            stripe.send(bodies.get(order.getLast())).expect(200);
            return tasks().stream().skip(before).filter(task -> !task.endsWith("completed no_longer_needed")).toList();
        }).collect(Collectors.toSet());
        assertEquals(Set.of(List.of()), seen);
    }

    private List<String> returned() {
        var titles = new ArrayList<String>();
        http.get("/api/v1/tasks/operational-tasks?workflow=returned_money").expect(200).json().get("data")
                .forEach(task -> titles.add(task.get("title").asText() + ": " + task.get("detail").asText()));
        Collections.sort(titles);
        return titles;
    }

    @Test
    void failedRefund_andFailedPayout_haveOneTaskEach() {
        stripe.send(StripeSender.event("evt_r1", "refund.created", now, StripeBodies.refund("re_1", "pi_1", 2_900, "succeeded"))).expect(200);
        stripe.send(StripeSender.event("evt_p1", "payout.paid", now, StripeBodies.payout("po_1", 9_000, "paid"))).expect(200);
        assertEquals(List.of(), returned());
        for (int second = 1; second <= 2; second++) {
            var refund = StripeBodies.with(StripeBodies.refund("re_1", "pi_1", 2_900, "failed"), "failure_reason", "lost_or_stolen_card");
            stripe.send(StripeSender.event("evt_r1" + second, "refund.failed", now + second, refund)).expect(200);
            stripe.send(StripeSender.event("evt_p1" + second, "payout.failed", now + second, StripeBodies.payout("po_1", 9_000, "failed"))).expect(200);
        }
        assertEquals(List.of(
                        "Check the bank account of Stripe: Payout po_1 of 9000 minor units of AUD has failed: The bank account has been closed. "
                                + "Correct the bank account at the provider.",
                        "Pay back the customer in another way: Refund re_1 of 2900 minor units of AUD has failed: lost_or_stolen_card"),
                returned());
    }

    @Test
    void failedRefund_thatIsPaidAfterAll_completesItsTask() {
        stripe.send(StripeSender.event("evt_1", "refund.failed", now, StripeBodies.refund("re_1", "pi_1", 2_900, "failed"))).expect(200);
        stripe.send(StripeSender.event("evt_2", "refund.updated", now + 1, StripeBodies.refund("re_1", "pi_1", 2_900, "succeeded"))).expect(200);
        var tasks = "/api/v1/tasks/operational-tasks?workflow=returned_money";
        assertEquals("completed done The refund was paid back.", http.get(tasks).expect(200).at("/data/0/state") + " " + http.get(tasks).at("/data/0/outcome/kind")
                + " " + http.get(tasks).at("/data/0/outcome/words"));
        // Late news of the failure.
        stripe.send(StripeSender.event("evt_0", "refund.failed", now, StripeBodies.refund("re_1", "pi_1", 2_900, "failed"))).expect(200);
        assertEquals(1, returned().size());
        stripe.send(StripeSender.event("evt_3", "refund.failed", now + 2, StripeBodies.refund("re_1", "pi_1", 2_900, "failed"))).expect(200);
        assertEquals(2, returned().size());
        assertEquals(1, http.get(tasks + "&state=open").expect(200).json().get("data").size());
    }
}
