package org.guildhall.core.work;

import com.github.kagkarlsson.scheduler.Scheduler;
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
    /** After 1 + 2 + 4 … seconds: about two minutes in all. */
    private static final int RETRIES_MAX = 7;

    private final List<RecurringTask<Void>> recurring = new ArrayList<>();
    private final List<Task<?>> asked = new ArrayList<>();
    private final DataSource pool;
    private final int threads;
    private @Nullable Scheduler scheduler;

    /**
     * @param threads how many tasks run at once; fewer than the pool has connections, as finding and keeping tasks needs some too
     */
    public Work(DataSource pool, int threads) {
        this.pool = pool;
        this.threads = threads;
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
                .startTasks(recurring)
                .build();
        built.start();
        scheduler = built;
    }

    /** Whether it works; false before the start and after the end. */
    public boolean runs() {
        var started = scheduler;
        return started != null && started.getSchedulerState().isStarted() && !started.getSchedulerState().isShuttingDown();
    }

    @Override
    public void close() {
        if (scheduler != null) {
            scheduler.stop();
        }
    }
}
