package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
* The worked example, over HTTP: a new person has exactly Public; a trial of Standard supersedes it; when the trial ends, Public is given
* again. The transitions and the audit trail record each step, with actor and reason.
 */
class WorkedExampleTest {

    private static final String CATALOG = "/api/v1/catalog";
    private static final String RUNTIME = "/api/v1/runtime";
    private static final Duration PASSED = Duration.ofDays(31);

    private final PlanFixture plans = new PlanFixture(TestServer.withoutScheduler());
    private final Http http = plans.http;
    private final String publicTier;
    private final String standard;
    private final String organization;

    WorkedExampleTest() {
        make("/integrations", """
                {"key": "fedwiki", "name": "FedWiki", "resource_keys": [
                  {"key": "fedwiki.sites", "display_name": "Sites", "unit": "sites", "kind": "limit"},
                  {"key": "fedwiki.storage_mb", "display_name": "Storage", "unit": "MB", "kind": "limit"}]}""");
        var ladder = make("/plan-ladders", "{\"name\": \"FedWiki Service\"}");
        publicTier = tier(ladder, "Public", 1, 16);
        standard = tier(ladder, "Standard", 16, 256);
        tier(ladder, "Flexible", 1_000, 4_096);
        var type = make("/org-types", "{\"key\": \"person\", \"name\": \"Personal\", \"is_default\": true}");
        plans.policy(type, publicTier);
        var person = http.post(RUNTIME + "/persons", "{\"name\": \"Mira Rossi\"}").expect(201);
        organization = Objects.requireNonNull(person.at("/personal_organization_id"));
    }

    @Test
    void newPerson_hasExactlyPublic() {
        assertEquals("Public by default: 1 sites, 16 MB", planSummary());
        assertEquals(List.of("initiate nothing → Public by default, operator: The default of the organization's type."), transitions());
    }

    /** Covers each way to write the due change: the job, an earlier write, or none. */
    @ParameterizedTest
    @ValueSource(strings = {"job", "write", "nobody"})
    void trial_supersedesDefault_defaultReturnsAtItsEnd(String by) {
        var first = provision();
        var end = Instant.now().plus(PASSED.minusDays(1)).truncatedTo(ChronoUnit.SECONDS);
        var trial = http.post(RUNTIME + "/grants", """
                {"organization_id": "%s", "product_id": "%s", "kind": "trial", "ends_at": "%s", "reason": "Thirty days to try it."}"""
                .formatted(organization, plans.product(standard), end)).expect(201);
        assertEquals("Standard by trial: 16 sites, 256 MB", planSummary());
        assertEquals("ended", http.get(RUNTIME + "/provisions/" + first).at("/state"));
        var tried = provision();
        assertEquals("active", http.get(RUNTIME + "/provisions/" + tried).at("/state"));

        plans.later(PASSED);
        var ended = end.minus(PASSED);
        assertEquals("Public by default: 1 sites, 16 MB", planSummary(), "applies from the instant on, before it is stored");
        assertEquals("Standard by trial: 16 sites, 256 MB", planSummary("?at=" + ended.minusSeconds(1)));
        assertEquals("Public by default: 1 sites, 16 MB", planSummary("?at=" + ended));
        if (by.equals("nobody")) {
            return;
        }
        if (by.equals("job")) {
            plans.settle();
        } else {
            http.post(RUNTIME + "/organizations/" + organization + "/transitions", """
                    {"kind": "upgrade", "target_tier_id": "%s", "reason": "They liked it."}""".formatted(standard)).expect(201);
        }
        assertEquals(List.of(
                "initiate nothing → Public by default, operator: The default of the organization's type.",
                "upgrade Public → Standard by trial, operator: Thirty days to try it.",
                "end Standard → Public by default, job: The trial ended."), transitions().subList(0, 3));
        var back = moves().get(2);
        assertEquals(ended, Instant.parse(back.get("effective_at").asText()));
        assertEquals(tried, back.get("from_provision_id").asText());
        assertNotEquals(first, back.get("to_provision_id").asText(), "a new provision, not the ended one");
        assertEquals(ended, Instant.parse(Objects.requireNonNull(
                http.get(RUNTIME + "/provisions/" + back.get("to_provision_id").asText()).expect(200).at("/starts_at"))));
        assertEquals("ended", http.get(RUNTIME + "/grants/" + trial.at("/id")).at("/state"));
        assertAuditTrail(back.get("id").asText(), by);
    }

    /** A subscription at Stripe does what an upgrade does, after a trial that ended; its end returns to Public. */
    @Test
    void subscriptionAtStripe_isAnUpgrade_andItsEndReturnsToPublic() {
        http.patch(CATALOG + "/products/" + plans.product(standard), "{\"provider_references\": {\"stripe\": \"prod_standard\"}}").expect(200);
        var connection = http.post("/api/v1/billing/connections", "{\"name\": \"Stripe\", \"provider\": \"stripe\", \"livemode\": true, \"secret\": \"%s\"}"
                .formatted(StripeSender.SECRET)).expect(201);
        var stripe = new StripeSender(new Http(plans.tenant.server(), null), Objects.requireNonNull(connection.at("/id")), StripeSender.SECRET);
        var now = Instant.now().getEpochSecond() - 60;
        stripe.send(StripeSender.event("evt_1", "customer.created", now, StripeBodies.object(
                "id", "cus_mira", "object", "customer", "metadata", StripeBodies.object("guildhall_organization_id", organization)))).expect(200);
        http.post(RUNTIME + "/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\", \"kind\": \"trial\", \"ends_at\": \"%s\"}".formatted(
                organization, plans.product(standard), Instant.now().plus(PASSED.minusDays(1)).truncatedTo(ChronoUnit.SECONDS))).expect(201);
        assertEquals("Standard by trial: 16 sites, 256 MB", planSummary());
        plans.later(PASSED);
        plans.settle();
        assertEquals("Public by default: 1 sites, 16 MB", planSummary());

        var created = StripeSender.event("evt_2", "customer.subscription.created", now + 1, StripeBodies.subscription("sub_1", "cus_mira", "active", "prod_standard"));
        assertEquals("processed", stripe.send(created).expect(200).at("/deliveries/0/state"));
        assertEquals("Standard by subscription: 16 sites, 256 MB", planSummary());
        var deleted = StripeSender.event("evt_3", "customer.subscription.deleted", now + 2, StripeBodies.subscription("sub_1", "cus_mira", "canceled", "prod_standard"));
        assertEquals("processed", stripe.send(deleted).expect(200).at("/deliveries/0/state"));
        stripe.send(created).expect(200);
        assertEquals("Public by default: 1 sites, 16 MB", planSummary());
        assertEquals(List.of("upgrade Public → Standard by subscription, webhook", "end Standard → Public by default, webhook"),
                transitions().stream().skip(3).map(text -> text.replaceAll(": .*", "")).toList());
        var shown = http.get("/api/v1/billing/subscriptions?organization_id=" + organization).expect(200).at("/data/0/id");
        assertEquals(List.of(shown, shown), moves().stream().skip(3).map(move -> move.get("subscription_id").asText()).toList());
    }

    /** Asserts the audit event of the return to Public: its actor and its reason. */
    private void assertAuditTrail(String transition, String by) {
        var event = http.get("/api/v1/platform/audit-events?entity_type=transition&entity_id=" + transition + "&sort=-occurred_at").expect(200).json().at("/data/0");
        assertEquals(by.equals("job") ? "transition.applied" : "transition.created", event.get("action").asText());
        assertEquals(by.equals("job") ? "job" : "operator", event.get("actor_type").asText());
        var recorded = entries(event.get("changes")).stream().filter(change -> change.get("entity_id").asText().equals(transition)).findFirst().orElseThrow();
        assertEquals("scheduled", recorded.at("/before/state").asText());
        assertEquals("done", recorded.at("/after/state").asText());
        assertEquals("job", recorded.at("/after/actor_type").asText());
        assertEquals("The trial ended.", recorded.at("/after/reason").asText());
    }

    private String tier(String ladder, String name, int sites, int storage) {
        var set = make("/entitlement-sets", "{\"name\": \"" + name + "\"}");
        for (var limit : List.of("\"fedwiki.sites\", \"limit_value\": " + sites, "\"fedwiki.storage_mb\", \"limit_value\": " + storage)) {
            make("/entitlement-sets/" + set + "/rules", "{\"kind\": \"limit\", \"resource_key\": " + limit + "}");
        }
        var product = make("/products", "{\"name\": \"%s\", \"entitlement_set_id\": \"%s\"}".formatted(name, set));
        http.post(CATALOG + "/products/" + product + "/publish", null).expect(200);
        return plans.tier(ladder, name, product);
    }

    private String make(String path, String body) {
        return plans.make(path, body);
    }

    /** Returns the tier's name, the cause and the limits. */
    private String planSummary() {
        return planSummary("");
    }

    private String planSummary(String query) {
        var entitled = http.get(RUNTIME + "/organizations/" + organization + "/entitlements" + query).expect(200).json();
        assertEquals(1, entitled.get("plans").size());
        var limits = entries(entitled.get("entitlements"));
        return "%s by %s: %s sites, %s MB".formatted(entitled.at("/plans/0/tier_name").asText(), entitled.at("/plans/0/cause").asText(),
                limit(limits, "fedwiki.sites"), limit(limits, "fedwiki.storage_mb"));
    }

    private static long limit(List<JsonNode> entitlements, String key) {
        return entitlements.stream().filter(one -> one.get("resource_key").asText().equals(key)).findFirst().orElseThrow().get("limit").asLong();
    }

    private String provision() {
        return Objects.requireNonNull(http.get(RUNTIME + "/organizations/" + organization + "/pool").expect(200).at("/plans/0/provision_id"));
    }

    private List<JsonNode> moves() {
        return entries(http.get(RUNTIME + "/organizations/" + organization + "/transitions?sort=effective_at").expect(200).json().get("data"));
    }

    private List<String> transitions() {
        return moves().stream()
                .map(move -> "%s %s → %s by %s, %s: %s".formatted(move.get("kind").asText(), name(move.get("from_tier_id")), name(move.get("to_tier_id")),
                        move.get("cause").asText(), move.get("actor_type").asText(), move.get("reason").asText()))
                .toList();
    }

    private String name(JsonNode tier) {
        return tier.isNull() ? "nothing" : tier.asText().equals(publicTier) ? "Public" : tier.asText().equals(standard) ? "Standard" : "Flexible";
    }

    private static List<JsonNode> entries(JsonNode array) {
        Iterator<JsonNode> all = array.elements();
        return StreamSupport.stream(((Iterable<JsonNode>) () -> all).spliterator(), false).toList();
    }
}
