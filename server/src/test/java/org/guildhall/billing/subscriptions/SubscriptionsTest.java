package org.guildhall.billing.subscriptions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.billing.StripeSender;
import org.guildhall.core.Permutations;
import org.guildhall.runtime.plans.PlanFixture;
import org.junit.jupiter.api.Test;

/** Subscriptions of Stripe over HTTP, and the plans that follow from them. */
class SubscriptionsTest {

    private static final String SUBSCRIPTIONS = "/api/v1/billing/subscriptions";
    private static final String ACCOUNTS = "/api/v1/billing/accounts";
    private static final String TASKS = "/api/v1/tasks/operational-tasks?workflow=billing_prices";

    private static final long WAIT_NANOS = 30_000_000_000L;

    private final PlanFixture plans = new PlanFixture();
    private final Http http = plans.http;
    private final Http provider = new Http(plans.tenant.server(), null);
    private final long now = Instant.now().getEpochSecond();
    private StripeSender stripe = connect();
    private int events;

    SubscriptionsTest() {
        reference(plans.standard, "prod_standard");
        reference(plans.flexible, "prod_flexible");
    }

    private StripeSender connect() {
        var connection = http.post("/api/v1/billing/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201);
        return new StripeSender(provider, String.valueOf(connection.at("/id")), StripeSender.SECRET);
    }

    private void reference(String tier, String reference) {
        http.patch("/api/v1/catalog/products/" + plans.product(tier), "{\"provider_references\": {\"stripe\": \"" + reference + "\"}}").expect(200);
    }

    private static Map<String, ?> item(String id, String product, int quantity, long end) {
        return Map.of(
                "id", id, "quantity", quantity, "current_period_start", end - 100, "current_period_end", end,
                "price", Map.of("id", "price_of_" + product, "product", product, "unit_amount", 12900, "currency", "aud",
                        "recurring", Map.of("interval", "month", "interval_count", 1)));
    }

    @SafeVarargs
    private final Map<String, Object> subscription(String id, String status, Map<String, ?>... items) {
        var object = new HashMap<String, Object>(Map.of(
                "id", id, "object", "subscription", "customer", "cus_1", "status", status, "start_date", now, "collection_method", "charge_automatically",
                "items", Map.of("data", List.of(items))));
        object.put("pause_collection", null);
        return object;
    }

    @SafeVarargs
    private final Map<String, Object> standard(String id, String status, Map<String, ?>... more) {
        var items = new ArrayList<Map<String, ?>>(List.of(more));
        items.add(item("si_" + id, "prod_standard", 1, now + 1000));
        return subscription(id, status, items.toArray(Map[]::new));
    }

    private String event(String type, long at, Map<String, ?> object) {
        return StripeSender.event("evt_" + ++events, type, at, object);
    }

    private void customer(String organization) {
        stripe.send(event("customer.created", now, Map.of(
                "id", "cus_1", "object", "customer", "metadata", Map.of("guildhall_organization_id", organization)))).expect(200);
    }

    private Reply send(String type, long at, Map<String, ?> object) {
        var reply = stripe.send(event("customer.subscription." + type, at, object)).expect(200);
        return http.get("/api/v1/billing/webhook-deliveries/" + reply.at("/deliveries/0/id")).expect(200);
    }

    @Test
    void plan_followsTheSubscription() {
        var organization = plans.organization();
        customer(organization);
        var created = send("created", now, standard("sub_1", "active"));
        assertEquals("processed applied", created.at("/state") + " " + created.at("/outcome"));
        assertEquals("Standard subscription", plans.plans(organization));
        var shown = http.get(SUBSCRIPTIONS + "?organization_id=" + organization).expect(200);
        assertEquals("active drives 12900 AUD month", shown.at("/data/0/state") + " " + shown.at("/data/0/items/0/entitlement") + " "
                + shown.at("/data/0/items/0/unit_amount/amount_minor") + " " + shown.at("/data/0/items/0/unit_amount/currency") + " "
                + shown.at("/data/0/items/0/billing_interval"));
        var transitions = http.get("/api/v1/runtime/transitions?organization_id=" + organization + "&sort=-effective_at").expect(200);
        assertEquals(shown.at("/data/0/id") + " webhook", transitions.at("/data/0/subscription_id") + " " + transitions.at("/data/0/actor_type"));
        // A late payment keeps the plan; an unpaid one doesn't.
        send("updated", now + 1, standard("sub_1", "past_due"));
        assertEquals("Standard subscription", plans.plans(organization));
        send("updated", now + 2, standard("sub_1", "unpaid"));
        assertEquals("Public default", plans.plans(organization));
        send("updated", now + 3, standard("sub_1", "active", item("si_2", "prod_flexible", 1, now + 1000)));
        assertEquals("Flexible subscription", plans.plans(organization));
        send("deleted", now + 4, standard("sub_1", "canceled"));
        assertEquals("Public default", plans.plans(organization));
        assertEquals("canceled", http.get(SUBSCRIPTIONS + "/" + shown.at("/data/0/id")).expect(200).at("/state"));
    }

    @Test
    void twoSubscriptions_giveTheHigherTier() {
        var organization = plans.organization();
        customer(organization);
        send("created", now, standard("sub_1", "active"));
        send("created", now, subscription("sub_2", "trialing", item("si_9", "prod_flexible", 1, now)));
        assertEquals("Flexible subscription", plans.plans(organization));
        send("deleted", now + 1, subscription("sub_2", "canceled", item("si_9", "prod_flexible", 1, now)));
        assertEquals("Standard subscription", plans.plans(organization));
    }

    @Test
    void everyOrder_withDoubledEvents_givesTheSamePlan() {
        var bodies = List.of(
                event("customer.created", now, Map.of("id", "cus_1", "object", "customer", "metadata", Map.of("guildhall_organization_external_id", "o-"))),
                event("customer.subscription.created", now, standard("sub_1", "incomplete")),
                event("customer.subscription.updated", now, standard("sub_1", "active")),
                event("customer.subscription.updated", now + 5, subscription("sub_1", "active", item("si_sub_1", "prod_flexible", 2, now + 9000))));
        var seen = Permutations.of(bodies.size()).stream().map(order -> {
            stripe = connect();
            var organization = plans.organization();
            var externalId = "o-" + organization;
            http.patch("/api/v1/runtime/organizations/" + organization, "{\"external_id\": \"" + externalId + "\"}").expect(200);
            order.forEach(at -> stripe.send(bodies.get(at).replace("\"o-\"", "\"" + externalId + "\"")).expect(200));
            stripe.send(bodies.get(order.getFirst()).replace("\"o-\"", "\"" + externalId + "\"")).expect(200);
            var shown = http.get(SUBSCRIPTIONS + "?organization_id=" + organization).expect(200);
            return plans.plans(organization) + " " + shown.at("/data/0/state") + " " + shown.at("/data/0/items/0/quantity") + " "
                    + shown.at("/data/0/mirror/provider_event_reference");
        }).collect(Collectors.toSet());
        assertEquals(Set.of("Flexible subscription active 2 evt_4"), seen);
    }

    @Test
    void unmappedPrice_makesOneTask_andNeverLowersThePlan() {
        var organization = plans.organization();
        customer(organization);
        send("created", now, standard("sub_1", "active"));
        send("created", now, subscription("sub_2", "active", item("si_9", "prod_unknown", 1, now)));
        send("updated", now + 1, subscription("sub_2", "active", item("si_9", "prod_unknown", 2, now)));
        var tasks = http.get(TASKS).expect(200);
        assertEquals(1, tasks.json().get("data").size());
        assertEquals("Map the prices of subscription sub_2 open", tasks.at("/data/0/title") + " " + tasks.at("/data/0/state"));
        send("deleted", now + 2, standard("sub_1", "canceled"));
        assertEquals("Standard subscription", plans.plans(organization));
        reference(plans.flexible, "prod_unknown");
        send("updated", now + 3, subscription("sub_2", "active", item("si_9", "prod_unknown", 1, now)));
        assertEquals("Flexible subscription", plans.plans(organization));
        assertEquals("completed", http.get(TASKS).expect(200).at("/data/0/state"));
    }

    @Test
    void lateMapping_isSettledByTheJob() {
        var organization = plans.organization();
        customer(organization);
        send("created", now, subscription("sub_2", "active", item("si_9", "prod_late", 1, now)));
        assertEquals("Public default", plans.plans(organization));
        reference(plans.flexible, "prod_late");
        assertEquals("succeeded 1", run("billing-settlement"));
        assertEquals("Flexible subscription", plans.plans(organization));
    }

    /** The state of a finished run of a job, and the number of changes. */
    private String run(String job) {
        var run = http.post("/api/v1/tasks/jobs/" + job + "/runs", null).expect(202);
        var state = run;
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && !"succeeded".equals(state.at("/state"));) {
            state = http.get("/api/v1/tasks/job-runs/" + run.at("/id")).expect(200);
        }
        return state.at("/state") + " " + state.at("/counts/changed");
    }

    @Test
    void organizationMadeLater_isLinkedByTheJob_once() {
        stripe.send(event("customer.created", now, Map.of(
                "id", "cus_1", "object", "customer", "metadata", Map.of("guildhall_organization_external_id", "club_9")))).expect(200);
        send("created", now, standard("sub_1", "active"));
        var organization = plans.organization();
        assertEquals("succeeded 0", run("billing-metadata-backfill"));
        http.patch("/api/v1/runtime/organizations/" + organization, "{\"external_id\": \"club_9\"}").expect(200);
        assertEquals("succeeded 1", run("billing-metadata-backfill"));
        assertEquals("Standard subscription", plans.plans(organization));
        var account = http.get(ACCOUNTS).expect(200);
        assertEquals(organization + " metadata", account.at("/data/0/organization_id") + " " + account.at("/data/0/link_source"));
        http.post(ACCOUNTS + "/" + account.at("/data/0/id") + "/unlink", null).expect(200);
        assertEquals("succeeded 0", run("billing-metadata-backfill"));
        assertEquals("Public default", plans.plans(organization));
    }

    @Test
    void links_settleThePlan() {
        var organization = plans.organization();
        send("created", now, standard("sub_1", "active"));
        assertEquals("Public default", plans.plans(organization));
        var account = http.get(ACCOUNTS).expect(200);
        assertEquals("stub", account.at("/data/0/state"));
        var path = ACCOUNTS + "/" + account.at("/data/0/id");
        http.post(path + "/link", "{\"organization_id\": \"" + organization + "\"}").expect(200);
        assertEquals("Standard subscription", plans.plans(organization));
        http.post(path + "/unlink", null).expect(200);
        assertEquals("Public default", plans.plans(organization));
        assertEquals("409 invalid_state", http.post(path + "/unlink", null).outcome());
    }

    @Test
    void scheduledEnds_areFoundByTheirInstant() {
        customer(plans.organization());
        send("updated", now, standard("sub_1", "active"));
        var ending = standard("sub_2", "active");
        ending.put("cancel_at", now + 86_400);
        send("updated", now, ending);
        var at = Instant.ofEpochSecond(now + 86_400);
        for (var filter : List.of("cancels_from=" + at, "cancels_before=" + at.plusSeconds(1), "cancels_after=" + at.minusSeconds(1))) {
            var found = http.get(SUBSCRIPTIONS + "?" + filter).expect(200);
            assertEquals("1 sub_2", found.json().get("data").size() + " " + found.at("/data/0/provider_reference"), filter);
        }
        assertEquals(0, http.get(SUBSCRIPTIONS + "?cancels_before=" + at).expect(200).json().get("data").size());
    }

    @Test
    void changes_areRecorded() {
        customer(plans.organization());
        send("created", now, standard("sub_1", "trialing"));
        send("updated", now + 1, standard("sub_1", "active"));
        var canceled = standard("sub_1", "active");
        canceled.put("cancel_at_period_end", true);
        send("updated", now + 2, canceled);
        var paused = standard("sub_1", "active");
        paused.put("pause_collection", Map.of("behavior", "void"));
        send("updated", now + 3, paused);
        send("updated", now + 4, subscription("sub_1", "active", item("si_sub_1", "prod_flexible", 3, now + 5000), item("si_2", "prod_standard", 1, now)));
        send("updated", now + 5, subscription("sub_1", "active", item("si_sub_1", "prod_flexible", 3, now + 5000)));
        var id = http.get(SUBSCRIPTIONS).expect(200).at("/data/0/id");
        assertEquals(List.of("created", "state_changed", "cancel_scheduled", "cancel_withdrawn", "paused", "resumed", "price_changed", "quantity_changed",
                "period_renewed", "item_added", "item_removed"), kinds(SUBSCRIPTIONS + "/" + id + "/changes"));
        assertNull(http.get(SUBSCRIPTIONS + "/" + id).expect(200).at("/cancel_at"));
    }

    @Test
    void changes_ofAllSubscriptions_areFound() {
        var organization = plans.organization();
        customer(organization);
        send("created", now, standard("sub_1", "trialing"));
        send("updated", now + 5, standard("sub_1", "active"));
        var foreign = standard("sub_2", "active");
        foreign.put("customer", "cus_2");
        send("created", now + 9, foreign);
        var all = "/api/v1/billing/subscription-changes?";
        assertEquals(List.of("created", "state_changed", "created"), kinds(all));
        assertEquals(List.of("created", "state_changed"), kinds(all + "organization_id=" + organization));
        assertEquals(List.of("created", "created"), kinds(all + "kind=created"));
        var first = http.get(SUBSCRIPTIONS + "?provider_reference=sub_1").expect(200).at("/data/0/id");
        assertEquals(List.of("created", "state_changed"), kinds(all + "subscription_id=" + first));
        var at = Instant.ofEpochSecond(now + 5);
        assertEquals(List.of("state_changed", "created"), kinds(all + "provider_from=" + at));
        assertEquals(List.of("created"), kinds(all + "provider_after=" + at));
        assertEquals(List.of("created"), kinds(all + "provider_before=" + at));
        assertEquals("active", http.get(all + "kind=state_changed&expand=subscription").expect(200).at("/data/0/subscription/state"));
    }

    private List<String> kinds(String path) {
        var kinds = new ArrayList<String>();
        http.get(path).expect(200).json().get("data").forEach(change -> kinds.add(change.get("kind").asText()));
        return kinds;
    }

    @Test
    void versionsBeforeBasil_giveTheSameSubscription() {
        customer(plans.organization());
        var old = new HashMap<>(subscription("sub_old", "active", Map.of(
                "id", "si_old", "quantity", 1, "plan", Map.of("id", "price_of_prod_standard", "product", "prod_standard", "amount", 12900, "currency", "aud",
                        "interval", "month", "interval_count", 1))));
        old.put("current_period_start", now + 900);
        old.put("current_period_end", now + 1000);
        old.put("a_member_of_the_future", Map.of("deep", List.of(1, 2)));
        send("created", now, old);
        send("created", now, standard("sub_new", "active"));
        var shown = http.get(SUBSCRIPTIONS).expect(200);
        for (var member : List.of("price_reference", "product_reference", "quantity", "unit_amount", "billing_interval", "interval_count", "period_ends_at", "entitlement")) {
            assertEquals(shown.json().at("/data/0/items/0/" + member), shown.json().at("/data/1/items/0/" + member), member);
        }
    }

    @Test
    void concurrentSubscriptions_ofTwoAccounts_giveTheHigherTier() throws Exception {
        for (int round = 0; round < 5; round++) {
            stripe = connect();
            var organization = plans.organization();
            var bodies = new ArrayList<String>();
            for (var of : List.of("prod_standard", "prod_flexible")) {
                stripe.send(event("customer.created", now, Map.of(
                        "id", "cus_" + of, "object", "customer", "metadata", Map.of("guildhall_organization_id", organization)))).expect(200);
                var subscription = subscription("sub_" + of, "active", item("si_" + of, of, 1, now));
                subscription.put("customer", "cus_" + of);
                bodies.add(event("customer.subscription.created", now, subscription));
            }
            try (var threads = Executors.newFixedThreadPool(2)) {
                var calls = bodies.stream().map(body -> (Callable<Reply>) () -> stripe.send(body)).toList();
                for (var done : threads.invokeAll(calls)) {
                    assertEquals("processed", done.get().expect(200).at("/deliveries/0/state"));
                }
            }
            assertEquals("Flexible subscription", plans.plans(organization));
        }
    }

    @Test
    void unknownStatus_isFailed_andVisible() {
        customer(plans.organization());
        var delivery = send("created", now, standard("sub_1", "hibernating"));
        assertEquals("failed `subscription.status` is none that the server knows.", delivery.at("/state") + " " + delivery.at("/error/detail"));
        assertTrue(http.get(SUBSCRIPTIONS).expect(200).json().get("data").isEmpty());
    }
}
