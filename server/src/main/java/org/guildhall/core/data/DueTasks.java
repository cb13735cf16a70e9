package org.guildhall.core.data;

import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells this node's search for due work that a commit has requested some, so that it needn't wait for the next poll. Many commits within
 * {@value #PAUSE_MILLIS} ms are one call. Work that another node has requested is found by the poll.
 */
public final class DueTasks implements AutoCloseable {

    private static final int PAUSE_MILLIS = 20;

    private final AtomicBoolean waits = new AtomicBoolean();
    private @Nullable ScheduledExecutorService pause;
    private volatile @Nullable Runnable search;

    /** @param search starts a search for due work; it returns at once */
    public synchronized void onRequest(Runnable search) {
        close();
        this.search = search;
        pause = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("due-tasks").daemon().factory());
    }

    /** Notes committed requests. */
    void committed(Collection<TaskRequest> requests, Instant now) {
        if (search != null && requests.stream().anyMatch(request -> request.at() == null || !request.at().isAfter(now))) {
            requested();
        }
    }

    /** Notes that a task is due now. */
    public void requested() {
        var found = search;
        if (found != null && waits.compareAndSet(false, true)) {
            start(found);
        }
    }

    private synchronized void start(Runnable found) {
        if (pause == null) {
            waits.set(false);
            return;
        }
        pause.schedule(() -> {
            waits.set(false);
            found.run();
        }, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void close() {
        search = null;
        if (pause != null) {
            // A call that was waiting is dropped, and must not keep later ones from being made.
            pause.shutdownNow();
            pause = null;
            waits.set(false);
        }
    }
}
