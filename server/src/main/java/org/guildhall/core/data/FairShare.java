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
 * Shares the connections of a pool among tenants. A change that waits for a lock holds its connection for seconds, so many changes of one
 * row could occupy the whole pool. So a tenant's changes get a part of the pool at most, its reads somewhat more, and the rest remains
 * for other tenants. While all connections are in use, the waiting tenants take turns.
 */
final class FairShare {

    /** The maximal number of a tenant's waiting requests, as a multiple of the pool's size. */
    private static final int WAITING_PER_CONNECTION = 8;

    private final int connections;
    private final int changesMax;
    private final int tenantMax;
    private final Duration wait;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<UUID, Tenant> tenants = new HashMap<>();
    /** The tenants with waiting requests, in the order of their turns. */
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
     * @param connections the pool's size
     * @param percent the part of the pool for the changes of one tenant; its reads may also use half of the rest, and 100 leaves nothing
     *         for other tenants
     */
    FairShare(int connections, int percent, Duration wait) {
        this.connections = connections;
        this.changesMax = Math.max(1, connections * percent / 100);
        this.tenantMax = Math.max(1, connections - connections * (100 - percent) / 200);
        this.wait = wait;
    }

    /**
     * Waits for a connection's place in the tenant's share. The caller must call {@link #leave} afterwards.
     *
     * @param tenant null for the server itself, which has no share
     * @throws Failures.Crowded if the tenant's own share stays in use for the whole wait
     * @throws Failures.Unavailable if all connections stay in use for the whole wait
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
            throw isWithin(own, change) ? new Failures.Unavailable(new SQLException("all connections are in use"), false) : new Failures.Crowded();
        }
    }

    /** Frees a place and gives it to the next waiting tenant. */
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

    /** True if no place is in use and no request waits. */
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

    /** Admits the tenant's earliest waiting request that its share allows. */
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

    /** The server itself counts as the platform's tenant, which has no share: it must be able to repair other tenants. */
    private static UUID key(@Nullable UUID tenant) {
        return tenant == null ? Db.PLATFORM : tenant;
    }
}
