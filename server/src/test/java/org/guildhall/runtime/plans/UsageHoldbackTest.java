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

/** What is in use when a scheduled move comes due holds it back, as it would hold back one that is asked for then. */
class UsageHoldbackTest {

    private static final Duration PASSED = Duration.ofHours(2);

    private final Instant hence = Instant.now().plus(PASSED.dividedBy(2)).truncatedTo(ChronoUnit.MILLIS);
    private final PlanFixture floor = new PlanFixture(TestServer.still());
    private final String small;
    private final String large;
    private final String smallRule;
    private final String organization;

    UsageHoldbackTest() {
        floor.make("/integrations", """
                {"key": "fedwiki", "name": "FedWiki", "resource_keys": [
                  {"key": "fedwiki.storage_mb", "display_name": "Storage", "unit": "MB", "kind": "limit"}]}""");
        var ladder = floor.ladder("Storage");
        var first = floor.make("/entitlement-sets", "{\"name\": \"Small\"}");
        smallRule = rule(first, 16);
        small = floor.tier(ladder, "Small", product("Small", first));
        var second = floor.make("/entitlement-sets", "{\"name\": \"Large\"}");
        rule(second, 256);
        large = floor.tier(ladder, "Large", product("Large", second));
        var type = floor.orgType("keeper");
        floor.policy(type, small);
        organization = floor.organization(type);
        floor.move(organization, "upgrade", large).expect(201);
    }

    /** Whoever writes it down in the end: the job, a write that comes first, or nobody. */
    @ParameterizedTest
    @ValueSource(strings = {"job", "write", "nobody"})
    void aScheduledDowngradeIsCanceledWhenMoreIsInUseThanItWouldLeave(String by) throws SQLException {
        var scheduled = downgrade("").expect(201).at("/id");
        use(100);
        floor.later(PASSED);
        assertHeldBack(scheduled);
        if (by.equals("job")) {
            floor.settle();
        } else if (by.equals("write")) {
            use(1);
        }
        assertHeldBack(scheduled);
        if (!by.equals("nobody")) {
            assertEquals(List.of("canceled"), floor.tenant.found("select state from runtime.transitions where id = ?", PlanFixture.uuid(scheduled)));
        }
    }

    @Test
    void anEndIsHeldBackByTheDefaultThatItWouldBring() {
        var end = Objects.requireNonNull(floor.move(organization, "end", null, ", \"effective_at\": \"" + hence + "\"").expect(201).at("/id"));
        use(100);
        floor.later(PASSED);
        assertHeldBack(end);
    }

    @Test
    void aForcedOneTakesPlaceAllTheSame() {
        downgrade(", \"force\": true, \"reason\": \"They were told.\"").expect(201);
        use(100);
        floor.later(PASSED);
        assertEquals("16", limit());
        floor.settle();
        assertEquals("16", limit());
    }

    @Test
    void whatFitsGoesThroughAndFromThenOnTheLowerLimitHolds() {
        downgrade("").expect(201);
        use(10);
        floor.later(PASSED);
        assertEquals("16", limit());
        assertEquals("409 entitlement_exceeded", report(90).outcome());
        assertEquals("16", limit());
    }

    @Test
    void whatARuleSaysAfterTheInstantChangesNothingOfWhatCameOfIt() {
        var scheduled = Objects.requireNonNull(downgrade("").expect(201).at("/id"));
        use(100);
        floor.later(PASSED);
        assertHeldBack(scheduled);
        floor.http.patch("/api/v1/catalog/entitlement-rules/" + smallRule, "{\"limit_value\": 1000}").expect(200);
        assertHeldBack(scheduled);
        floor.settle();
        assertHeldBack(scheduled);
    }

    @Test
    void theEndOfATrialIsHeldBackByNothing() {
        floor.move(organization, "downgrade", small).expect(201);
        floor.grant(organization, floor.product(large), ", \"kind\": \"trial\", \"ends_at\": \"" + hence + "\"").expect(201);
        use(100);
        floor.later(PASSED);
        assertEquals("16", limit());
        floor.settle();
        assertEquals("16", limit());
    }

    private void assertHeldBack(String transition) {
        var read = floor.get("/transitions/" + transition).expect(200);
        assertEquals("canceled", read.at("/state"));
        assertTrue(Objects.requireNonNull(read.at("/cancel_reason")).startsWith("Storage (fedwiki.storage_mb): "), read.text());
        assertEquals(read.at("/effective_at"), read.at("/canceled_at"));
        assertEquals("256", limit());
    }

    private String limit() {
        return Objects.requireNonNull(floor.get("/organizations/" + organization + "/entitlements").expect(200).at("/entitlements/0/limit"));
    }

    private Reply downgrade(String more) {
        return floor.move(organization, "downgrade", small, ", \"effective_at\": \"" + hence + "\"" + more);
    }

    private void use(long quantity) {
        report(quantity).expect(201);
    }

    private Reply report(long quantity) {
        return floor.post("/usage-reports", """
                {"events": [{"external_id": "%s", "organization_id": "%s", "resource_key": "fedwiki.storage_mb", "quantity": %d}]}"""
                .formatted(UsageFixture.word(), organization, quantity));
    }

    private String rule(String set, long limit) {
        return floor.make("/entitlement-sets/" + set + "/rules",
                "{\"kind\": \"limit\", \"resource_key\": \"fedwiki.storage_mb\", \"limit_value\": " + limit + "}");
    }

    private String product(String name, String set) {
        var product = floor.make("/products", "{\"name\": \"%s\", \"entitlement_set_id\": \"%s\"}".formatted(name, set));
        floor.http.post("/api/v1/catalog/products/" + product + "/publish", null).expect(200);
        return product;
    }
}
