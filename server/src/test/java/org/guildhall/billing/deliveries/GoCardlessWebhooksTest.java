package org.guildhall.billing.deliveries;

import static org.guildhall.billing.GoCardlessBodies.body;
import static org.guildhall.billing.GoCardlessBodies.customer;
import static org.guildhall.billing.GoCardlessBodies.event;
import static org.guildhall.billing.GoCardlessBodies.mandate;
import static org.guildhall.billing.GoCardlessBodies.payment;
import static org.guildhall.billing.GoCardlessFixture.until;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.GoCardlessFixture;
import org.guildhall.billing.GoCardlessSender;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.gocardless.GoCardlessProvider;
import org.junit.jupiter.api.Test;

/** Events of GoCardless over HTTP: signatures, bodies with several events, and the fetches that they request. */
class GoCardlessWebhooksTest {

    private static final String DELIVERIES = "/api/v1/billing/webhook-deliveries";
    private static final String AT = "2026-09-08T06:00:00.000Z";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final GoCardlessFixture gocardless = new GoCardlessFixture(tenant, "{}");
    private final Http http = gocardless.http;

    private static boolean verifies(String body, String signature, String... secrets) {
        return new GoCardlessProvider(GoCardlessProvider.LIVE)
                .verify(body.getBytes(StandardCharsets.UTF_8), Map.of("Webhook-Signature", signature)::get, List.of(secrets), Instant.EPOCH);
    }

    /** GoCardless publishes this body, its secret and its signature with its own libraries. */
    @Test
    void publishedSignature_isAccepted() {
        var body = "{\"events\":[{\"id\":\"EV00BD05S5VM2T\",\"created_at\":\"2018-07-05T09:13:51.404Z\",\"resource_type\":\"subscriptions\","
                + "\"action\":\"created\",\"links\":{\"subscription\":\"SB0003JJQ2MR06\"},\"details\":{\"origin\":\"api\",\"cause\":\"subscription_created\","
                + "\"description\":\"Subscription created via the API.\"},\"metadata\":{}},{\"id\":\"EV00BD05TB8K63\",\"created_at\":\"2018-07-05T09:13:56.893Z\","
                + "\"resource_type\":\"mandates\",\"action\":\"created\",\"links\":{\"mandate\":\"MD000AMA19XGEC\"},\"details\":{\"origin\":\"api\","
                + "\"cause\":\"mandate_created\",\"description\":\"Mandate created via the API.\"},\"metadata\":{}}]}";
        var secret = "ED7D658C-D8EB-4941-948B-3973214F2D49";
        var signature = "2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e";
        assertTrue(verifies(body, signature, secret));
        assertTrue(verifies(body, signature, "anotherSecretOfTheEndpoint01", secret));
        assertFalse(verifies(body, signature, "anotherSecretOfTheEndpoint01"));
        assertFalse(verifies(body, signature));
        assertFalse(verifies(body + " ", signature, secret));
        assertFalse(verifies(body, signature.toUpperCase(Locale.ROOT), secret));
        assertFalse(verifies(body, "dummy", secret));
        assertFalse(verifies(body, "", secret));
    }

    @Test
    void wrongSignature_isRefused_countedAndNotStored() {
        var body = body(List.of(event("EV1", AT, "payments.confirmed", "PM1")));
        assertEquals("signature_invalid", gocardless.sender.send(body, "dummy").expect(400).at("/code"));
        assertEquals("signature_invalid", gocardless.sender.send(body, GoCardlessSender.signature("HmacSHA256", body, "anotherSecretOfTheEndpoint01")).expect(400).at("/code"));
        // Stripe's header doesn't count here.
        new StripeSender(new Http(tenant.server(), null), gocardless.connection, GoCardlessSender.SECRET).send(body).expect(400);
        assertEquals("3", http.get("/api/v1/billing/connections/" + gocardless.connection).expect(200).at("/refused_deliveries"));
        assertEquals(0, http.get(DELIVERIES).expect(200).json().get("data").size());
    }

    @Test
    void eventsOfABody_areDeliveriesOfTheirOwn_withOneBody() {
        var body = body(List.of(
                event("EV1", AT, "payments.confirmed", "PM1"), event("EV2", AT, "payments.sds_settlement_delayed", "PM1"),
                event("EV3", AT, "exports.created", "EX1"), with(event("EV4", AT, "payments.confirmed", "PM2"), "created_at", "yesterday"),
                with(event("EV5", AT, "mandates.active", "MD1"), "links", Map.of("mandate", "MD1", "organisation", "OR2")),
                with(event("EV6", AT, "payments.paid_out", "PM1"), "links", Map.of()), event("EV7", AT, "payments.paid_out", "PM1")));
        var receipt = gocardless.sender.send(body).expect(200);
        assertEquals(7, receipt.json().get("deliveries").size());
        var outcomes = new ArrayList<String>();
        for (int position = 0; position < 7; position++) {
            var delivery = http.get(DELIVERIES + "/" + receipt.at("/deliveries/" + position + "/id")).expect(200);
            outcomes.add(delivery.at("/state") + " " + delivery.at("/outcome") + " " + delivery.at("/skip_reason") + " " + delivery.at("/error/code"));
            var payload = http.get(DELIVERIES + "/" + delivery.at("/id") + "/payload").expect(200);
            assertEquals(body, new String(Base64.getDecoder().decode(String.valueOf(payload.at("/content_base64"))), StandardCharsets.UTF_8));
        }
        assertEquals(List.of(
                "processed fetch_requested null null", "skipped null unknown_type null", "skipped null unknown_type null", "failed null null unreadable",
                "skipped null foreign null", "failed null null unreadable", "processed fetch_requested null null"), outcomes);
        var first = http.get(DELIVERIES + "/" + receipt.at("/deliveries/0/id")).expect(200);
        assertEquals("EV1 payments.confirmed payments PM1 2026-09-08T06:00:00.000000Z", first.at("/event_reference") + " " + first.at("/event_type") + " "
                + first.at("/object_kind") + " " + first.at("/object_reference") + " " + first.at("/provider_at"));
    }

    @Test
    void instantsThatNoAnswerCanHave_areUnreadable() {
        var body = body(List.of("+999999-01-01T00:00:00Z", "-0044-03-15T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", AT).stream()
                .map(at -> event("EV-" + at, at, "payments.confirmed", "PM1")).toList());
        gocardless.sender.send(body).expect(200);
        assertEquals(4, http.get(DELIVERIES + "?state=failed").expect(200).json().get("data").size());
        assertEquals("unreadable", http.get(DELIVERIES + "?state=failed").expect(200).at("/data/0/error/code"));
        assertEquals("EV-" + AT, http.get(DELIVERIES + "?state=processed").expect(200).at("/data/0/event_reference"));
    }

    @Test
    void repeatedEvent_isCounted_alsoInAnotherBody() {
        var one = event("EV1", AT, "payments.confirmed", "PM1");
        var first = gocardless.send(one);
        var again = gocardless.send(one);
        var mixed = gocardless.send(one, event("EV2", AT, "payments.paid_out", "PM1"));
        assertEquals("false true", first.at("/deliveries/0/repeated") + " " + again.at("/deliveries/0/repeated"));
        assertEquals("true false", mixed.at("/deliveries/0/repeated") + " " + mixed.at("/deliveries/1/repeated"));
        assertEquals(2, http.get(DELIVERIES).expect(200).json().get("data").size());
    }

    @Test
    void bodyWithoutEvents_isRefused_andTooManyAre() {
        assertEquals("malformed_body", gocardless.sender.send("{\"event\": 1}").expect(400).at("/code"));
        for (var body : List.of("", "\"\"", "null", "[", "[]", "{\"events\": {}}", "{\"events\": null}")) {
            var status = gocardless.sender.send(body).status();
            assertTrue(status == 400 || status == 422, body + " " + status);
        }
        assertEquals(413, gocardless.sender.send("{\"id\": \"" + "x".repeat((1 << 20) - 8) + "\"}").status(), "1 MiB and a byte");
        var signature = GoCardlessSender.signature("HmacSHA256", "{}", GoCardlessSender.SECRET);
        assertEquals(415, new Http(tenant.server(), null).post(
                "/api/v1/billing/webhooks/" + gocardless.connection, "{}", "Webhook-Signature", signature, "Content-Encoding", "gzip").status());
        var events = IntStream.rangeClosed(1, 251).mapToObj(number -> event("EV" + number, AT, "payments.created", "PM" + number)).toList();
        assertEquals("malformed_body", gocardless.sender.send(body(events)).expect(400).at("/code"));
        assertEquals(250, gocardless.sender.send(body(events.subList(0, 250))).expect(200).json().get("deliveries").size());
        assertEquals(0, gocardless.sender.send(body(Collections.emptyList())).expect(200).json().get("deliveries").size());
    }

    @Test
    void event_makesTheServerAsk_withLimitsAndErrors() {
        gocardless.account.put("customers", customer("CU1", Map.of())).put("mandates", mandate("MD1", "CU1", "active"))
                .put("payments", payment("PM1", "MD1", 12_900, "confirmed")).fails(429, 1).fails(503, null);
        gocardless.send(event("EV1", AT, "payments.confirmed", "PM1"));
        until("succeeded 12900 fetch none", () -> gocardless.shown("payments", "state", "amount/amount_minor", "mirror/source", "mirror/fetch"));
        until("June Park june@members.example active", () -> gocardless.shown("accounts", "name", "email", "state"));
        assertEquals(List.of("/payments/PM1", "/payments/PM1", "/payments/PM1", "/mandates/MD1", "/customers/CU1"), gocardless.account.calls());
    }

    @Test
    void eventsBeforeTheToken_areFetchedAfterIt() {
        http.post("/api/v1/billing/connections/" + gocardless.connection + "/set-api-key", "{\"api_key\": null}").expect(200);
        gocardless.account.put("customers", customer("CU1", Map.of())).put("mandates", mandate("MD1", "CU1", "active"));
        gocardless.send(event("EV1", AT, "mandates.active", "MD1"));
        assertEquals(0, http.get("/api/v1/billing/accounts").expect(200).json().get("data").size());
        http.post("/api/v1/billing/connections/" + gocardless.connection + "/set-api-key", "{\"api_key\": \"" + gocardless.account.token() + "\"}").expect(200);
        until("June Park direct_debit MD1 becs null active", () -> gocardless.shown(
                "accounts", "name", "default_payment_method/kind", "default_payment_method/provider_reference", "default_payment_method/brand",
                "default_payment_method/last4", "default_payment_method/state"));
    }

    @Test
    void tokenOfTheSandbox_isRefusedForLiveConnections() {
        var refused = http.post("/api/v1/billing/connections/" + gocardless.connection + "/set-api-key", "{\"api_key\": \"sandbox_winterStreetToken\"}").expect(422);
        assertEquals("other_mode", refused.at("/errors/0/code"));
    }
}
