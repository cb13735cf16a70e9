package org.guildhall.billing.checkout;

import static org.guildhall.billing.GoCardlessFixture.BILLING;
import static org.guildhall.billing.GoCardlessFixture.until;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.GoCardlessSender;
import org.guildhall.billing.PaystackStandIn;
import org.guildhall.billing.StandInServer.Posted;
import org.guildhall.core.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkout sessions, pages of subscriptions and plan changes of Paystack, which knows no idempotency keys. */
class PaystackCheckoutsTest {

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final Http provider = new Http(tenant.server(), null);
    private final PaystackStandIn.Account account = PaystackStandIn.shared().account();
    private final String connection = String.valueOf(http.post(BILLING + "connections", """
            {"name": "Paystack", "provider": "paystack", "livemode": true, "secret": "%s", "api_key": "%s"}""".formatted(account.key(), account.key()))
            .expect(201).at("/id"));
    private final SaleFixture sale = new SaleFixture(http);
    private final String organization = sale.organization("Harbour");
    private final String price = sale.monthly(110_000, "NGN", Map.of("paystack", "PLN_1"));
    private final String key = UUID.randomUUID().toString();

    PaystackCheckoutsTest() {
        account.put("/customer/CUS_1", object(
                "customer_code", "CUS_1", "first_name", "June", "last_name", "Park", "email", "june@members.example", "phone", null, "metadata", null));
        account.put("/subscription", List.of());
    }

    private Reply open(String member, String priceId, String idempotencyKey) {
        return http.post(BILLING + "checkout-sessions", """
                {"connection_id": "%s", %s, "price_ids": ["%s"], "success_url": "https://members.example/welcome", "cancel_url": "https://members.example/plans"}"""
                .formatted(connection, member, priceId), "Idempotency-Key", idempotencyKey);
    }

    private Reply open(String priceId) {
        return open(priceId, key);
    }

    private Reply open(String priceId, String idempotencyKey) {
        return open("\"organization_id\": \"%s\", \"payer_email\": \"june@members.example\"".formatted(organization), priceId, idempotencyKey);
    }

    private List<Posted> posted(String call) {
        return account.posted().stream().filter(one -> one.call().equals(call)).toList();
    }

    private void send(String event, Object data) {
        var body = new String(Json.bytes(Map.of("event", event, "data", data)), StandardCharsets.UTF_8);
        provider.post(BILLING + "webhooks/" + connection, body, "x-paystack-signature", GoCardlessSender.signature("HmacSHA512", body, account.key())).expect(200);
    }

    private String shown(String list, String... members) {
        var reply = http.get(BILLING + list).expect(200);
        var texts = new ArrayList<String>();
        for (var member : members) {
            texts.add(String.valueOf(reply.at("/data/0/" + member)));
        }
        return String.join(" ", texts);
    }

    private static Map<String, Object> transaction(String reference) {
        return object(
                "id", 895_091_250, "domain", "live", "status", "success", "reference", reference, "amount", 110_000, "paid_at", "2026-11-23T11:00:09.000Z", "created_at",
                "2026-11-23T11:00:03.000Z", "channel", "card", "currency", "NGN", "metadata", "", "fees", 1_650, "plan",
                Map.of("plan_code", "PLN_1", "currency", "NGN"), "customer", Map.of("customer_code", "CUS_1"), "gateway_response", "Approved");
    }

    @Test
    void session_isATransaction_whoseChargeCompletesIt() {
        var made = open(price).expect(201);
        var reference = String.valueOf(made.at("/id")).replace('_', '-');
        assertEquals("open " + reference + " https://checkout.paystack.example/" + reference, made.at("/state") + " " + made.at("/provider_reference") + " "
                + made.at("/url"));
        var sent = posted("POST /transaction/initialize").getFirst().body();
        assertEquals("110000 NGN PLN_1 june@members.example https://members.example/welcome https://members.example/plans", String.join(
                " ", sent.path("amount").asText(), sent.path("currency").asText(), sent.path("plan").asText(), sent.path("email").asText(),
                sent.path("callback_url").asText(), sent.at("/metadata/cancel_action").asText()));
        account.put("/transaction/verify/" + reference, transaction(reference));
        send("charge.success", transaction(reference));
        until("completed success", () -> shown("checkout-sessions", "state", "payment_status"));
        assertEquals(organization + " checkout", shown("accounts", "organization_id", "link_source"));
        assertEquals("succeeded", shown("payments", "state"));
        assertEquals("paid", shown("invoices", "state"));
    }

    @Test
    void lostAnswer_opensAnotherPage_sinceNobodyHasTheFirst() {
        account.loseAnswer();
        assertEquals("503 unavailable", open(price).outcome());
        account.fails(429);
        assertEquals("503 unavailable", open(price).outcome());
        var again = open(price).expect(201);
        assertEquals(String.valueOf(again.at("/id")).replace('_', '-') + "-2", again.at("/provider_reference"));
        assertEquals("true", open(price).header("Idempotency-Replayed"));
        assertEquals(4, account.posted().size());
        var first = String.valueOf(again.at("/id")).replace('_', '-');
        account.put("/transaction/verify/" + first, transaction(first));
        send("charge.success", transaction(first));
        until("completed", () -> shown("checkout-sessions", "state"));
    }

    @Test
    void lostAnswerOfAPaidTransaction_isntOpenedAgain() {
        account.loseAnswer();
        open(price);
        var reference = posted("POST /transaction/initialize").getFirst().body().path("reference").asText();
        account.put("/transaction/verify/" + reference, transaction(reference));
        var again = open(price).expect(201);
        assertEquals("completed null " + reference, again.at("/state") + " " + again.at("/url") + " " + again.at("/provider_reference"));
    }

    @Test
    void whatPaystackCantDo_namesTheMember() {
        assertEquals("422 required /payer_email", refusal(open("\"organization_id\": \"%s\"".formatted(organization), price, "1")));
        assertEquals("422 not_supported /price_ids/0", refusal(open(sale.monthly(500, "AUD", Map.of("paystack", "PLN_2")), "2")));
        assertEquals("422 no_provider_reference /price_ids/0", refusal(open(sale.monthly(500, "NGN", Map.of()), "3")));
        assertEquals("422 not_supported /price_ids/1", refusal(open(price + "\", \"" + sale.monthly(500, "NGN", Map.of("paystack", "PLN_3")), "4")));
        open(sale.price(500, "NGN", Map.of()), "5").expect(201);
    }

    private static String refusal(Reply reply) {
        return reply.status() + " " + reply.at("/errors/0/code") + " " + reply.at("/errors/0/pointer");
    }

    private static Map<String, Object> subscription(String code, String plan) {
        return object(
                "subscription_code", code, "status", "active", "amount", 110_000, "next_payment_date", "2026-12-23T11:00:00.000Z", "createdAt",
                "2026-10-23T11:00:00.000Z", "plan", object("plan_code", plan, "name", "Harbour", "interval", "monthly", "currency", "NGN"), "customer",
                object("id", 77, "customer_code", "CUS_1"), "email_token", "tokenOfTheSubscription", "authorization", Map.of("authorization_code", "AUTH_secret"));
    }

    private String mirrored(String code, String plan) {
        account.put("/subscription/" + code, subscription(code, plan));
        send("subscription.create", with(subscription(code, plan), "domain", "live"));
        until("1", () -> String.valueOf(http.get(BILLING + "subscriptions?state=active&provider_reference=" + code).expect(200).json().get("data").size()));
        return String.valueOf(http.get(BILLING + "subscriptions?provider_reference=" + code).expect(200).at("/data/0/id"));
    }

    private Reply portal(String members) {
        var id = http.get(BILLING + "accounts").expect(200).at("/data/0/id");
        return http.post(BILLING + "portal-sessions", "{\"account_id\": \"%s\", \"return_url\": \"https://members.example/account\"%s}".formatted(id, members));
    }

    @Test
    void portal_isThePageOfASubscription() {
        var first = mirrored("SUB_1", "PLN_1");
        account.put("/subscription/SUB_1/manage/link", Map.of("link", "https://paystack.example/manage/SUB_1?token=1"));
        var opened = portal("").expect(201);
        assertEquals("open SUB_1 https://paystack.example/manage/SUB_1?token=1 " + first, opened.at("/state") + " " + opened.at("/provider_reference") + " "
                + opened.at("/url") + " " + opened.at("/subscription_id"));
        var second = mirrored("SUB_2", "PLN_2");
        assertEquals("422 required /subscription_id", refusal(portal("")));
        assertEquals(first, portal(", \"subscription_id\": \"%s\"".formatted(first)).expect(201).at("/subscription_id"));
        assertEquals("409 provider_refused", portal(", \"subscription_id\": \"%s\"".formatted(second)).outcome());
        assertEquals("422 unknown_reference /subscription_id", refusal(portal(", \"subscription_id\": \"sub_01m7yy9s2dq91k5gqapenecfs0\"")));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"nothing", "answer", "disabling"})
    void planChange_beginsAnotherSubscription_andDisablesTheOld(String lost) {
        var subscription = mirrored("SUB_1", "PLN_1");
        var plus = sale.monthly(170_000, "NGN", Map.of("paystack", "PLN_9"));
        var previewed = http.post(BILLING + "plan-changes", "{\"subscription_id\": \"%s\", \"price_id\": \"%s\", \"proration\": \"none\"}".formatted(subscription, plus))
                .expect(201);
        assertEquals("previewed 170000", previewed.at("/state") + " " + previewed.at("/preview/next_total/amount_minor"));
        var path = BILLING + "plan-changes/" + previewed.at("/id") + "/request";
        if (lost.equals("answer")) {
            account.loseAnswer();
        }
        if (lost.equals("disabling")) {
            account.afterNextChange(() -> account.fails(500));
        }
        if (!lost.equals("nothing")) {
            assertEquals("503 unavailable", http.post(path, null, "Idempotency-Key", key).outcome());
        }
        http.post(path, null, "Idempotency-Key", key).expect(200);
        assertEquals(1, posted("POST /subscription").size());
        var sent = posted("POST /subscription").getFirst().body();
        assertEquals("CUS_1 PLN_9 AUTH_secret 2026-12-23T11:00:00.000Z", String.join(" ", sent.path("customer").asText(), sent.path("plan").asText(),
                sent.path("authorization").asText(), sent.path("start_date").asText()));
        assertEquals("SUB_1 tokenOfTheSubscription", posted("POST /subscription/disable").getLast().body().path("code").asText() + " "
                + posted("POST /subscription/disable").getLast().body().path("token").asText());
        mirrored("SUB_OF_PLN_9", "PLN_9");
        until("confirmed", () -> shown("plan-changes", "state"));
        assertFalse(http.get("/api/v1/platform/audit-events").expect(200).text().contains("AUTH_secret"));
    }
}
