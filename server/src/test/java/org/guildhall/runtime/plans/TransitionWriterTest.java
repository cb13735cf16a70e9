package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Ids;
import org.junit.jupiter.api.Test;

/** Moves that an operator or a member asks for, at once and for later. */
class TransitionWriterTest {

    private final PlanFixture floor = new PlanFixture();

    @Test
    void aNewOrganizationHasExactlyTheDefaultOfItsType() {
        var organization = floor.organization();
        assertEquals("Public default", floor.plans(organization));
        assertEquals(List.of("initiate nothing → Public default operator done"), floor.transitions(organization));
        assertEquals("", floor.plans(floor.organization(floor.orgType("club"))));
    }

    @Test
    void aMoveEndsThePlanAndBeginsAFreshOneAtTheSameInstant() {
        var organization = floor.organization();
        var up = floor.move(organization, "upgrade", floor.standard, ", \"reason\": \"Agreed on the phone.\"").expect(201);
        assertEquals("manual", up.at("/cause"));
        assertEquals("Agreed on the phone.", up.at("/reason"));
        assertEquals("operator", up.at("/actor_type"));
        assertEquals("Standard manual", floor.plans(organization));
        var left = floor.get("/provisions/" + up.at("/from_provision_id")).expect(200);
        var begun = floor.get("/provisions/" + up.at("/to_provision_id")).expect(200);
        assertEquals(up.at("/effective_at"), left.at("/ends_at"));
        assertEquals(up.at("/effective_at"), begun.at("/starts_at"));
        assertEquals("ended", left.at("/state"));
        assertEquals("active", begun.at("/state"));
        assertNull(begun.at("/ends_at"));
    }

    @Test
    void aDowngradeToTheDefaultsTierComesFromTheDefaultAndAnEndBringsItAfresh() {
        var organization = floor.organization();
        var first = floor.get("/provisions?organization_id=" + organization).at("/data/0/id");
        floor.move(organization, "upgrade", floor.flexible).expect(201);
        floor.move(organization, "downgrade", floor.standard).expect(201);
        floor.move(organization, "downgrade", floor.publicTier).expect(201);
        floor.move(organization, "upgrade", floor.standard).expect(201);
        var end = floor.move(organization, "end", null).expect(201);
        assertNotEquals(first, end.at("/to_provision_id"), "a fresh one, not the old one revived");
        assertEquals(List.of(
                "initiate nothing → Public default operator done", "upgrade Public → Flexible manual operator done",
                "downgrade Flexible → Standard manual operator done", "downgrade Standard → Public default operator done",
                "upgrade Public → Standard manual operator done", "end Standard → Public default operator done"), floor.transitions(organization));
    }

    @Test
    void withoutADefaultAnEndLeavesNothingAndAFirstPlanIsInitiated() {
        var organization = floor.organization(floor.orgType("club"));
        floor.move(organization, "initiate", floor.standard).expect(201);
        var end = floor.move(organization, "end", null).expect(201);
        assertNull(end.at("/to_tier_id"));
        assertNull(end.at("/to_provision_id"));
        assertEquals("", floor.plans(organization));
        floor.move(organization, "initiate", floor.publicTier).expect(201);
        assertEquals("Public manual", floor.plans(organization));
    }

    @Test
    void aKindThatDisagreesWithTheRanksChangesNothing() throws SQLException {
        var organization = floor.organization();
        floor.assertRefused("409 invalid_state", "/kind", () -> floor.move(organization, "initiate", floor.standard));
        floor.assertRefused("409 invalid_state", "/kind", () -> floor.move(organization, "upgrade", floor.publicTier));
        floor.assertRefused("409 invalid_state", "/kind", () -> floor.move(organization, "downgrade", floor.standard));
        floor.assertRefused("409 invalid_state", "/kind", () -> floor.move(organization, "end", null));
        var bare = floor.organization(floor.orgType("club"));
        floor.assertRefused("409 invalid_state", "/kind", () -> floor.move(bare, "upgrade", floor.standard));
        floor.assertRefused("409 invalid_state", "/kind", () -> floor.move(bare, "end", null));
    }

    @Test
    void whatIsNoMoveIsRefusedWithTheMemberAndChangesNothing() throws SQLException {
        var organization = floor.organization();
        var never = TypeIds.format("tir", Ids.next());
        var other = new PlanFixture().standard;
        var elsewhere = floor.tier(floor.ladder("Storage"), "Small");
        floor.assertRefused("422 validation_failed", "/target_tier_id", () -> floor.move(organization, "upgrade", never));
        floor.assertRefused("422 validation_failed", "/target_tier_id", () -> floor.move(organization, "upgrade", other));
        floor.assertRefused("422 validation_failed", "/target_tier_id", () -> floor.move(organization, "upgrade", null));
        floor.assertRefused("422 validation_failed", "/target_tier_id", () -> floor.move(organization, "end", floor.standard));
        floor.assertRefused("409 invalid_state", "/kind", () -> floor.move(organization, "upgrade", elsewhere));
        floor.assertRefused("422 validation_failed", "/target_tier_id",
                () -> floor.move(organization, "initiate", elsewhere, ", \"plan_ladder_id\": \"" + floor.ladder + "\""));
        floor.assertRefused("422 validation_failed", "/plan_ladder_id",
                () -> floor.move(organization, "end", null, ", \"plan_ladder_id\": \"" + TypeIds.format("lad", Ids.next()) + "\""));
        floor.assertRefused("422 validation_failed", "/effective_at",
                () -> floor.move(organization, "upgrade", floor.standard, ", \"effective_at\": \"2020-01-01T00:00:00Z\""));
        floor.assertRefused("422 validation_failed", "/reason", () -> floor.move(organization, "upgrade", floor.standard, ", \"force\": true"));
        floor.assertRefused("404 not_found", null, () -> floor.move(new PlanFixture().organization(), "upgrade", floor.standard));
    }

    @Test
    void anArchivedTierARetiredProductAndAnArchivedLadderAreNotReached() throws SQLException {
        var organization = floor.organization();
        floor.retire(floor.product(floor.flexible));
        floor.assertRefused("409 invalid_state", "/target_tier_id", () -> floor.move(organization, "upgrade", floor.flexible));
        floor.archiveTier(floor.standard);
        floor.assertRefused("409 invalid_state", "/target_tier_id", () -> floor.move(organization, "upgrade", floor.standard));
        var draft = floor.tier(floor.ladder, "Draft", floor.make("/products", "{\"name\": \"Draft\"}"));
        floor.assertRefused("409 invalid_state", "/target_tier_id", () -> floor.move(organization, "upgrade", draft));
    }

    @Test
    void whoHoldsAPlanWhoseTierWasArchivedKeepsItAndMovesOn() {
        var organization = floor.organization();
        floor.move(organization, "upgrade", floor.standard).expect(201);
        floor.archiveTier(floor.standard);
        assertEquals("Standard manual", floor.plans(organization));
        floor.move(organization, "upgrade", floor.flexible).expect(201);
        assertEquals("Flexible manual", floor.plans(organization));
    }

    @Test
    void onlyAnOperatorForcesAndSaysWhy() throws SQLException {
        var organization = floor.organization();
        var forced = floor.move(organization, "upgrade", floor.standard, ", \"force\": true, \"reason\": \"The board decided.\"").expect(201);
        assertEquals("true", forced.at("/forced"));
        floor.tenant.sql("update platform.consumers set acts_as = 'member' where tenant_id = ?", floor.tenant.id());
        floor.tenant.sql("select nextval('platform.auth_revision')");
        floor.assertRefused("422 validation_failed", "/force",
                () -> floor.move(organization, "upgrade", floor.flexible, ", \"force\": true, \"reason\": \"I like it.\""));
        assertEquals("member", floor.move(organization, "upgrade", floor.flexible).expect(201).at("/actor_type"));
    }

    @Test
    void plansOfSeveralLaddersStandBesideEachOtherAndAnEndSaysWhichOne() throws SQLException {
        var organization = floor.organization();
        var storage = floor.ladder("Storage");
        floor.move(organization, "initiate", floor.tier(storage, "Small")).expect(201);
        assertEquals(2, floor.get("/organizations/" + organization + "/pool").json().get("plans").size());
        floor.assertRefused("422 validation_failed", "/plan_ladder_id", () -> floor.move(organization, "end", null));
        floor.move(organization, "end", null, ", \"plan_ladder_id\": \"" + storage + "\"").expect(201);
        assertEquals("Public default", floor.plans(organization));
    }

    @Test
    void aMoveIsMadeForTheVersionOfThePoolThatTheCallerSaw() throws SQLException {
        var organization = floor.organization();
        var seen = Objects.requireNonNull(floor.get("/organizations/" + organization + "/pool").header("ETag"));
        floor.move(organization, "upgrade", floor.standard, "", "If-Match", seen).expect(201);
        floor.assertRefused("412 precondition_failed", null, () -> floor.move(organization, "upgrade", floor.flexible, "", "If-Match", seen));
    }

    @Test
    void aScheduledMoveIsNothingUntilItsInstantAndIsCanceledWithoutATrace() throws SQLException {
        var organization = floor.organization();
        var held = provisions();
        var scheduled = floor.move(organization, "upgrade", floor.standard, at(in(30))).expect(201);
        assertEquals("scheduled", scheduled.at("/state"));
        assertNull(scheduled.at("/to_provision_id"));
        assertEquals("Public default", floor.plans(organization));
        assertEquals("Standard manual unwritten", floor.plans(organization, "?at=" + in(31)), "what is known to come");
        var canceled = floor.post("/transitions/" + scheduled.at("/id") + "/cancel", "{\"reason\": \"They stay.\"}").expect(200);
        assertEquals("canceled", canceled.at("/state"));
        assertEquals("They stay.", canceled.at("/cancel_reason"));
        assertEquals(held, provisions());
        floor.assertRefused("409 invalid_state", null, () -> floor.post("/transitions/" + scheduled.at("/id") + "/cancel", "{}"));
        floor.assertRefused("409 invalid_state", null, () -> floor.post("/transitions/" + first(organization) + "/cancel", "{}"));
    }

    @Test
    void aScheduledMoveIsHeldAgainstWhatWillBeThen() throws SQLException {
        var organization = floor.organization();
        floor.assertRefused("409 invalid_state", "/kind", () -> floor.move(organization, "downgrade", floor.publicTier, at(in(30))));
        floor.move(organization, "upgrade", floor.flexible, at(in(10))).expect(201);
        floor.move(organization, "downgrade", floor.publicTier, at(in(30))).expect(201);
        floor.assertRefused("409 conflict", "/effective_at", () -> floor.move(organization, "upgrade", floor.standard, at(in(10))));
        assertEquals(List.of(
                "initiate nothing → Public default operator done", "upgrade Public → Flexible manual operator scheduled",
                "downgrade Flexible → Public manual operator scheduled"), floor.transitions(organization));
    }

    @Test
    void twentyMovesAreScheduledAtMost() throws SQLException {
        var organization = floor.organization();
        for (int day = 1; day <= 20; day++) {
            var kind = day % 2 == 1 ? "upgrade" : "downgrade";
            floor.move(organization, kind, day % 2 == 1 ? floor.standard : floor.publicTier, at(in(day))).expect(201);
        }
        floor.assertRefused("409 conflict", null, () -> floor.move(organization, "upgrade", floor.standard, at(in(21))));
    }

    @Test
    void oneEventTellsAllOfIt() {
        var organization = floor.organization();
        var moved = floor.move(organization, "upgrade", floor.standard, ", \"reason\": \"Agreed.\"", "Audit-Reason", "Ticket 7").expect(201);
        var event = floor.http.get("/api/v1/platform/audit-events?entity_type=transition&entity_id=" + moved.at("/id")).expect(200).json().at("/data/0");
        assertEquals("transition.created", event.get("action").asText());
        assertEquals("Ticket 7", event.get("reason").asText());
        assertEquals("Agreed.", event.at("/after/reason").asText());
        assertEquals(List.of("transition", "provision", "provision", "pool"), event.get("changes").findValuesAsText("entity_type"));
        assertEquals("Public", floor.name(event.at("/changes/3/before/plans/0/tier_id").asText()));
        assertEquals("Standard", floor.name(event.at("/changes/3/after/plans/0/tier_id").asText()));
    }

    @Test
    void anArchivedOrganizationTakesNothing() throws SQLException {
        var organization = floor.organization();
        floor.tenant.sql("update runtime.organizations set state = 'archived', archived_at = now() where id = ?", PlanFixture.uuid(organization));
        floor.assertRefused("409 invalid_state", null, () -> floor.move(organization, "upgrade", floor.standard));
        floor.assertRefused("409 invalid_state", "/organization_id", () -> floor.grant(organization, floor.product(floor.standard), ""));
    }

    @Test
    void listsAreNarrowedByEachOfTheirFilters() {
        var organization = floor.organization();
        var moved = floor.move(organization, "upgrade", floor.standard, ", \"external_id\": \"crm-1\"").expect(201);
        floor.move(organization, "downgrade", floor.publicTier, at(in(3))).expect(201);
        var of = "organization_id=" + organization;
        assertEquals(3, count("/transitions?" + of));
        assertEquals(1, count("/transitions?" + of + "&kind=upgrade"));
        assertEquals(1, count("/transitions?" + of + "&state=scheduled"));
        assertEquals(1, count("/transitions?" + of + "&cause=default"));
        assertEquals(3, count("/transitions?" + of + "&actor_type=operator&plan_ladder_id=" + floor.ladder));
        assertEquals(0, count("/transitions?" + of + "&actor_type=job"));
        assertEquals(1, count("/transitions?external_id=crm-1"));
        assertEquals(1, count("/transitions?" + of + "&effective_after=" + in(1) + "&effective_before=" + in(4)));
        assertEquals(2, count("/provisions?" + of));
        assertEquals(1, count("/provisions?" + of + "&state=active"));
        assertEquals(1, count("/provisions?" + of + "&state=ended"));
        assertEquals(1, count("/provisions?" + of + "&cause=manual&tier_id=" + floor.standard));
        assertEquals(2, count("/provisions?" + of + "&plan_ladder_id=" + floor.ladder));
        assertEquals(1, count("/provisions?" + of + "&at=" + moved.at("/effective_at")));
        assertEquals(0, count("/provisions?" + of + "&at=2020-01-01T00:00:00Z"));
        assertEquals("409 already_exists", floor.move(organization, "upgrade", floor.flexible, ", \"external_id\": \"crm-1\"").outcome());
        assertEquals("404 not_found", new Http(TestServer.shared(), new PlanFixture().tenant.token()).get(PlanFixture.BASE + "/transitions/" + moved.at("/id")).outcome());
        assertEquals("404 not_found", floor.get("/organizations/" + organization + "/pool?at=2020-01-01T00:00:00Z").outcome());
    }

    private int count(String path) {
        return floor.get(path).expect(200).json().get("data").size();
    }

    private String first(String organization) {
        return Objects.requireNonNull(floor.get("/organizations/" + organization + "/transitions?sort=effective_at").at("/data/0/id"));
    }

    private List<String> provisions() throws SQLException {
        return floor.tenant.found("select t::text from runtime.provisions t where tenant_id = ? order by 1", floor.tenant.id());
    }

    private static String in(int days) {
        return Instant.now().plus(days, ChronoUnit.DAYS).truncatedTo(ChronoUnit.DAYS).toString();
    }

    private static String at(String instant) {
        return ", \"effective_at\": \"" + instant + "\"";
    }
}
