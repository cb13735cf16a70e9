package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** The schema's constraints refuse invalid plans and transitions, also from SQL that bypasses the API. */
class PlanConstraintsTest {

    private final PlanFixture plans = new PlanFixture();
    private final String organization = plans.organization();

    @Test
    void secondPlan_onLadder_refusedForAnyTimes() {
        for (var range : List.of("now(), null", "now() - interval '1 day', null", "now() + interval '1 day', now() + interval '2 days'")) {
            assertEquals("provisions_one_plan_per_ladder", broken(() -> copy("starts_at, ends_at", range)));
        }
    }

    @Test
    void secondPlan_parallelWriters_allRefused() throws Exception {
        var outcomes = Race.run(16, thread -> broken(() -> copy("starts_at, ends_at", "now(), null")));
        assertEquals(List.of("provisions_one_plan_per_ladder"), outcomes.stream().distinct().toList());
        assertEquals(List.of("1"), plans.tenant.found("select count(*)::text from runtime.provisions where tenant_id = ?", plans.tenant.id()));
    }

    @Test
    void firstPlan_parallelWriters_oneWritten() throws Exception {
        plans.move(organization, "upgrade", plans.standard).expect(201);
        plans.tenant.sql("update runtime.provisions set ends_at = now() where tenant_id = ? and ends_at is null", plans.tenant.id());
        var outcomes = Race.run(16, thread -> broken(() -> copy("starts_at, ends_at", "now() + interval '1 second', null")));
        assertEquals(1, outcomes.stream().filter("written"::equals).count(), outcomes.toString());
    }

    @Test
    void endedPlan_endMovedLater_refused() throws SQLException {
        plans.move(organization, "upgrade", plans.standard).expect(201);
        for (var end : List.of("null", "ends_at + interval '1 second'", "'infinity'")) {
            assertEquals("provisions_end_only_nearer", broken(() -> plans.tenant.sql(
                    "update runtime.provisions set ends_at = " + end + " where tenant_id = ? and ends_at is not null", plans.tenant.id())));
        }
    }

    @Test
    void secondTransition_samePlanOrInstant_refused() {
        plans.move(organization, "upgrade", plans.standard).expect(201);
        assertEquals("transitions_one_at_an_instant", broken(() -> repeat("effective_at", "null, null", "scheduled")));
        assertEquals("transitions_from_provision_once", broken(() -> repeat("effective_at + interval '1 second'", "from_provision_id, to_provision_id", "done")));
    }

    @Test
    void doneTransition_madeIncomplete_refused() {
        var moved = Objects.requireNonNull(plans.move(organization, "upgrade", plans.standard).expect(201).at("/id"));
        for (var change : List.of("to_provision_id = null", "from_tier_id = null", "kind = 'initiate'", "state = 'scheduled'")) {
            assertEquals("transitions_moved", broken(() -> plans.tenant.sql(
                    "update runtime.transitions set " + change + " where id = ?", PlanFixture.uuid(moved))));
        }
    }

    @Test
    void secondPool_ofOrganization_refused() {
        assertEquals("pools_organization_once", broken(() -> plans.tenant.sql(
                "insert into runtime.pools (tenant_id, organization_id) values (?, ?)", plans.tenant.id(), PlanFixture.uuid(organization))));
    }

    /** Inserts a copy of the current plan with other times. */
    private void copy(String columns, String values) throws SQLException {
        plans.tenant.sql("""
                insert into runtime.provisions (tenant_id, id, organization_id, pool_id, product_id, ladder_id, tier_id, cause, default_grant_policy_id, %s)
                select tenant_id, ?, organization_id, pool_id, product_id, ladder_id, tier_id, 'default', ?, %s
                from runtime.provisions where tenant_id = ? order by starts_at limit 1""".formatted(columns, values),
                UUID.randomUUID(), PlanFixture.uuid(plans.policy), plans.tenant.id());
    }

    /** Inserts a copy of the upgrade with other values. */
    private void repeat(String effectiveAt, String provisions, String state) throws SQLException {
        plans.tenant.sql("""
                insert into runtime.transitions (tenant_id, id, organization_id, pool_id, ladder_id, kind, from_tier_id, to_tier_id,
                  from_provision_id, to_provision_id, cause, actor_type, state, effective_at)
                select tenant_id, ?, organization_id, pool_id, ladder_id, kind, from_tier_id, to_tier_id,
                  %s, cause, actor_type, '%s', %s
                from runtime.transitions where tenant_id = ? and kind = 'upgrade'""".formatted(provisions, state, effectiveAt), UUID.randomUUID(), plans.tenant.id());
    }

    /** A statement that may break a rule of the schema. */
    private interface Breach {
        void attempt() throws SQLException;
    }

    /** Returns the violated constraint, the SQLSTATE of another error (such as a deadlock), or "written" on success. */
    private static String broken(Breach breach) {
        try {
            breach.attempt();
            return "written";
        } catch (PSQLException refused) {
            var constraint = Objects.requireNonNull(refused.getServerErrorMessage()).getConstraint();
            return constraint == null ? refused.getSQLState() : constraint;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
