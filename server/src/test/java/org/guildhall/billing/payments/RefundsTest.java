package org.guildhall.billing.payments;

import static org.guildhall.billing.StripeBodies.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Refunds tell the tax that the ledger has posted, or would post. */
class RefundsTest {

    private static final String BILLING = "/api/v1/billing/";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final long now = Instant.now().getEpochSecond() - 100;
    private String connection = "";
    private StripeSender stripe = new StripeSender(http, "", "");

    @BeforeEach
    void connect() {
        connection = String.valueOf(http.post(BILLING + "connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
        stripe = new StripeSender(new Http(tenant.server(), null), connection, StripeSender.SECRET);
    }

    private void send(String event, String type, int second, Map<String, Object> object) {
        stripe.send(StripeSender.event(event, type, now + second, object)).expect(200);
    }

    private Map<String, Object> refund(String id, long amount, String status, int second) {
        return StripeBodies.with(StripeBodies.refund(id, "pi_1", amount, status), "created", now + second);
    }

    /** An invoice of 129.00 AUD with 11.73 GST in it, paid by one payment. */
    private List<Runnable> paid() {
        return List.of(
                () -> send("evt_1", "invoice.paid", 1, StripeBodies.invoice("in_1", "paid")),
                () -> send("evt_2", "charge.succeeded", 2, StripeBodies.charge("ch_1", "pi_1", "succeeded", now + 2)),
                () -> send("evt_3", "invoice_payment.paid", 3, object(
                        "id", "inpay_1", "object", "invoice_payment", "invoice", "in_1", "currency", "aud", "amount_paid", 12_900,
                        "payment", object("type", "payment_intent", "payment_intent", "pi_1"))));
    }

    private String told(String refund) {
        for (var shown : http.get(BILLING + "refunds").expect(200).json().get("data")) {
            if (shown.get("provider_reference").asText().equals(refund) && shown.get("connection_id").asText().equals(connection)) {
                var one = http.get(BILLING + "refunds/" + shown.get("id").asText()).expect(200);
                assertEquals(shown.get("tax_basis").asText(), one.at("/tax_basis"));
                return one.at("/tax_basis") + " " + one.at("/tax_amount/amount_minor");
            }
        }
        return "no refund";
    }

    /** What the tax account lost by transactions of a refund that aren't reversed. */
    private long posted(String refund) {
        var id = "";
        for (var shown : http.get(BILLING + "refunds").expect(200).json().get("data")) {
            id = shown.get("provider_reference").asText().equals(refund) && shown.get("connection_id").asText().equals(connection) ? shown.get("id").asText() : id;
        }
        var accounts = http.get(BILLING + "ledger-accounts?kind=tax_payable").expect(200);
        long tax = 0;
        for (var transaction : http.get(BILLING + "ledger-transactions?entity_id=" + id).expect(200).json().get("data")) {
            for (var entry : transaction.get("entries")) {
                if (entry.get("ledger_account_id").asText().equals(accounts.at("/data/0/id"))) {
                    long amount = entry.at("/amount/amount_minor").asLong();
                    tax += entry.get("side").asText().equals("debit") ? amount : -amount;
                }
            }
        }
        return tax;
    }

    @Test
    void tax_isWhatTheLedgerPosted_inEachOrder() {
        var events = new ArrayList<>(paid());
        events.add(() -> send("evt_4", "refund.created", 4, refund("re_1", 5_000, "succeeded", 4)));
        events.add(() -> send("evt_5", "refund.created", 5, refund("re_2", 5_000, "succeeded", 5)));
        for (int round = 0; round < events.size(); round++) {
            connect();
            events.forEach(Runnable::run);
            assertEquals("derived 455, derived 454", told("re_1") + ", " + told("re_2"), "round " + round);
            assertEquals("455 454", posted("re_1") + " " + posted("re_2"));
            Collections.rotate(events, 1);
        }
    }

    @Test
    void waitingRefund_tellsWhatWouldBePosted() {
        paid().forEach(Runnable::run);
        send("evt_4", "refund.created", 4, refund("re_1", 5_000, "pending", 4));
        send("evt_5", "refund.created", 5, refund("re_2", 5_000, "succeeded", 5));
        assertEquals("derived 454, derived 455", told("re_1") + ", " + told("re_2"));
        assertEquals("0 455", posted("re_1") + " " + posted("re_2"));
        send("evt_6", "refund.updated", 6, refund("re_1", 5_000, "succeeded", 4));
        assertEquals("derived 455, derived 454", told("re_1") + ", " + told("re_2"));
        assertEquals("455 454", posted("re_1") + " " + posted("re_2"));
    }

    @Test
    void failedRefund_hasNoTax_andChangesThatOfALaterOne() {
        paid().forEach(Runnable::run);
        send("evt_4", "refund.created", 4, refund("re_1", 5_000, "succeeded", 4));
        send("evt_5", "refund.created", 5, refund("re_2", 5_000, "succeeded", 5));
        send("evt_6", "refund.failed", 6, refund("re_1", 5_000, "failed", 4));
        assertEquals("none null, derived 455", told("re_1") + ", " + told("re_2"));
        assertEquals("0 455", posted("re_1") + " " + posted("re_2"));
    }

    @Test
    void creditNote_makesTheTaxTheProviders() {
        paid().forEach(Runnable::run);
        send("evt_4", "refund.created", 4, refund("re_1", 2_900, "succeeded", 4));
        assertEquals("derived 264", told("re_1"));
        send("evt_5", "credit_note.created", 5, StripeBodies.with(
                StripeBodies.creditNote("cn_1", "in_1", 2_900, 263), "type", "post_payment", "pre_payment_amount", 0, "post_payment_amount", 2_900,
                "refunds", List.of(object("refund", "re_1", "amount_refunded", 2_900))));
        assertEquals("provider 263", told("re_1"));
        assertEquals(0, posted("re_1"), "the note's transaction has it");
    }

    @Test
    void refundOfMoneyWithoutInvoice_hasNone_untilTheInvoiceIsKnown() {
        send("evt_4", "refund.created", 4, refund("re_1", 2_900, "succeeded", 4));
        assertEquals("none null", told("re_1"));
        paid().forEach(Runnable::run);
        assertEquals("derived 264", told("re_1"));
    }

    @Test
    void auditEvent_hasTheTax() {
        paid().forEach(Runnable::run);
        send("evt_4", "refund.created", 4, refund("re_1", 2_900, "succeeded", 4));
        var id = http.get(BILLING + "refunds").expect(200).at("/data/0/id");
        var event = http.get("/api/v1/platform/audit-events?entity_id=" + id).expect(200).text();
        assertTrue(event.contains("tax_basis") && event.contains("derived"), event);
    }

    /** The events have no row in common that both lock. */
    @Test
    void refundsAtOnce_shareTheTaxExactly() throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 8; round++) {
                connect();
                paid().forEach(Runnable::run);
                threads.invokeAll(List.<Callable<Boolean>>of(
                        () -> sent("evt_4", refund("re_1", 5_000, "succeeded", 4)), () -> sent("evt_5", refund("re_2", 5_000, "succeeded", 5)),
                        () -> sent("evt_6", refund("re_3", 2_900, "succeeded", 6))));
                assertEquals("derived 455, derived 454, derived 264", told("re_1") + ", " + told("re_2") + ", " + told("re_3"), "round " + round);
            }
        }
    }

    private boolean sent(String event, Map<String, Object> refund) {
        send(event, "refund.created", 4, refund);
        return true;
    }
}
