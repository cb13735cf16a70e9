package org.guildhall.platform;

import java.time.Duration;
import org.guildhall.core.data.Db;
import org.guildhall.core.work.TaskQueue;

/** Deletes old idempotency keys. */
final class IdempotencyKeyCleanupJob {

    /** Keys are valid for 24 hours. The extra hour covers clock differences and this job's own interval. */
    private static final Duration KEYS_KEPT = Duration.ofHours(25);

    private static final Duration PAUSE = Duration.ofMinutes(30);
    private static final int KEYS_AT_ONCE = 5_000;

    private final Db db;
    private final Platform platform;
    private final MaintenanceStore store = new MaintenanceStore();

    IdempotencyKeyCleanupJob(Db db, Platform platform) {
        this.db = db;
        this.platform = platform;
    }

    void schedule(TaskQueue work) {
        work.every(PAUSE, "forget-idempotency-keys", this::forgetKeys);
    }

    /** Deletes in small transactions. */
    void forgetKeys() {
        platform.eachTenant(tenant -> {
            int forgotten;
            do {
                forgotten = db.upkeep(tenant, tx -> store.forgetKeys(tx, KEYS_KEPT, KEYS_AT_ONCE));
            } while (forgotten == KEYS_AT_ONCE);
        });
    }
}
