package org.guildhall.core.work;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Work that no request waits for. Each task runs on one node at a time, whichever is free; a node that dies in the middle of one is
 * noticed and another takes over.
 */
public final class Work implements AutoCloseable {

    private static final Duration POLL = Duration.ofSeconds(10);
    private static final Duration STOP_WAIT_MAX = Duration.ofSeconds(10);

    private final List<RecurringTask<Void>> recurring = new ArrayList<>();
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

    /** Has something done over and over, with a pause in between. To be told before {@link #start}. */
    public void every(Duration pause, String name, Runnable task) {
        recurring.add(Tasks.recurring(name, FixedDelay.of(pause)).execute((instance, context) -> task.run()));
    }

    /** Begins to work. */
    public void start() {
        var built = Scheduler.create(pool)
                .tableName("platform.scheduled_tasks")
                .threads(threads)
                .pollingInterval(POLL)
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
