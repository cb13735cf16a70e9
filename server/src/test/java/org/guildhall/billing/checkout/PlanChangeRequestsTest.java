package org.guildhall.billing.checkout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plan changes: the preview, the request with the same instant, and the event that confirms it. */
class PlanChangeRequestsTest {

    private static final String CHANGES = "/api/v1/billing/plan-changes";

    private final CheckoutFixture fixture = new CheckoutFixture(TestServer.shared());
    private final String plus = fixture.price("price_plus");
    private final String key = UUID.randomUUID().toString();
    private final String subscription = subscription();

    private static Map<String, Object> subscription(String price) {
        return Map.of("id", "sub_1", "object", "subscription", "customer", "cus_1", "status", "active", "items", Map.of("data", List.of(
                Map.of("id", "si_1", "price", Map.of("id", price, "unit_amount", 12900, "currency", "aud")))));
    }

    private String subscription() {
        fixture.send("evt_1", "customer.subscription.created", subscription("price_harbour"));
        fixture.account.put("subscriptions", subscription("price_harbour"));
        return String.valueOf(fixture.http.get("/api/v1/billing/subscriptions").expect(200).at("/data/0/id"));
    }

    private String body(String proration) {
        return "{\"subscription_id\": \"%s\", \"price_id\": \"%s\", \"proration\": \"%s\"}".formatted(subscription, plus, proration);
    }

    private Reply previewed(String proration) {
        return fixture.http.post(CHANGES, body(proration)).expect(201);
    }

    private Reply request(Reply planChange) {
        return fixture.http.post(CHANGES + "/" + planChange.at("/id") + "/request", null, "Idempotency-Key", key);
    }

    private Reply shown(Reply planChange) {
        return fixture.http.get(CHANGES + "/" + planChange.at("/id")).expect(200);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"invoice_now, always_invoice, 22500, null", "next_invoice, create_prorations, 0, 22500", "none, none, 0, 22500"})
    void preview_andRequest_useOneInstant(String proration, String behavior, String now, String next) {
        var previewed = previewed(proration);
        assertEquals("previewed " + now + " " + next, previewed.at("/state") + " " + previewed.at("/preview/total_now/amount_minor") + " "
                + previewed.at("/preview/next_total/amount_minor"));
        assertEquals("-2500 true", previewed.at("/preview/lines/0/amount/amount_minor") + " " + previewed.at("/preview/lines/0/proration"));
        assertEquals(fixture.price + " " + plus, previewed.at("/from_price_id") + " " + previewed.at("/to_price_id"));
        var preview = fixture.account.posted().getLast();
        assertEquals("price_plus si_1 " + behavior, preview.parameters().get("subscription_details[items][0][price]") + " "
                + preview.parameters().get("subscription_details[items][0][id]") + " " + preview.parameters().get("subscription_details[proration_behavior]"));
        assertEquals("requested", request(previewed).expect(200).at("/state"));
        var requested = fixture.account.posted().getLast();
        assertEquals("/v1/subscriptions/sub_1 " + previewed.at("/id"), requested.path() + " " + requested.key());
        assertEquals(proration.equals("none") ? null : preview.parameters().get("subscription_details[proration_date]"),
                requested.parameters().get("proration_date"));
        assertEquals(behavior + " error_if_incomplete", requested.parameters().get("proration_behavior") + " " + requested.parameters().get("payment_behavior"));
    }

    @Test
    void event_confirms_andNothingElseMovesThePlan() {
        var previewed = previewed("invoice_now");
        request(previewed).expect(200);
        assertEquals("price_harbour", fixture.http.get("/api/v1/billing/subscriptions").expect(200).at("/data/0/items/0/price_reference"));
        fixture.stripe.send(StripeSender.event("evt_2", "customer.subscription.updated", fixture.now + 5, subscription("price_harbour")));
        assertEquals("requested", shown(previewed).at("/state"));
        fixture.stripe.send(StripeSender.event("evt_3", "customer.subscription.updated", fixture.now + 9, subscription("price_plus")));
        var confirmed = shown(previewed);
        assertEquals("confirmed", confirmed.at("/state"));
        assertEquals("409 invalid_state", fixture.http.post(CHANGES + "/" + previewed.at("/id") + "/request", null).outcome());
        assertEquals("confirmed", fixture.http.get(CHANGES + "?subscription_id=" + subscription + "&state=confirmed").expect(200).at("/data/0/state"));
    }

    /** The change waits in a schedule of the subscription; nothing is charged before. */
    @Test
    void periodEnd_isASchedule_andTheLaterEventConfirms() {
        var body = body("none").replace("{", "{\"timing\": \"period_end\", ");
        var previewed = fixture.http.post(CHANGES, body).expect(201);
        assertEquals("previewed period_end 22500", previewed.at("/state") + " " + previewed.at("/timing") + " " + previewed.at("/preview/next_total/amount_minor"));
        assertNull(fixture.account.posted().getLast().parameters().get("subscription_details[proration_date]"));
        fixture.loseAnswer();
        assertEquals("503 unavailable", request(previewed).outcome());
        assertEquals("requested", request(previewed).expect(200).at("/state"));
        assertEquals(1, fixture.account.objects("subscription_schedules").size());
        var sent = fixture.account.posted().getLast();
        assertEquals("/v1/subscription_schedules/sub_sched_1 " + previewed.at("/id"), sent.path() + " " + sent.key());
        assertEquals("release 100 200 price_harbour price_plus month 1", String.join(" ", List.of(
                "end_behavior", "phases[0][start_date]", "phases[0][end_date]", "phases[0][items][0][price]", "phases[1][items][0][price]",
                "phases[1][duration][interval]", "phases[1][duration][interval_count]").stream().map(sent.parameters()::get).toList()));
        fixture.stripe.send(StripeSender.event("evt_3", "customer.subscription.updated", fixture.now + 9, subscription("price_plus")));
        assertEquals("confirmed", shown(previewed).at("/state"));
        assertEquals("422 validation_failed /proration", refusal(body.replace("none", "invoice_now")));
    }

    /** Stripe begins no second schedule of a subscription. */
    @Test
    void refusedPeriodEnd_leavesNoSchedule() {
        var body = body("none").replace("{", "{\"timing\": \"period_end\", ");
        var previewed = fixture.http.post(CHANGES, body).expect(201);
        // The schedule is made, and its second phase is refused.
        fixture.account.before(() -> { }).before(() -> fixture.account.refuses(400, "price_inactive", "The price isn't active."));
        assertEquals("409 provider_refused", request(previewed).outcome());
        assertEquals("refused price_inactive", shown(previewed).at("/state") + " " + shown(previewed).at("/failure/code"));
        var released = fixture.account.posted().getLast();
        assertEquals("/v1/subscription_schedules/sub_sched_1/release " + previewed.at("/id") + "-release", released.path() + " " + released.key());
        assertEquals(0, fixture.account.objects("subscription_schedules").size());
        var again = fixture.http.post(CHANGES, body).expect(201);
        assertEquals("requested", fixture.http.post(CHANGES + "/" + again.at("/id") + "/request", null).expect(200).at("/state"));
    }

    @Test
    void oldPreview_isRefused() throws Exception {
        var previewed = previewed("invoice_now");
        fixture.tenant.sql("update billing.plan_changes set expires_at = platform.app_now() where tenant_id = ?", fixture.tenant.id());
        assertEquals("409 invalid_state", request(previewed).outcome());
        assertEquals("previewed", shown(previewed).at("/state"));
        assertEquals(1, fixture.account.posted().size());
    }

    @Test
    void previewOfAnotherVersion_isRefused() {
        var previewed = previewed("invoice_now");
        fixture.stripe.send(StripeSender.event("evt_2", "customer.subscription.updated", fixture.now + 5, Map.of(
                "id", "sub_1", "object", "subscription", "customer", "cus_1", "status", "past_due", "items", subscription("price_harbour").get("items"))));
        assertEquals("409 invalid_state", request(previewed).outcome());
        assertEquals(1, fixture.account.posted().size());
    }

    @Test
    void declinedCard_refuses_andKeepsThePlan() {
        var previewed = previewed("invoice_now");
        fixture.account.refuses(402, "card_declined", "Your card was declined.");
        assertEquals("409 provider_refused", request(previewed).outcome());
        assertEquals("refused card_declined", shown(previewed).at("/state") + " " + shown(previewed).at("/failure/code"));
        assertEquals("true", request(previewed).header("Idempotency-Replayed"));
    }

    @Test
    void answerLost_retryAsksWithTheSameKey() {
        var previewed = previewed("invoice_now");
        fixture.loseAnswer();
        assertEquals("503 unavailable", request(previewed).outcome());
        assertEquals("requested", shown(previewed).at("/state"));
        request(previewed).expect(200);
        assertEquals(List.of(String.valueOf(previewed.at("/id"))), fixture.account.posted().stream()
                .filter(posted -> posted.path().startsWith("/v1/subscriptions/")).map(posted -> posted.key()).distinct().toList());
    }

    @Test
    void pastTheProvidersMemory_aMadeChangeIsntMadeAgain() throws Exception {
        var previewed = previewed("invoice_now");
        fixture.loseAnswer();
        request(previewed);
        // The HTTP client may have sent the lost one twice.
        int posted = fixture.account.posted().size();
        fixture.account.forget().put("subscriptions", subscription("price_plus"));
        fixture.tenant.sql("update billing.plan_changes set requested_at = requested_at - interval '24 hours' where tenant_id = ?", fixture.tenant.id());
        request(previewed).expect(200);
        assertEquals(posted, fixture.account.posted().size());
    }

    @Test
    void dryRuns_stopBeforeTheCalls() {
        assertEquals("creating", fixture.http.post(CHANGES + "?dry_run=true", body("invoice_now")).expect(201).at("/state"));
        assertEquals(0, fixture.account.posted().size());
        var previewed = previewed("invoice_now");
        assertEquals("requested", fixture.http.post(CHANGES + "/" + previewed.at("/id") + "/request?dry_run=true", null).expect(200).at("/state"));
        assertEquals(1, fixture.account.posted().size());
    }

    @Test
    void refusals_nameTheMember() {
        assertEquals("409 invalid_state /price_id", refusal(body("none").replace(plus, fixture.price)));
        assertEquals("422 validation_failed /price_id", refusal(body("none").replace(plus, "prc_01m7xt8zvvechr6enzcyzjkhp8")));
        assertEquals("422 validation_failed /subscription_id", refusal(body("none").replace(subscription, "sub_01m7yy9s2dq91k5gqapenecfs0")));
        assertEquals("422 validation_failed /subscription_item_id", refusal(body("none").replace(
                "\"proration\"", "\"subscription_item_id\": \"sbi_01m84b3e5g7j9m1p3r5t7w9y1a\", \"proration\"")));
        fixture.http.post("/api/v1/billing/connections/" + fixture.connection + "/set-api-key", "{\"api_key\": null}").expect(200);
        assertEquals("409 invalid_state /subscription_id", refusal(body("none")));
        assertNull(fixture.http.get(CHANGES).expect(200).at("/data/0"));
    }

    private String refusal(String body) {
        var refused = fixture.http.post(CHANGES, body);
        return refused.outcome() + " " + refused.at("/errors/0/pointer");
    }
}
