package org.guildhall.core.http;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;

/**
 * Bounds the bytes of the answers that a node holds in memory, from their making until they are sent. One tenant may hold half of the
 * total. An answer beyond the bound waits for a second; then the request gets {@code unavailable} with {@code Retry-After: 1}.
 */
final class AnswersInFlight {

    /** Smaller answers are not counted: the limit on connections bounds them. */
    static final int SMALL_BYTES = 16 << 10;

    private static final long WAIT_NANOS = 1_000_000_000L;

    private final long total;
    private final long tenantShare;
    private final Map<UUID, Long> byTenant = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition room = lock.newCondition();
    private long taken;

    /** Reserved bytes. Closing them twice has no further effect. */
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

    /** A twelfth of the heap, and at least four of the largest pages: a heap of 192 MB has room for four. */
    static AnswersInFlight ofHeap() {
        return new AnswersInFlight(Math.max(4L * PageWriter.BYTES_MAX, Runtime.getRuntime().maxMemory() / 12));
    }

    /** Reserves bytes for an answer. @throws ProblemException {@code unavailable} if none become free within a second */
    Room take(UUID tenant, long bytes) {
        lock.lock();
        try {
            long left = WAIT_NANOS;
            while (!fits(tenant, bytes)) {
                if (left <= 0) {
                    throw Problem.UNAVAILABLE.because("Too many large answers are being sent. Try again, or use a smaller limit.").retryAfter(1);
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

    /** Reserves bytes without waiting, even beyond the bound: the answer of a committed change must be sent. */
    Room force(UUID tenant, long bytes) {
        lock.lock();
        try {
            add(tenant, bytes);
            return new Room(tenant, bytes);
        } finally {
            lock.unlock();
        }
    }

    /** An answer larger than the bound fits only when nothing else is reserved. */
    private boolean fits(UUID tenant, long bytes) {
        long mine = byTenant.getOrDefault(tenant, 0L);
        return (taken == 0 || taken + bytes <= total) && (mine == 0 || mine + bytes <= tenantShare);
    }

    private void add(UUID tenant, long bytes) {
        taken += bytes;
        byTenant.merge(tenant, bytes, (before, more) -> before + more == 0 ? null : before + more);
    }

    /** The reserved bytes. */
    long taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }
}
