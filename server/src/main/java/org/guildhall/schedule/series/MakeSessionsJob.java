package org.guildhall.schedule.series;

import java.time.Instant;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/**
 * Makes the sessions of one series when they come near. Its task waits for the next of them. It locks the series, and an occurrence has one session at
 * most, so two nodes make none twice.
 */
final class MakeSessionsJob implements TaskQueue.Job {

    static final String NAME = "make-sessions";

    private static final Source SOURCE = new Source("session.created", "access", NAME, Actor.JOB, null, null);

    private final JobTransactions transactions;
    private final SeriesStore series;
    private final SeriesSessions sessions;

    MakeSessionsJob(JobTransactions transactions, SeriesStore series, SeriesSessions sessions) {
        this.transactions = transactions;
        this.series = series;
        this.sessions = sessions;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        return transactions.run(lease, SOURCE, (tx, changes) -> make(tx, changes, lease.id()));
    }

    /** Makes the sessions that have come near. @return the instant of the next one; null if there are no more */
    @Nullable Instant make(Tx tx, Changes changes, UUID id) {
        var row = series.lock(tx, id);
        if (row == null) {
            return null;
        }
        var horizon = SeriesSessions.horizon(tx);
        var until = horizon.isAfter(row.madeUntil()) ? horizon : row.madeUntil();
        var next = sessions.make(tx, changes, row, row.madeUntil(), until);
        series.made(tx, row.id(), until);
        return next;
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("the sessions of a series are never given up");
    }
}
