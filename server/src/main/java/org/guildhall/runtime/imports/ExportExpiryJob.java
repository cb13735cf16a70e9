package org.guildhall.runtime.imports;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/** Deletes the file of an export at the instant that the export expires. */
final class ExportExpiryJob implements TaskQueue.Job {

    static final String NAME = "export-expiry";

    private final JobTransactions unattended;
    private final ExportStore exports;

    ExportExpiryJob(JobTransactions unattended, ExportStore exports) {
        this.unattended = unattended;
        this.exports = exports;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        return unattended.upkeep(lease, tx -> {
            exports.forgetParts(tx, lease.id());
            return null;
        });
    }

    /** Is tried for ever, so it is never given up. */
    @Override
    public void giveUp(TaskLease lease) {}
}
