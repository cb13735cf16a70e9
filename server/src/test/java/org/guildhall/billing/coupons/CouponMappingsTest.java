package org.guildhall.billing.coupons;

import static org.guildhall.billing.StripeBodies.coupon;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.StripeStandIn;
import org.guildhall.core.Permutations;
import org.guildhall.runtime.plans.PlanFixture;
import org.junit.jupiter.api.Test;

/** Coupons of Stripe from signed events, and from its answers, to the API. */
class CouponMappingsTest {

    private static final String COUPONS = "/api/v1/billing/coupon-mappings";
    private static final long WAIT_NANOS = 30_000_000_000L;
    private static final int SENDERS = 8;
    private static final int RACES = 20;
    private static final long PAUSE_NANOS = 20_000_000L;

    private final PlanFixture plans = new PlanFixture();
    private final Http http = plans.http;
    private final StripeStandIn.Account account = StripeStandIn.shared().account();
    private final long now = Instant.now().getEpochSecond() - 100;
    private final String connection = connection();
    private final StripeSender stripe = new StripeSender(new Http(plans.tenant.server(), null), connection, StripeSender.SECRET);
    private int events;

    private String connection() {
        return String.valueOf(http.post("/api/v1/billing/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
    }

    private void setKey() {
        http.post("/api/v1/billing/connections/" + connection + "/set-api-key", "{\"api_key\": \"%s\"}".formatted(account.apiKey())).expect(200);
    }

    private Reply send(String type, long second, Map<String, Object> coupon) {
        events++;
        var sent = stripe.send(StripeSender.event("evt_" + events, "coupon." + type, now + second, coupon)).expect(200);
        return http.get("/api/v1/billing/webhook-deliveries/" + sent.at("/deliveries/0/id")).expect(200);
    }

    private Object outcome(String type, long second, Map<String, Object> coupon) {
        return send(type, second, coupon).at("/outcome");
    }

    private Reply only() {
        return http.get(COUPONS).expect(200);
    }

    private static String shown(Reply coupons) {
        return coupons.at("/data/0/state") + " " + coupons.at("/data/0/name") + " " + coupons.at("/data/0/mirror/provider_event_reference");
    }

    private static void until(String expected, Supplier<Object> actual) {
        var seen = String.valueOf(actual.get());
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && !seen.equals(expected);) {
            LockSupport.parkNanos(PAUSE_NANOS);
            seen = String.valueOf(actual.get());
        }
        assertEquals(expected, seen);
    }

    @Test
    void coupon_isMirrored_andFound() {
        var delivery = send("created", 1, with(coupon("WELCOME10", now), "percent_off", 12.5, "metadata", object("season", "summer")));
        assertEquals("processed applied coupon_mapping", delivery.at("/state") + " " + delivery.at("/outcome") + " " + delivery.at("/effects/0/entity_type"));
        var coupon = only();
        assertEquals("active Welcome evt_1", shown(coupon));
        assertEquals("percent 12.5 null repeating 3", coupon.at("/data/0/kind") + " " + coupon.at("/data/0/percent") + " " + coupon.at("/data/0/amount") + " "
                + coupon.at("/data/0/duration") + " " + coupon.at("/data/0/duration_months"));
        assertEquals("null [] []", coupon.at("/data/0/is_limited") + " " + coupon.json().at("/data/0/product_references") + " "
                + coupon.json().at("/data/0/product_ids"));
        assertEquals("summer", coupon.at("/data/0/metadata/season"));
        assertEquals(coupon.json().at("/data/0"), http.get(COUPONS + "/" + coupon.at("/data/0/id")).expect(200).json());
        for (var filter : List.of("connection_id=" + connection, "provider_reference=WELCOME10", "state=active", "created_before=2100-01-01T00:00:00Z")) {
            assertEquals(1, http.get(COUPONS + "?" + filter).expect(200).json().get("data").size(), filter);
        }
        for (var filter : List.of("connection_id=" + connection(), "provider_reference=WELCOME", "state=expired", "state=deleted")) {
            assertEquals(0, http.get(COUPONS + "?" + filter).expect(200).json().get("data").size(), filter);
        }
    }

    @Test
    void amount_hasItsCurrency_inMinorUnits() {
        send("created", 1, with(coupon("ONCE", now), "percent_off", null, "amount_off", 1_500, "currency", "jpy", "duration", "once", "duration_in_months", null));
        var coupon = only();
        assertEquals("amount null 1500 JPY once null", coupon.at("/data/0/kind") + " " + coupon.at("/data/0/percent") + " "
                + coupon.at("/data/0/amount/amount_minor") + " " + coupon.at("/data/0/amount/currency") + " " + coupon.at("/data/0/duration") + " "
                + coupon.at("/data/0/duration_months"));
    }

    @Test
    void unreadableCoupon_fails_andIsNotStored() {
        var neither = send("created", 1, with(coupon("NOTHING", now), "percent_off", null));
        assertEquals("failed", neither.at("/state"));
        assertEquals("`coupon.currency` is missing.", neither.at("/error/detail"));
        assertEquals("failed", send("created", 1, with(coupon("ALL", now), "percent_off", 101)).at("/state"));
        assertEquals("failed", send("created", 1, with(coupon("FORTNIGHT", now), "duration", "fortnight")).at("/state"));
        assertEquals(0, only().json().get("data").size());
    }

    @Test
    void olderEvent_changesNothing_andDeletionIsFinal() {
        assertEquals("applied", outcome("updated", 5, with(coupon("WELCOME10", now), "name", "Welcome back")));
        assertEquals("stale", outcome("created", 0, coupon("WELCOME10", now)));
        assertEquals("active Welcome back evt_1", shown(only()));
        // The event of a deletion has the coupon as it was, without a word about it.
        assertEquals("applied", outcome("deleted", 6, with(coupon("WELCOME10", now), "name", "Welcome back")));
        assertEquals("deleted Welcome back evt_3", shown(only()));
        assertEquals("stale", outcome("updated", 7, coupon("WELCOME10", now)));
        assertEquals("deleted Welcome back evt_3", shown(only()));
        assertEquals(1, http.get(COUPONS + "?state=deleted").expect(200).json().get("data").size());
    }

    @Test
    void redeemedOrLateCoupon_isExpired_alsoWithoutAnEvent() {
        send("updated", 1, with(coupon("REDEEMED", now), "valid", false, "max_redemptions", 1, "times_redeemed", 1));
        send("created", 1, with(coupon("LATE", now), "redeem_by", Instant.now().getEpochSecond() + 2));
        var late = COUPONS + "?provider_reference=LATE";
        assertEquals("active", http.get(late).expect(200).at("/data/0/state"));
        until("expired", () -> http.get(late).expect(200).at("/data/0/state"));
        assertEquals("1", http.get(late).expect(200).at("/data/0/version"));
        assertEquals(2, http.get(COUPONS + "?state=expired").expect(200).json().get("data").size());
        assertEquals(0, http.get(COUPONS + "?state=active").expect(200).json().get("data").size());
    }

    @Test
    void newCouponWithADeletedId_replacesIt() {
        send("created", 0, coupon("SUMMER", now));
        send("deleted", 5, coupon("SUMMER", now));
        assertEquals("applied", outcome("created", 5, with(coupon("SUMMER", now + 5), "name", "Next summer")));
        assertEquals("active Next summer evt_3", shown(only()));
        // Late news of the first coupon.
        assertEquals("stale", outcome("updated", 9, with(coupon("SUMMER", now), "name", "Last summer")));
        assertEquals("stale", outcome("deleted", 9, coupon("SUMMER", now)));
        assertEquals("active Next summer evt_3", shown(only()));
    }

    @Test
    void everyOrder_withDoubledEvents_givesTheSameCoupon() {
        var orders = Permutations.of(4);
        var seen = IntStream.range(0, orders.size()).mapToObj(at -> {
            var id = "C" + at;
            var bodies = List.of(
                    StripeSender.event("evt_a" + at, "coupon.created", now, coupon(id, now)),
                    StripeSender.event("evt_b" + at, "coupon.deleted", now + 5, coupon(id, now)),
                    StripeSender.event("evt_c" + at, "coupon.created", now + 5, coupon(id, now + 5)),
                    StripeSender.event("evt_d" + at, "coupon.updated", now + 5, with(coupon(id, now + 5), "name", "Renamed")));
            orders.get(at).forEach(one -> stripe.send(bodies.get(one)).expect(200));
            stripe.send(bodies.get(orders.get(at).getFirst())).expect(200);
            return shown(http.get(COUPONS + "?provider_reference=" + id).expect(200)).replace("evt_d" + at, "evt_d");
        }).collect(Collectors.toSet());
        assertEquals(Set.of("active Renamed evt_d"), seen);
    }

    @Test
    void eventsAtTheSameTime_makeOneCoupon_andTheNewestCounts() throws Exception {
        var seen = new TreeSet<String>();
        try (var threads = Executors.newFixedThreadPool(SENDERS)) {
            for (int coupon = 0; coupon < RACES; coupon++) {
                var id = "RACE" + coupon;
                var events = IntStream.range(0, SENDERS).<Callable<Integer>>mapToObj(at -> () -> stripe.send(StripeSender.event(
                        "evt_" + id + "_" + at, at == 0 ? "coupon.created" : at == 4 ? "coupon.deleted" : "coupon.updated", now + (at == 4 ? 50 : at),
                        with(coupon(id, now), "name", "Name " + at))).status()).toList();
                for (var sent : threads.invokeAll(events)) {
                    assertEquals(200, sent.get());
                }
                var coupons = http.get(COUPONS + "?provider_reference=" + id).expect(200);
                seen.add(coupons.json().get("data").size() + " " + coupons.at("/data/0/state") + " " + coupons.at("/data/0/name"));
            }
        }
        assertEquals(Set.of("1 deleted Name 4"), seen);
        assertEquals(0, http.get("/api/v1/billing/webhook-deliveries?state=failed").expect(200).json().get("data").size());
    }

    @Test
    void productsOfACoupon_areFetched_andMapped() {
        http.patch("/api/v1/catalog/products/" + plans.product(plans.standard), "{\"provider_references\": {\"stripe\": \"prod_standard\"}}").expect(200);
        var standard = plans.product(plans.standard);
        account.put("coupons", with(coupon("LIMITED", now), "applies_to", object("products", List.of("prod_standard", "prod_unknown"))));
        account.put("coupons", coupon("ALL", now));
        // Events before the key wait for it.
        send("created", 0, coupon("LIMITED", now));
        setKey();
        var limited = COUPONS + "?provider_reference=LIMITED";
        until("true", () -> http.get(limited).expect(200).at("/data/0/is_limited"));
        assertEquals("[\"prod_standard\",\"prod_unknown\"]", http.get(limited).expect(200).json().at("/data/0/product_references").toString());
        assertEquals("[\"" + standard + "\"]", http.get(limited).expect(200).json().at("/data/0/product_ids").toString());
        send("created", 0, coupon("ALL", now));
        until("false", () -> http.get(COUPONS + "?provider_reference=ALL").expect(200).at("/data/0/is_limited"));
        assertEquals(List.of("/v1/coupons/LIMITED", "/v1/coupons/ALL"), account.calls());
        // What is known stays, and isn't asked for again.
        var later = Instant.now().getEpochSecond() - now + 5;
        assertEquals("applied", outcome("updated", later, with(coupon("LIMITED", now), "name", "Renamed")));
        assertEquals("Renamed true none", http.get(limited).expect(200).at("/data/0/name") + " " + http.get(limited).at("/data/0/is_limited") + " "
                + http.get(limited).at("/data/0/mirror/fetch"));
        assertEquals(2, account.calls().size());
        // The catalog is read with each answer.
        http.patch("/api/v1/catalog/products/" + standard, "{\"provider_references\": {\"stripe\": \"prod_other\"}}").expect(200);
        assertEquals("[]", http.get(limited).expect(200).json().at("/data/0/product_ids").toString());
    }

    @Test
    void productsOfADeletedCoupon_areNotFetched() {
        setKey();
        send("deleted", 0, coupon("GONE", now));
        assertEquals("deleted null none", only().at("/data/0/state") + " " + only().at("/data/0/is_limited") + " " + only().at("/data/0/mirror/fetch"));
        assertEquals(List.of(), account.calls());
    }

    @Test
    void tieWithinASecond_isFetched() {
        account.put("coupons", with(coupon("TIE", now), "name", "B"));
        setKey();
        send("updated", 1, with(coupon("TIE", now), "name", "B", "applies_to", object("products", List.of("prod_1"))));
        assertEquals("tie_fetched", outcome("updated", 1, with(coupon("TIE", now), "name", "A")));
        until("B fetch", () -> only().at("/data/0/name") + " " + only().at("/data/0/mirror/source"));
    }

    @Test
    void reconciliation_findsCouponsFromBeforeTheConnection() {
        account.put("coupons", coupon("KNOWN", now)).put("coupons", with(coupon("OLD", now), "applies_to", object("products", List.of("prod_1"))));
        send("created", 0, coupon("KNOWN", now));
        send("created", 0, coupon("LOST", now));
        setKey();
        until("false", () -> http.get(COUPONS + "?provider_reference=KNOWN").expect(200).at("/data/0/is_limited"));
        var path = "/api/v1/billing/reconciliations/" + http.post("/api/v1/billing/reconciliations", """
                {"connection_id": "%s", "kinds": ["coupon_mapping"], "repair": true}""".formatted(connection)).expect(202).at("/id");
        until("succeeded", () -> http.get(path).expect(200).at("/state"));
        var differences = http.get(path + "/differences").expect(200);
        var found = new ArrayList<String>();
        differences.json().get("data").forEach(each -> found.add(each.get("difference").asText() + " " + each.get("provider_reference").asText()));
        assertEquals(List.of("missing_here OLD", "missing_there LOST"), found.stream().sorted().toList());
        assertNull(differences.json().at("/data/0/entity_id").textValue());
        until("1", () -> http.get(COUPONS + "?provider_reference=OLD").expect(200).json().get("data").size());
        until("missing_there", () -> http.get(COUPONS + "?provider_reference=LOST").expect(200).at("/data/0/mirror/fetch"));
    }
}
