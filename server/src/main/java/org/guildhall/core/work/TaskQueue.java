package org.guildhall.core.work;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.event.AbstractSchedulerListener;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.TaskStore;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Durable work that no request waits for. A task is asked for in the transaction that needs it, and runs after the commit: at once, or at
 * its instant. Each task of a thing runs on one node at a time. A node that dies is noticed within 30 seconds, and another takes over.
 *
 * <p>A request that comes while its task runs makes it run once more. One row stands for one thing, so an idle server asks nothing of any
 * tenant.
 */
public final class TaskQueue implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TaskQueue.class);

    /** Also how long work that was asked for waits at most while a node is free. */
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(4);
    /** A node that has been silent for so many heartbeats is taken for dead: 16 seconds, and up to 8 until somebody looks. */
    private static final int HEARTBEATS_MISSED_MAX = 4;
    private static final Duration STOP_WAIT_MAX = Duration.ofSeconds(10);
    /** Longer than a statement of a database that is gone without a word can take. */
    private static final Duration STALLED = Duration.ofMinutes(6);
    /** Rows of tasks that a later release knows are left to it for this long. */
    private static final Duration UNKNOWN_KEPT = Duration.ofDays(3650);

    private final DataSource pool;
    private final Clock clock;
    private final int threads;
    private final Predicate<UUID> active;
    private final List<RecurringTask<Void>> recurring = new ArrayList<>();
    private final Map<String, Asked> asked = new HashMap<>();
    private final Duration stalled;
    private volatile long looked = System.nanoTime();
    private @Nullable Scheduler scheduler;

    /**
     * @param db whose connections the tasks and the search for them use
     * @param threads how many tasks run at once; fewer than the pool has connections, as finding and keeping tasks needs some too
     * @param active whether a tenant's tasks may run; those of a suspended one are put aside until {@link #wake}
     */
    public TaskQueue(Db db, int threads, Predicate<UUID> active) {
        this(db.pool(), db.clock(), threads, active, STALLED);
    }

    /** @param stalled for how long nobody may look for work that is due before that counts as an end of it */
    TaskQueue(DataSource pool, Clock clock, int threads, Predicate<UUID> active, Duration stalled) {
        this.pool = pool;
        this.clock = clock;
        this.threads = threads;
        this.active = active;
        this.stalled = stalled;
    }

    /** How soon a due task runs beside others: what people wait for goes before bulk work. */
    public enum Priority {
        BULK(0), NORMAL(50), URGENT(100);

        private final int value;

        Priority(int value) {
            this.value = value;
        }
    }

    /**
     * What becomes of a task that fails.
     *
     * @param attemptsMax after how many failures in a row it is given up
     * @param backoff the wait after the first failure; each further one waits twice as long
     * @param backoffMax the longest wait
     */
    public record Policy(int attemptsMax, Duration backoff, Duration backoffMax, Priority priority) {

        /** Eight attempts within about two minutes. */
        public static final Policy USUAL = new Policy(8, Duration.ofSeconds(1), Duration.ofMinutes(1), Priority.NORMAL);

        /** The same for work that takes long. */
        public static final Policy BULK = new Policy(8, Duration.ofSeconds(1), Duration.ofMinutes(1), Priority.BULK);

        /** For what is due at an instant, which nobody else would do: it is tried for ever, at last every hour. */
        public static final Policy DUE = new Policy(Integer.MAX_VALUE, Duration.ofSeconds(1), Duration.ofHours(1), Priority.URGENT);

        private Duration wait(int failures) {
            long millis = backoff.toMillis() << Math.min(failures - 1, 30);
            return millis <= 0 || millis > backoffMax.toMillis() ? backoffMax : Duration.ofMillis(millis);
        }
    }

    /** Does one kind of task. It may fail, or its node may, at any point: what it has done must be found by the next attempt. */
    public interface Job {

        /**
         * Does some of the work; what takes long gives way to others now and then. Each of its transactions holds the lease.
         *
         * @param stopping whether the node is about to stop, and the run must come to an end
         * @return when to go on; null if all is done
         */
        @Nullable Instant run(TaskLease lease, BooleanSupplier stopping);

        /** Notes that the task has failed so often that it isn't tried again. */
        void giveUp(TaskLease lease);
    }

    private record Asked(Job job, Policy policy) {}

    /** Has something done over and over, with a pause in between. To be said before {@link #start}. */
    public void every(Duration pause, String name, Runnable task) {
        recurring.add(Tasks.recurring(name, FixedDelay.of(pause)).execute((instance, context) -> task.run()));
    }

    /** Binds a job to the name of its tasks. To be said before {@link #start}, by nodes that only serve too. */
    public void on(String name, Policy policy, Job job) {
        asked.put(name, new Asked(job, policy));
    }

    /** Asks for a task: it runs soon after the transaction has committed, on whichever node is free. */
    public void enqueue(Tx tx, String name, UUID id) {
        TaskStore.add(tx, name, id, null, policy(name).priority().value);
    }

    /**
     * Asks for a task at an instant of the database's clock. A task that already waits for the same thing keeps the earlier instant.
     *
     * @param at an instant that has passed means at once
     */
    public void enqueueAt(Tx tx, String name, UUID id, Instant at) {
        TaskStore.add(tx, name, id, at, policy(name).priority().value);
    }

    /** Wakes the tasks of a tenant that isn't suspended any more. */
    public static void wake(Tx tx, UUID tenant) {
        TaskStore.wake(tx, tenant);
    }

    private Policy policy(String name) {
        var known = asked.get(name);
        if (known == null) {
            throw new IllegalStateException("no job is bound to " + name);
        }
        return known.policy();
    }

    private Task<Void> task(String name, Asked work) {
        return Tasks.custom(name, Void.class)
                .onFailure(new FailureHandler.OnFailureRetryLater<>(POLL))
                .onDeadExecutionRevive()
                .execute((instance, context) -> run(name, work, context));
    }

    private CompletionHandler<Void> run(String name, Asked work, ExecutionContext context) {
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

    private CompletionHandler<Void> run(String name, Asked work, ExecutionContext context, UUID tenant, TaskLease lease) {
        try {
            if (!active.test(tenant)) {
                return ending(() -> TaskStore.pause(pool, lease));
            }
            var state = context.getSchedulerState();
            var next = work.job().run(lease, state::isShuttingDown);
            return ending(() -> {
                if (next == null) {
                    TaskStore.finish(pool, lease);
                } else {
                    TaskStore.reschedule(pool, lease, next);
                }
            });
        } catch (TaskLease.Lost lost) {
            LOG.warn("{} {} was taken over by another node", name, lease.instance());
            return ending(() -> {});
        } catch (RuntimeException | Error failed) {
            return failed(work, lease, context.getExecution().consecutiveFailures + 1, failed);
        }
    }

    private CompletionHandler<Void> failed(Asked work, TaskLease lease, int failures, Throwable failed) {
        if (failures < work.policy().attemptsMax()) {
            var at = clock.now().plus(work.policy().wait(failures));
            LOG.error("{} {} failed; it is tried again at {}", lease.task(), lease.instance(), at, failed);
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

    /** Begins to work. */
    public void start() {
        var tasks = new ArrayList<Task<?>>();
        asked.forEach((name, work) -> tasks.add(task(name, work)));
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
                .dueExecutor(new Restarting())
                .addSchedulerListener(new Watch())
                .startTasks(recurring)
                .build();
        looked = System.nanoTime();
        built.start();
        scheduler = built;
    }

    /** Whether it works: it was started, wasn't stopped, and somebody has looked for what is due not long ago. */
    public boolean runs() {
        var started = scheduler;
        return started != null && started.getSchedulerState().isStarted() && !started.getSchedulerState().isShuttingDown() && !hasStalled();
    }

    /** Whether nobody looks for work any more that is due, though it was started and not stopped. */
    public boolean hasStalled() {
        var started = scheduler;
        return started != null && !started.getSchedulerState().isShuttingDown() && System.nanoTime() - looked > stalled.toNanos();
    }

    /** Sees that somebody looks for what is due, with or without success. */
    private final class Watch extends AbstractSchedulerListener {
        @Override
        public void onSchedulerEvent(SchedulerEventType event) {
            if (event == SchedulerEventType.RAN_EXECUTE_DUE || event == SchedulerEventType.UNEXPECTED_ERROR) {
                looked = System.nanoTime();
            }
        }
    }

    /** Runs the loop that looks for what is due, and runs it again when something thrown has ended it. */
    private static final class Restarting extends ThreadPoolExecutor {

        private static final Duration PAUSE = Duration.ofSeconds(1);

        Restarting() {
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
                        LoggerFactory.getLogger(TaskQueue.class).error("looking for work that is due failed, and begins again", failed);
                        LockSupport.parkNanos(PAUSE.toNanos());
                    }
                }
            });
        }
    }

    @Override
    public void close() {
        if (scheduler != null) {
            scheduler.stop();
        }
    }
}
