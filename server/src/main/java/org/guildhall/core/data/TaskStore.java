package org.guildhall.core.data;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The rows of db-scheduler, one per task and resource. They are written in the transaction that needs the work. */
public final class TaskStore {

    private static final String ROW = " where task_name = ? and task_instance = ? and version = ?";

    private static final String REMOVE = "delete from platform.scheduled_tasks" + ROW + " and requests = ?";

    private static final String ADD = """
            insert into platform.scheduled_tasks as t (task_name, task_instance, execution_time, picked, version, priority)
            select r.name, r.instance, coalesce(r.at::timestamptz, now()), false, 1, r.priority
            from unnest(?, ?, ?, ?) with ordinality as r (name, instance, at, priority, number)
            order by r.number
            on conflict (task_name, task_instance) do update
            set requests = t.requests + 1,
                execution_time = case when t.picked then t.execution_time else least(t.execution_time, excluded.execution_time) end""";

    /** If the task was requested during the run, the next run begins at once. */
    private static final String RESCHEDULE = """
            update platform.scheduled_tasks
            set picked = false, picked_by = null, last_heartbeat = null, last_success = now(), consecutive_failures = 0, version = version + 1,
                execution_time = case when requests = ? then coalesce(?, now()) else now() end""" + ROW;

    private static final String PAUSE = """
            update platform.scheduled_tasks
            set picked = false, picked_by = null, last_heartbeat = null, paused = true, version = version + 1, execution_time = now() + interval '1 hour'""" + ROW;

    private static final String RETRY = """
            update platform.scheduled_tasks
            set picked = false, picked_by = null, last_heartbeat = null, last_failure = now(), version = version + 1,
                consecutive_failures = coalesce(consecutive_failures, 0) + 1, execution_time = ?""" + ROW;

    private static final String BEGIN = "update platform.scheduled_tasks set paused = false" + ROW + " returning requests";

    /** Prevents other nodes from taking the task over until the transaction ends. */
    private static final String HOLD = "select 1 from platform.scheduled_tasks" + ROW + " for share";

    private static final String WAKE =
            "update platform.scheduled_tasks set execution_time = now() where task_instance between ? and ? and paused";

    /** Tasks of suspended tenants wait on purpose. */
    private static final String LATE = """
            select coalesce(max(extract(epoch from now() - execution_time)), 0)::integer
            from platform.scheduled_tasks where task_name = ? and not picked and not paused and execution_time < now()""";

    private TaskStore() {}

    /**
     * Adds the statement that writes requests to the packet of a commit. A waiting task runs at the earlier of both instants; a running task
     * runs once more. The scheduler uses the database's clock, not the instant that a test may have set.
     */
    static void add(MultiStatement packet, Collection<TaskRequest> requests) {
        packet.add(ADD)
                .bind("text", requests.stream().map(TaskRequest::name).toArray())
                .bind("text", requests.stream().map(TaskRequest::instance).toArray())
                .bind("text", requests.stream().map(request -> request.at() == null ? null : request.at().toString()).toArray())
                .bind("int2", requests.stream().map(request -> (short) request.priority()).toArray());
    }

    /** By how many seconds the oldest due task of a name waits for a node. */
    public static int lateSeconds(Connection connection, String name) throws SQLException {
        try (var statement = connection.prepareStatement(LATE)) {
            statement.setString(1, name);
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /** Makes a tenant's paused tasks due, after the tenant was reactivated. */
    public static void wake(Tx tx, UUID tenant) {
        tx.sendLater(new BoundStatement() {
            @Override
            public String text() {
                return WAKE;
            }

            @Override
            public int bind(PreparedStatement statement, int first) throws SQLException {
                statement.setString(first, tenant + "/");
                statement.setString(first + 1, tenant + "0");
                return first + 2;
            }

            @Override
            public void take(PreparedStatement result) {}
        });
    }

    /**
     * The lease of a beginning run.
     *
     * @throws TaskLease.Lost if another node has the task
     */
    public static TaskLease begin(DataSource pool, String name, UUID tenant, UUID id, long version) {
        var lease = new TaskLease(name, tenant, id, version, 0);
        try (var connection = pool.getConnection(); var statement = connection.prepareStatement(BEGIN)) {
            key(statement, 1, lease);
            try (var row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new TaskLease.Lost(lease);
                }
                return new TaskLease(name, tenant, id, version, row.getLong(1));
            }
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /**
     * Locks the task's row until the transaction ends.
     *
     * @throws TaskLease.Lost if another node has the task
     */
    public static void hold(Tx tx, TaskLease lease) {
        var held = new AtomicBoolean();
        tx.send(new BoundStatement() {
            @Override
            public String text() {
                return HOLD;
            }

            @Override
            public int bind(PreparedStatement statement, int first) throws SQLException {
                key(statement, first, lease);
                return first + 3;
            }

            @Override
            public void take(PreparedStatement result) throws SQLException {
                try (var found = result.getResultSet()) {
                    held.set(found.next());
                }
            }
        });
        if (!held.get()) {
            throw new TaskLease.Lost(lease);
        }
    }

    /** Ends a completed run. The task runs once more if it was requested during the run. Returns true if so. */
    public static boolean finish(DataSource pool, TaskLease lease) {
        try (var connection = pool.getConnection(); var statement = connection.prepareStatement(REMOVE)) {
            key(statement, 1, lease);
            statement.setLong(4, lease.requests());
            boolean again = statement.executeUpdate() == 0;
            if (again) {
                reschedule(pool, lease, null);
            }
            return again;
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /**
     * Ends a run and schedules the next one.
     *
     * @param at null for at once
     */
    public static void reschedule(DataSource pool, TaskLease lease, @Nullable Instant at) {
        try (var connection = pool.getConnection(); var statement = connection.prepareStatement(RESCHEDULE)) {
            statement.setLong(1, lease.requests());
            instant(statement, 2, at);
            key(statement, 3, lease);
            statement.executeUpdate();
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Pauses a task of a suspended tenant until {@link #wake}. It also checks again every hour. */
    public static void pause(DataSource pool, TaskLease lease) {
        try (var connection = pool.getConnection(); var statement = connection.prepareStatement(PAUSE)) {
            key(statement, 1, lease);
            statement.executeUpdate();
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Ends a failed run and schedules its retry. */
    public static void retry(DataSource pool, TaskLease lease, Instant at) {
        try (var connection = pool.getConnection(); var statement = connection.prepareStatement(RETRY)) {
            instant(statement, 1, at);
            key(statement, 2, lease);
            statement.executeUpdate();
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    private static void instant(PreparedStatement statement, int index, @Nullable Instant at) throws SQLException {
        statement.setObject(index, at == null ? null : at.atOffset(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
    }

    private static void key(PreparedStatement statement, int first, TaskLease lease) throws SQLException {
        statement.setString(first, lease.task());
        statement.setString(first + 1, lease.instance());
        statement.setLong(first + 2, lease.version());
    }
}
