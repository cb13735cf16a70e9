package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** Who writes past the API breaks none of it either: what a plan and its transitions keep to is held by the schema. */
class PlanConstraintsTest {

    private final PlanFixture floor = new PlanFixture();
    private final String organization = floor.organization();

    @Test
    void aSecondPlanOnTheLadderIsRefusedHoweverItsTimesAreChosen() {
        for (var range : List.of("now(), null", "now() - interval '1 day', null", "now() + interval '1 day', now() + interval '2 days'")) {
            assertEquals("provisions_one_plan_per_ladder", broken(() -> copy("starts_at, ends_at", range)));
        }
    }

    @Test
    void ofManyWhoWriteAtOnceNoneGetsASecondPlanIn() throws Exception {
        var outcomes = Race.run(16, thread -> broken(() -> copy("starts_at, ends_at", "now(), null")));
        assertEquals(List.of("provisions_one_plan_per_ladder"), outcomes.stream().distinct().toList());
        assertEquals(List.of("1"), floor.tenant.found("select count(*)::text from runtime.provisions where tenant_id = ?", floor.tenant.id()));
    }

    @Test
    void ofManyWhoWriteAFirstPlanAtOnceOneGetsItIn() throws Exception {
        floor.move(organization, "upgrade", floor.standard).expect(201);
        floor.tenant.sql("update runtime.provisions set ends_at = now() where tenant_id = ? and ends_at is null", floor.tenant.id());
        var outcomes = Race.run(16, thread -> broken(() -> copy("starts_at, ends_at", "now() + interval '1 second', null")));
        assertEquals(1, outcomes.stream().filter("written"::equals).count(), outcomes.toString());
    }

    @Test
    void whatHasEndedIsNeitherRevivedNorProlonged() throws SQLException {
        floor.move(organization, "upgrade", floor.standard).expect(201);
        for (var end : List.of("null", "ends_at + interval '1 second'", "'infinity'")) {
            assertEquals("provisions_end_only_nearer", broken(() -> floor.tenant.sql(
                    "update runtime.provisions set ends_at = " + end + " where tenant_id = ? and ends_at is not null", floor.tenant.id())));
        }
    }

    @Test
    void aPlanBeginsAndEndsWithOneTransitionAndNothingMovesTwiceAtAnInstant() {
        floor.move(organization, "upgrade", floor.standard).expect(201);
        assertEquals("transitions_one_at_an_instant", broken(() -> repeat("effective_at", "null, null", "scheduled")));
        assertEquals("transitions_from_provision_once", broken(() -> repeat("effective_at + interval '1 second'", "from_provision_id, to_provision_id", "done")));
    }

    @Test
    void aTransitionThatIsDoneSaysWhatItDid() {
        var moved = Objects.requireNonNull(floor.move(organization, "upgrade", floor.standard).expect(201).at("/id"));
        for (var change : List.of("to_provision_id = null", "from_tier_id = null", "kind = 'initiate'", "state = 'scheduled'")) {
            assertEquals("transitions_moved", broken(() -> floor.tenant.sql(
                    "update runtime.transitions set " + change + " where id = ?", PlanFixture.uuid(moved))));
        }
    }

    @Test
    void anOrganizationHasOnePool() {
        assertEquals("pools_organization_once", broken(() -> floor.tenant.sql(
                "insert into runtime.pools (tenant_id, organization_id) values (?, ?)", floor.tenant.id(), PlanFixture.uuid(organization))));
    }

    /** Writes the present plan once more, at other times. */
    private void copy(String columns, String values) throws SQLException {
        floor.tenant.sql("""
                insert into runtime.provisions (tenant_id, id, organization_id, pool_id, product_id, ladder_id, tier_id, cause, default_grant_policy_id, %s)
                select tenant_id, ?, organization_id, pool_id, product_id, ladder_id, tier_id, 'default', ?, %s
                from runtime.provisions where tenant_id = ? order by starts_at limit 1""".formatted(columns, values),
                UUID.randomUUID(), PlanFixture.uuid(floor.policy), floor.tenant.id());
    }

    /** Writes the upgrade once more, at another instant. */
    private void repeat(String effectiveAt, String provisions, String state) throws SQLException {
        floor.tenant.sql("""
                insert into runtime.transitions (tenant_id, id, organization_id, pool_id, ladder_id, kind, from_tier_id, to_tier_id,
                  from_provision_id, to_provision_id, cause, actor_type, state, effective_at)
                select tenant_id, ?, organization_id, pool_id, ladder_id, kind, from_tier_id, to_tier_id,
                  %s, cause, actor_type, '%s', %s
                from runtime.transitions where tenant_id = ? and kind = 'upgrade'""".formatted(provisions, state, effectiveAt), UUID.randomUUID(), floor.tenant.id());
    }

    /** A statement that may break a rule of the schema. */
    private interface Breach {
        void attempt() throws SQLException;
    }

    /** The constraint that refused it, or the state where it was none: of several who wait for each other one may be let go. "written" if it got in. */
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
