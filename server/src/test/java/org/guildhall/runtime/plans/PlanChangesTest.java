package org.guildhall.runtime.plans;

import static org.guildhall.runtime.plans.PlanFixture.uuid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.TypeIds;
import org.guildhall.core.Race;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.runtime.Runtime.PlanChange;
import org.guildhall.runtime.RuntimeDoor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plan changes to the tier that a subscription pays for. */
class PlanChangesTest {

    private static final UUID SUBSCRIPTION = UUID.randomUUID();

    private final PlanFixture plans = new PlanFixture();
    private final RuntimeDoor door = new RuntimeDoor(plans.tenant);

    private String change(String organization, @Nullable String tier) {
        var changed = door.changePlan(uuid(organization), wanted(tier));
        return changed.notMovedReason() == null ? "moved" : changed.notMovedReason();
    }

    private PlanChange wanted(@Nullable String tier) {
        return new PlanChange(uuid(plans.ladder), tier == null ? null : uuid(tier), SUBSCRIPTION, false, "The subscription changed.");
    }

    private @Nullable String tier(@Nullable String name) {
        return name == null ? null : switch (name) {
            case "Public" -> plans.publicTier;
            case "Standard" -> plans.standard;
            default -> plans.flexible;
        };
    }

    /** Creates an organization with a plan of the given cause. */
    private String span(String cause, @Nullable String name) {
        if (cause.equals("none")) {
            return plans.organization(plans.orgType("bare"));
        }
        var organization = plans.organization();
        switch (cause) {
            case "manual" -> plans.move(organization, "upgrade", tier(name)).expect(201);
            case "grant" -> plans.grant(organization, plans.product(tier(name)), "").expect(201);
            case "trial" -> plans.grant(organization, plans.product(tier(name)), ", \"kind\": \"trial\", \"duration\": \"P14D\"").expect(201);
            case "subscription" -> change(organization, tier(name));
            default -> assertEquals("Public default", plans.plans(organization));
        }
        return organization;
    }

    @ParameterizedTest(name = "{0} {1}, paid {2}: {3}")
    @CsvSource({
        "none,         ,         Standard, moved,         Standard subscription",
        "none,         ,         ,         unchanged,     ''",
        "default,      Public,   Standard, moved,         Standard subscription",
        "default,      Public,   Public,   moved,         Public subscription",
        "default,      Public,   ,         unchanged,     Public default",
        "subscription, Standard, Flexible, moved,         Flexible subscription",
        "subscription, Flexible, Standard, moved,         Standard subscription",
        "subscription, Standard, Public,   moved,         Public subscription",
        "subscription, Standard, Standard, unchanged,     Standard subscription",
        "subscription, Standard, ,         moved,         Public default",
        "trial,        Standard, Flexible, moved,         Flexible subscription",
        "trial,        Standard, Standard, moved,         Standard subscription",
        "trial,        Flexible, Standard, held_by_grant, Flexible trial",
        "trial,        Standard, ,         held_by_grant, Standard trial",
        "grant,        Standard, Standard, moved,         Standard subscription",
        "grant,        Flexible, Standard, held_by_grant, Flexible grant",
        "grant,        Standard, ,         held_by_grant, Standard grant",
        "manual,       Standard, Flexible, moved,         Flexible subscription",
        "manual,       Standard, Standard, held_by_grant, Standard manual",
        "manual,       Flexible, Standard, held_by_grant, Flexible manual",
    })
    void change_planOfEachCause_followsTheTable(String cause, @Nullable String held, @Nullable String paid, String outcome, String after) {
        var organization = span(cause, held);
        assertEquals(outcome, change(organization, tier(paid)));
        assertEquals(after, plans.plans(organization));
    }

    @Test
    void change_repeated_movesOnce() {
        var organization = plans.organization();
        assertEquals(List.of("moved", "unchanged", "unchanged"),
                List.of(change(organization, plans.standard), change(organization, plans.standard), change(organization, plans.standard)));
    }

    @Test
    void change_tenAtOnce_movesOnce() throws Exception {
        var organization = plans.organization();
        var outcomes = Race.run(10, number -> change(organization, plans.standard));
        assertEquals(1, Collections.frequency(outcomes, "moved"), outcomes.toString());
        assertEquals(9, Collections.frequency(outcomes, "unchanged"), outcomes.toString());
        assertEquals("Standard subscription", plans.plans(organization));
    }

    @Test
    void change_moved_namesItsSubscriptionAndActor() {
        var organization = plans.organization();
        change(organization, plans.standard);
        var transition = plans.get("/organizations/" + organization + "/transitions?cause=subscription").expect(200).json().at("/data/0");
        assertEquals(TypeIds.format("sub", SUBSCRIPTION), transition.at("/subscription_id").asText());
        assertEquals("webhook", transition.at("/actor_type").asText());
        assertEquals("The subscription changed.", transition.at("/reason").asText());
        assertEquals("done", transition.at("/state").asText());
    }

    @Test
    void change_trialPaid_trialEndsAsSuperseded() {
        var organization = plans.organization();
        var trial = plans.grant(organization, plans.product(plans.standard), ", \"kind\": \"trial\", \"duration\": \"P14D\"").expect(201).at("/id");
        change(organization, plans.standard);
        assertEquals("superseded", plans.get("/grants/" + trial).expect(200).at("/state"));
        assertEquals(List.of(), plans.transitions(organization).stream().filter(move -> move.endsWith("scheduled")).toList());
    }

    @Test
    void change_archivedOrganization_isNotMoved() {
        var organization = plans.organization();
        plans.post("/organizations/" + organization + "/archive", null).expect(200);
        assertEquals("organization_archived", change(organization, plans.standard));
    }

    @Test
    void change_retiredProduct_isUnavailable() {
        var organization = plans.organization();
        plans.retire(plans.product(plans.flexible));
        assertEquals("tier_unavailable", change(organization, plans.flexible));
        assertEquals("Public default", plans.plans(organization));
    }

    @Test
    void change_unknownOrganizationLadderOrTier_isNotFound() {
        var organization = uuid(plans.organization());
        var elsewhere = new PlanFixture();
        for (var refused : List.of(
                assertThrows(ProblemException.class, () -> door.changePlan(UUID.randomUUID(), wanted(plans.standard))),
                assertThrows(ProblemException.class, () -> door.changePlan(uuid(elsewhere.organization()), wanted(plans.standard))),
                assertThrows(ProblemException.class, () -> door.changePlan(organization, wanted(elsewhere.standard))),
                assertThrows(ProblemException.class, () -> door.changePlan(organization,
                        new PlanChange(uuid(elsewhere.ladder), null, SUBSCRIPTION, false, "No reason."))))) {
            assertEquals("not_found", refused.problem().code());
        }
    }

    @Test
    void checkAndLock_answerOtherModules() {
        var organization = uuid(plans.organization());
        var check = door.run("none.changed", (tx, changes) -> door.door().check(tx, organization, "nowhere.registered", 1));
        assertEquals(false, check.allowed());
        assertNull(check.smallestTierId());
        door.run("none.changed", (tx, changes) -> door.door().lockPool(tx, changes, organization));
    }
}
