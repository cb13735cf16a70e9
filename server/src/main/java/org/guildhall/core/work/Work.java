package org.guildhall.core.work;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.event.AbstractSchedulerListener;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Work that no request waits for. Each task runs on one node at a time, whichever is free; a node that dies in the middle of one is
 * noticed and another takes over.
 */
public final class Work implements AutoCloseable {

    /** Also how long work that was asked for waits at most while a node is free. */
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    /** A node that has been silent for so many of them is taken for dead. */
    private static final int HEARTBEATS_MISSED_MAX = 4;
    private static final Duration STOP_WAIT_MAX = Duration.ofSeconds(10);
    /** Longer than a statement of a database that is gone without a word can take. */
    private static final Duration STALLED = Duration.ofMinutes(6);
    /** After 1 + 2 + 4 … seconds: about two minutes in all. */
    private static final int RETRIES_MAX = 7;

    private final List<RecurringTask<Void>> recurring = new ArrayList<>();
    private final List<Task<?>> asked = new ArrayList<>();
    private final DataSource pool;
    private final int threads;
    private final Duration stalled;
    private volatile long looked = System.nanoTime();
    private @Nullable Scheduler scheduler;

    /**
     * @param threads how many tasks run at once; fewer than the pool has connections, as finding and keeping tasks needs some too
     */
    public Work(DataSource pool, int threads) {
        this(pool, threads, STALLED);
    }

    /** @param stalled for how long nobody may look for work that is due before that counts as an end of it */
    Work(DataSource pool, int threads, Duration stalled) {
        this.pool = pool;
        this.threads = threads;
        this.stalled = stalled;
    }

    /**
     * Work that somebody asks for, one thing at a time. It may fail, or its node may, at any point: what it has done must be found by the
     * next attempt.
     */
    public interface Job {

        /**
         * Does some of it: what takes long gives way to others now and then.
         *
         * @param stopping whether the node is about to stop, and it must come to an end
         * @return after how long to go on; null if all is done
         */
        @Nullable Duration work(UUID tenant, UUID id, BooleanSupplier stopping);

        /** Tells that it has failed so often that it isn't tried again. */
        void giveUp(UUID tenant, UUID id);
    }

    /** Has something done over and over, with a pause in between. To be told before {@link #start}. */
    public void every(Duration pause, String name, Runnable task) {
        recurring.add(Tasks.recurring(name, FixedDelay.of(pause)).execute((instance, context) -> task.run()));
    }

    /** Tells who does what is {@linkplain #enqueue asked for} under a name. To be told before {@link #start}, by nodes that only serve too. */
    public void on(String name, Job job) {
        var retries = new FailureHandler.MaxRetriesFailureHandler<Void>(
                RETRIES_MAX, new FailureHandler.ExponentialBackoffFailureHandler<>(Duration.ofSeconds(1), 2),
                (complete, operations) -> giveUp(job, complete.getExecution().taskInstance));
        asked.add(Tasks.custom(name, Void.class).onFailure(retries).onDeadExecutionRevive().execute((instance, context) -> work(job, instance, context)));
    }

    /** Asks for a piece of work: it is done if the transaction commits, soon after, by whichever node is free. */
    public void enqueue(Tx tx, String name, UUID id) {
        if (asked.stream().noneMatch(task -> task.getName().equals(name))) {
            throw new IllegalStateException("nobody does " + name);
        }
        org.guildhall.core.data.Tasks.add(tx, name, id);
    }

    private static CompletionHandler<Void> work(Job job, TaskInstance<Void> instance, ExecutionContext context) {
        var state = context.getSchedulerState();
        var pause = job.work(tenant(instance), id(instance), state::isShuttingDown);
        return pause == null ? new CompletionHandler.OnCompleteRemove<>() : new CompletionHandler.OnCompleteReschedule<>(FixedDelay.of(pause));
    }

    private static void giveUp(Job job, TaskInstance<?> instance) {
        LoggerFactory.getLogger(Work.class).error("{} failed too often and is given up", instance);
        job.giveUp(tenant(instance), id(instance));
    }

    private static UUID tenant(TaskInstance<?> instance) {
        return UUID.fromString(instance.getId().substring(0, instance.getId().indexOf('/')));
    }

    private static UUID id(TaskInstance<?> instance) {
        return UUID.fromString(instance.getId().substring(instance.getId().indexOf('/') + 1));
    }

    /** Begins to work. */
    public void start() {
        var built = Scheduler.create(pool, asked)
                .tableName("platform.scheduled_tasks")
                .threads(threads)
                .pollingInterval(POLL)
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(HEARTBEATS_MISSED_MAX)
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
                        LoggerFactory.getLogger(Work.class).error("looking for work that is due failed, and begins again", failed);
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
