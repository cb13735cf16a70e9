package org.guildhall.billing.checkout;

import static org.guildhall.billing.GoCardlessBodies.event;
import static org.guildhall.billing.GoCardlessFixture.BILLING;
import static org.guildhall.billing.GoCardlessFixture.until;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.guildhall.billing.GoCardlessBodies;
import org.guildhall.billing.GoCardlessFixture;
import org.guildhall.billing.StandInServer.Posted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkout sessions and plan changes of GoCardless, which has no portal. */
class GoCardlessCheckoutsTest {

    private static final String AT = "2026-11-21T03:00:00.000Z";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final GoCardlessFixture fixture = new GoCardlessFixture(tenant, "{}");
    private final SaleFixture sale = new SaleFixture(fixture.http);
    private final String organization = sale.organization("Harbour");
    private final String price = sale.monthly(12_900, "AUD", Map.of());
    private final String key = UUID.randomUUID().toString();

    GoCardlessCheckoutsTest() {
        fixture.account.put("customers", GoCardlessBodies.customer("CU1", Map.of()))
                .put("customer_bank_accounts", GoCardlessBodies.bankAccount("BA1"))
                .put("mandates", GoCardlessBodies.mandate("MD1", "CU1", "active"));
    }

    private String body(String member, String priceId) {
        return """
                {"connection_id": "%s", %s, "price_ids": ["%s"], "success_url": "https://members.example/welcome", "payer_email": "june@members.example"}"""
                .formatted(fixture.connection, member, priceId);
    }

    private Reply open(String priceId) {
        return open(priceId, key);
    }

    private Reply open(String priceId, String idempotencyKey) {
        return fixture.http.post(BILLING + "checkout-sessions", body("\"organization_id\": \"%s\"".formatted(organization), priceId), "Idempotency-Key", idempotencyKey);
    }

    private List<Posted> posted(String call) {
        return fixture.account.posted().stream().filter(one -> one.call().equals(call)).toList();
    }

    /** The payer has finished: the request has a customer and a mandate. */
    private void fulfill() {
        var request = new HashMap<>(fixture.account.objects("billing_requests").getFirst());
        request.put("status", "fulfilled");
        request.put("links", Map.of("customer", "CU1", "mandate_request_mandate", "MD1"));
        fixture.account.put("billing_requests", request);
        fixture.send(event("EV1", AT, "billing_requests.fulfilled", "BRQ1"));
    }

    @Test
    void session_isABillingRequest_withAFlow() {
        var made = open(price).expect(201);
        assertEquals("open BRQ1 https://pay.gocardless.example/flow/BRF1 subscription", made.at("/state") + " " + made.at("/provider_reference") + " " + made.at("/url")
                + " " + made.at("/mode"));
        var request = posted("POST /billing_requests").getFirst();
        assertEquals(made.at("/id"), request.key());
        assertEquals("AUD", request.body().at("/billing_requests/mandate_request/currency").asText());
        assertEquals(made.at("/id"), request.body().at("/billing_requests/metadata/guildhall_checkout_session_id").asText());
        var flow = posted("POST /billing_request_flows").getFirst().body().path("billing_request_flows");
        assertEquals("BRQ1 https://members.example/welcome june@members.example", flow.at("/links/billing_request").asText() + " "
                + flow.path("redirect_uri").asText() + " " + flow.at("/prefilled_customer/email").asText());
        assertNull(fixture.http.get(BILLING + "checkout-sessions/" + made.at("/id")).expect(200).at("/url"));
    }

    @Test
    void fulfilledRequest_beginsItsSubscription_once() {
        var id = open(price).expect(201).at("/id");
        fulfill();
        until("completed fulfilled", () -> fixture.shown("checkout-sessions", "state", "payment_status"));
        var begun = posted("POST /subscriptions").getFirst();
        assertEquals(id + "-begun", begun.key());
        assertEquals("{\"amount\":12900,\"currency\":\"AUD\",\"interval\":1,\"interval_unit\":\"monthly\",\"links\":{\"mandate\":\"MD1\"},\"metadata\":{\"price_id\":\""
                + price + "\"},\"name\":\"Harbour\"}", begun.body().path("subscriptions").toString());
        assertEquals(organization + " checkout", fixture.shown("accounts", "organization_id", "link_source"));
        fixture.send(event("EV2", AT, "billing_requests.fulfilled", "BRQ1"), event("EV3", AT, "subscriptions.created", "SBNEW1"));
        until("active " + price + " SBNEW1", () -> fixture.shown("subscriptions", "state", "items/0/price_reference", "provider_reference"));
        assertEquals(1, fixture.account.objects("subscriptions").size());
        var subscription = fixture.http.get(BILLING + "subscriptions").expect(200).at("/data/0/id");
        assertEquals(subscription, fixture.http.get(BILLING + "checkout-sessions/" + id).expect(200).at("/subscription_id"));
    }

    @Test
    void singlePrice_isAPaymentOnTheMandate() {
        var once = sale.price(4_500, "AUD", Map.of());
        assertEquals("payment", open(once).expect(201).at("/mode"));
        fulfill();
        until("completed", () -> fixture.shown("checkout-sessions", "state"));
        assertEquals(4_500, posted("POST /payments").getFirst().body().at("/payments/amount").asInt());
        assertEquals(List.of(), posted("POST /subscriptions"));
    }

    @Test
    void canceledRequest_expires_andAForeignOneIsNoChange() {
        open(price).expect(201);
        fixture.account.put("billing_requests", with(fixture.account.objects("billing_requests").getFirst(), "status", "cancelled"));
        fixture.account.put("billing_requests", Map.of("id", "BRQ7", "status", "fulfilled", "created_at", AT, "metadata", Map.of(), "links", Map.of("customer", "CU9")));
        fixture.send(event("EV1", AT, "billing_requests.fulfilled", "BRQ7"), event("EV2", AT, "billing_requests.cancelled", "BRQ1"));
        until("expired", () -> fixture.shown("checkout-sessions", "state"));
        assertNull(fixture.http.get(BILLING + "accounts").expect(200).at("/data/0"));
    }

    @Test
    void lostAnswer_retryFindsTheOneRequest() {
        fixture.account.loseAnswer();
        assertEquals("503 unavailable", open(price).outcome());
        assertEquals("creating null", fixture.shown("checkout-sessions", "state", "provider_reference"));
        var again = open(price).expect(201);
        assertEquals("open BRQ1", again.at("/state") + " " + again.at("/provider_reference"));
        assertEquals(1, fixture.account.objects("billing_requests").size());
        assertTrue(posted("POST /billing_requests").stream().allMatch(one -> String.valueOf(again.at("/id")).equals(one.key())));
    }

    @Test
    void lostFlow_retryOpensAnotherPageOfTheOneRequest() {
        fixture.account.loseChange();
        open(price);
        fixture.account.fails(429, 7);
        var limited = open(price);
        assertEquals("503 unavailable 7", limited.outcome() + " " + limited.header("Retry-After"));
        fixture.account.fails(500, null);
        assertEquals("503 unavailable", open(price).outcome());
        open(price).expect(201);
        assertEquals(1, fixture.account.objects("billing_requests").size());
    }

    @Test
    void refusal_isShownInTheProvidersWords() {
        fixture.account.refuses(422, "creditor_not_verified", "The creditor isn't verified.");
        var refused = open(price);
        assertEquals("409 provider_refused", refused.outcome());
        assertEquals("The provider refuses it (creditor_not_verified): The creditor isn't verified.", refused.at("/detail"));
        assertEquals("failed creditor_not_verified", fixture.shown("checkout-sessions", "state", "failure/code"));
    }

    @Test
    void whatGoCardlessCantDo_namesTheMember() {
        assertUnsupported("/price_ids/0", open(sale.monthly(500, "JPY", Map.of()), "1"));
        assertUnsupported("/price_ids/0", open(sale.price(500, "AUD", Map.of("billing_interval", "day", "interval_count", 1)), "2"));
        assertUnsupported("/price_ids/0", open(sale.price(500, "AUD", Map.of("tax_behavior", "exclusive")), "3"));
        assertUnsupported("/price_ids/1", open(price + "\", \"" + sale.monthly(500, "AUD", Map.of()), "4"));
        assertEquals(List.of(), fixture.account.posted());
        fixture.send(event("EV1", AT, "mandates.active", "MD1"));
        until("June Park", () -> fixture.shown("accounts", "name"));
        var portal = fixture.http.post(BILLING + "portal-sessions", "{\"account_id\": \"%s\", \"return_url\": \"https://members.example/account\"}".formatted(
                fixture.http.get(BILLING + "accounts").expect(200).at("/data/0/id")));
        assertEquals("409 invalid_state /account_id", portal.outcome() + " " + portal.at("/errors/0/pointer"));
    }

    private static void assertUnsupported(String pointer, Reply reply) {
        assertEquals("422 validation_failed " + pointer + " not_supported", reply.outcome() + " " + reply.at("/errors/0/pointer") + " " + reply.at("/errors/0/code"));
    }

    private String subscription() {
        fixture.account.put("subscriptions", with(
                GoCardlessBodies.subscription("SB1", "MD1", "active", Map.of("price_id", price, "note", "kept")),
                "upcoming_payments", List.of(Map.of("charge_date", "2026-12-05", "amount", 12_900))));
        fixture.send(event("EV5", AT, "subscriptions.created", "SB1"));
        until("active " + price, () -> fixture.shown("subscriptions", "state", "items/0/price_reference"));
        return String.valueOf(fixture.http.get(BILLING + "subscriptions").expect(200).at("/data/0/id"));
    }

    private Reply change(String subscription, String priceId, String members) {
        return fixture.http.post(BILLING + "plan-changes", "{\"subscription_id\": \"%s\", \"price_id\": \"%s\", %s}".formatted(subscription, priceId, members));
    }

    private Reply request(Reply previewed) {
        return fixture.http.post(BILLING + "plan-changes/" + previewed.at("/id") + "/request", null, "Idempotency-Key", key);
    }

    @Test
    void samePeriod_amendsTheSubscription_andItsEventConfirms() {
        var subscription = subscription();
        var plus = sale.monthly(17_900, "AUD", Map.of());
        var previewed = change(subscription, plus, "\"proration\": \"none\"").expect(201);
        assertEquals("previewed 0 17900 Harbour", previewed.at("/state") + " " + previewed.at("/preview/total_now/amount_minor") + " "
                + previewed.at("/preview/next_total/amount_minor") + " " + previewed.at("/preview/lines/0/description"));
        fixture.account.loseAnswer();
        assertEquals("503 unavailable", request(previewed).outcome());
        assertEquals("requested", request(previewed).expect(200).at("/state"));
        assertEquals(1, posted("PUT /subscriptions/SB1").size());
        assertEquals("{\"note\":\"kept\",\"price_id\":\"" + plus + "\"}", posted("PUT /subscriptions/SB1").getFirst().body().at("/subscriptions/metadata").toString());
        fixture.send(event("EV6", "2026-11-21T03:05:00.000Z", "subscriptions.amended", "SB1"));
        until("confirmed null", () -> fixture.shown("plan-changes", "state", "replacement_subscription_id"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"answer", "change", "cancellation", "eventFirst"})
    void otherPeriod_beginsAnother_andCancelsTheOld(String lost) {
        var subscription = subscription();
        var yearly = sale.price(120_000, "AUD", Map.of("billing_interval", "year", "interval_count", 1));
        var previewed = change(subscription, yearly, "\"proration\": \"none\"").expect(201);
        switch (lost) {
            case "answer" -> fixture.account.loseAnswer();
            case "change" -> fixture.account.loseChange();
            default -> { }
        }
        if (lost.equals("cancellation")) {
            // The subscription is read first, then the new one is made, then the old one cancelled.
            fixture.account.afterNextChange(() -> fixture.account.fails(500, null));
        }
        if (lost.equals("eventFirst")) {
            fixture.account.afterNextChange(() -> {
                fixture.send(event("EV8", "2026-11-21T03:05:00.000Z", "subscriptions.created", "SBNEW2"));
                until("SBNEW2", () -> fixture.shown("subscriptions?provider_reference=SBNEW2", "provider_reference"));
            });
        }
        var first = request(previewed);
        assertEquals(lost.equals("eventFirst") ? "200 -" : "503 unavailable", first.status() == 200 ? "200 -" : first.outcome());
        request(previewed).expect(200);
        var made = posted("POST /subscriptions");
        assertEquals(previewed.at("/id"), made.getFirst().key());
        assertEquals("2026-12-05 MD1", made.getFirst().body().at("/subscriptions/start_date").asText() + " " + made.getFirst().body().at("/subscriptions/links/mandate").asText());
        assertEquals(2, fixture.account.objects("subscriptions").size());
        assertEquals("cancelled", fixture.account.objects("subscriptions").getFirst().get("status"));
        fixture.send(event("EV6", "2026-11-21T03:05:00.000Z", "subscriptions.created", "SBNEW2"),
                event("EV7", "2026-11-21T03:06:00.000Z", "subscriptions.cancelled", "SB1"));
        until("confirmed", () -> fixture.shown("plan-changes", "state"));
        var replacement = fixture.http.get(BILLING + "subscriptions?provider_reference=SBNEW2").expect(200).at("/data/0/id");
        assertEquals(replacement, fixture.http.get(BILLING + "plan-changes/" + previewed.at("/id")).expect(200).at("/replacement_subscription_id"));
    }

    @Test
    void prorationAndPeriodEnd_areNotSupported() {
        var subscription = subscription();
        var plus = sale.monthly(17_900, "AUD", Map.of());
        assertUnsupported("/proration", change(subscription, plus, "\"proration\": \"invoice_now\""));
        assertUnsupported("/timing", change(subscription, plus, "\"proration\": \"none\", \"timing\": \"period_end\""));
        assertUnsupported("/price_id", change(subscription, sale.monthly(17_900, "NZD", Map.of()), "\"proration\": \"none\""));
    }
}
