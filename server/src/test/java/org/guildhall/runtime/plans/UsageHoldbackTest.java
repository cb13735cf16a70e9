package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.guildhall.runtime.usage.UsageFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Usage at the due instant cancels a scheduled move, as it would refuse a move that is requested then. */
class UsageHoldbackTest {

    private static final Duration PASSED = Duration.ofHours(2);

    private final Instant dueAt = Instant.now().plus(PASSED.dividedBy(2)).truncatedTo(ChronoUnit.MILLIS);
    private final PlanFixture plans = new PlanFixture(TestServer.withoutScheduler());
    private final String small;
    private final String large;
    private final String smallRule;
    private final String organization;

    UsageHoldbackTest() {
        plans.make("/integrations", """
                {"key": "fedwiki", "name": "FedWiki", "resource_keys": [
                  {"key": "fedwiki.storage_mb", "display_name": "Storage", "unit": "MB", "kind": "limit"}]}""");
        var ladder = plans.ladder("Storage");
        var first = plans.make("/entitlement-sets", "{\"name\": \"Small\"}");
        smallRule = rule(first, 16);
        small = plans.tier(ladder, "Small", product("Small", first));
        var second = plans.make("/entitlement-sets", "{\"name\": \"Large\"}");
        rule(second, 256);
        large = plans.tier(ladder, "Large", product("Large", second));
        var type = plans.orgType("keeper");
        plans.policy(type, small);
        organization = plans.organization(type);
        plans.move(organization, "upgrade", large).expect(201);
    }

    /** Covers each way to write the due change: the job, an earlier write, or none. */
    @ParameterizedTest
    @ValueSource(strings = {"job", "write", "nobody"})
    void scheduledDowngrade_usageAboveNewLimit_isCanceled(String by) throws SQLException {
        var scheduled = downgrade("").expect(201).at("/id");
        use(100);
        plans.later(PASSED);
        assertHeldBack(scheduled);
        if (by.equals("job")) {
            plans.settle();
        } else if (by.equals("write")) {
            use(1);
        }
        assertHeldBack(scheduled);
        if (!by.equals("nobody")) {
            assertEquals(List.of("canceled"), plans.tenant.found("select state from runtime.transitions where id = ?", PlanFixture.uuid(scheduled)));
        }
    }

    @Test
    void scheduledEnd_usageAboveDefaultLimit_isCanceled() {
        var end = Objects.requireNonNull(plans.move(organization, "end", null, ", \"effective_at\": \"" + dueAt + "\"").expect(201).at("/id"));
        use(100);
        plans.later(PASSED);
        assertHeldBack(end);
    }

    @Test
    void scheduledDowngrade_forced_isApplied() {
        downgrade(", \"force\": true, \"reason\": \"They were told.\"").expect(201);
        use(100);
        plans.later(PASSED);
        assertEquals("16", limit());
        plans.settle();
        assertEquals("16", limit());
    }

    @Test
    void scheduledDowngrade_usageFits_lowerLimitApplies() {
        downgrade("").expect(201);
        use(10);
        plans.later(PASSED);
        assertEquals("16", limit());
        assertEquals("409 entitlement_exceeded", report(90).outcome());
        assertEquals("16", limit());
    }

    @Test
    void ruleChange_afterTheInstant_outcomeUnchanged() {
        var scheduled = Objects.requireNonNull(downgrade("").expect(201).at("/id"));
        use(100);
        plans.later(PASSED);
        assertHeldBack(scheduled);
        plans.http.patch("/api/v1/catalog/entitlement-rules/" + smallRule, "{\"limit_value\": 1000}").expect(200);
        assertHeldBack(scheduled);
        plans.settle();
        assertHeldBack(scheduled);
    }

    @Test
    void trialEnd_usageAboveDefaultLimit_isApplied() {
        plans.move(organization, "downgrade", small).expect(201);
        plans.grant(organization, plans.product(large), ", \"kind\": \"trial\", \"ends_at\": \"" + dueAt + "\"").expect(201);
        use(100);
        plans.later(PASSED);
        assertEquals("16", limit());
        plans.settle();
        assertEquals("16", limit());
    }

    private void assertHeldBack(String transition) {
        var read = plans.get("/transitions/" + transition).expect(200);
        assertEquals("canceled", read.at("/state"));
        assertTrue(Objects.requireNonNull(read.at("/cancel_reason")).startsWith("Storage (fedwiki.storage_mb): "), read.text());
        assertEquals(read.at("/effective_at"), read.at("/canceled_at"));
        assertEquals("256", limit());
    }

    private String limit() {
        return Objects.requireNonNull(plans.get("/organizations/" + organization + "/entitlements").expect(200).at("/entitlements/0/limit"));
    }

    private Reply downgrade(String more) {
        return plans.move(organization, "downgrade", small, ", \"effective_at\": \"" + dueAt + "\"" + more);
    }

    private void use(long quantity) {
        report(quantity).expect(201);
    }

    private Reply report(long quantity) {
        return plans.post("/usage-reports", """
                {"events": [{"external_id": "%s", "organization_id": "%s", "resource_key": "fedwiki.storage_mb", "quantity": %d}]}"""
                .formatted(UsageFixture.word(), organization, quantity));
    }

    private String rule(String set, long limit) {
        return plans.make("/entitlement-sets/" + set + "/rules",
                "{\"kind\": \"limit\", \"resource_key\": \"fedwiki.storage_mb\", \"limit_value\": " + limit + "}");
    }

    private String product(String name, String set) {
        var product = plans.make("/products", "{\"name\": \"%s\", \"entitlement_set_id\": \"%s\"}".formatted(name, set));
        plans.http.post("/api/v1/catalog/products/" + product + "/publish", null).expect(200);
        return product;
    }
}
