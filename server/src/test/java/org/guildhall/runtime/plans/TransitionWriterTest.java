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

/** Moves that an operator or a member requests, immediate and scheduled. */
class TransitionWriterTest {

    private final PlanFixture plans = new PlanFixture();

    @Test
    void newOrganization_hasOnlyItsTypesDefault() {
        var organization = plans.organization();
        assertEquals("Public default", plans.plans(organization));
        assertEquals(List.of("initiate nothing → Public default operator done"), plans.transitions(organization));
        assertEquals("", plans.plans(plans.organization(plans.orgType("club"))));
    }

    @Test
    void move_oldPlanEnds_newOneBeginsAtSameInstant() {
        var organization = plans.organization();
        var up = plans.move(organization, "upgrade", plans.standard, ", \"reason\": \"Agreed on the phone.\"").expect(201);
        assertEquals("manual", up.at("/cause"));
        assertEquals("Agreed on the phone.", up.at("/reason"));
        assertEquals("operator", up.at("/actor_type"));
        assertEquals("Standard manual", plans.plans(organization));
        var left = plans.get("/provisions/" + up.at("/from_provision_id")).expect(200);
        var begun = plans.get("/provisions/" + up.at("/to_provision_id")).expect(200);
        assertEquals(up.at("/effective_at"), left.at("/ends_at"));
        assertEquals(up.at("/effective_at"), begun.at("/starts_at"));
        assertEquals("ended", left.at("/state"));
        assertEquals("active", begun.at("/state"));
        assertNull(begun.at("/ends_at"));
    }

    @Test
    void downgradeOrEnd_toDefaultTier_hasCauseDefault() {
        var organization = plans.organization();
        var first = plans.get("/provisions?organization_id=" + organization).at("/data/0/id");
        plans.move(organization, "upgrade", plans.flexible).expect(201);
        plans.move(organization, "downgrade", plans.standard).expect(201);
        plans.move(organization, "downgrade", plans.publicTier).expect(201);
        plans.move(organization, "upgrade", plans.standard).expect(201);
        var end = plans.move(organization, "end", null).expect(201);
        assertNotEquals(first, end.at("/to_provision_id"), "a new provision, not the ended one");
        assertEquals(List.of(
                "initiate nothing → Public default operator done", "upgrade Public → Flexible manual operator done",
                "downgrade Flexible → Standard manual operator done", "downgrade Standard → Public default operator done",
                "upgrade Public → Standard manual operator done", "end Standard → Public default operator done"), plans.transitions(organization));
    }

    @Test
    void noDefault_endLeavesNoPlan_firstPlanIsInitiate() {
        var organization = plans.organization(plans.orgType("club"));
        plans.move(organization, "initiate", plans.standard).expect(201);
        var end = plans.move(organization, "end", null).expect(201);
        assertNull(end.at("/to_tier_id"));
        assertNull(end.at("/to_provision_id"));
        assertEquals("", plans.plans(organization));
        plans.move(organization, "initiate", plans.publicTier).expect(201);
        assertEquals("Public manual", plans.plans(organization));
    }

    @Test
    void move_kindAgainstRanks_refused() throws SQLException {
        var organization = plans.organization();
        plans.assertRefused("409 invalid_state", "/kind", () -> plans.move(organization, "initiate", plans.standard));
        plans.assertRefused("409 invalid_state", "/kind", () -> plans.move(organization, "upgrade", plans.publicTier));
        plans.assertRefused("409 invalid_state", "/kind", () -> plans.move(organization, "downgrade", plans.standard));
        plans.assertRefused("409 invalid_state", "/kind", () -> plans.move(organization, "end", null));
        var bare = plans.organization(plans.orgType("club"));
        plans.assertRefused("409 invalid_state", "/kind", () -> plans.move(bare, "upgrade", plans.standard));
        plans.assertRefused("409 invalid_state", "/kind", () -> plans.move(bare, "end", null));
    }

    @Test
    void move_invalidInput_refusedAtItsMember() throws SQLException {
        var organization = plans.organization();
        var never = TypeIds.format("tir", Ids.next());
        var other = new PlanFixture().standard;
        var elsewhere = plans.tier(plans.ladder("Storage"), "Small");
        plans.assertRefused("422 validation_failed", "/target_tier_id", () -> plans.move(organization, "upgrade", never));
        plans.assertRefused("422 validation_failed", "/target_tier_id", () -> plans.move(organization, "upgrade", other));
        plans.assertRefused("422 validation_failed", "/target_tier_id", () -> plans.move(organization, "upgrade", null));
        plans.assertRefused("422 validation_failed", "/target_tier_id", () -> plans.move(organization, "end", plans.standard));
        plans.assertRefused("409 invalid_state", "/kind", () -> plans.move(organization, "upgrade", elsewhere));
        plans.assertRefused("422 validation_failed", "/target_tier_id",
                () -> plans.move(organization, "initiate", elsewhere, ", \"plan_ladder_id\": \"" + plans.ladder + "\""));
        plans.assertRefused("422 validation_failed", "/plan_ladder_id",
                () -> plans.move(organization, "end", null, ", \"plan_ladder_id\": \"" + TypeIds.format("lad", Ids.next()) + "\""));
        plans.assertRefused("422 validation_failed", "/effective_at",
                () -> plans.move(organization, "upgrade", plans.standard, ", \"effective_at\": \"2020-01-01T00:00:00Z\""));
        plans.assertRefused("422 validation_failed", "/reason", () -> plans.move(organization, "upgrade", plans.standard, ", \"force\": true"));
        plans.assertRefused("404 not_found", null, () -> plans.move(new PlanFixture().organization(), "upgrade", plans.standard));
    }

    @Test
    void move_toArchivedOrRetiredTarget_refused() throws SQLException {
        var organization = plans.organization();
        plans.retire(plans.product(plans.flexible));
        plans.assertRefused("409 invalid_state", "/target_tier_id", () -> plans.move(organization, "upgrade", plans.flexible));
        plans.archiveTier(plans.standard);
        plans.assertRefused("409 invalid_state", "/target_tier_id", () -> plans.move(organization, "upgrade", plans.standard));
        var draft = plans.tier(plans.ladder, "Draft", plans.make("/products", "{\"name\": \"Draft\"}"));
        plans.assertRefused("409 invalid_state", "/target_tier_id", () -> plans.move(organization, "upgrade", draft));
    }

    @Test
    void planOfArchivedTier_kept_andCanMove() {
        var organization = plans.organization();
        plans.move(organization, "upgrade", plans.standard).expect(201);
        plans.archiveTier(plans.standard);
        assertEquals("Standard manual", plans.plans(organization));
        plans.move(organization, "upgrade", plans.flexible).expect(201);
        assertEquals("Flexible manual", plans.plans(organization));
    }

    @Test
    void force_operatorAllowed_memberRefused() throws SQLException {
        var organization = plans.organization();
        var forced = plans.move(organization, "upgrade", plans.standard, ", \"force\": true, \"reason\": \"The board decided.\"").expect(201);
        assertEquals("true", forced.at("/forced"));
        plans.tenant.sql("update platform.consumers set acts_as = 'member' where tenant_id = ?", plans.tenant.id());
        plans.tenant.sql("select nextval('platform.auth_revision')");
        plans.assertRefused("422 validation_failed", "/force",
                () -> plans.move(organization, "upgrade", plans.flexible, ", \"force\": true, \"reason\": \"I like it.\""));
        assertEquals("member", plans.move(organization, "upgrade", plans.flexible).expect(201).at("/actor_type"));
    }

    @Test
    void plansOfTwoLadders_coexist_endNamesTheLadder() throws SQLException {
        var organization = plans.organization();
        var storage = plans.ladder("Storage");
        plans.move(organization, "initiate", plans.tier(storage, "Small")).expect(201);
        assertEquals(2, plans.get("/organizations/" + organization + "/pool").json().get("plans").size());
        plans.assertRefused("422 validation_failed", "/plan_ladder_id", () -> plans.move(organization, "end", null));
        plans.move(organization, "end", null, ", \"plan_ladder_id\": \"" + storage + "\"").expect(201);
        assertEquals("Public default", plans.plans(organization));
    }

    @Test
    void move_stalePoolVersion_refused() throws SQLException {
        var organization = plans.organization();
        var seen = Objects.requireNonNull(plans.get("/organizations/" + organization + "/pool").header("ETag"));
        plans.move(organization, "upgrade", plans.standard, "", "If-Match", seen).expect(201);
        plans.assertRefused("412 precondition_failed", null, () -> plans.move(organization, "upgrade", plans.flexible, "", "If-Match", seen));
    }

    @Test
    void scheduledMove_beforeItsInstant_canBeCanceled() throws SQLException {
        var organization = plans.organization();
        var held = provisions();
        var scheduled = plans.move(organization, "upgrade", plans.standard, at(in(30))).expect(201);
        assertEquals("scheduled", scheduled.at("/state"));
        assertNull(scheduled.at("/to_provision_id"));
        assertEquals("Public default", plans.plans(organization));
        assertEquals("Standard manual unwritten", plans.plans(organization, "?at=" + in(31)), "a scheduled plan is visible at a later instant");
        var canceled = plans.post("/transitions/" + scheduled.at("/id") + "/cancel", "{\"reason\": \"They stay.\"}").expect(200);
        assertEquals("canceled", canceled.at("/state"));
        assertEquals("They stay.", canceled.at("/cancel_reason"));
        assertEquals(held, provisions());
        plans.assertRefused("409 invalid_state", null, () -> plans.post("/transitions/" + scheduled.at("/id") + "/cancel", "{}"));
        plans.assertRefused("409 invalid_state", null, () -> plans.post("/transitions/" + first(organization) + "/cancel", "{}"));
    }

    @Test
    void scheduledMove_checkedAgainstPlanAtItsInstant() throws SQLException {
        var organization = plans.organization();
        plans.assertRefused("409 invalid_state", "/kind", () -> plans.move(organization, "downgrade", plans.publicTier, at(in(30))));
        plans.move(organization, "upgrade", plans.flexible, at(in(10))).expect(201);
        plans.move(organization, "downgrade", plans.publicTier, at(in(30))).expect(201);
        plans.assertRefused("409 conflict", "/effective_at", () -> plans.move(organization, "upgrade", plans.standard, at(in(10))));
        assertEquals(List.of(
                "initiate nothing → Public default operator done", "upgrade Public → Flexible manual operator scheduled",
                "downgrade Flexible → Public manual operator scheduled"), plans.transitions(organization));
    }

    @Test
    void scheduledMoves_aboveTwenty_refused() throws SQLException {
        var organization = plans.organization();
        for (int day = 1; day <= 20; day++) {
            var kind = day % 2 == 1 ? "upgrade" : "downgrade";
            plans.move(organization, kind, day % 2 == 1 ? plans.standard : plans.publicTier, at(in(day))).expect(201);
        }
        plans.assertRefused("409 conflict", null, () -> plans.move(organization, "upgrade", plans.standard, at(in(21))));
    }

    @Test
    void move_oneAuditEvent_listsAllChanges() {
        var organization = plans.organization();
        var moved = plans.move(organization, "upgrade", plans.standard, ", \"reason\": \"Agreed.\"", "Audit-Reason", "Ticket 7").expect(201);
        var event = plans.http.get("/api/v1/platform/audit-events?entity_type=transition&entity_id=" + moved.at("/id")).expect(200).json().at("/data/0");
        assertEquals("transition.created", event.get("action").asText());
        assertEquals("Ticket 7", event.get("reason").asText());
        assertEquals("Agreed.", event.at("/after/reason").asText());
        assertEquals(List.of("transition", "provision", "provision", "pool"), event.get("changes").findValuesAsText("entity_type"));
        assertEquals("Public", plans.name(event.at("/changes/3/before/plans/0/tier_id").asText()));
        assertEquals("Standard", plans.name(event.at("/changes/3/after/plans/0/tier_id").asText()));
    }

    @Test
    void archivedOrganization_move_refused() throws SQLException {
        var organization = plans.organization();
        plans.tenant.sql("update runtime.organizations set state = 'archived', archived_at = now() where id = ?", PlanFixture.uuid(organization));
        plans.assertRefused("409 invalid_state", null, () -> plans.move(organization, "upgrade", plans.standard));
        plans.assertRefused("409 invalid_state", "/organization_id", () -> plans.grant(organization, plans.product(plans.standard), ""));
    }

    @Test
    void list_filteredByEachFilter() {
        var organization = plans.organization();
        var moved = plans.move(organization, "upgrade", plans.standard, ", \"external_id\": \"crm-1\"").expect(201);
        plans.move(organization, "downgrade", plans.publicTier, at(in(3))).expect(201);
        var of = "organization_id=" + organization;
        assertEquals(3, count("/transitions?" + of));
        assertEquals(1, count("/transitions?" + of + "&kind=upgrade"));
        assertEquals(1, count("/transitions?" + of + "&state=scheduled"));
        assertEquals(1, count("/transitions?" + of + "&cause=default"));
        assertEquals(3, count("/transitions?" + of + "&actor_type=operator&plan_ladder_id=" + plans.ladder));
        assertEquals(0, count("/transitions?" + of + "&actor_type=job"));
        assertEquals(1, count("/transitions?external_id=crm-1"));
        assertEquals(1, count("/transitions?" + of + "&effective_after=" + in(1) + "&effective_before=" + in(4)));
        assertEquals(2, count("/provisions?" + of));
        assertEquals(1, count("/provisions?" + of + "&state=active"));
        assertEquals(1, count("/provisions?" + of + "&state=ended"));
        assertEquals(1, count("/provisions?" + of + "&cause=manual&tier_id=" + plans.standard));
        assertEquals(2, count("/provisions?" + of + "&plan_ladder_id=" + plans.ladder));
        assertEquals(1, count("/provisions?" + of + "&at=" + moved.at("/effective_at")));
        assertEquals(0, count("/provisions?" + of + "&at=2020-01-01T00:00:00Z"));
        assertEquals("409 already_exists", plans.move(organization, "upgrade", plans.flexible, ", \"external_id\": \"crm-1\"").outcome());
        assertEquals("404 not_found", new Http(TestServer.shared(), new PlanFixture().tenant.token()).get(PlanFixture.BASE + "/transitions/" + moved.at("/id")).outcome());
        assertEquals("404 not_found", plans.get("/organizations/" + organization + "/pool?at=2020-01-01T00:00:00Z").outcome());
    }

    private int count(String path) {
        return plans.get(path).expect(200).json().get("data").size();
    }

    private String first(String organization) {
        return Objects.requireNonNull(plans.get("/organizations/" + organization + "/transitions?sort=effective_at").at("/data/0/id"));
    }

    private List<String> provisions() throws SQLException {
        return plans.tenant.found("select t::text from runtime.provisions t where tenant_id = ? order by 1", plans.tenant.id());
    }

    private static String in(int days) {
        return Instant.now().plus(days, ChronoUnit.DAYS).truncatedTo(ChronoUnit.DAYS).toString();
    }

    private static String at(String instant) {
        return ", \"effective_at\": \"" + instant + "\"";
    }
}
