package org.guildhall.core.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.UUID;
import org.guildhall.TestServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tasks of a suspended tenant with the scheduler of a real server. */
class SuspendedJobsTest {

    private final TestServer.Tenant tenant = TestServer.shared().tenant();

    /** Waits for the task's end or pause, and returns which one came. */
    private String outcome(String task) throws SQLException, InterruptedException {
        for (int tries = 0; tries < 600; tries++) {
            var found = tenant.found("select paused and not picked from platform.scheduled_tasks where task_name = ? and task_instance like ? || '/%'",
                    task, tenant.id().toString());
            if (found.isEmpty()) {
                return "ended";
            }
            if (found.getFirst().equals("t")) {
                return "paused";
            }
            Thread.sleep(50);
        }
        return "waiting";
    }

    @ParameterizedTest
    @CsvSource({
        "apply-due-transitions, paused",
        "backfill-default-grants, paused",
        "limit-sites, paused",
        "import, paused",
        "export, paused",
        "export-expiry, paused",
        "delete-idempotency-keys, ended",
    })
    void dueTaskOfSuspendedTenant_isPaused_exceptCleanup(String task, String outcome) throws Exception {
        tenant.suspend();
        tenant.sql("insert into platform.scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority) values (?, ?, now(), false, 1, 50)",
                task, tenant.id() + "/" + UUID.randomUUID());
        assertEquals(outcome, outcome(task));
        assertTrue(tenant.found("select 1 from platform.audit_events where tenant_id = ?", tenant.id()).isEmpty());
    }
}
