package org.guildhall.platform;

import java.util.UUID;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;

/** The door of the platform: everything that other rooms may call. */
public final class Platform {

    /** Gets a signal in the transaction that changes a tenant's time zone. */
    public interface TimeZoneChanges {
        void timeZoneChanged(Tx tx);
    }

    private final Db db;
    private final MaintenanceStore store = new MaintenanceStore();

    public Platform(Db db) {
        this.db = db;
    }

    /** True if a tenant is not suspended, so that its jobs may run. */
    public boolean isActive(UUID tenant) {
        return db.upkeep(Db.PLATFORM, tx -> store.isActive(tx, tenant));
    }
}
