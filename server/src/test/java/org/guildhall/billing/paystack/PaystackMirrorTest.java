package org.guildhall.billing.paystack;

import static org.guildhall.billing.GoCardlessFixture.until;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.GoCardlessSender;
import org.guildhall.billing.PaystackStandIn;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.core.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of Paystack's events: signatures, mirror and ledger. */
@Execution(ExecutionMode.CONCURRENT)
class PaystackMirrorTest {

    private static final String BILLING = "/api/v1/billing/";
    private static final String DELIVERIES = BILLING + "webhook-deliveries";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final Http provider = new Http(tenant.server(), null);
    private final PaystackStandIn.Account account = PaystackStandIn.shared().account();
    private final String connection = String.valueOf(http.post(BILLING + "connections", """
            {"name": "Paystack", "provider": "paystack", "livemode": true, "secret": "%s", "api_key": "%s",
             "settings": {"implied_tax": {"rate_bp": 750, "behavior": "inclusive", "name": "VAT"}}}""".formatted(account.key(), account.key())).expect(201).at("/id"));

    PaystackMirrorTest() {
        account.put("/customer/CUS_1", object(
                "customer_code", "CUS_1", "first_name", "June", "last_name", "Park", "email", "june@members.example", "phone", null, "metadata", null));
        account.put("/subscription/SUB_1", subscription("active"));
    }

    private static Map<String, Object> plan() {
        return object("id", 7, "plan_code", "PLN_1", "name", "Harbour plan", "amount", 110_000, "interval", "monthly", "currency", "NGN");
    }

    private static Map<String, Object> subscription(String status) {
        return object(
                "subscription_code", "SUB_1", "status", status, "amount", 110_000, "next_payment_date", "2026-12-23T11:00:00.000Z", "createdAt",
                "2026-10-23T11:00:00.000Z", "plan", plan(), "customer", Map.of("customer_code", "CUS_1"), "open_invoice", "");
    }

    private static Map<String, Object> transaction(Object fees, Object plan, Object metadata) {
        return object(
                "id", 895_091_250, "domain", "live", "status", "success", "reference", "T1", "amount", 110_000, "paid_at", "2026-11-23T11:00:09.000Z", "created_at",
                "2026-11-23T11:00:03.000Z", "channel", "card", "currency", "NGN", "metadata", metadata, "fees", fees, "plan", plan,
                "customer", Map.of("customer_code", "CUS_1"), "gateway_response", "Approved");
    }

    private static Map<String, Object> invoice(boolean paid, Object transaction) {
        return object(
                "domain", "live", "invoice_code", "INV_1", "amount", 110_000, "status", "success", "paid", paid, "paid_at", paid ? "2026-11-23T11:00:09.000Z" : null,
                "created_at", "2026-11-20T11:00:00.000Z", "subscription", Map.of("subscription_code", "SUB_1"), "transaction", transaction);
    }

    private static String body(String event, Object data) {
        return new String(Json.bytes(Map.of("event", event, "data", data)), StandardCharsets.UTF_8);
    }

    private Reply send(String body) {
        return send(body, GoCardlessSender.signature("HmacSHA512", body, account.key()));
    }

    private Reply send(String body, String signature) {
        return provider.post(BILLING + "webhooks/" + connection, body, "x-paystack-signature", signature);
    }

    private Reply send(String event, Object data, String expectedState) {
        var sent = send(body(event, data)).expect(200);
        assertEquals(expectedState, sent.at("/deliveries/0/state"));
        return sent;
    }

    private String shown(String list, String... members) {
        var reply = http.get(BILLING + list).expect(200);
        var texts = new ArrayList<String>();
        for (var member : members) {
            texts.add(String.valueOf(reply.at("/data/0/" + member)));
        }
        return String.join(" ", texts);
    }

    private String balances() {
        var sums = new TreeMap<String, Long>();
        http.get(BILLING + "ledger-accounts?limit=200").expect(200).json().get("data").forEach(
                ledger -> sums.merge(ledger.get("kind").asText(), ledger.get("balance").get("amount_minor").asLong(), Long::sum));
        sums.values().removeIf(sum -> sum == 0);
        return sums.toString();
    }

    @Test
    void signature_isThatOfTheBody_andTheHashIsTheReference() {
        var body = body("charge.success", transaction(1_650, Map.of(), 0));
        assertEquals("signature_invalid", send(body, GoCardlessSender.signature("HmacSHA256", body, account.key())).expect(400).at("/code"));
        assertEquals("signature_invalid", send(body, GoCardlessSender.signature("HmacSHA512", body, "sk_live_ofAnotherAccount")).expect(400).at("/code"));
        var first = send(body).expect(200);
        var again = send(body).expect(200);
        assertEquals("false true", first.at("/deliveries/0/repeated") + " " + again.at("/deliveries/0/repeated"));
        var delivery = http.get(DELIVERIES + "/" + first.at("/deliveries/0/id")).expect(200);
        assertEquals(delivery.at("/payload_hash"), delivery.at("/event_reference"));
        assertEquals("charge.success charge T1 fetch_requested", delivery.at("/event_type") + " " + delivery.at("/object_kind") + " "
                + delivery.at("/object_reference") + " " + delivery.at("/outcome"));
    }

    @Test
    void eventsOfTheTestMode_areForeign_andOthersUnknown() {
        send("charge.success", with(transaction(1_650, Map.of(), 0), "domain", "test"), "skipped");
        send("transfer.success", Map.of("domain", "live"), "skipped");
        send("customeridentification.failed", Map.of("domain", "live"), "skipped");
        send("charge.success", Map.of("domain", "live"), "failed");
    }

    /** The published charge: 1100.00 with a fee of 16.50. */
    @Test
    void charge_isReceived_withItsFee() {
        account.put("/transaction/verify/T1", transaction(1_650, Map.of(), ""));
        send("charge.success", transaction(null, Map.of(), 0), "processed");
        until("{clearing=108350, fees=1650, unapplied=110000}", this::balances);
        assertEquals("succeeded card 2026-11-23T11:00:09.000000Z", shown("payments", "state", "method", "paid_at"));
        until("June Park", () -> shown("accounts", "name"));
    }

    @Test
    void firstChargeOfAPlan_impliesAnInvoice() {
        account.put("/transaction/verify/T1", transaction(null, plan(), ""));
        send("charge.success", transaction(null, plan(), ""), "processed");
        until("{clearing=110000, revenue=102326, tax_payable=7674}", this::balances);
        assertEquals("paid implied T1", shown("invoices", "state", "origin", "provider_reference"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void laterCharge_paysItsInvoice_inAnyOrder(int seed) {
        account.put("/transaction/verify/T1", transaction(1_650, plan(), Map.of("invoice_action", "update")));
        var bodies = new ArrayList<>(List.of(
                body("invoice.create", invoice(false, Map.of())), body("invoice.payment_failed", invoice(false, Map.of())),
                body("charge.success", transaction(1_650, plan(), Map.of("invoice_action", "update"))),
                body("invoice.update", invoice(true, Map.of("reference", "T1", "status", "success", "amount", 110_000, "currency", "NGN")))));
        var random = new Random(seed);
        bodies.add(bodies.get(random.nextInt(bodies.size())));
        Collections.shuffle(bodies, random);
        bodies.forEach(body -> send(body).expect(200));
        until("{clearing=108350, fees=1650, revenue=102326, tax_payable=7674}", this::balances);
        // The balances can be whole before the fetch of the last event.
        until("INV_1 paid 2 SUB_1", () -> shown("invoices", "provider_reference", "state", "attempt_count", "subscription_reference"));
        assertEquals(1, http.get(BILLING + "invoices").expect(200).json().get("data").size());
    }

    @ParameterizedTest
    @CsvSource({
        "create, active, active, false", "not_renew, non-renewing, active, true", "disable, complete, canceled, false", "disable, cancelled, canceled, false",
        "create, attention, past_due, false",
    })
    void subscription_hasAState(String event, String status, String state, boolean ends) {
        account.put("/subscription/SUB_1", subscription(status));
        send("subscription." + event, with(subscription(status), "domain", "live"), "processed");
        until(state + " " + status + " " + ends + " PLN_1 110000", () -> shown(
                "subscriptions", "state", "provider_status", "cancel_at_period_end", "items/0/price_reference", "items/0/unit_amount/amount_minor"));
    }

    private static Map<String, Object> withCard(Map<String, Object> subscription, String last4, YearMonth expires) {
        return with(subscription, "authorization", object(
                "authorization_code", "AUTH_secret", "last4", last4, "brand", "visa", "exp_month", "%02d".formatted(expires.getMonthValue()), "exp_year",
                Integer.toString(expires.getYear())));
    }

    private String tasks(String state) {
        var titles = new TreeSet<String>();
        http.get("/api/v1/tasks/operational-tasks?state=" + state).expect(200).json().get("data").forEach(task -> titles.add(task.get("title").asText()));
        return titles.toString();
    }

    /** Paystack sends the event at the beginning of the month in which cards expire. */
    @Test
    void expiringCards_areOneTaskOfACustomer_untilTheyAreReplaced() {
        var month = YearMonth.now(ZoneOffset.UTC);
        var second = with(subscription("active"), "subscription_code", "SUB_2");
        account.put("/subscription/SUB_1", withCard(subscription("active"), "4081", month))
                .put("/subscription/SUB_2", withCard(second, "4081", month));
        send("subscription.create", with(subscription("active"), "domain", "live"), "processed");
        until("June Park", () -> shown("accounts", "name"));
        send("subscription.expiring_cards", List.of(
                Map.of("expiry_date", month.toString(), "subscription", Map.of("subscription_code", "SUB_1")),
                Map.of("expiry_date", month.toString(), "subscription", Map.of("subscription_code", "SUB_2"))), "processed");
        until("2", () -> String.valueOf(http.get(BILLING + "subscriptions?state=active").expect(200).json().get("data").size()));
        until("card 4081 expiring", () -> shown("accounts", "default_payment_method/kind", "default_payment_method/last4", "default_payment_method/state"));
        assertEquals(1, http.get("/api/v1/tasks/operational-tasks?state=open").expect(200).json().get("data").size());
        account.put("/subscription/SUB_1", withCard(subscription("active"), "1111", month.plusYears(2)));
        send("invoice.create", with(invoice(false, Map.of()), "invoice_code", "INV_7"), "processed");
        until("1111 active", () -> shown("accounts", "default_payment_method/last4", "default_payment_method/state"));
        assertEquals(1, http.get("/api/v1/tasks/operational-tasks?state=open").expect(200).json().get("data").size());
        account.put("/subscription/SUB_2", withCard(with(second, "status", "cancelled"), "4081", month));
        send("subscription.disable", with(second, "domain", "live"), "processed");
        until("1", () -> String.valueOf(http.get("/api/v1/tasks/operational-tasks?state=completed").expect(200).json().get("data").size()));
        assertFalse(http.get("/api/v1/platform/audit-events").expect(200).text().contains("AUTH_secret"));
    }

    @Test
    void refund_isPosted_whenTheFetchTellsWhichOne() {
        account.put("/transaction/verify/T1", transaction(1_650, Map.of(), ""));
        send("charge.success", transaction(1_650, Map.of(), 0), "processed");
        until("{clearing=108350, fees=1650, unapplied=110000}", this::balances);
        account.put("/refund", List.of(
                object("id", 1, "transaction", 895_091_250, "amount", 5_000, "currency", "NGN", "status", "processed", "created_at", "2026-11-24T11:00:00.000Z",
                        "refunded_at", "2026-11-24T12:00:00.000Z"),
                object("id", 2, "transaction", 895_091_250, "amount", 5_000, "currency", "NGN", "status", "pending", "created_at", "2026-11-25T11:00:00.000Z",
                        "refunded_at", "2026-11-25T11:00:00.000Z")));
        send("refund.processed", object("status", "processed", "transaction_reference", "T1", "amount", "5000", "currency", "NGN", "domain", "live"), "processed");
        until("{clearing=103350, fees=1650, unapplied=105000}", this::balances);
        assertEquals(2, http.get(BILLING + "refunds").expect(200).json().get("data").size());
        assertEquals("2026-11-24T12:00:00.000000Z none", shown("refunds?state=succeeded", "settled_at", "tax_basis"));
        assertEquals("null", shown("refunds?state=pending", "settled_at"));
        account.put("/refund", List.of(
                object("id", 1, "transaction", 895_091_250, "amount", 5_000, "currency", "NGN", "status", "failed", "created_at", "2026-11-24T11:00:00.000Z")));
        send("refund.failed", object("status", "failed", "transaction_reference", "T1", "amount", 5_000, "currency", "NGN", "domain", "live"), "processed");
        until("{clearing=108350, fees=1650, unapplied=110000}", this::balances);
    }

    /** Paystack calls a transaction reversed when all of it was given back. The refund tells that; the receipt stays. */
    @Test
    void refundedTransaction_staysReceived_alsoIfItIsReplayed() {
        account.put("/transaction/verify/T1", transaction(1_650, plan(), ""));
        var sent = send("charge.success", transaction(1_650, plan(), ""), "processed");
        until("{clearing=108350, fees=1650, revenue=102326, tax_payable=7674}", this::balances);
        account.put("/transaction/verify/T1", with(transaction(1_650, plan(), ""), "status", "reversed"));
        account.put("/refund", List.of(object(
                "id", 1, "transaction", 895_091_250, "amount", 110_000, "currency", "NGN", "status", "processed", "created_at", "2026-11-24T11:00:00.000Z",
                "refunded_at", "2026-11-24T12:00:00.000Z")));
        send("refund.processed", object("status", "processed", "transaction_reference", "T1", "amount", "110000", "currency", "NGN", "domain", "live"), "processed");
        until("{clearing=-1650, fees=1650, refunds=102326, revenue=102326}", this::balances);
        http.post(DELIVERIES + "/" + sent.at("/deliveries/0/id") + "/replay", null).expect(200);
        until("reversed none", () -> shown("payments", "provider_status", "mirror/fetch"));
        assertEquals("succeeded 110000 null", shown("payments", "state", "amount_captured/amount_minor", "failure"));
        assertEquals("paid 0", shown("invoices", "state", "amount_remaining/amount_minor"));
        assertEquals("{clearing=-1650, fees=1650, refunds=102326, revenue=102326}", balances());
    }

    @Test
    void transactionOfALostDispute_staysReceived() {
        account.put("/transaction/verify/T1", transaction(1_650, plan(), ""));
        var sent = send("charge.success", transaction(1_650, plan(), ""), "processed");
        until("{clearing=108350, fees=1650, revenue=102326, tax_payable=7674}", this::balances);
        account.put("/transaction/verify/T1", with(transaction(1_650, plan(), ""), "status", "reversed"));
        var dispute = object(
                "id", 2_868, "domain", "live", "status", "resolved", "resolution", "merchant-accepted", "refund_amount", 110_000, "currency", "NGN",
                "category", "chargeback", "dueAt", "2026-12-01T11:00:00.000Z", "createdAt", "2026-11-25T11:00:00.000Z",
                "transaction", with(transaction(1_650, plan(), ""), "status", "reversed"));
        account.put("/dispute/2868", dispute);
        send("charge.dispute.resolve", dispute, "processed");
        until("{clearing=-1650, dispute_losses=102326, fees=1650, revenue=102326}", this::balances);
        http.post(DELIVERIES + "/" + sent.at("/deliveries/0/id") + "/replay", null).expect(200);
        until("succeeded reversed none", () -> shown("payments", "state", "provider_status", "mirror/fetch"));
        assertEquals("paid", shown("invoices", "state"));
        assertEquals("{clearing=-1650, dispute_losses=102326, fees=1650, revenue=102326}", balances());
    }

    private void refund(String status, int attempt) {
        account.put("/refund", List.of(object(
                "id", 1, "transaction", 895_091_250, "amount", 5_000, "currency", "NGN", "status", status, "created_at", "2026-11-24T11:00:00.000Z")));
        send("refund." + status, object(
                "status", status, "transaction_reference", "T1", "amount", 5_000, "currency", "NGN", "domain", "live", "attempt", attempt), "processed");
    }

    private String refundTasks() {
        var tasks = new ArrayList<String>();
        http.get("/api/v1/tasks/operational-tasks?workflow=returned_money&sort=created_at").expect(200).json().get("data").forEach(task ->
                tasks.add(task.get("title").asText() + ": " + task.get("state").asText() + " " + task.at("/outcome/kind").asText()));
        return tasks.toString();
    }

    @Test
    void refundThatNeedsAttention_hasOneTask_untilItGoesOn() {
        account.put("/transaction/verify/T1", transaction(1_650, Map.of(), ""));
        send("charge.success", transaction(1_650, Map.of(), 0), "processed");
        until("{clearing=108350, fees=1650, unapplied=110000}", this::balances);
        until("June Park", () -> shown("accounts", "name"));
        refund("needs-attention", 1);
        until("needs_attention needs-attention", () -> shown("refunds", "state", "provider_status"));
        assertEquals("[Ask June Park for a bank account: open ]", refundTasks());
        assertEquals(1, http.get(BILLING + "refunds?state=needs_attention").expect(200).json().get("data").size());
        refund("needs-attention", 2);
        until("2", () -> http.get(BILLING + "refunds").expect(200).at("/data/0/version") + "");
        assertEquals("[Ask June Park for a bank account: open ]", refundTasks());
        refund("processed", 3);
        until("{clearing=103350, fees=1650, unapplied=105000}", this::balances);
        assertEquals("[Ask June Park for a bank account: completed done]", refundTasks());
    }

    @Test
    void refundThatFailsAfterAll_getsAnotherTask() {
        account.put("/transaction/verify/T1", transaction(1_650, Map.of(), ""));
        send("charge.success", transaction(1_650, Map.of(), 0), "processed");
        until("June Park", () -> shown("accounts", "name"));
        refund("needs-attention", 1);
        until("needs_attention needs-attention", () -> shown("refunds", "state", "provider_status"));
        refund("failed", 2);
        until("failed failed", () -> shown("refunds", "state", "provider_status"));
        assertEquals("[Ask June Park for a bank account: completed no_longer_needed, Pay back June Park in another way: open ]", refundTasks());
        // Somebody has paid it back; the provider tells of the failure again.
        var open = http.get("/api/v1/tasks/operational-tasks?workflow=returned_money&state=open").expect(200).at("/data/0/id");
        http.post("/api/v1/tasks/operational-tasks/" + open + "/complete", "{\"kind\": \"done\"}").expect(200);
        refund("failed", 3);
        until("3", () -> http.get(BILLING + "refunds").expect(200).at("/data/0/version") + "");
        assertEquals("[Ask June Park for a bank account: completed no_longer_needed, Pay back June Park in another way: completed done]", refundTasks());
    }

    @Test
    void lostDispute_takesWhatWasRefunded() {
        account.put("/transaction/verify/T1", transaction(1_650, Map.of(), ""));
        send("charge.success", transaction(1_650, Map.of(), 0), "processed");
        until("{clearing=108350, fees=1650, unapplied=110000}", this::balances);
        var dispute = object(
                "id", 2_867, "domain", "live", "status", "awaiting-merchant-feedback", "resolution", null, "refund_amount", 5_800, "currency", "NGN",
                "category", "chargeback", "dueAt", "2026-12-01T11:00:00.000Z", "createdAt", "2026-11-25T11:00:00.000Z", "transaction", transaction(1_650, Map.of(), ""));
        account.put("/dispute/2867", dispute);
        send("charge.dispute.create", dispute, "processed");
        until("needs_response 5800", () -> shown("disputes", "state", "amount/amount_minor"));
        account.put("/dispute/2867", with(dispute, "status", "resolved", "resolution", "merchant-accepted"));
        send("charge.dispute.resolve", with(dispute, "status", "resolved"), "processed");
        until("lost", () -> shown("disputes", "state"));
        assertEquals("{clearing=102550, fees=1650, unapplied=104200}", balances());
    }

    @Test
    void amounts_areHundredthsOfEveryCurrency() {
        assertEquals(2_500, PaystackMoney.minor(250_000, "XOF"));
        assertEquals(110_000, PaystackMoney.minor(110_000, "NGN"));
        assertThrows(UnreadableEvent.class, () -> PaystackMoney.minor(250_050, "RWF"));
        assertThrows(UnreadableEvent.class, () -> PaystackMoney.minor(1, "JPY"));
    }
}
