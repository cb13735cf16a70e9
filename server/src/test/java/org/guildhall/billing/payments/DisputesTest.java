package org.guildhall.billing.payments;

import static org.guildhall.billing.StripeBodies.charge;
import static org.guildhall.billing.StripeBodies.dispute;
import static org.guildhall.billing.StripeBodies.movement;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.refund;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.Test;

/** Disputes from signed events to the API, to the ledger and to tasks. */
class DisputesTest {

    private static final String BILLING = "/api/v1/billing";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final long now = Instant.now().getEpochSecond() - 100;
    private StripeSender stripe = connected();
    private int events;

    private StripeSender connected() {
        var connection = http.post(BILLING + "/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id");
        return new StripeSender(new Http(tenant.server(), null), String.valueOf(connection), StripeSender.SECRET);
    }

    private String send(String type, long second, Map<String, Object> object) {
        events++;
        return outcome(StripeSender.event("evt_" + events, type, now + second, object));
    }

    private String outcome(String body) {
        var id = stripe.send(body).expect(200).at("/deliveries/0/id");
        return String.valueOf(http.get(BILLING + "/webhook-deliveries/" + id).expect(200).at("/outcome"));
    }

    private Map<String, Long> balances() {
        var balances = new TreeMap<String, Long>();
        http.get(BILLING + "/ledger-accounts").expect(200).json().get("data").forEach(
                account -> balances.merge(account.get("kind").asText(), account.at("/balance/amount_minor").asLong(), Long::sum));
        balances.values().removeIf(balance -> balance == 0);
        return balances;
    }

    /** An invoice of 129.00 with 11.73 GST in it, and its payment. */
    private void paidInvoice() {
        send("invoice.paid", 1, StripeBodies.invoice("in_1", "paid"));
        send("charge.succeeded", 1, with(charge("ch_1", "pi_1", "succeeded", now), "invoice", "in_1"));
    }

    private static Map<String, Object> moved(String status, Object... movements) {
        return with(dispute("du_1", "pi_1", status), "balance_transactions", List.of(movements));
    }

    private String shown() {
        var dispute = http.get(BILLING + "/disputes?sort=-created_at").expect(200);
        return dispute.at("/data/0/state") + " " + dispute.at("/data/0/kind") + " " + dispute.at("/data/0/amount/amount_minor") + " "
                + dispute.at("/data/0/amount_withheld/amount_minor") + " " + dispute.at("/data/0/fee/amount_minor");
    }

    @Test
    void dispute_isFound_andHasATask() {
        paidInvoice();
        assertEquals("applied", send("charge.dispute.created", 2, dispute("du_1", "pi_1", "needs_response")));
        assertEquals("needs_response dispute 12900 0 null", shown());
        var dispute = http.get(BILLING + "/disputes?state=needs_response&evidence_due_before=2100-01-01T00:00:00Z").expect(200);
        assertEquals(dispute.at("/data/0/id"), http.get(BILLING + "/disputes/" + dispute.at("/data/0/id")).expect(200).at("/id"));
        var payment = http.get(BILLING + "/payments/" + dispute.at("/data/0/payment_id")).expect(200);
        assertEquals("12900 AUD", payment.at("/amount_disputed/amount_minor") + " " + payment.at("/amount_disputed/currency"));
        assertEquals(1, http.get(BILLING + "/disputes?account_id=" + payment.at("/account_id")).expect(200).json().get("data").size());
        assertEquals(0, http.get(BILLING + "/disputes?state=won").expect(200).json().get("data").size());
        var task = "/api/v1/tasks/operational-tasks?workflow=disputes";
        assertEquals("Answer the dispute of cus_harbour", http.get(task).expect(200).at("/data/0/title"));
        assertEquals(dispute.at("/data/0/evidence_due_at"), http.get(task).at("/data/0/due_at"));
        send("charge.dispute.updated", 3, dispute("du_1", "pi_1", "needs_response"));
        send("charge.dispute.updated", 4, dispute("du_1", "pi_1", "under_review"));
        assertEquals(1, http.get(task).expect(200).json().get("data").size());
        assertEquals("completed done", http.get(task).at("/data/0/state") + " " + http.get(task).at("/data/0/outcome/kind"));
        send("charge.dispute.closed", 5, dispute("du_1", "pi_1", "won"));
        assertEquals("0", http.get(BILLING + "/payments/" + payment.at("/id")).expect(200).at("/amount_disputed/amount_minor"));
    }

    @Test
    void disputeThatIsWon_leavesNothing_inEachOrder() {
        var out = movement("txn_1", -12_900, 2_500, 250);
        var in = movement("txn_2", 12_900, -2_500, -250);
        var bodies = List.of(
                StripeSender.event("evt_a", "charge.dispute.created", now, moved("needs_response")),
                StripeSender.event("evt_b", "charge.dispute.funds_withdrawn", now, moved("needs_response", out)),
                StripeSender.event("evt_c", "charge.dispute.closed", now + 9, moved("won", out)),
                StripeSender.event("evt_d", "charge.dispute.funds_reinstated", now + 9, moved("won", out, in)));
        for (var order : List.of("abcd", "dcba", "bdac", "cadb")) {
            stripe = connected();
            order.chars().forEach(letter -> outcome(bodies.get(letter - 'a')));
            outcome(bodies.get(order.charAt(1) - 'a'));
            assertEquals("won dispute 12900 0 0", shown(), order);
            assertEquals(Map.of(), balances(), order);
        }
        assertEquals("stale", send("charge.dispute.updated", 20, moved("under_review", out)));
    }

    @Test
    void withheldMoney_isNoLoss_untilTheDisputeIsLost() {
        paidInvoice();
        send("refund.created", 2, refund("re_1", "pi_1", 2_900, "succeeded"));
        var out = movement("txn_1", -10_000, 2_273, 227);
        var disputed = with(moved("needs_response", out), "amount", 10_000);
        send("charge.dispute.created", 3, disputed);
        assertEquals(Map.of("clearing", -2_500L, "disputes", 10_000L, "fees", 2_273L, "tax_receivable", 227L, "refunds", 2_636L,
                "revenue", 11_727L, "tax_payable", 909L), balances());
        send("charge.dispute.closed", 9, with(disputed, "status", "lost"));
        assertEquals(Map.of("clearing", -2_500L, "dispute_losses", 9_091L, "fees", 2_273L, "tax_receivable", 227L, "refunds", 2_636L,
                "revenue", 11_727L), balances());
    }

    @Test
    void disputeOfTheWhole_inSpiteOfARefund_undoesNoMoreThanTheTax() {
        paidInvoice();
        send("charge.dispute.closed", 9, moved("lost", movement("txn_1", -12_900, 2_500, 0)));
        send("refund.created", 2, refund("re_1", "pi_1", 2_900, "succeeded"));
        assertEquals(11_991L, balances().get("dispute_losses"));
        assertEquals(0L, balances().getOrDefault("tax_payable", 0L));
        assertEquals(-5_400L, balances().get("clearing"));
    }

    @Test
    void inquiry_movesNothing() {
        send("charge.dispute.created", 1, dispute("du_1", "pi_1", "warning_needs_response"));
        assertEquals("needs_response inquiry 12900 0 null", shown());
        send("charge.dispute.closed", 2, dispute("du_1", "pi_1", "warning_closed"));
        assertEquals("closed inquiry 12900 0 null", shown());
        assertEquals(Map.of(), balances());
    }

    @Test
    void otherCurrencyOfTheBalance_isExchanged() {
        var out = with(movement("txn_1", -8_400, 1_500, 0), "currency", "usd");
        send("charge.dispute.funds_withdrawn", 1, moved("under_review", out));
        assertEquals("under_review dispute 12900 12900 1500", shown());
        var usd = http.get(BILLING + "/ledger-accounts?kind=clearing&currency=USD").expect(200);
        assertEquals(-9_900L, usd.json().at("/data/0/balance/amount_minor").asLong());
        var aud = http.get(BILLING + "/ledger-accounts?kind=clearing&currency=AUD").expect(200);
        assertEquals(0L, aud.json().at("/data/0/balance/amount_minor").asLong());
    }

    @Test
    void unreadableDispute_failsItsDelivery() {
        var wrong = moved("needs_response", object("id", "txn_1", "amount", -5, "currency", "aud"));
        var delivery = stripe.send(StripeSender.event("evt_1", "charge.dispute.created", now, wrong)).expect(200).at("/deliveries/0/id");
        assertEquals("unreadable", http.get(BILLING + "/webhook-deliveries/" + delivery).expect(200).at("/error/code"));
    }
}
