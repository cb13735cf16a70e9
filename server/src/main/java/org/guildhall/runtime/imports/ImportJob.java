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
import org.guildhall.runtime.imports.ImportStore.Done;
import org.guildhall.runtime.imports.ImportStore.Left;
import org.guildhall.runtime.imports.ImportStore.Pending;
import org.guildhall.runtime.imports.ImportStore.Row;
import org.guildhall.runtime.imports.ImportStore.Wrong;
import org.guildhall.runtime.imports.RowMatcher.RowRejection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works imports off, some rows in each transaction. Which rows are done stands in the same transaction as what they did, and the import's
 * row is held meanwhile: whoever goes on, after a crash or on another node, begins behind them, and nobody at the same time.
 */
final class ImportJob implements TaskQueue.Job {

    static final String NAME = "import";

    /** Each transaction keeps a cancellation waiting, so it must be a matter of some hundred milliseconds. */
    private static final int ROWS_AT_ONCE = 200;

    /** In how many parts rows are done that fail together: of two hundred some dozen transactions find the one. */
    private static final int PARTS = 10;

    private static final int FORGOTTEN_AT_ONCE = 5_000;
    private static final Duration SLICE = Duration.ofSeconds(10);
    private static final Duration HELD_PAUSE = Duration.ofSeconds(1);
    /** Where a new day begins first. */
    private static final ZoneOffset EARLIEST = ZoneOffset.ofHours(14);

    private static final Logger LOG = LoggerFactory.getLogger(ImportJob.class);

    private enum Step { MORE, ENDED, HELD }

    private final Db db;
    private final JobTransactions unattended;
    private final Platform platform;
    private final Constraints constraints;
    private final ImportStore imports;
    private final MemberStore store;
    private final Members members;

    ImportJob(Db db, JobTransactions unattended, Platform platform, Constraints constraints, ImportStore imports, MemberStore store, Members members) {
        this.db = db;
        this.unattended = unattended;
        this.platform = platform;
        this.constraints = constraints;
        this.imports = imports;
        this.store = store;
        this.members = members;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        long until = System.nanoTime() + SLICE.toNanos();
        while (!stopping.getAsBoolean() && System.nanoTime() < until) {
            // A suspension counts from the next rows on; the queue puts the task aside then.
            if (!platform.isActive(lease.tenant())) {
                return db.clock().now();
            }
            switch (step(lease, ROWS_AT_ONCE)) {
                case HELD -> {
                    return db.clock().now().plus(HELD_PAUSE);
                }
                case ENDED -> {
                    return forget(lease, stopping) ? null : db.clock().now();
                }
                case MORE -> {}
            }
        }
        return db.clock().now();
    }

    @Override
    public void giveUp(TaskLease lease) {
        var id = lease.id();
        unattended.run(lease, source(id, "import.failed", Actor.JOB), (tx, changes) -> {
            var before = imports.lock(tx, id);
            if (before != null && !before.isFinished()) {
                var after = imports.finish(tx, id, "failed", "The rows that follow failed again and again, for a reason that nobody foresaw.");
                changes.changed(new ImportId(id), ImportsHandler.toApi(before), ImportsHandler.toApi(after));
            }
            return null;
        });
        forget(lease, () -> false);
    }

    /** Some rows together; if one of them fails in a way that only the database could tell, fewer at a time, until it is found. */
    private Step step(TaskLease lease, int rows) {
        if (rows == 1) {
            return alone(lease);
        }
        try {
            return unattended.runAll(lease, (tx, events) -> some(tx, events, lease.id(), rows, first -> {}));
        } catch (ProblemException | Failures.Violation failed) {
            LOG.debug("{} rows of the import {} are done fewer at a time", rows, lease.id(), failed);
        }
        int fewer = Math.max(1, rows / PARTS);
        var step = Step.MORE;
        for (int done = 0; done < rows && step == Step.MORE; done += fewer) {
            step = step(lease, fewer);
        }
        return step;
    }

    private Step alone(TaskLease lease) {
        var tried = new AtomicReference<@Nullable Pending>();
        try {
            return unattended.runAll(lease, (tx, events) -> some(tx, events, lease.id(), 1, tried::set));
        } catch (ProblemException refusal) {
            return refused(lease, Objects.requireNonNull(tried.get()), refusal);
        } catch (Failures.Violation violation) {
            return refused(lease, Objects.requireNonNull(tried.get()), constraints.refusal(violation));
        }
    }

    /** Fails the row that was tried, unless somebody else has gone on and done it meanwhile. */
    private Step refused(TaskLease lease, Pending tried, ProblemException refusal) {
        var mistakes = refusal.items().isEmpty()
                ? List.of(new RowError(null, refusal.problem().code(), String.valueOf(refusal.getMessage())))
                : refusal.items().stream().map(RowError::of).toList();
        return unattended.upkeep(lease, tx -> {
            var held = imports.lockSkippingLocked(tx, lease.id());
            if (held == null || held.isFinished()) {
                return held == null ? Step.HELD : Step.ENDED;
            }
            if (imports.pending(tx, held, 1).stream().anyMatch(next -> next.position() == tried.position())) {
                finish(tx, held, List.of(new Done(tried.position(), "failed", null)), mistakes.stream().map(mistake -> new Wrong(tried.line(), mistake)).toList());
            }
            return Step.MORE;
        });
    }

    /** @param begins is told the first row, before anything is done */
    private Step some(Tx tx, Events events, UUID id, int most, Consumer<Pending> begins) {
        var held = imports.lockSkippingLocked(tx, id);
        if (held == null || held.isFinished()) {
            return held == null ? Step.HELD : Step.ENDED;
        }
        var rows = imports.pending(tx, held, most);
        if (rows.isEmpty()) {
            var after = imports.finish(tx, id, "succeeded", null);
            events.begin(source(id, "import.succeeded", actor(held)))
                    .changed(new ImportId(id), ImportsHandler.toApi(held), ImportsHandler.toApi(after));
            return Step.ENDED;
        }
        begins.accept(rows.getFirst());
        rows(tx, events, held, rows);
        return Step.MORE;
    }

    private void rows(Tx tx, Events events, Row held, List<Pending> rows) {
        var named = rows.stream().map(Pending::row).toList();
        var roll = held.validates() ? store.seen(tx, named) : store.held(tx, named);
        if (held.validates()) {
            store.rollOfValidation(tx, held.id(), named, roll);
        }
        var today = LocalDate.ofInstant(tx.now(), EARLIEST);
        var done = new ArrayList<Done>(rows.size());
        var wrong = new ArrayList<Wrong>();
        var wanted = new ArrayList<RowChange>(rows.size());
        for (var row : rows) {
            switch (RowMatcher.decide(row.row(), roll, today, members)) {
                case RowRejection refused -> {
                    refused.mistakes().forEach(mistake -> wrong.add(new Wrong(row.line(), mistake)));
                    done.add(new Done(row.position(), "failed", null));
                }
                case RowChange accepted -> {
                    wanted.add(accepted);
                    done.add(new Done(row.position(), accepted.outcome(), held.validates() ? left(accepted) : null));
                }
            }
        }
        if (!held.validates()) {
            members.carryOut(tx, action -> events.begin(source(held.id(), action, actor(held))), actor(held), wanted);
        }
        finish(tx, held, done, wrong);
    }

    private static Left left(RowChange accepted) {
        return new Left(
                MemberRows.of(accepted.person(), accepted.household(), accepted.role()), accepted.person().key(),
                accepted.household() == null ? null : accepted.household().key());
    }

    private void finish(Tx tx, Row held, List<Done> done, List<Wrong> wrong) {
        imports.done(tx, held, done);
        if (!wrong.isEmpty()) {
            imports.addErrors(tx, held.id(), wrong);
        }
    }

    /** What is left of the file, some at a time; whether all of it is gone. */
    private boolean forget(TaskLease lease, BooleanSupplier stopping) {
        var id = lease.id();
        var ended = Objects.requireNonNull(db.read(lease.tenant(), Db.ANY_REVISION, tx -> imports.get(tx, id)));
        for (long position = 0; position < ended.counts().total(); position += FORGOTTEN_AT_ONCE) {
            if (stopping.getAsBoolean()) {
                return false;
            }
            long behind = position;
            unattended.upkeep(lease, tx -> {
                imports.forgetRows(tx, id, behind, behind + FORGOTTEN_AT_ONCE);
                return null;
            });
        }
        return true;
    }

    /** A job, on behalf of whoever sent the file. */
    private static Actor actor(Row row) {
        return new Actor(Actor.JOB.type(), row.actorId());
    }

    private static Source source(UUID id, String action, Actor actor) {
        return new Source(action, "billing", NAME, actor, new ImportId(id).toString(), null);
    }
}
