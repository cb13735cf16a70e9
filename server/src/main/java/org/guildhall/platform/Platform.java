package org.guildhall.platform;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.KeyCleanups;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** The door of the platform: everything that other rooms may call. */
public final class Platform {

    /** Gets signals of changed tenants, in the changing transaction and within the tenant. */
    public interface TenantChanges {

        void tenantCreated(Tx tx);

        void timeZoneChanged(Tx tx);
    }

    private final Db db;
    private final MaintenanceStore store = new MaintenanceStore();

    public Platform(Db db) {
        this.db = db;
    }

    /**
     * Old keys that were deleted.
     *
     * @param last the creation of the last one; null if there was none
     */
    public record DeletedKeys(int number, @Nullable Instant last) {}

    /**
     * Deletes the oldest idempotency keys of the transaction's tenant whose replies are no longer kept.
     *
     * @param after only keys that were created after this instant; null for all
     */
    public DeletedKeys deleteOldKeys(Tx tx, @Nullable Instant after, int most) {
        return store.deleteKeys(tx, KeyCleanups.KEPT, after, most);
    }

    /** True if a tenant is not suspended, so that its jobs may run. */
    public boolean isActive(UUID tenant) {
        return db.upkeep(Db.PLATFORM, tx -> store.isActive(tx, tenant));
    }
}
