package org.guildhall.core.work;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.event.AbstractSchedulerListener;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.guildhall.core.data.Clock;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.DueTasks;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.TaskStore;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of durable background work. A task is enqueued in the transaction that needs it, and runs after the commit, at once or at its
 * instant. Each task of a resource runs on one node at a time. A dead node is noticed within 30 seconds, and another takes over.
 *
 * <p>A task that is requested while it runs will run once more. Each resource with work has one row, so an idle server sends no queries to
 * any tenant.
 */
public final class TaskQueue implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TaskQueue.class);

    /** Also the longest wait of due work while a node is free. Work that this node has requested itself doesn't wait for it. */
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(4);
    /** After so many missed heartbeats a node counts as dead: after 16 seconds, noticed up to 8 seconds later. */
    private static final int HEARTBEATS_MISSED_MAX = 4;
    private static final Duration STOP_WAIT_MAX = Duration.ofSeconds(10);
    /** Longer than a statement can take when the database has vanished. */
    private static final Duration STALLED = Duration.ofMinutes(6);
    /** How long rows of tasks of a later release are kept. */
    private static final Duration UNKNOWN_KEPT = Duration.ofDays(3650);

    private final DataSource pool;
    private final Clock clock;
    private final DueTasks dueTasks;
    private final int threads;
    private final Predicate<UUID> active;
    private final Map<String, RegisteredJob> jobs = new HashMap<>();
    private final Duration stalled;
    private volatile long lastSearch = System.nanoTime();
    private @Nullable Scheduler scheduler;

    /**
     * @param db the database for job connections; tasks and scheduler share its pool
     * @param threads the maximal number of concurrent tasks; fewer than the pool's connections, as the scheduler needs some, too
     * @param active true if a tenant's tasks may run; tasks of a suspended tenant are paused until {@link #wake}
     */
    public TaskQueue(Db db, int threads, Predicate<UUID> active) {
        this(db.pool(), db.clock(), db.dueTasks(), threads, active, STALLED);
    }

    /** @param stalled how long the search for due work may fail to run before the queue counts as stalled */
    TaskQueue(DataSource pool, Clock clock, DueTasks dueTasks, int threads, Predicate<UUID> active, Duration stalled) {
        this.pool = pool;
        this.clock = clock;
        this.dueTasks = dueTasks;
        this.threads = threads;
        this.active = active;
        this.stalled = stalled;
    }

    /** The order of due tasks: work that people wait for runs before bulk work. */
    public enum Priority {
        BULK(0), NORMAL(50), URGENT(100);

        private final int value;

        Priority(int value) {
            this.value = value;
        }
    }

    /**
     * The policy for a failing task.
     *
     * @param attemptsMax after how many failures in a row the task is given up
     * @param backoff the wait after the first failure; it doubles with each further one
     * @param backoffMax the longest wait
     * @param whileSuspended true if the task also runs for a suspended tenant; other tasks are paused
     */
    public record Policy(int attemptsMax, Duration backoff, Duration backoffMax, Priority priority, boolean whileSuspended) {

        /** Eight attempts within about two minutes. */
        public static final Policy USUAL = new Policy(8, Duration.ofSeconds(1), Duration.ofMinutes(1), Priority.NORMAL, false);

        /** Eight attempts within about two minutes, with low priority, for long work. */
        public static final Policy BULK = new Policy(8, Duration.ofSeconds(1), Duration.ofMinutes(1), Priority.BULK, false);

        /** For work that is due at an instant and has no other trigger: retried for ever, at least once an hour. */
        public static final Policy DUE = new Policy(Integer.MAX_VALUE, Duration.ofSeconds(1), Duration.ofHours(1), Priority.URGENT, false);

        private Duration wait(int failures) {
            long millis = backoff.toMillis() << Math.min(failures - 1, 30);
            return millis <= 0 || millis > backoffMax.toMillis() ? backoffMax : Duration.ofMillis(millis);
        }
    }

    /** The code of one kind of task. A run or its node may fail at any point, so the next attempt must find what is done. */
    public interface Job {

        /**
         * Does some of the work; long work should yield now and then. Each of its transactions holds the lease.
         *
         * @param stopping true when the node is stopping and the run must end
         * @return the instant to continue at; null if all work is done
         */
        @Nullable Instant run(TaskLease lease, BooleanSupplier stopping);

        /** Records that the task has failed too often and isn't retried. */
        void giveUp(TaskLease lease);
    }

    private record RegisteredJob(Job job, Policy policy) {}

    /** Registers the job of a task's name. Call it before {@link #start}, also on nodes that only enqueue. */
    public void on(String name, Policy policy, Job job) {
        jobs.put(name, new RegisteredJob(job, policy));
    }

    /** Enqueues a task: it runs soon after the commit, on any free node. */
    public void enqueue(Tx tx, String name, UUID id) {
        tx.request(name, id, null, policy(name).priority().value);
    }

    /**
     * Enqueues a task for an instant of the database's clock. A task that already waits for the same resource keeps the earlier instant.
     *
     * @param at a past instant means at once
     */
    public void enqueueAt(Tx tx, String name, UUID id, Instant at) {
        tx.request(name, id, at, policy(name).priority().value);
    }

    /** Wakes the paused tasks of a tenant that is no longer suspended. */
    public static void wake(Tx tx, UUID tenant) {
        TaskStore.wake(tx, tenant);
    }

    private Policy policy(String name) {
        var known = jobs.get(name);
        if (known == null) {
            throw new IllegalStateException("no job is registered for " + name);
        }
        return known.policy();
    }

    private Task<Void> task(String name, RegisteredJob work) {
        return Tasks.custom(name, Void.class)
                .onFailure(new FailureHandler.OnFailureRetryLater<>(POLL))
                .onDeadExecutionRevive()
                .execute((instance, context) -> run(name, work, context));
    }

    private CompletionHandler<Void> run(String name, RegisteredJob work, ExecutionContext context) {
        var execution = context.getExecution();
        var tenant = tenant(execution);
        TaskLease lease;
        try {
            lease = TaskStore.begin(pool, name, tenant, id(execution), execution.version);
        } catch (TaskLease.Lost taken) {
            LOG.info("{} {} was taken over by another node before it began", name, execution.getId());
            return ending(() -> {});
        }
        return run(name, work, context, tenant, lease);
    }

    private CompletionHandler<Void> run(String name, RegisteredJob work, ExecutionContext context, UUID tenant, TaskLease lease) {
        try {
            if (!work.policy().whileSuspended() && !active.test(tenant)) {
                return ending(() -> TaskStore.pause(pool, lease));
            }
            var state = context.getSchedulerState();
            var next = work.job().run(lease, state::isShuttingDown);
            return ending(() -> {
                if (next == null) {
                    if (TaskStore.finish(pool, lease)) {
                        dueTasks.requested();
                    }
                } else {
                    TaskStore.reschedule(pool, lease, next);
                    if (!next.isAfter(clock.now())) {
                        dueTasks.requested();
                    }
                }
            });
        } catch (TaskLease.Lost lost) {
            LOG.warn("{} {} was taken over by another node", name, lease.instance());
            return ending(() -> {});
        } catch (RuntimeException | Error failed) {
            return failed(work, lease, context.getExecution().consecutiveFailures + 1, failed);
        }
    }

    private CompletionHandler<Void> failed(RegisteredJob work, TaskLease lease, int failures, Throwable failed) {
        if (failures < work.policy().attemptsMax()) {
            var at = clock.now().plus(work.policy().wait(failures));
            LOG.error("{} {} failed; next attempt at {}", lease.task(), lease.instance(), at, failed);
            return ending(() -> TaskStore.retry(pool, lease, at));
        }
        LOG.error("{} {} failed {} times in a row and is given up", lease.task(), lease.instance(), failures, failed);
        try {
            work.job().giveUp(lease);
        } catch (RuntimeException again) {
            LOG.error("{} {} could not be given up", lease.task(), lease.instance(), again);
        }
        return ending(() -> TaskStore.finish(pool, lease));
    }

    private static CompletionHandler<Void> ending(Runnable end) {
        return (complete, operations) -> end.run();
    }

    private static UUID tenant(Execution execution) {
        return UUID.fromString(execution.getId().substring(0, execution.getId().indexOf('/')));
    }

    private static UUID id(Execution execution) {
        return UUID.fromString(execution.getId().substring(execution.getId().indexOf('/') + 1));
    }

    /** Starts the scheduler. */
    public void start() {
        var tasks = new ArrayList<Task<?>>();
        jobs.forEach((name, work) -> tasks.add(task(name, work)));
        var built = Scheduler.create(pool, tasks)
                .tableName("platform.scheduled_tasks")
                .clock(clock::now)
                .enablePriority()
                .threads(threads)
                .pollingInterval(POLL)
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(HEARTBEATS_MISSED_MAX)
                .deleteUnresolvedAfter(UNKNOWN_KEPT)
                .shutdownMaxWait(STOP_WAIT_MAX)
                .dueExecutor(new RestartingExecutor())
                .addSchedulerListener(new SearchListener())
                .build();
        lastSearch = System.nanoTime();
        built.start();
        scheduler = built;
        dueTasks.onRequest(built::triggerCheckForDueExecutions);
    }

    /** True if the queue is started, not stopped, and has recently searched for due work. */
    public boolean runs() {
        var started = scheduler;
        return started != null && started.getSchedulerState().isStarted() && !started.getSchedulerState().isShuttingDown() && !hasStalled();
    }

    /** True if the queue is started and not stopped, but no longer searches for due work. */
    public boolean hasStalled() {
        var started = scheduler;
        return started != null && !started.getSchedulerState().isShuttingDown() && System.nanoTime() - lastSearch > stalled.toNanos();
    }

    /** Notes each search for due work, successful or not. */
    private final class SearchListener extends AbstractSchedulerListener {
        @Override
        public void onSchedulerEvent(SchedulerEventType event) {
            if (event == SchedulerEventType.RAN_EXECUTE_DUE || event == SchedulerEventType.UNEXPECTED_ERROR) {
                lastSearch = System.nanoTime();
            }
        }
    }

    /** Runs the scheduler's search loop, and restarts it after an exception. */
    private static final class RestartingExecutor extends ThreadPoolExecutor {

        private static final Duration PAUSE = Duration.ofSeconds(1);

        RestartingExecutor() {
            super(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Thread.ofPlatform().name("db-scheduler-due").factory());
        }

        @Override
        public Future<?> submit(Runnable loop) {
            return super.submit(() -> {
                while (!isShutdown()) {
                    try {
                        loop.run();
                        return;
                    } catch (RuntimeException | Error failed) {
                        LoggerFactory.getLogger(TaskQueue.class).error("the search for due work failed and is restarted", failed);
                        LockSupport.parkNanos(PAUSE.toNanos());
                    }
                }
            });
        }
    }

    @Override
    public void close() {
        dueTasks.close();
        if (scheduler != null) {
            scheduler.stop();
        }
    }
}
