package org.guildhall.core.data;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Shares a pool's connections among tenants. A change that waits for a lock keeps its connection for seconds, so one tenant's crowd on one
 * row could have all of them: a tenant's changes get a share of the pool at most, its reads some more, and the rest is left to others.
 * Where all connections are in use, tenants that wait take turns.
 */
final class FairShare {

    /** How many of a tenant's requests wait at most, as a multiple of the pool. */
    private static final int WAITING_PER_CONNECTION = 8;

    private final int connections;
    private final int changesMax;
    private final int tenantMax;
    private final Duration wait;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<UUID, Tenant> tenants = new HashMap<>();
    /** Those of which somebody waits, in the order of their turns. */
    private final ArrayDeque<Tenant> turns = new ArrayDeque<>();
    private int used;
    private long arrivals;

    private static final class Waiter {
        final long number;
        final Condition condition;
        boolean admitted;

        Waiter(long number, Condition condition) {
            this.number = number;
            this.condition = condition;
        }
    }

    private static final class Tenant {
        final UUID id;
        final ArrayDeque<Waiter> changesWaiting = new ArrayDeque<>();
        final ArrayDeque<Waiter> readsWaiting = new ArrayDeque<>();
        int changes;
        int reads;

        Tenant(UUID id) {
            this.id = id;
        }

        ArrayDeque<Waiter> waiting(boolean change) {
            return change ? changesWaiting : readsWaiting;
        }

        boolean isWaited() {
            return !changesWaiting.isEmpty() || !readsWaiting.isEmpty();
        }

        void take(boolean change, int by) {
            if (change) {
                changes += by;
            } else {
                reads += by;
            }
        }
    }

    /**
     * @param connections how many the pool has
     * @param percent of the pool, for the changes of one tenant; its reads get half of the rest too, and 100 leaves nothing to others
     */
    FairShare(int connections, int percent, Duration wait) {
        this.connections = connections;
        this.changesMax = Math.max(1, connections * percent / 100);
        this.tenantMax = Math.max(1, connections - connections * (100 - percent) / 200);
        this.wait = wait;
    }

    /**
     * Waits for the tenant's turn; to be followed by {@link #leave}.
     *
     * @param tenant null for the server itself, which has no share
     * @throws Failures.Crowded if the tenant's own share is in use for longer than a request may wait
     * @throws Failures.Unavailable if all connections are
     */
    void enter(@Nullable UUID tenant, boolean change) {
        lock.lock();
        try {
            var own = tenants.computeIfAbsent(key(tenant), Tenant::new);
            if (own.waiting(change).isEmpty() && isAdmitted(own, change)) {
                used++;
                own.take(change, 1);
                return;
            }
            if (own.changesWaiting.size() + own.readsWaiting.size() >= WAITING_PER_CONNECTION * connections) {
                throw new Failures.Crowded();
            }
            await(own, change);
        } finally {
            lock.unlock();
        }
    }

    private void await(Tenant own, boolean change) {
        var waiter = new Waiter(arrivals++, lock.newCondition());
        if (!own.isWaited()) {
            turns.add(own);
        }
        own.waiting(change).add(waiter);
        try {
            for (long left = wait.toNanos(); !waiter.admitted && left > 0; ) {
                left = waiter.condition.awaitNanos(left);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            if (!waiter.admitted) {
                own.waiting(change).remove(waiter);
                if (!own.isWaited()) {
                    turns.remove(own);
                }
                forget(own);
            }
        }
        if (!waiter.admitted) {
            throw isWithin(own, change) ? new Failures.Unavailable(new SQLException("every connection is in use"), false) : new Failures.Crowded();
        }
    }

    /** Gives a place back, to whoever's turn it is. */
    void leave(@Nullable UUID tenant, boolean change) {
        lock.lock();
        try {
            var own = tenants.get(key(tenant));
            used--;
            own.take(change, -1);
            forget(own);
            next();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody has anything, or waits for it. */
    boolean isIdle() {
        lock.lock();
        try {
            return used == 0 && tenants.isEmpty() && turns.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void next() {
        for (int left = turns.size(); left > 0; left--) {
            var tenant = turns.remove();
            boolean admitted = admitOne(tenant);
            if (tenant.isWaited()) {
                turns.add(tenant);
            }
            if (admitted) {
                return;
            }
        }
    }

    /** Of a tenant's reads and changes, what came first and may. */
    private boolean admitOne(Tenant tenant) {
        var read = isAdmitted(tenant, false) ? tenant.readsWaiting.peek() : null;
        var changing = isAdmitted(tenant, true) ? tenant.changesWaiting.peek() : null;
        if (read == null && changing == null) {
            return false;
        }
        boolean change = read == null || changing != null && changing.number < read.number;
        var waiter = tenant.waiting(change).remove();
        used++;
        tenant.take(change, 1);
        waiter.admitted = true;
        waiter.condition.signal();
        return true;
    }

    private boolean isAdmitted(Tenant tenant, boolean change) {
        return used < connections && isWithin(tenant, change);
    }

    private boolean isWithin(Tenant tenant, boolean change) {
        return tenant.id.equals(Db.PLATFORM) || tenant.changes + tenant.reads < tenantMax && (!change || tenant.changes < changesMax);
    }

    private void forget(Tenant tenant) {
        if (tenant.changes + tenant.reads == 0 && !tenant.isWaited()) {
            tenants.remove(tenant.id);
        }
    }

    /** The server works for all of them, and the platform's own tenant is who lifts what is wrong with another. */
    private static UUID key(@Nullable UUID tenant) {
        return tenant == null ? Db.PLATFORM : tenant;
    }
}
