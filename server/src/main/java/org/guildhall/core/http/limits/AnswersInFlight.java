package org.guildhall.core.http.limits;

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
public final class AnswersInFlight {

    /** Smaller answers are not counted: the limit on connections bounds them. */
    public static final int SMALL_BYTES = 16 << 10;

    private static final long WAIT_NANOS = 1_000_000_000L;

    private final long total;
    private final long tenantShare;
    private final Map<UUID, Long> byTenant = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition freed = lock.newCondition();
    private long taken;

    /** Reserved bytes. Closing them twice has no further effect. */
    public final class Reservation implements AutoCloseable {
        private final UUID tenant;
        private long bytes;

        private Reservation(UUID tenant, long bytes) {
            this.tenant = tenant;
            this.bytes = bytes;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                add(tenant, -bytes);
                bytes = 0;
                freed.signalAll();
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

    /**
     * Limits the answers to a twelfth of the heap, and at least to four of the largest: a heap of 192 MB is enough for four.
     *
     * @param answerBytesMax the size of the largest answer
     */
    public static AnswersInFlight ofHeap(long answerBytesMax) {
        return new AnswersInFlight(Math.max(4 * answerBytesMax, Runtime.getRuntime().maxMemory() / 12));
    }

    /** Reserves bytes for an answer. @throws ProblemException {@code unavailable} if none become free within a second */
    public Reservation take(UUID tenant, long bytes) {
        lock.lock();
        try {
            long left = WAIT_NANOS;
            while (!fits(tenant, bytes)) {
                if (left <= 0) {
                    throw Problem.UNAVAILABLE.because("Too many large answers are being sent. Try again, or use a smaller limit.").retryAfter(1);
                }
                left = freed.awaitNanos(left);
            }
            add(tenant, bytes);
            return new Reservation(tenant, bytes);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw Problem.UNAVAILABLE.refusal().retryAfter(1);
        } finally {
            lock.unlock();
        }
    }

    /** Reserves bytes without waiting, even beyond the bound: the answer of a committed change must be sent. */
    public Reservation force(UUID tenant, long bytes) {
        lock.lock();
        try {
            add(tenant, bytes);
            return new Reservation(tenant, bytes);
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
