package org.guildhall.platform;

import java.util.UUID;
import java.util.function.Consumer;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door of the platform: what other rooms may ask of it.
 *
 * <p>It knows all tenants. Each one's rows are visible to itself only, so work that no request asked for goes through them one after
 * another, in transactions of their own.
 */
public final class Platform {

    private static final Logger LOG = LoggerFactory.getLogger(Platform.class);
    private static final int PAGE = 200;

    private final Db db;
    private final int page;
    private final MaintenanceStore store = new MaintenanceStore();

    public Platform(Db db) {
        this(db, PAGE);
    }

    /** @param page how many are read at a time */
    Platform(Db db, int page) {
        this.db = db;
        this.page = page;
    }

    /**
     * Does something in each tenant, the suspended ones and the platform itself included. What fails in one is logged and doesn't keep
     * the others from it; without a database, or when the server stops, it ends early.
     */
    public void eachTenant(Consumer<UUID> work) {
        each(false, work);
    }

    /** The same in those that aren't suspended: a suspended tenant's jobs pause. */
    public void eachActiveTenant(Consumer<UUID> work) {
        each(true, work);
    }

    /** Whether a tenant's jobs may run. */
    public boolean isActive(UUID tenant) {
        return db.upkeep(Db.PLATFORM, tx -> store.isActive(tx, tenant));
    }

    private void each(boolean activeOnly, Consumer<UUID> work) {
        @Nullable UUID last = null;
        do {
            var after = last;
            var tenants = db.upkeep(Db.PLATFORM, tx -> store.tenants(tx, after, activeOnly, page));
            tenants.forEach(tenant -> attempt(tenant, work));
            last = tenants.size() < page ? null : tenants.getLast();
        } while (last != null && !Thread.currentThread().isInterrupted());
    }

    private static void attempt(UUID tenant, Consumer<UUID> work) {
        try {
            work.accept(tenant);
        } catch (RuntimeException | Error failed) {
            if (failed instanceof Failures.Unavailable away && away.isGone()) {
                throw away;
            }
            LOG.error("work in the tenant {} failed; it is tried again the next time", tenant, failed);
        }
    }
}
