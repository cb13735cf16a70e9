package org.guildhall.platform;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.TenantTasks;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/** Deletes a tenant's old idempotency keys in small transactions. Its task waits until the oldest remaining key is old, and ends without keys. */
final class IdempotencyKeyCleanupJob implements TaskQueue.Job {

    private static final int KEYS_AT_ONCE = 5_000;

    private final Db db;
    private final JobTransactions transactions;
    private final MaintenanceStore store = new MaintenanceStore();

    IdempotencyKeyCleanupJob(Db db) {
        this.db = db;
        this.transactions = new JobTransactions(db);
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        int deleted = KEYS_AT_ONCE;
        while (deleted == KEYS_AT_ONCE && !stopping.getAsBoolean()) {
            deleted = transactions.upkeep(lease, tx -> store.deleteKeys(tx, TenantTasks.KEYS_KEPT, KEYS_AT_ONCE));
        }
        var oldest = db.read(lease.tenant(), Db.ANY_REVISION, store::oldestKey);
        return oldest == null ? null : oldest.plus(TenantTasks.KEYS_KEPT);
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("the cleanup of keys is never given up");
    }
}
