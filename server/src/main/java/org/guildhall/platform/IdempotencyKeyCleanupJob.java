package org.guildhall.platform;

import java.time.Duration;
import org.guildhall.core.data.Db;
import org.guildhall.core.work.TaskQueue;

/** What the room does by itself: forgets idempotency keys that are old enough. */
final class IdempotencyKeyCleanupJob {

    /** A retry may come for 24 hours; an hour more covers clocks and this task's own pause. */
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

    /** In small transactions. */
    void forgetKeys() {
        platform.eachTenant(tenant -> {
            int forgotten;
            do {
                forgotten = db.upkeep(tenant, tx -> store.forgetKeys(tx, KEYS_KEPT, KEYS_AT_ONCE));
            } while (forgotten == KEYS_AT_ONCE);
        });
    }
}
