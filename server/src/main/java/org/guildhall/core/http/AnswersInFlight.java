package org.guildhall.core.http;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;

/**
 * How many bytes of answers a node holds at once, from when they are put together until they are sent: so much in all, and half of it for
 * one tenant. Who comes over it waits for a second and is told to come again.
 */
final class AnswersInFlight {

    /** What is smaller isn't counted: there are never so many connections that it would matter. */
    static final int SMALL_BYTES = 16 << 10;

    private static final long WAIT_NANOS = 1_000_000_000L;

    private final long total;
    private final long tenantShare;
    private final Map<UUID, Long> byTenant = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition room = lock.newCondition();
    private long taken;

    /** Room that somebody has; closing it twice is closing it once. */
    final class Room implements AutoCloseable {
        private final UUID tenant;
        private long bytes;

        private Room(UUID tenant, long bytes) {
            this.tenant = tenant;
            this.bytes = bytes;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                add(tenant, -bytes);
                bytes = 0;
                room.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** @param total in bytes */
    AnswersInFlight(long total) {
        this.total = total;
        this.tenantShare = total / 2;
    }

    /** A twelfth of the heap: at 192 MB four of the largest pages. */
    static AnswersInFlight ofHeap() {
        return new AnswersInFlight(Math.max(4L * PageWriter.BYTES_MAX, Runtime.getRuntime().maxMemory() / 12));
    }

    /** Takes room for an answer. @throws ProblemException {@code unavailable} if there is none within a second */
    Room take(UUID tenant, long bytes) {
        lock.lock();
        try {
            long left = WAIT_NANOS;
            while (!fits(tenant, bytes)) {
                if (left <= 0) {
                    throw Problem.UNAVAILABLE.because("Too many large answers are on their way.").retryAfter(1);
                }
                left = room.awaitNanos(left);
            }
            add(tenant, bytes);
            return new Room(tenant, bytes);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw Problem.UNAVAILABLE.refusal().retryAfter(1);
        } finally {
            lock.unlock();
        }
    }

    /** The same for what has to be answered in any case, as it has happened: others wait for it. */
    Room force(UUID tenant, long bytes) {
        lock.lock();
        try {
            add(tenant, bytes);
            return new Room(tenant, bytes);
        } finally {
            lock.unlock();
        }
    }

    /** Whatever is larger than all the room there is goes alone. */
    private boolean fits(UUID tenant, long bytes) {
        long mine = byTenant.getOrDefault(tenant, 0L);
        return (taken == 0 || taken + bytes <= total) && (mine == 0 || mine + bytes <= tenantShare);
    }

    private void add(UUID tenant, long bytes) {
        taken += bytes;
        byTenant.merge(tenant, bytes, (before, more) -> before + more == 0 ? null : before + more);
    }

    /** How much is taken. */
    long taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }
}
