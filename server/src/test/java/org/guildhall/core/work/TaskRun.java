package org.guildhall.core.work;

import java.sql.SQLException;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.TestServer;
import org.guildhall.core.data.TaskStore;

/** Runs a job once without the queue, with the lease of its task. */
public final class TaskRun {

    private static final String TAKE = """
            insert into platform.scheduled_tasks as t (task_name, task_instance, execution_time, picked, picked_by, last_heartbeat, version, priority)
            values (?, ?, now() + interval '1 day', true, 'test', now() + interval '1 day', 1, 0)
            on conflict (task_name, task_instance) do update
            set picked = true, picked_by = 'test', last_heartbeat = now() + interval '1 day', version = t.version + 1
            returning version""";

    private TaskRun() {}

    /** Takes the task over from any node, runs it, and ends the run. */
    public static void now(TestServer server, UUID tenant, String name, UUID id, TaskQueue.Job job) {
        now(server, tenant, name, id, job, () -> false);
    }

    /** As above. @param stopping asked by the job between its batches */
    public static void now(TestServer server, UUID tenant, String name, UUID id, TaskQueue.Job job, BooleanSupplier stopping) {
        var pool = server.db().pool();
        var lease = TaskStore.begin(pool, name, tenant, id, version(server, name, tenant + "/" + id));
        var next = job.run(lease, stopping);
        if (next == null) {
            TaskStore.finish(pool, lease);
        } else {
            TaskStore.reschedule(pool, lease, next);
        }
    }

    private static long version(TestServer server, String name, String instance) {
        try (var connection = server.superuser(); var statement = connection.prepareStatement(TAKE)) {
            statement.setString(1, name);
            statement.setString(2, instance);
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
