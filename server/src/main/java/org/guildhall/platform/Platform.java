package org.guildhall.platform;

import java.util.UUID;
import org.guildhall.core.data.Db;

/** The door of the platform: everything that other rooms may call. */
public final class Platform {

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
