package org.guildhall.billing.deliveries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeSender;
import org.guildhall.core.Permutations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events of Stripe over HTTP: signatures, repeated events, and what is stored. */
class WebhooksTest {

    private static final String DELIVERIES = "/api/v1/billing/webhook-deliveries";
    private static final String ACCOUNTS = "/api/v1/billing/accounts";
    private static final String CONNECTIONS = "/api/v1/billing/connections";
    private static final String OTHER_SECRET = "whsec_winterStreetSigningSecret02";

    private static final long WAIT_NANOS = 30_000_000_000L;

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final Http provider = new Http(tenant.server(), null);
    private final long now = Instant.now().getEpochSecond();
    private String connection = "";
    private StripeSender stripe;

    @BeforeEach
    void connect() {
        connection = String.valueOf(http.post(CONNECTIONS, """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "account_reference": "acct_1", "secret": "%s"}"""
                .formatted(StripeSender.SECRET)).expect(201).at("/id"));
        stripe = new StripeSender(provider, connection, StripeSender.SECRET);
    }

    private static String customer(String event, String type, long created, String name) {
        return StripeSender.event(event, type, created, Map.of("id", "cus_1", "object", "customer", "name", name, "email", "Mira@members.example"));
    }

    private int stored() {
        return http.get(DELIVERIES).expect(200).json().get("data").size();
    }

    @Test
    void event_isStoredAndApplied_once() {
        var body = customer("evt_1", "customer.created", now, "Mira");
        var first = stripe.send(body).expect(200);
        assertEquals("evt_1 processed false", first.at("/deliveries/0/event_reference") + " " + first.at("/deliveries/0/state") + " " + first.at("/deliveries/0/repeated"));
        var again = stripe.send(body).expect(200);
        assertEquals(first.at("/deliveries/0/id") + " true", again.at("/deliveries/0/id") + " " + again.at("/deliveries/0/repeated"));
        var delivery = http.get(DELIVERIES + "/" + first.at("/deliveries/0/id")).expect(200);
        assertEquals("applied 2 customer cus_1", delivery.at("/outcome") + " " + delivery.at("/received_count") + " " + delivery.at("/object_kind") + " "
                + delivery.at("/object_reference"));
        var account = http.get(ACCOUNTS + "/" + delivery.at("/effects/0/entity_id")).expect(200);
        assertEquals("Mira active none", account.at("/name") + " " + account.at("/state") + " " + account.at("/link_source"));
        assertEquals(delivery.at("/id"), account.at("/mirror/delivery_id"));
        assertEquals(1, http.get(ACCOUNTS + "?email=mira@MEMBERS.example").expect(200).json().get("data").size());
        var audit = http.get("/api/v1/platform/audit-events?action=payment_provider_event.ingested").expect(200);
        assertEquals(1, audit.json().get("data").size());
        assertEquals("webhook webhook_delivery", audit.at("/data/0/actor_type") + " " + audit.at("/data/0/entity_type"));
        assertFalse(audit.text().contains("Mira"), audit.text());
    }

    @Test
    void hundredCopiesAtOnce_haveOneEffect() throws Exception {
        var body = customer("evt_1", "customer.created", now, "Mira");
        try (var threads = Executors.newFixedThreadPool(16)) {
            List<Callable<Reply>> calls = new ArrayList<>();
            IntStream.range(0, 100).forEach(any -> calls.add(() -> stripe.send(body)));
            for (var done : threads.invokeAll(calls)) {
                done.get().expect(200);
            }
        }
        var delivery = http.get(DELIVERIES).expect(200);
        assertEquals("100 1", delivery.at("/data/0/received_count") + " " + delivery.at("/data/0/attempts"));
        assertEquals(1, delivery.json().get("data").size());
        assertEquals("2", String.valueOf(http.get(ACCOUNTS).expect(200).at("/data/0/version")));
        assertEquals(1, http.get("/api/v1/platform/audit-events?action=payment_provider_event.ingested").expect(200).json().get("data").size());
    }

    @Test
    void everyOrderOfArrival_givesTheSameAccount() {
        var events = List.of(
                customer("evt_1", "customer.created", now, "A"), customer("evt_2", "customer.updated", now, "B"),
                customer("evt_3", "customer.updated", now + 1, "C"), customer("evt_4", "customer.deleted", now + 2, "C"));
        var seen = Permutations.of(4).stream().map(order -> {
            connect();
            order.forEach(at -> stripe.send(events.get(at)).expect(200));
            stripe.send(events.get(order.getFirst())).expect(200);
            var account = http.get(ACCOUNTS + "?connection_id=" + connection).expect(200);
            return account.at("/data/0/state") + " " + account.at("/data/0/name") + " " + account.at("/data/0/mirror/provider_event_reference");
        }).collect(Collectors.toSet());
        assertEquals(Set.of("deleted C evt_4"), seen);
    }

    @Test
    void flippedBits_areRefused_andStoreNothing() {
        var body = customer("evt_1", "customer.created", now, "Mira");
        var header = StripeSender.header(body, StripeSender.SECRET, now);
        int signature = header.indexOf("v1=") + 3;
        // Beyond ASCII a flipped bit is another character, and the body no longer the text that was sent; the lowest bits stay within it.
        for (int at = 0; at < 64; at++) {
            var flipped = new StringBuilder(header);
            flipped.setCharAt(signature + at, (char) (header.charAt(signature + at) ^ 1));
            assertEquals("400 signature_invalid", stripe.send(body, flipped.toString()).outcome(), "header " + at);
            var other = new StringBuilder(body);
            other.setCharAt(at, (char) (body.charAt(at) ^ 1));
            assertEquals(400, stripe.send(other.toString(), header).status(), "body " + at);
        }
        assertEquals(0, stored());
        assertTrue(Integer.parseInt(String.valueOf(http.get(CONNECTIONS + "/" + connection).expect(200).at("/refused_deliveries"))) >= 64);
    }

    @Test
    void timeOfSignature_isWithin300Seconds_bothWays() {
        var body = customer("evt_1", "customer.created", now, "Mira");
        for (long wrong : new long[] {-305, 305, -86_400, 86_400}) {
            assertEquals("400 signature_invalid", stripe.send(body, StripeSender.header(body, StripeSender.SECRET, now + wrong)).outcome(), "" + wrong);
        }
        assertEquals(0, stored());
        stripe.send(body, StripeSender.header(body, StripeSender.SECRET, now - 290)).expect(200);
        stripe.send(body, StripeSender.header(body, StripeSender.SECRET, now + 290)).expect(200);
    }

    @Test
    void headers_ofOtherForms_areRefused() {
        var body = customer("evt_1", "customer.created", now, "Mira");
        var good = StripeSender.signature(body, StripeSender.SECRET, now);
        for (var header : List.of(
                "t=x,v1=" + good, "t=" + now + ",t=" + now + ",v1=" + good, "t=" + "9".repeat(30) + ",v1=" + good, "v1=" + good, "t=" + now, "t=,v1=" + good,
                "t=" + now + ",v0=" + good, "t=" + now + ",v1=" + good.toUpperCase(Locale.ROOT), "t=" + now + ",v1=" + "é",
                "t=" + now + (",v1=" + good).repeat(11), "garbage", ",", "t=-" + now + ",v1=" + good,
                StripeSender.header(body, OTHER_SECRET, now))) {
            assertEquals(400, stripe.send(body, header).status(), header);
        }
        assertEquals("400 signature_invalid", provider.post("/api/v1/billing/webhooks/" + connection, body).outcome());
        // A token of the tenant doesn't take the place of the signature.
        assertEquals("400 signature_invalid", http.post("/api/v1/billing/webhooks/" + connection, body).outcome());
        assertEquals(0, stored());
        stripe.send(body, "t=" + now + ",v1=" + "0".repeat(64) + ",v1=" + good).expect(200);
    }

    @Test
    void signedBodies_withoutAnEvent_areRefused() {
        for (var body : List.of("", "\"\"", "null", "[", "{}", "[]", "{\"id\": 5, \"type\": \"customer.created\", \"created\": 1}", "{\"id\": \"evt\", \"type\": \"t\"}",
                "{\"id\": \"evt\", \"type\": \"t\", \"created\": -1}", "{\"id\": \"evt\", \"type\": \"t\", \"created\": \"soon\"}", "{\"id\": \"evt\", \"created\": 1}")) {
            var status = stripe.send(body).status();
            assertTrue(status == 400 || status == 422, body + " " + status);
        }
        assertEquals(413, stripe.send("{\"id\": \"" + "x".repeat((1 << 20) - 8) + "\"}").status(), "1 MiB and a byte");
        var body = customer("evt_1", "customer.created", now, "Mira");
        var header = StripeSender.header(body, StripeSender.SECRET, now);
        assertEquals(415, provider.post("/api/v1/billing/webhooks/" + connection, body, "Stripe-Signature", header, "Content-Encoding", "gzip").status());
        assertEquals(0, stored());
    }

    /** Stripe writes percentages and exchange rates with fractions, also a whole percentage. */
    @Test
    void numbersWithFractions_areOfTheProvidersForm() {
        var body = customer("evt_1", "customer.created", now, "Mira").replace("\"livemode\"", "\"rates\":[25.5,10.0,1.5321e3],\"livemode\"");
        var delivery = stripe.send(body).expect(200);
        assertEquals("processed", delivery.at("/deliveries/0/state"));
        var payload = http.get(DELIVERIES + "/" + delivery.at("/deliveries/0/id") + "/payload").expect(200);
        assertEquals("25.5", payload.json().at("/event/rates/0").asText());
        assertEquals(422, stripe.send(body.replace("25.5", "1e-2000000000")).status());
        assertEquals(1, stored());
    }

    @Test
    void foreignAndUnknownEvents_areStored_withoutEffect() {
        var body = customer("evt_1", "customer.created", now, "Mira");
        stripe.send(body.replace("\"livemode\":true", "\"livemode\":false")).expect(200);
        stripe.send(body.replace("evt_1", "evt_2").replace("\"livemode\":true", "\"livemode\":true,\"account\":\"acct_2\"")).expect(200);
        stripe.send(body.replace("evt_1", "evt_3").replace("customer.created", "radar.early_fraud_warning.created")).expect(200);
        var skipped = http.get(DELIVERIES + "?state=skipped").expect(200);
        assertEquals("foreign foreign unknown_type", skipped.at("/data/0/skip_reason") + " " + skipped.at("/data/1/skip_reason") + " " + skipped.at("/data/2/skip_reason"));
        assertEquals(0, http.get(ACCOUNTS).expect(200).json().get("data").size());
    }

    @Test
    void unreadableEvent_isFailed_andNothingElse() {
        var receipt = stripe.send(StripeSender.event("evt_1", "customer.created", now, Map.of("id", "cus_1", "object", "customer", "name", 7))).expect(200);
        assertEquals("failed", receipt.at("/deliveries/0/state"));
        var delivery = http.get(DELIVERIES + "/" + receipt.at("/deliveries/0/id")).expect(200);
        assertEquals("unreadable `customer.name` is no text. 1", delivery.at("/error/code") + " " + delivery.at("/error/detail") + " " + delivery.at("/attempts"));
        assertTrue(delivery.at("/next_attempt_at") != null);
        var again = replayed(delivery.at("/id"));
        assertEquals("failed unreadable 1", again.at("/state") + " " + again.at("/error/code") + " " + again.at("/attempts"));
        assertTrue(again.at("/next_attempt_at") != null);
        assertEquals(0, http.get(ACCOUNTS).expect(200).json().get("data").size());
    }

    @Test
    void secrets_rotate_withoutRefusal() {
        var body = customer("evt_1", "customer.created", now, "Mira");
        http.post(CONNECTIONS + "/" + connection + "/rotate-secret", "{\"secret\": \"%s\", \"previous_valid_seconds\": 600}".formatted(OTHER_SECRET)).expect(200);
        stripe.send(body).expect(200);
        stripe.send(body, StripeSender.header(body, OTHER_SECRET, now)).expect(200);
        http.post(CONNECTIONS + "/" + connection + "/rotate-secret", "{\"secret\": \"%s\"}".formatted(OTHER_SECRET)).expect(200);
        assertEquals("400 signature_invalid", stripe.send(body).outcome());
        var shown = http.get(CONNECTIONS + "/" + connection).expect(200);
        assertTrue(shown.at("/secret_rotated_at") != null && shown.at("/previous_secret_until") == null);
        assertFalse(http.get("/api/v1/platform/audit-events?entity_type=connection").expect(200).text().contains("whsec_"));
    }

    @Test
    void disabledConnection_isUnknown() {
        var body = customer("evt_1", "customer.created", now, "Mira");
        http.post(CONNECTIONS + "/" + connection + "/disable", null).expect(200);
        assertEquals("404 not_found", stripe.send(body).outcome());
        http.post(CONNECTIONS + "/" + connection + "/enable", null).expect(200);
        stripe.send(body).expect(200);
    }

    @Test
    void otherTenantsSecret_doesntCount() {
        var other = TestServer.shared().tenant();
        var theirs = new Http(other.server(), other.token()).post(CONNECTIONS, """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(OTHER_SECRET)).expect(201);
        var body = customer("evt_1", "customer.created", now, "Mira");
        assertEquals("400 signature_invalid", new StripeSender(provider, String.valueOf(theirs.at("/id")), StripeSender.SECRET).send(body).outcome());
        assertEquals(0, stored());
    }

    @Test
    void payload_isTheBody_withItsOwnScope() {
        var body = customer("evt_1", "customer.created", now, "Mira");
        var id = stripe.send(body).expect(200).at("/deliveries/0/id");
        var payload = http.get(DELIVERIES + "/" + id + "/payload").expect(200);
        assertEquals(body, new String(Base64.getDecoder().decode(String.valueOf(payload.at("/content_base64"))), StandardCharsets.UTF_8));
        assertEquals("evt_1", payload.at("/event/id"));
    }

    private Reply replayed(Object id) {
        http.post(DELIVERIES + "/" + id + "/replay", null).expect(200);
        var reply = http.get(DELIVERIES + "/" + id).expect(200);
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && "received".equals(reply.at("/state"));) {
            reply = http.get(DELIVERIES + "/" + id).expect(200);
        }
        return reply;
    }

    @Test
    void replay_changesNothing() {
        var first = stripe.send(customer("evt_1", "customer.updated", now, "Mira")).expect(200).at("/deliveries/0/id");
        var reply = replayed(first);
        assertEquals("processed no_change", reply.at("/state") + " " + reply.at("/outcome"));
        assertEquals("2", String.valueOf(http.get(ACCOUNTS).expect(200).at("/data/0/version")));
        // Another change of the same second can't be ordered by the events.
        stripe.send(customer("evt_2", "customer.updated", now, "Mira Rossi")).expect(200);
        assertEquals("stale", replayed(first).at("/outcome"));
        assertEquals("Mira Rossi", http.get(ACCOUNTS).expect(200).at("/data/0/name"));
    }
}
