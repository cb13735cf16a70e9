package org.guildhall.providers.checks;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/** Wires the part {@code checks}. */
public final class ChecksModule implements AutoCloseable {

    private final CheckStore checks = new CheckStore();
    private final CheckResultStore results = new CheckResultStore();
    private final CheckedSignals signals;
    private final Keys keys;
    private final CheckJob job;

    /** @param jobs the database for background work */
    public ChecksModule(Db jobs, TaskQueue queue, Keys keys, Outbound outbound, CheckedSignals signals) {
        this.signals = signals;
        this.keys = keys;
        var runner = new CheckRunner(outbound, keys, tenant -> jobs.read(tenant, Db.ANY_REVISION, tx -> {
            tx.requireCurrent();
            return true;
        }));
        this.job = new CheckJob(jobs, runner, checks, results, signals, queue);
    }

    /** Registers the task that runs checks. */
    public void schedule() {
        job.schedule();
    }

    /** Requests a run of the due checks after the commit. */
    public void request(Tx tx) {
        job.request(tx);
    }

    /** Runs the due checks of a task's tenant. @return the instant of the next run; null if no check is active */
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        return job.run(lease, stopping);
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new ChecksHandler(signals, checks, results, job, keys).bind(api.routes());
    }

    /** Ends the running checks. */
    @Override
    public void close() {
        job.close();
    }
}
