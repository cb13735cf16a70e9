package org.guildhall.runtime.imports;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.guildhall.api.model.ImportId;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Constraints;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.runtime.imports.ImportStore.LineError;
import org.guildhall.runtime.imports.ImportStore.Pending;
import org.guildhall.runtime.imports.ImportStore.ProcessedRow;
import org.guildhall.runtime.imports.ImportStore.Row;
import org.guildhall.runtime.imports.ImportStore.ValidatedRow;
import org.guildhall.runtime.imports.RowMatcher.RowRejection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes imports, a batch of rows per transaction. The position is stored in the same transaction as the changes of the rows. So
 * another node can continue after a crash. The import's lock excludes two nodes at the same time.
 */
final class ImportJob implements TaskQueue.Job {

    static final String NAME = "import";

    private static final int MOST_BATCH_ROWS = 200;
    private static final int FEWEST_BATCH_ROWS = 5;
    /** A cancellation waits for a batch, and for two seconds at most. The next batch after one that took longer is half as long. */
    private static final Duration LONG_BATCH = Duration.ofMillis(300);

    /** A failed batch is split into this many parts. Of 200 rows, about 25 transactions find the one that fails. */
    private static final int SPLIT_PARTS = 10;

    private static final int DELETED_AT_ONCE = 5_000;
    private static final Duration SLICE = Duration.ofSeconds(10);
    private static final Duration LOCKED_PAUSE = Duration.ofSeconds(1);
    /** The time zone in which a day begins first, so that a birth today is accepted everywhere. */
    private static final ZoneOffset EARLIEST = ZoneOffset.ofHours(14);

    private static final Logger LOG = LoggerFactory.getLogger(ImportJob.class);

    private enum Step { MORE, ENDED, LOCKED }

    private final Db db;
    private final JobTransactions transactions;
    private final Platform platform;
    private final Constraints constraints;
    private final ImportStore imports;
    private final MemberStore store;
    private final Members members;

    ImportJob(
            Db db, JobTransactions transactions, Platform platform, Constraints constraints, ImportStore imports, MemberStore store,
            Members members) {
        this.db = db;
        this.transactions = transactions;
        this.platform = platform;
        this.constraints = constraints;
        this.imports = imports;
        this.store = store;
        this.members = members;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        long until = System.nanoTime() + SLICE.toNanos();
        int rows = MOST_BATCH_ROWS;
        while (!stopping.getAsBoolean() && System.nanoTime() < until) {
            // A suspension of the tenant takes effect before the next batch. The queue pauses the task then.
            if (!platform.isActive(lease.tenant())) {
                return db.clock().now();
            }
            long begun = System.nanoTime();
            switch (step(lease, rows)) {
                case LOCKED -> {
                    return db.clock().now().plus(LOCKED_PAUSE);
                }
                case ENDED -> {
                    return deleteRemainingRows(lease, stopping) ? null : db.clock().now();
                }
                case MORE -> rows = System.nanoTime() - begun > LONG_BATCH.toNanos()
                        ? Math.max(FEWEST_BATCH_ROWS, rows / 2)
                        : Math.min(MOST_BATCH_ROWS, rows * 2);
            }
        }
        return db.clock().now();
    }

    @Override
    public void giveUp(TaskLease lease) {
        var id = lease.id();
        transactions.run(lease, source(id, "import.failed", Actor.JOB), (tx, changes) -> {
            var before = imports.lock(tx, id);
            if (before != null && !before.isFinished()) {
                var after = imports.finish(
                        tx, id, "failed", "The next rows failed repeatedly because of an internal error. Import the file again.");
                changes.changed(new ImportId(id), ImportsHandler.toApi(before), ImportsHandler.toApi(after));
            }
            return null;
        });
        deleteRemainingRows(lease, () -> false);
    }

    /** Processes a batch of rows. If the database refuses a row, it retries with smaller batches until it finds the row. */
    private Step step(TaskLease lease, int rows) {
        if (rows == 1) {
            return stepSingle(lease);
        }
        try {
            return transactions.runAll(lease, (tx, events) -> processBatch(tx, events, lease.id(), rows, first -> {}));
        } catch (ProblemException | Failures.Violation failed) {
            LOG.debug("{} rows of the import {} are retried in smaller batches", rows, lease.id(), failed);
        }
        int fewer = Math.max(1, rows / SPLIT_PARTS);
        var step = Step.MORE;
        for (int processed = 0; processed < rows && step == Step.MORE; processed += fewer) {
            step = step(lease, fewer);
        }
        return step;
    }

    private Step stepSingle(TaskLease lease) {
        var tried = new AtomicReference<@Nullable Pending>();
        try {
            return transactions.runAll(lease, (tx, events) -> processBatch(tx, events, lease.id(), 1, tried::set));
        } catch (ProblemException refusal) {
            return failRow(lease, Objects.requireNonNull(tried.get()), refusal);
        } catch (Failures.Violation violation) {
            return failRow(lease, Objects.requireNonNull(tried.get()), constraints.refusal(violation));
        }
    }

    /** Marks the row as failed, unless another node has processed it meanwhile. */
    private Step failRow(TaskLease lease, Pending tried, ProblemException refusal) {
        var errors = refusal.items().isEmpty()
                ? List.of(new RowError(null, refusal.problem().code(), String.valueOf(refusal.getMessage())))
                : refusal.items().stream().map(RowError::of).toList();
        return transactions.upkeep(lease, tx -> {
            var locked = imports.lockFree(tx, lease.id());
            if (locked == null || locked.isFinished()) {
                return locked == null ? Step.LOCKED : Step.ENDED;
            }
            if (imports.pending(tx, locked, 1).stream().anyMatch(next -> next.position() == tried.position())) {
                imports.advance(tx, locked, List.of(new ProcessedRow(tried.position(), "failed", null)),
                        errors.stream().map(error -> new LineError(tried.line(), error)).toList());
            }
            return Step.MORE;
        });
    }

    /** @param begins gets the first row, before any row is processed */
    private Step processBatch(Tx tx, Events events, UUID id, int max, Consumer<Pending> begins) {
        var locked = imports.lockFree(tx, id);
        if (locked == null || locked.isFinished()) {
            return locked == null ? Step.LOCKED : Step.ENDED;
        }
        var rows = imports.pending(tx, locked, max);
        if (rows.isEmpty()) {
            var after = imports.finish(tx, id, "succeeded", null);
            events.begin(source(id, "import.succeeded", actor(locked)))
                    .changed(new ImportId(id), ImportsHandler.toApi(locked), ImportsHandler.toApi(after));
            return Step.ENDED;
        }
        begins.accept(rows.getFirst());
        rows(tx, events, locked, rows);
        return Step.MORE;
    }

    private void rows(Tx tx, Events events, Row locked, List<Pending> rows) {
        var named = rows.stream().map(Pending::row).toList();
        var index = locked.validates() ? store.read(tx, named) : store.lock(tx, named);
        if (locked.validates()) {
            store.addValidated(tx, locked.id(), named, index);
        }
        var today = LocalDate.ofInstant(tx.now(), EARLIEST);
        var processed = new ArrayList<ProcessedRow>(rows.size());
        var errors = new ArrayList<LineError>();
        var changed = new ArrayList<RowChange>(rows.size());
        for (var row : rows) {
            switch (RowMatcher.decide(row.row(), index, today, members)) {
                case RowRejection rejection -> {
                    rejection.errors().forEach(error -> errors.add(new LineError(row.line(), error)));
                    processed.add(new ProcessedRow(row.position(), "failed", null));
                }
                case RowChange change -> {
                    changed.add(change);
                    processed.add(new ProcessedRow(row.position(), change.outcome(), locked.validates() ? validated(change) : null));
                }
            }
        }
        if (!locked.validates()) {
            members.apply(tx, action -> events.begin(source(locked.id(), action, actor(locked))), actor(locked), changed);
        }
        imports.advance(tx, locked, processed, errors);
    }

    private static ValidatedRow validated(RowChange change) {
        return new ValidatedRow(
                MemberRows.of(change.person(), change.household(), change.role()), change.person().key(),
                change.household() == null ? null : change.household().key());
    }

    /** Deletes the remaining rows of the file in batches; false if it was stopped before the last batch. */
    private boolean deleteRemainingRows(TaskLease lease, BooleanSupplier stopping) {
        var id = lease.id();
        var ended = Objects.requireNonNull(db.read(lease.tenant(), Db.ANY_REVISION, tx -> imports.get(tx, id)));
        for (long position = 0; position < ended.counts().total(); position += DELETED_AT_ONCE) {
            if (stopping.getAsBoolean()) {
                return false;
            }
            long after = position;
            transactions.upkeep(lease, tx -> {
                imports.deleteRows(tx, id, after, after + DELETED_AT_ONCE);
                return null;
            });
        }
        return true;
    }

    /** The actor of the job, with the id of the consumer that sent the file. */
    private static Actor actor(Row row) {
        return new Actor(Actor.JOB.type(), row.actorId());
    }

    private static Source source(UUID id, String action, Actor actor) {
        return new Source(action, "billing", NAME, actor, new ImportId(id).toString(), null);
    }
}
