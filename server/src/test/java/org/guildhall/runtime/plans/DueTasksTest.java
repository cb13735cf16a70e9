package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The scheduled task for an organization's next due change, as the scheduler runs it. */
class DueTasksTest {

    private static final List<String> APPLIED = List.of(
            "initiate nothing → Public default operator done", "upgrade Public → Standard trial operator done", "end Standard → Public default job done");

    private final PlanFixture plans = new PlanFixture();
    private final String organization = plans.organization();

    private void trial(Instant end) {
        plans.grant(organization, plans.product(plans.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + end + "\"").expect(201);
    }

    private static Instant in(Duration wait) {
        return Instant.now().plus(wait).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Returns a column of this organization's task; empty without a task. */
    private String task(String column) throws SQLException {
        return String.join(", ", plans.tenant.found("select " + column + " from platform.scheduled_tasks where task_name = ? and task_instance = ?",
                DueTransitionsJob.NAME, plans.tenant.id() + "/" + PlanFixture.uuid(organization)));
    }

    /** Makes the task due. */
    private void wake() throws SQLException {
        plans.tenant.sql("update platform.scheduled_tasks set execution_time = now() where task_name = ? and task_instance = ?",
                DueTransitionsJob.NAME, plans.tenant.id() + "/" + PlanFixture.uuid(organization));
    }

    private static void await(String scheduled, Callable<Boolean> condition) throws Exception {
        for (int tries = 0; !condition.call(); tries++) {
            assertTrue(tries < 600, scheduled);
            Thread.sleep(50);
        }
    }

    private boolean isWritten() throws SQLException {
        return plans.tenant.found("select 1 from runtime.transitions where tenant_id = ? and state = 'scheduled'", plans.tenant.id()).isEmpty();
    }

    @Test
    void dueChange_atItsInstant_isApplied_andTheTaskEnds() throws Exception {
        trial(in(Duration.ofSeconds(2)));
        await("applied", this::isWritten);
        assertEquals(APPLIED, plans.transitions(organization));
        await("no task is left", () -> task("1").isEmpty());
    }

    @Test
    void scheduledChanges_moveTaskToEarliestInstant() throws Exception {
        assertEquals("", task("1"), "no task without a scheduled change");
        var late = in(Duration.ofHours(5));
        trial(late);
        assertEquals("t", task("execution_time = '" + late + "'"));
        var soon = in(Duration.ofHours(1));
        var move = plans.move(organization, "upgrade", plans.flexible, ", \"effective_at\": \"" + soon + "\"").expect(201).at("/id");
        assertEquals("t", task("execution_time = '" + soon + "'"));
        plans.post("/transitions/" + move + "/cancel", "{}").expect(200);
        wake();
        await("the task waits for the next instant", () -> task("execution_time = '" + late + "'").equals("t"));
        plans.post("/organizations/" + organization + "/archive", null).expect(200);
        wake();
        await("the task ends", () -> task("1").isEmpty());
    }

    @Test
    void addonGrant_withEnd_requestsTheTask() throws Exception {
        var addon = plans.make("/products", "{\"name\": \"Sites\", \"product_type\": \"addon\"}");
        plans.http.post("/api/v1/catalog/products/" + addon + "/publish", null).expect(200);
        var end = in(Duration.ofHours(1));
        plans.grant(organization, addon, ", \"ends_at\": \"" + end + "\"").expect(201);
        assertEquals("t", task("execution_time = '" + end + "'"));
    }

    @Test
    void suspendedTenant_taskPaused_untilReactivation() throws Exception {
        trial(in(Duration.ofHours(1)));
        plans.tenant.suspend();
        wake();
        await("paused", () -> task("paused and not picked").equals("t"));
        plans.later(Duration.ofHours(2));
        assertTrue(!isWritten());
        plans.tenant.reactivate();
        wake();
        await("applied", this::isWritten);
        assertEquals(APPLIED, plans.transitions(organization));
    }

    @Test
    void failingOrganization_retriedAlone_othersContinue() throws Exception {
        trial(in(Duration.ofSeconds(1)));
        var other = plans.organization();
        plans.grant(other, plans.product(plans.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + in(Duration.ofSeconds(2)) + "\"").expect(201);
        // The plan that would begin has the id of a provision that exists.
        
        plans.tenant.sql("update runtime.transitions set next_provision_id = (select id from runtime.provisions where organization_id = ? order by id limit 1) where organization_id = ? and state = 'scheduled'",
                PlanFixture.uuid(organization), PlanFixture.uuid(organization));
        await("the other is applied", () -> plans.tenant.found(
                "select 1 from runtime.transitions where organization_id = ? and state = 'scheduled'", PlanFixture.uuid(other)).isEmpty());
        await("the poisoned one is retried", () -> !task("1").isEmpty() && Integer.parseInt(task("coalesce(consecutive_failures, 0)")) >= 2);
        assertEquals("t", task("execution_time > last_failure"));
        assertTrue(!isWritten());
    }

    @Test
    void longRowLock_retried_othersContinue() throws Exception {
        trial(in(Duration.ofSeconds(1)));
        var other = plans.organization();
        plans.grant(other, plans.product(plans.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + in(Duration.ofSeconds(2)) + "\"").expect(201);
        try (var connection = plans.server.superuser(); var lock = connection.prepareStatement("select 1 from runtime.pools where organization_id = ? for update")) {
            connection.setAutoCommit(false);
            lock.setObject(1, PlanFixture.uuid(organization));
            lock.execute();
            await("the other is applied", () -> plans.tenant.found(
                    "select 1 from runtime.transitions where organization_id = ? and state = 'scheduled'", PlanFixture.uuid(other)).isEmpty());
            assertTrue(!isWritten());
            connection.rollback();
        }
        await("applied once the lock is free", this::isWritten);
    }
}
