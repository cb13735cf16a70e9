package org.guildhall.platform;

import java.util.UUID;
import java.util.function.Consumer;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door of the platform: everything that other rooms may call.
 *
 * <p>It knows all tenants. Each tenant's rows are only visible within that tenant, so background work visits the tenants one by one, in
 * separate transactions.
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

    /** @param page the number of tenants per read */
    Platform(Db db, int page) {
        this.db = db;
        this.page = page;
    }

    /**
     * Runs work in each tenant, including suspended tenants and the platform's own. A failure in one tenant is logged, and the next tenants
     * follow. It ends early without a database, or when the server stops.
     */
    public void eachTenant(Consumer<UUID> work) {
        each(false, work);
    }

    /** Runs work in each tenant that is not suspended: jobs of a suspended tenant pause. */
    public void eachActiveTenant(Consumer<UUID> work) {
        each(true, work);
    }

    /** True if a tenant's jobs may run. */
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
            LOG.error("work in the tenant {} failed; the next run tries again", tenant, failed);
        }
    }
}
