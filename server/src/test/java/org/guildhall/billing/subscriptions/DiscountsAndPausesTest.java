package org.guildhall.billing.subscriptions;

import static org.guildhall.billing.GoCardlessFixture.until;
import static org.guildhall.billing.StripeBodies.coupon;
import static org.guildhall.billing.StripeBodies.invoice;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.StripeStandIn;
import org.guildhall.core.Permutations;
import org.guildhall.core.json.Json;
import org.junit.jupiter.api.Test;

/** What Stripe tells of a subscription beside its state: pauses, discounts, the latest invoice and the end of the billing period. */
class DiscountsAndPausesTest {

    private static final String BILLING = "/api/v1/billing/";
    private static final String SUBSCRIPTIONS = BILLING + "subscriptions";
    private static final String NONE = "null";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final StripeStandIn.Account account = StripeStandIn.shared().account();
    private final long now = Instant.now().getEpochSecond() - 100;
    private String connection = "";
    private StripeSender stripe = connect();
    private int events;

    private StripeSender connect() {
        connection = String.valueOf(http.post(BILLING + "connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
        return new StripeSender(new Http(tenant.server(), null), connection, StripeSender.SECRET);
    }

    private static Map<String, Object> subscription(Object... members) {
        return with(StripeBodies.subscription("sub_1", "cus_1", "active", "prod_1"), members);
    }

    private void send(String type, long second, Map<String, Object> object) {
        var sent = stripe.send(StripeSender.event("evt_" + ++events, type, now + second, object)).expect(200);
        assertEquals("processed", sent.at("/deliveries/0/state"), sent.text());
    }

    private void update(long second, Object... members) {
        send("customer.subscription.updated", second, subscription(members));
    }

    /** Some members of the only subscription, separated by blanks. */
    private String shown(String... members) {
        var found = http.get(SUBSCRIPTIONS + "?connection_id=" + connection).expect(200);
        return List.of(members).stream().map(member -> String.valueOf(found.at("/data/0/" + member))).collect(Collectors.joining(" "));
    }

    @Test
    void pause_tellsWhenItEnds_andNotWhenItBegan() {
        update(0, "pause_collection", object("behavior", "void", "resumes_at", now + 86_400));
        assertEquals("paused " + Json.text(Instant.ofEpochSecond(now + 86_400)) + " null", shown("collection", "resumes_at", "paused_at"));
        update(1, "pause_collection", object("behavior", "void", "resumes_at", null));
        assertEquals("paused null", shown("collection", "resumes_at"));
        update(2, "pause_collection", object("behavior", "void", "resumes_at", now + 90));
        update(3, "pause_collection", null);
        assertEquals("automatic null", shown("collection", "resumes_at"));
    }

    @Test
    void discount_ofEachVersion_namesItsCoupon() {
        var old = object("id", "di_1", "object", "discount", "coupon", object("id", "WELCOME10", "object", "coupon"), "start", now, "end", now + 50);
        var basil = with(old, "promotion_code", "promo_1");
        var clover = object("id", "di_1", "object", "discount", "source", object("type", "coupon", "coupon", "WELCOME10"), "start", now, "end", now + 50);
        var bodies = List.of(
                subscription("discount", old, "discounts", null), subscription("discounts", List.of(basil)), subscription("discounts", List.of(clover)),
                subscription("discount", old, "discounts", List.of("di_1")), subscription("discounts", List.of("di_1")));
        send("coupon.created", 0, coupon("WELCOME10", 10));
        var mapping = http.get(BILLING + "coupon-mappings").expect(200).at("/data/0/id");
        for (int at = 0; at < bodies.size(); at++) {
            send("customer.subscription.updated", at, bodies.get(at));
            assertEquals("di_1 WELCOME10 " + mapping + " " + Json.text(Instant.ofEpochSecond(now + 50)) + " null", shown(
                    "discounts/0/provider_reference", "discounts/0/coupon_reference", "discounts/0/coupon_mapping_id", "discounts/0/ends_at",
                    "discounts/1/provider_reference"), "version " + at);
        }
        update(9, "discounts", List.of());
        assertEquals(NONE, shown("discounts/0/provider_reference"));
    }

    @Test
    void unknownDiscount_isFetchedOnce() {
        http.post(BILLING + "connections/" + connection + "/set-api-key", "{\"api_key\": \"%s\"}".formatted(account.apiKey())).expect(200);
        account.put("customers", object("id", "cus_1", "object", "customer", "livemode", true, "created", 1));
        account.put("subscriptions", subscription("discounts", List.of(
                object("id", "di_1", "object", "discount", "source", object("type", "coupon", "coupon", "WELCOME10"), "start", now, "end", null))));
        update(0, "discounts", List.of("di_1"));
        until("WELCOME10 fetch none", () -> shown("discounts/0/coupon_reference", "mirror/source", "mirror/fetch"));
        update(200, "discounts", List.of("di_1"));
        assertEquals("WELCOME10 event none", shown("discounts/0/coupon_reference", "mirror/source", "mirror/fetch"));
        assertEquals(1, Collections.frequency(account.calls(), "/v1/subscriptions/sub_1"));
    }

    @Test
    void latestInvoice_isTheNewestIssued_inEveryOrder() {
        update(0);
        var first = with(invoice("in_1", "paid"), "status_transitions", object("finalized_at", now), "parent", parent());
        var second = with(invoice("in_2", "open"), "status_transitions", object("finalized_at", now + 50), "parent", parent());
        var draft = with(invoice("in_0", "draft"), "parent", parent());
        var bodies = List.of(
                StripeSender.event("evt_a", "invoice.paid", now + 1, first), StripeSender.event("evt_b", "invoice.finalized", now + 50, second),
                StripeSender.event("evt_c", "customer.subscription.updated", now + 2, subscription()));
        var seen = Permutations.of(bodies.size()).stream().map(order -> {
            stripe = connect();
            order.forEach(at -> stripe.send(bodies.get(at)).expect(200));
            return latest();
        }).collect(Collectors.toSet());
        assertEquals(Set.of("in_2"), seen);
        send("invoice.created", 60, draft);
        assertEquals("in_0", latest());
        send("invoice.deleted", 70, draft);
        assertEquals("in_2", latest());
    }

    private static Map<String, Object> parent() {
        return object("type", "subscription_details", "subscription_details", object("subscription", "sub_1", "metadata", object()));
    }

    /** The provider's id of the latest invoice. */
    private String latest() {
        return String.valueOf(http.get(BILLING + "invoices/" + shown("latest_invoice_id")).expect(200).at("/provider_reference"));
    }

    @Test
    void ends_ofBillingPeriods_areFoundByTheEarliest() {
        var item = StripeBodies.subscriptionItem("sub_1", "prod_1");
        update(0, "items", object("data", List.of(
                with(item, "id", "si_2", "current_period_end", now + 9_000), with(item, "id", "si_1", "current_period_end", now + 86_400))));
        send("customer.subscription.created", 0, with(StripeBodies.subscription("sub_2", "cus_1", "active", "prod_1"), "items", object("data", List.of())));
        var at = Instant.ofEpochSecond(now + 9_000);
        for (var filter : List.of("period_ends_from=" + at, "period_ends_before=" + at.plusSeconds(1), "period_ends_after=" + at.minusSeconds(1))) {
            var found = http.get(SUBSCRIPTIONS + "?" + filter).expect(200);
            assertEquals("1 sub_1", found.json().get("data").size() + " " + found.at("/data/0/provider_reference"), filter);
        }
        for (var filter : List.of("period_ends_before=" + at, "period_ends_after=" + at, "period_ends_from=" + at.plusSeconds(1))) {
            assertEquals(0, http.get(SUBSCRIPTIONS + "?" + filter).expect(200).json().get("data").size(), filter);
        }
    }
}
