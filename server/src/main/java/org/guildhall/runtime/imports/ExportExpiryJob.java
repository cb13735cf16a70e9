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

    private final JobTransactions transactions;
    private final ExportStore exports;

    ExportExpiryJob(JobTransactions transactions, ExportStore exports) {
        this.transactions = transactions;
        this.exports = exports;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        return transactions.upkeep(lease, tx -> {
            exports.deleteParts(tx, lease.id());
            return null;
        });
    }

    /** Does nothing, since the queue retries this task without a limit. */
    @Override
    public void giveUp(TaskLease lease) {}
}
