package org.guildhall.billing.payments;

import static org.guildhall.billing.StripeBodies.charge;
import static org.guildhall.billing.StripeBodies.dispute;
import static org.guildhall.billing.StripeBodies.intent;
import static org.guildhall.billing.StripeBodies.invoice;
import static org.guildhall.billing.StripeBodies.movement;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.refund;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.Test;

/** Payments, their attempts and refunds, from signed events to the API. */
class PaymentsTest {

    private static final String PAYMENTS = "/api/v1/billing/payments";
    private static final String REFUNDS = "/api/v1/billing/refunds";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final long now = Instant.now().getEpochSecond();
    private final StripeSender stripe = connected();
    private int events;

    private StripeSender connected() {
        var connection = http.post("/api/v1/billing/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id");
        return new StripeSender(new Http(tenant.server(), null), String.valueOf(connection), StripeSender.SECRET);
    }

    private String outcome(StripeSender sender, String body) {
        var id = sender.send(body).expect(200).at("/deliveries/0/id");
        return String.valueOf(http.get("/api/v1/billing/webhook-deliveries/" + id).expect(200).at("/outcome"));
    }

    private String send(String type, long at, Map<String, Object> object) {
        events++;
        return outcome(stripe, StripeSender.event("evt_" + events, type, at, object));
    }

    private JsonNode found(String query) {
        return http.get(PAYMENTS + "?" + query).expect(200).json().get("data");
    }

    private static String shown(JsonNode payment) {
        return payment.at("/state").asText() + " " + payment.at("/amount/amount_minor").asText() + " " + payment.at("/amount_captured/amount_minor").asText() + " "
                + payment.at("/amount_refunded/amount_minor").asText() + " " + payment.at("/failure/category").asText() + " "
                + payment.at("/mirror/provider_event_reference").asText();
    }

    /** The stream of a payment that fails, succeeds and is refunded in part: each order, with one event sent twice, leads to the same rows. */
    @Test
    void orderOfArrival_doesNotMatter() {
        var paid = charge("ch_2", "pi_1", "succeeded", now - 4);
        var bodies = List.of(
                StripeSender.event("evt_a", "payment_intent.payment_failed", now - 9, intent("pi_1", "requires_payment_method")),
                StripeSender.event("evt_b", "charge.failed", now - 9, charge("ch_1", "pi_1", "failed", now - 10)),
                StripeSender.event("evt_c", "payment_intent.succeeded", now - 4, intent("pi_1", "succeeded")),
                StripeSender.event("evt_d", "charge.succeeded", now - 4, paid),
                StripeSender.event("evt_e", "charge.refunded", now - 4, with(paid, "amount_refunded", 2_900)),
                StripeSender.event("evt_f", "refund.created", now - 3, refund("re_1", "pi_1", 2_900, "succeeded")));
        for (var order : List.of("abcdefa", "fedcbaf", "cabfdeb", "ebdafcc", "dfaecbd")) {
            var sender = connected();
            order.chars().forEach(letter -> outcome(sender, bodies.get(letter - 'a')));
        }
        var seen = new ArrayList<String>();
        found("provider_reference=pi_1").forEach(payment -> {
            var refunds = http.get(REFUNDS + "?payment_id=" + payment.get("id").asText()).expect(200);
            seen.add(shown(payment) + " " + payment.at("/paid_at").asText() + " " + refunds.at("/data/0/state") + " " + refunds.at("/data/0/amount/amount_minor"));
        });
        assertEquals(5, seen.size());
        var paidAt = http.get(PAYMENTS).at("/data/0/paid_at");
        assertEquals(List.of("succeeded 12900 12900 2900  evt_e " + paidAt + " succeeded 2900"), seen.stream().distinct().toList());
        assertEquals(Instant.ofEpochSecond(now - 4), Instant.parse(String.valueOf(paidAt)));
    }

    @Test
    void paymentThatFailsAndIsPaid_isAnEventEach_once() {
        var sender = connected();
        var failed = StripeSender.event("evt_f", "payment_intent.payment_failed", now, intent("pi_1", "requires_payment_method"));
        outcome(sender, failed);
        outcome(sender, failed);
        outcome(sender, StripeSender.event("evt_p", "charge.succeeded", now + 5, charge("ch_2", "pi_1", "succeeded", now + 5)));
        for (var type : List.of("payment.failed", "payment.succeeded")) {
            var events = http.get("/api/v1/platform/events?type=" + type).expect(200).json().get("data");
            assertEquals(1, events.size(), type);
            assertEquals("webhook " + type, events.at("/0/actor_type").asText() + " payment." + events.at("/0/after/state").asText());
        }
    }

    @Test
    void failedPayment_tellsItsReason_untilItIsPaid() {
        assertEquals("applied", send("payment_intent.payment_failed", now, intent("pi_1", "requires_payment_method")));
        assertEquals("failed 12900 0 0 insufficient_funds evt_1", shown(found("failure_category=insufficient_funds").path(0)));
        assertEquals("applied", send("charge.failed", now, charge("ch_1", "pi_1", "failed", now - 1)));
        assertEquals("failed 12900 0 0 expired_method evt_2".replace("evt_2", found("").at("/0/mirror/provider_event_reference").asText()),
                shown(found("state=failed").path(0)), "the bank's reason is the more exact one");
        assertEquals("stale", send("payment_intent.created", now - 5, intent("pi_1", "requires_confirmation")));
        assertEquals("applied", send("charge.succeeded", now + 5, charge("ch_2", "pi_1", "succeeded", now + 5)));
        assertEquals("succeeded 12900 12900 0  evt_4", shown(found("paid_from=" + Instant.ofEpochSecond(now + 5)).path(0)));
        assertEquals(0, found("failure_category=expired_method").size());
    }

    /** The seconds until the announced attempts. */
    private String retries() {
        var seen = new ArrayList<String>();
        http.get("/api/v1/billing/payment-attempts").expect(200).json().get("data").forEach(attempt -> {
            var one = http.get("/api/v1/billing/payment-attempts/" + attempt.get("id").asText()).expect(200);
            assertEquals(attempt.get("will_retry_at").asText(null), one.json().get("will_retry_at").asText(null));
            var at = attempt.get("will_retry_at").isNull() ? null : Instant.parse(attempt.get("will_retry_at").asText());
            seen.add(at == null ? "-" : String.valueOf(at.getEpochSecond() - now));
        });
        Collections.sort(seen);
        return String.join(" ", seen);
    }

    @Test
    void lastFailedAttempt_tellsTheNextOne_inEachVersion() {
        // Before 2025-03-31.basil the charge names the invoice, then the payment intent does.
        var long25 = "in_1WinterStreet00000000001";
        var cases = Map.of(
                "in_1", with(charge("ch_1", "pi_1", "failed", now - 50), "invoice", "in_1"),
                long25, with(charge("ch_2", "pi_2", "failed", now - 50), "invoice", null));
        for (var each : cases.entrySet()) {
            send("charge.failed", now - 50, each.getValue());
        }
        assertEquals("- -", retries());
        send("payment_intent.payment_failed", now - 50, with(intent("pi_2", "requires_payment_method"),
                "payment_details", object("customer_reference", null, "order_reference", long25.substring(0, 25))));
        for (var invoice : cases.keySet()) {
            send("invoice.payment_failed", now - 49, with(invoice(invoice, "open"), "attempt_count", 1, "next_payment_attempt", now + 86_400));
        }
        assertEquals("86400 86400", retries());
        send("charge.failed", now - 10, with(charge("ch_3", "pi_1", "failed", now - 10), "invoice", "in_1"));
        assertEquals("- 86400 86400", retries());
        send("invoice.payment_failed", now - 9, with(invoice("in_1", "open"), "attempt_count", 2, "next_payment_attempt", null));
        assertEquals("- - 86400", retries());
        send("invoice.paid", now, invoice(long25, "paid"));
        assertEquals("- - -", retries());
    }

    @Test
    void paymentOfInvoices_isFoundByThem() {
        send("payment_intent.succeeded", now, intent("pi_1", "succeeded"));
        for (var part : Map.of("in_1", 9_000, "in_2", 3_900).entrySet()) {
            assertEquals("applied", send("invoice_payment.paid", now, object(
                    "id", "inpay_" + part.getKey(), "object", "invoice_payment", "invoice", part.getKey(), "currency", "aud", "amount_paid", part.getValue(),
                    "payment", object("type", "payment_intent", "payment_intent", "pi_1"))));
        }
        // Before 2025-03-31.basil the charge names the invoice.
        send("charge.succeeded", now, with(charge("ch_9", "pi_9", "succeeded", now), "invoice", "in_2"));
        send("invoice.paid", now, invoice("in_2", "paid"));
        var invoice = http.get("/api/v1/billing/invoices?provider_reference=in_2").expect(200);
        assertEquals("paid", invoice.at("/data/0/state"));
        var paying = found("invoice_id=" + invoice.at("/data/0/id"));
        assertEquals("pi_1 pi_9", paying.at("/0/provider_reference").asText() + " " + paying.at("/1/provider_reference").asText());
        assertEquals("2 1", paying.at("/0/invoice_ids").size() + " " + paying.at("/1/invoice_ids").size());
        assertEquals(2, found("account_id=" + invoice.at("/data/0/account_id")).size());
    }

    @Test
    void refundOfAnUnknownPayment_makesAStub_andCanFailLater() {
        assertEquals("applied", send("refund.created", now, refund("re_1", "pi_1", 2_900, "succeeded")));
        assertEquals("stub", found("").at("/0/state").asText());
        assertEquals("applied", send("refund.failed", now + 1, with(refund("re_1", "pi_1", 2_900, "failed"), "failure_reason", "expired_or_canceled_card")));
        assertEquals("stale", send("refund.updated", now, refund("re_1", "pi_1", 2_900, "pending")));
        var refund = http.get(REFUNDS + "?state=failed").expect(200);
        assertEquals("re_1 expired_or_canceled_card", refund.at("/data/0/provider_reference") + " " + refund.at("/data/0/failure_reason"));
        assertEquals(refund.at("/data/0/id"), http.get(REFUNDS + "/" + refund.at("/data/0/id")).expect(200).at("/id"));
        send("refund.updated", now + 2, refund("re_1", "pi_1", 2_900, "canceled"));
        assertEquals("stale", send("refund.updated", now + 3, refund("re_1", "pi_1", 2_900, "pending")));
    }

    @Test
    void attempts_areListed_withNumbersAndReasons() {
        send("charge.succeeded", now, charge("ch_2", "pi_1", "succeeded", now));
        assertEquals("1 succeeded", attempts("").at("/data/0/number") + " " + attempts("").at("/data/0/outcome"));
        send("charge.failed", now - 60, charge("ch_1", "pi_1", "failed", now - 60));
        send("charge.failed", now, charge("ch_3", "pi_2", "failed", now));
        var payment = found("provider_reference=pi_1").path(0);
        var both = attempts("payment_id=" + payment.get("id").asText());
        assertEquals("ch_1 1 failed expired_method, ch_2 2 succeeded null", both.at("/data/0/provider_reference") + " " + both.at("/data/0/number") + " "
                + both.at("/data/0/outcome") + " " + both.at("/data/0/failure/category") + ", " + both.at("/data/1/provider_reference") + " "
                + both.at("/data/1/number") + " " + both.at("/data/1/outcome") + " " + both.at("/data/1/failure/category"));
        assertEquals("12900 AUD 0", both.at("/data/0/amount/amount_minor") + " " + both.at("/data/0/amount/currency") + " "
                + both.at("/data/0/amount_captured/amount_minor"));
        assertEquals(2, attempts("outcome=failed&failure_category=expired_method").json().get("data").size());
        assertEquals(3, attempts("account_id=" + payment.get("account_id").asText()).json().get("data").size());
        assertEquals(2, attempts("attempted_from=" + Instant.ofEpochSecond(now)).json().get("data").size());
        assertEquals(1, attempts("attempted_before=" + Instant.ofEpochSecond(now)).json().get("data").size());
    }

    private Http.Reply attempts(String filter) {
        return http.get("/api/v1/billing/payment-attempts?" + filter).expect(200);
    }

    @Test
    void references_areExpanded() {
        send("customer.created", now, object("id", "cus_harbour", "object", "customer", "name", "Harbour"));
        send("charge.failed", now, charge("ch_1", "pi_1", "failed", now));
        send("refund.created", now, refund("re_1", "pi_1", 2_900, "pending"));
        send("invoice.finalized", now, invoice("in_1", "open"));
        var type = http.post("/api/v1/catalog/org-types", "{\"key\": \"club\", \"name\": \"Club\"}").expect(201).at("/id");
        var organization = http.post("/api/v1/runtime/organizations", "{\"org_type_id\": \"" + type + "\", \"name\": \"Harbour\"}").expect(201).at("/id");
        var account = http.get("/api/v1/billing/accounts").expect(200).at("/data/0/id");
        http.post("/api/v1/billing/accounts/" + account + "/link", "{\"organization_id\": \"" + organization + "\"}").expect(200);
        assertEquals(organization, http.get("/api/v1/billing/accounts?expand=organization").expect(200).at("/data/0/organization/id"));
        for (var list : List.of("payments", "invoices")) {
            var expanded = http.get("/api/v1/billing/" + list + "?expand=account,account.organization").expect(200);
            assertEquals("Harbour " + organization, expanded.at("/data/0/account/name") + " " + expanded.at("/data/0/account/organization/id"), list);
        }
        assertEquals("pi_1", http.get(REFUNDS + "?expand=payment&account_id=" + account).expect(200).at("/data/0/payment/provider_reference"));
        assertEquals(0, http.get(REFUNDS + "?account_id=acc_01m84a7j9m1p3r5t7w9y1a3c5e").expect(200).json().get("data").size());
        send("charge.dispute.created", now, dispute("du_1", "pi_1", "needs_response"));
        assertEquals("pi_1", http.get("/api/v1/billing/disputes?expand=payment").expect(200).at("/data/0/payment/provider_reference"));
        assertEquals("pi_1", attempts("expand=payment").at("/data/0/payment/provider_reference"));
        var blind = new Http(tenant.server(), tenant.token("billing:read"));
        assertEquals("403 insufficient_scope", blind.get("/api/v1/billing/accounts?expand=organization").outcome());
    }

    private static String settled(JsonNode payment) {
        return payment.at("/fee/amount_minor").asText("null") + " " + payment.at("/net/amount_minor").asText("null") + " " + payment.at("/settlement_currency").asText()
                + " " + payment.at("/exchange_rate").asText();
    }

    @Test
    void payment_tellsItsFeeAndNet_asSoonAsTheyAreKnown() {
        var charge = charge("ch_1", "pi_1", "succeeded", now);
        send("charge.succeeded", now, charge);
        assertEquals("null null null null", settled(found("").path(0)));
        send("charge.updated", now + 1, with(charge, "balance_transaction", movement("txn_1", 12_900, 233, 23)));
        assertEquals("256 12644 AUD null", settled(found("").path(0)));
        send("charge.updated", now + 2, with(charge, "balance_transaction", "txn_1"));
        assertEquals("256 12644 AUD null", settled(found("").path(0)), "an event that names the movement only takes nothing back");
        send("charge.succeeded", now, with(charge("ch_2", "pi_2", "succeeded", now), "amount", 10_000, "amount_captured", 10_000, "currency", "usd",
                "balance_transaction", movement("txn_2", 15_321, 536, 0)));
        assertEquals("536 14785 AUD 1.5321", settled(found("currency=USD").path(0)));
    }

    @Test
    void payments_areFoundByTheirAmount() {
        send("charge.succeeded", now, charge("ch_1", "pi_1", "succeeded", now));
        send("charge.succeeded", now, with(charge("ch_2", "pi_2", "succeeded", now), "amount", 5_000));
        assertEquals(1, found("amount_gte=5001").size());
        assertEquals(2, found("amount_gte=5000&amount_lte=12900").size());
        assertEquals(1, found("amount_lte=12899&currency=AUD").size());
        assertEquals(0, found("amount_lte=12899&currency=NZD").size());
        assertEquals("400 invalid_parameter", http.get(PAYMENTS + "?amount_gte=-1").outcome());
    }
}
