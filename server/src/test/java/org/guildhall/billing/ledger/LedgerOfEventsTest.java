package org.guildhall.billing.ledger;

import static org.guildhall.billing.StripeBodies.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.GoCardlessFixture;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events of Stripe post into the ledger, in each order to the same balances. */
class LedgerOfEventsTest {

    private static final String BILLING = "/api/v1/billing";
    private static final Map<String, Long> PAID_AND_REFUNDED =
            Map.of("clearing", 10_000L, "revenue", 11_727L, "refunds", 2_636L, "tax_payable", 909L);

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final long now = Instant.now().getEpochSecond() - 100;
    private StripeSender stripe = new StripeSender(http, "", "");

    @BeforeEach
    void connect() {
        var connection = String.valueOf(http.post(BILLING + "/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
        stripe = new StripeSender(new Http(tenant.server(), null), connection, StripeSender.SECRET);
    }

    /** An invoice of 129.00 AUD with 11.73 GST in it. */
    private String invoice(String event, String type, int second, String status) {
        return StripeSender.event(event, type, now + second, StripeBodies.invoice("in_1", status));
    }

    private String sent(String body) {
        var receipt = stripe.send(body).expect(200);
        return receipt.at("/deliveries/0/state") + " " + receipt.at("/deliveries/0/id");
    }

    private Map<String, Long> balances() {
        var balances = new TreeMap<String, Long>();
        http.get(BILLING + "/ledger-accounts").expect(200).json().get("data").forEach(
                account -> balances.merge(account.get("kind").asText(), account.at("/balance/amount_minor").asLong(), Long::sum));
        balances.values().removeIf(balance -> balance == 0);
        return balances;
    }

    @Test
    void invoice_isPosted_withItsDelivery() {
        var delivery = sent(invoice("evt_1", "invoice.finalized", 1, "open")).replace("processed ", "");
        assertEquals(Map.of("receivable", 12_900L, "revenue", 11_727L, "tax_payable", 1_173L), balances());
        var posted = http.get(BILLING + "/ledger-transactions?kind=invoice_finalized").expect(200);
        assertEquals(delivery, posted.at("/data/0/delivery_id"));
        var effects = http.get(BILLING + "/webhook-deliveries/" + delivery).expect(200).json().get("effects").toString();
        assertTrue(effects.contains(String.valueOf(posted.at("/data/0/id"))), effects);
        sent(invoice("evt_2", "invoice.voided", 2, "void"));
        assertEquals(Map.of(), balances());
    }

    @Test
    void invoiceThatDoesNotAddUp_failsItsDelivery_andPostsNothing() {
        var wrong = StripeBodies.with(StripeBodies.invoice("in_1", "open"), "total", 13_000);
        var delivery = sent(StripeSender.event("evt_1", "invoice.finalized", now, wrong));
        assertTrue(delivery.startsWith("failed "), delivery);
        var stored = http.get(BILLING + "/webhook-deliveries/" + delivery.replace("failed ", "")).expect(200);
        assertEquals("source_unbalanced", stored.at("/error/code"));
        assertTrue(String.valueOf(stored.at("/error/detail")).endsWith(" is 13000, but its lines and taxes make 12900 (minor units of AUD)."), stored.text());
        assertEquals(Map.of(), balances());
        assertEquals(0, http.get(BILLING + "/invoices").expect(200).json().get("data").size());
    }

    @Test
    void everyOrder_withOneEventTwice_andOneReplayed_givesTheSameBalances() {
        var events = List.of(
                invoice("evt_1", "invoice.created", 0, "draft"), invoice("evt_2", "invoice.finalized", 1, "open"),
                invoice("evt_3", "invoice.marked_uncollectible", 2, "uncollectible"), invoice("evt_4", "invoice.updated", 3, "open"));
        var orders = new ArrayList<List<Integer>>();
        permute(new ArrayList<>(), 4, orders);
        var expected = new TreeMap<String, Long>();
        for (var order : orders) {
            connect();
            var deliveries = order.stream().map(at -> sent(events.get(at))).toList();
            sent(events.get(order.getFirst()));
            replayed(deliveries.get(1).replaceAll(".* ", ""));
            // Each order has a connection of its own, so the balances of the tenant grow by the same amounts.
            Map.of("receivable", 12_900L, "revenue", 11_727L, "tax_payable", 1_173L)
                    .forEach((kind, amount) -> expected.merge(kind, amount, Long::sum));
            assertEquals(expected, balances(), "order " + order);
        }
    }

    private void replayed(String delivery) {
        var path = BILLING + "/webhook-deliveries/" + delivery;
        http.post(path + "/replay", null).expect(200);
        GoCardlessFixture.until("processed", () -> String.valueOf(http.get(path).expect(200).at("/state")));
    }

    private String linked(String event, String invoice, String payment, long amount) {
        return StripeSender.event(event, "invoice_payment.paid", now + 3, object(
                "id", "inpay_" + event, "object", "invoice_payment", "invoice", invoice, "currency", "aud", "amount_paid", amount,
                "payment", object("type", "payment_intent", "payment_intent", payment)));
    }

    /** An invoice of 129.00 that is paid by a payment, of which 29.00 are refunded. */
    private List<String> paidAndRefunded() {
        return List.of(
                invoice("evt_1", "invoice.finalized", 1, "open"), invoice("evt_2", "invoice.paid", 3, "paid"),
                StripeSender.event("evt_3", "payment_intent.succeeded", now + 2, StripeBodies.intent("pi_1", "succeeded")),
                StripeSender.event("evt_4", "charge.succeeded", now + 2, StripeBodies.charge("ch_1", "pi_1", "succeeded", now + 2)),
                linked("evt_5", "in_1", "pi_1", 12_900),
                StripeSender.event("evt_6", "refund.created", now + 4, StripeBodies.refund("re_1", "pi_1", 2_900, "succeeded")));
    }

    private static Map<String, Long> times(int count, Map<String, Long> balances) {
        return balances.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, each -> count * each.getValue()));
    }

    @Test
    void paymentAndRefund_arePosted_inEachOrder() {
        var events = paidAndRefunded();
        var orders = List.of("123456", "654321", "253416", "641253", "524163", "361425", "416352", "265134");
        for (int at = 0; at < orders.size(); at++) {
            connect();
            orders.get(at).chars().forEach(event -> sent(events.get(event - '1')));
            sent(events.get(orders.get(at).charAt(2) - '1'));
            assertEquals(times(at + 1, PAID_AND_REFUNDED), balances(), "order " + orders.get(at));
        }
        var refund = http.get(BILLING + "/refunds").expect(200).at("/data/0/id");
        var paid = http.get(BILLING + "/ledger-transactions?kind=refund_paid&entity_id=" + refund).expect(200);
        assertEquals(Instant.ofEpochSecond(1_795_700_000), Instant.parse(String.valueOf(paid.at("/data/0/effective_at"))),
                "the provider takes the money when it is asked to");
    }

    /** The two events have no row in common that both lock. */
    @Test
    void invoiceAndRefundAtOnce_areSettledOneAfterTheOther() throws InterruptedException {
        var events = paidAndRefunded();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 1; round <= 12; round++) {
                connect();
                var sender = stripe;
                sent(events.get(3));
                sent(events.get(4));
                threads.invokeAll(List.of(1, 5).stream().map(at -> (Callable<Http.Reply>) () -> sender.send(events.get(at)).expect(200)).toList());
                assertEquals(times(round, PAID_AND_REFUNDED), balances(), "round " + round);
            }
        }
    }

    @Test
    void paymentOfTwoInvoices_isReceivedOnce() {
        sent(invoice("evt_1", "invoice.paid", 1, "paid"));
        sent(StripeSender.event("evt_2", "invoice.paid", now + 1, StripeBodies.invoice("in_2", "paid")));
        assertEquals(25_800L, balances().get("clearing"), "what the invoices say, while their payment is unknown");
        var intent = StripeBodies.with(StripeBodies.intent("pi_1", "succeeded"), "amount", 25_800, "amount_received", 25_800);
        sent(StripeSender.event("evt_3", "payment_intent.succeeded", now + 1, intent));
        sent(linked("evt_4", "in_1", "pi_1", 12_900));
        sent(linked("evt_5", "in_2", "pi_1", 12_900));
        assertEquals(Map.of("clearing", 25_800L, "revenue", 23_454L, "tax_payable", 2_346L), balances());
    }

    @Test
    void refundThatFails_isReversed() {
        paidAndRefunded().forEach(this::sent);
        sent(StripeSender.event("evt_7", "refund.failed", now + 9, StripeBodies.refund("re_1", "pi_1", 2_900, "failed")));
        assertEquals(Map.of("clearing", 12_900L, "revenue", 11_727L, "tax_payable", 1_173L), balances());
    }

    @Test
    void paymentOfNoInvoice_isUnapplied_untilAnInvoiceTakesIt() {
        sent(StripeSender.event("evt_1", "charge.succeeded", now, StripeBodies.charge("ch_1", "pi_1", "succeeded", now)));
        assertEquals(Map.of("clearing", 12_900L, "unapplied", 12_900L), balances());
        // Before 2025-03-31.basil the charge names the invoice, without an amount.
        var named = StripeBodies.with(StripeBodies.charge("ch_1", "pi_1", "succeeded", now), "invoice", "in_1");
        sent(StripeSender.event("evt_2", "charge.updated", now + 1, named));
        sent(invoice("evt_3", "invoice.finalized", 1, "open"));
        assertEquals(Map.of("clearing", 12_900L, "revenue", 11_727L, "tax_payable", 1_173L), balances());
    }

    @Test
    void payout_leavesTheProvider_andComesBackIfItFails() {
        paidAndRefunded().forEach(this::sent);
        sent(StripeSender.event("evt_7", "payout.created", now, StripeBodies.payout("po_1", 9_000, "pending")));
        assertEquals(10_000L, balances().get("clearing"));
        sent(StripeSender.event("evt_8", "payout.paid", now + 9, StripeBodies.payout("po_1", 9_000, "paid")));
        assertEquals("1000 9000", balances().get("clearing") + " " + balances().get("bank"));
        var payout = http.get(BILLING + "/payouts?state=paid&arrives_before=2100-01-01T00:00:00Z").expect(200);
        assertEquals("po_1 9000", payout.at("/data/0/provider_reference") + " " + payout.at("/data/0/amount/amount_minor"));
        assertEquals(payout.at("/data/0/connection_id"), http.get(BILLING + "/payouts/" + payout.at("/data/0/id")).expect(200).at("/connection_id"));
        sent(StripeSender.event("evt_9", "payout.failed", now + 9, StripeBodies.payout("po_1", 9_000, "failed")));
        assertEquals(PAID_AND_REFUNDED, balances());
        sent(StripeSender.event("evt_10", "payout.updated", now + 20, StripeBodies.payout("po_1", 9_000, "paid")));
        assertEquals("account_closed", http.get(BILLING + "/payouts?state=failed").expect(200).at("/data/0/failure_code"));
    }

    @Test
    void creditNote_lowersAnOpenInvoice_untilItIsVoid() {
        sent(invoice("evt_1", "invoice.finalized", 1, "open"));
        var note = StripeBodies.creditNote("cn_1", "in_1", 2_900, 264);
        sent(StripeSender.event("evt_2", "credit_note.created", now + 2, note));
        assertEquals(Map.of("receivable", 10_000L, "revenue", 11_727L, "refunds", 2_636L, "tax_payable", 909L), balances());
        var found = http.get(BILLING + "/credits?state=issued").expect(200);
        assertEquals("cn_1 credit_note 2900 264", found.at("/data/0/provider_reference") + " " + found.at("/data/0/kind") + " "
                + found.at("/data/0/reduces_invoice/amount_minor") + " " + found.at("/data/0/tax/amount_minor"));
        var same = http.get(BILLING + "/credits?invoice_id=" + found.at("/data/0/invoice_id") + "&account_id=" + found.at("/data/0/account_id"));
        assertEquals(found.at("/data/0/id"), same.expect(200).at("/data/0/id"));
        sent(StripeSender.event("evt_3", "credit_note.voided", now + 3, StripeBodies.with(note, "status", "void")));
        assertEquals(Map.of("receivable", 12_900L, "revenue", 11_727L, "tax_payable", 1_173L), balances());
    }

    /** The refund of 29.00 derives its tax of 2.64, until the credit note states 2.63. */
    @Test
    void creditNote_ofARefund_statesItsTax_inEachOrder() {
        var note = StripeBodies.with(
                StripeBodies.creditNote("cn_1", "in_1", 2_900, 263), "type", "post_payment", "pre_payment_amount", 0, "post_payment_amount", 2_900,
                "refunds", List.of(object("refund", "re_1", "amount_refunded", 2_900)));
        var events = new ArrayList<>(paidAndRefunded());
        events.add(StripeSender.event("evt_7", "credit_note.created", now + 5, note));
        for (int at = 1; at <= 3; at++) {
            connect();
            events.forEach(this::sent);
            assertEquals(times(at, Map.of("clearing", 10_000L, "revenue", 11_727L, "refunds", 2_637L, "tax_payable", 910L)), balances());
            Collections.rotate(events, 2);
        }
    }

    @Test
    void feeOfAPayment_isPosted_asSoonAsItIsKnown() {
        var charge = StripeBodies.charge("ch_1", "pi_1", "succeeded", now);
        sent(StripeSender.event("evt_1", "charge.succeeded", now, StripeBodies.with(charge, "balance_transaction", "txn_1")));
        assertEquals(Map.of("clearing", 12_900L, "unapplied", 12_900L), balances());
        var known = StripeBodies.with(charge, "balance_transaction", StripeBodies.movement("txn_1", 12_900, 233, 23));
        sent(StripeSender.event("evt_2", "charge.updated", now + 1, known));
        var posted = Map.of("clearing", 12_644L, "fees", 233L, "tax_receivable", 23L, "unapplied", 12_900L);
        assertEquals(posted, balances());
        sent(StripeSender.event("evt_3", "charge.updated", now + 2, StripeBodies.with(charge, "balance_transaction", "txn_1")));
        assertEquals(posted, balances(), "an event that names the movement only takes nothing back");
    }

    /** Since 2025-03-31.basil only the order of a payment intent tells its invoice before invoice_payment.paid, by the first 25 characters. */
    @Test
    void paymentIntent_paysTheInvoiceThatItIsFor_untilTheProviderSaysMore() {
        var id = "in_1WinterStreet00000000001";
        var paid = StripeSender.event("evt_1", "invoice.paid", now + 3, StripeBodies.invoice(id, "paid"));
        var intent = StripeBodies.with(
                StripeBodies.intent("pi_1", "succeeded"), "payment_details", object("customer_reference", null, "order_reference", id.substring(0, 25)));
        var succeeded = StripeSender.event("evt_2", "payment_intent.succeeded", now + 2, intent);
        var once = Map.of("clearing", 12_900L, "revenue", 11_727L, "tax_payable", 1_173L);
        sent(succeeded);
        sent(paid);
        assertEquals(once, balances());
        assertEquals(3, http.get(BILLING + "/ledger-transactions").expect(200).json().get("data").size(), "nothing was posted and reversed");
        sent(linked("evt_3", id, "pi_1", 12_900));
        assertEquals(3, http.get(BILLING + "/ledger-transactions").expect(200).json().get("data").size());
        connect();
        sent(paid);
        sent(succeeded);
        assertEquals(times(2, once), balances());
    }

    @Test
    void invoicePaidOutOfBand_movesNoMoneyAtTheProvider() {
        var invoice = StripeBodies.with(StripeBodies.olderInvoice("in_1", "paid"), "paid_out_of_band", true);
        sent(StripeSender.event("evt_1", "invoice.paid", now + 1, invoice));
        assertEquals(Map.of("out_of_band", 12_900L, "revenue", 11_727L, "tax_payable", 1_173L), balances());
    }

    private static void permute(List<Integer> begun, int size, List<List<Integer>> all) {
        if (begun.size() == size) {
            all.add(List.copyOf(begun));
        }
        for (int next = 0; next < size; next++) {
            if (!begun.contains(next)) {
                begun.add(next);
                permute(begun, size, all);
                begun.removeLast();
            }
        }
    }
}
