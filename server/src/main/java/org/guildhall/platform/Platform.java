package org.guildhall.platform;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TenantTasks;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** The door of the platform: everything that other rooms may call. */
public final class Platform {

    /** Gets signals of changed tenants, in the changing transaction and within the tenant. */
    public interface TenantChanges {

        void tenantCreated(Tx tx);

        void timeZoneChanged(Tx tx);
    }

    private final Db requests;
    private final Db jobs;
    private final MaintenanceStore store = new MaintenanceStore();
    private final ConnectionDoorStore doors = new ConnectionDoorStore();
    private final SettingsStore settings = new SettingsStore();

    /**
     * @param requests the connections of requests
     * @param jobs the connections of jobs
     */
    public Platform(Db requests, Db jobs) {
        this.requests = requests;
        this.jobs = jobs;
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
        return store.deleteKeys(tx, TenantTasks.KEYS_KEPT, after, most);
    }

    /** Makes a connection to a payment provider known before its tenant is. */
    public void openConnectionDoor(Tx tx, UUID connectionId) {
        doors.open(tx, connectionId);
    }

    /** The tenant of a connection to a payment provider; null if there is no such connection. */
    public @Nullable UUID tenantOfConnection(UUID connectionId) {
        return requests.unguarded(connection -> doors.tenantOf(connection, connectionId));
    }

    /** The instant before which the bodies of payment providers' webhooks are no longer kept, by the settings of the transaction's tenant. */
    public Instant webhooksKeptSince(Tx tx) {
        return settings.webhooksKeptSince(tx);
    }

    /** True if a tenant is not suspended, so that its jobs may run. */
    public boolean isActive(UUID tenant) {
        return jobs.upkeep(Db.PLATFORM, tx -> store.isActive(tx, tenant));
    }
}
