package org.guildhall.billing.coupons;

import static org.guildhall.billing.GoCardlessFixture.until;
import static org.guildhall.billing.StripeBodies.coupon;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.promotionCode;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.StripeStandIn;
import org.junit.jupiter.api.Test;

/** Promotion codes of Stripe from signed events to the API. */
class PromotionCodesTest {

    private static final String CODES = "/api/v1/billing/promotion-codes";
    private static final int SENDERS = 8;

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final long now = Instant.now().getEpochSecond() - 100;
    private final String connection = connection();
    private final StripeSender stripe = sender(connection);
    private final StripeStandIn.Account account = StripeStandIn.shared().account();
    private int events;

    private String connection() {
        return String.valueOf(http.post("/api/v1/billing/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
    }

    private StripeSender sender(String connectionId) {
        return new StripeSender(new Http(tenant.server(), null), connectionId, StripeSender.SECRET);
    }

    private Reply send(String type, long second, Map<String, Object> object) {
        events++;
        var sent = stripe.send(StripeSender.event("evt_" + events, type, now + second, object)).expect(200);
        return http.get("/api/v1/billing/webhook-deliveries/" + sent.at("/deliveries/0/id")).expect(200);
    }

    private Reply found(String filter) {
        return http.get(CODES + "?" + filter).expect(200);
    }

    private int count(String filter) {
        return found(filter).json().get("data").size();
    }

    @Test
    void code_isMirrored_andFound() {
        var limited = object("first_time_transaction", true, "minimum_amount", 5_000, "minimum_amount_currency", "aud");
        var delivery = send("promotion_code.created", 1, with(promotionCode("promo_1", "Friend10", "WELCOME10", now), "restrictions", limited));
        assertEquals("processed applied promotion_code", delivery.at("/state") + " " + delivery.at("/outcome") + " " + delivery.at("/effects/0/entity_type"));
        var code = found("");
        assertEquals("Friend10 active WELCOME10 100 0 true 5000 AUD", code.at("/data/0/code") + " " + code.at("/data/0/state") + " "
                + code.at("/data/0/coupon_reference") + " " + code.at("/data/0/redemptions_max") + " " + code.at("/data/0/redemptions_total") + " "
                + code.at("/data/0/first_payment_only") + " " + code.at("/data/0/minimum_amount/amount_minor") + " "
                + code.at("/data/0/minimum_amount/currency"));
        assertNull(code.at("/data/0/coupon_mapping_id"));
        send("coupon.created", 2, coupon("WELCOME10", now));
        var mapping = http.get("/api/v1/billing/coupon-mappings").expect(200).at("/data/0/id");
        assertEquals(mapping, http.get(CODES + "/" + code.at("/data/0/id")).expect(200).at("/coupon_mapping_id"), "as soon as the coupon is mirrored");
        for (var filter : List.of("connection_id=" + connection, "coupon_mapping_id=" + mapping, "code=FRIEND10", "state=active", "provider_reference=promo_1",
                "created_before=2100-01-01T00:00:00Z")) {
            assertEquals(1, count(filter), filter);
        }
        for (var filter : List.of("connection_id=" + connection(), "coupon_mapping_id=cpm_01m84h7d9f1h3k5m7p9r1t3v5x", "code=FRIEND", "state=expired",
                "state=inactive", "provider_reference=promo_2")) {
            assertEquals(0, count(filter), filter);
        }
    }

    @Test
    void codeOfOneCustomer_andOfAnEarlierVersion_isRead() {
        var earlier = with(promotionCode("promo_1", "JUNE", "unused", now), "customer", "cus_june", "coupon", coupon("SUMMER20", now));
        earlier.remove("promotion");
        send("promotion_code.created", 1, earlier);
        assertEquals("SUMMER20 null", found("").at("/data/0/coupon_reference") + " " + found("").at("/data/0/account_id"));
        send("customer.created", 2, object("id", "cus_june", "object", "customer", "name", "June"));
        assertEquals(http.get("/api/v1/billing/accounts").expect(200).at("/data/0/id"), found("").at("/data/0/account_id"));
    }

    @Test
    void olderEvent_changesNothing_andTimeExpiresTheCode() {
        send("promotion_code.updated", 5, with(promotionCode("promo_1", "FRIEND10", "WELCOME10", now), "active", false, "times_redeemed", 100));
        assertEquals("stale", send("promotion_code.created", 0, promotionCode("promo_1", "FRIEND10", "WELCOME10", now)).at("/outcome"));
        assertEquals("inactive 100", found("state=inactive").at("/data/0/state") + " " + found("").at("/data/0/redemptions_total"));
        send("promotion_code.updated", 6, with(promotionCode("promo_1", "FRIEND10", "WELCOME10", now), "expires_at", now + 50));
        assertEquals("expired", found("state=expired").at("/data/0/state"));
        assertEquals(0, count("state=active"));
    }

    @Test
    void unreadableCode_fails_andIsNotStored() {
        var withoutWord = with(promotionCode("promo_1", "FRIEND10", "WELCOME10", now), "code", null);
        assertEquals("failed", send("promotion_code.created", 1, withoutWord).at("/state"));
        assertEquals("failed", send("promotion_code.created", 1, with(promotionCode("promo_1", "F", "W", now), "max_redemptions", 0)).at("/state"));
        assertEquals("failed", send("promotion_code.created", 1, with(promotionCode("promo_1", "F", "W", now), "times_redeemed", -1)).at("/state"));
        assertEquals("failed", send("promotion_code.created", 1, with(promotionCode("promo_1", "F", "W", now), "restrictions",
                object("minimum_amount", 5_000))).at("/state"));
        assertEquals(0, count(""));
    }

    @Test
    void eventsAtOnce_leaveTheNewest() throws Exception {
        var bodies = IntStream.range(0, SENDERS)
                .mapToObj(at -> StripeSender.event("evt_race_" + at, "promotion_code.updated", now + at,
                        with(promotionCode("promo_1", "FRIEND10", "WELCOME10", now), "times_redeemed", at)))
                .toList();
        try (var threads = Executors.newFixedThreadPool(SENDERS)) {
            for (var sent : threads.invokeAll(bodies.stream().map(body -> (Callable<Reply>) () -> sender(connection).send(body)).toList())) {
                sent.get().expect(200);
            }
        }
        assertEquals("1 7", count("") + " " + found("").at("/data/0/redemptions_total"));
    }

    private void setKey() {
        http.post("/api/v1/billing/connections/" + connection + "/set-api-key", "{\"api_key\": \"%s\"}".formatted(account.apiKey())).expect(200);
    }

    private static Map<String, Object> redeemed(String id, int times, long now) {
        return with(promotionCode(id, id.toUpperCase(Locale.ROOT), "WELCOME10", now), "times_redeemed", times);
    }

    @Test
    void tieWithinASecond_isFetched() {
        account.put("promotion_codes", redeemed("promo_1", 3, now));
        setKey();
        send("promotion_code.updated", 1, redeemed("promo_1", 2, now));
        assertEquals("tie_fetched", send("promotion_code.updated", 1, redeemed("promo_1", 1, now)).at("/outcome"));
        until("3 fetch none", () -> found("").at("/data/0/redemptions_total") + " " + found("").at("/data/0/mirror/source") + " " + found("").at("/data/0/mirror/fetch"));
        assertNull(found("").at("/data/0/mirror/delivery_id"));
        assertEquals("applied", send("promotion_code.updated", 160, redeemed("promo_1", 4, now)).at("/outcome"));
        assertEquals("4 event", found("").at("/data/0/redemptions_total") + " " + found("").at("/data/0/mirror/source"));
    }

    @Test
    void eventDuringAFetch_isNotOverwritten() {
        account.put("promotion_codes", redeemed("promo_1", 3, now)).betweenReads(() -> {
            send("promotion_code.updated", 160, redeemed("promo_1", 5, now));
            account.put("promotion_codes", redeemed("promo_1", 6, now));
        });
        setKey();
        send("promotion_code.updated", 1, redeemed("promo_1", 2, now));
        send("promotion_code.updated", 1, redeemed("promo_1", 1, now));
        until("6 fetch", () -> found("").at("/data/0/redemptions_total") + " " + found("").at("/data/0/mirror/source"));
    }

    @Test
    void reconciliation_findsAndRepairsCodes() {
        account.put("promotion_codes", redeemed("promo_known", 0, now)).put("promotion_codes", redeemed("promo_old", 7, now));
        account.put("promotion_codes", redeemed("promo_used", 9, now));
        for (var code : List.of("promo_known", "promo_lost", "promo_used")) {
            send("promotion_code.created", 0, redeemed(code, 0, now));
        }
        setKey();
        var path = "/api/v1/billing/reconciliations/" + http.post("/api/v1/billing/reconciliations", """
                {"connection_id": "%s", "kinds": ["promotion_code"], "repair": true}""".formatted(connection)).expect(202).at("/id");
        until("succeeded", () -> String.valueOf(http.get(path).expect(200).at("/state")));
        var seen = new ArrayList<String>();
        http.get(path + "/differences").expect(200).json().get("data").forEach(each -> seen.add(each.get("difference").asText() + " "
                + each.get("provider_reference").asText() + " " + each.at("/fields/0/pointer").asText() + " " + each.get("entity_id").asText("").startsWith("pcd_")));
        assertEquals(List.of("differs promo_used /redemptions_total true", "missing_here promo_old  false", "missing_there promo_lost  true"),
                seen.stream().sorted().toList());
        until("7", () -> String.valueOf(found("provider_reference=promo_old").at("/data/0/redemptions_total")));
        until("9", () -> String.valueOf(found("provider_reference=promo_used").at("/data/0/redemptions_total")));
        until("missing_there", () -> String.valueOf(found("provider_reference=promo_lost").at("/data/0/mirror/fetch")));
    }
}
