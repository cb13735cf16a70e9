package org.guildhall.runtime.imports;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.guildhall.api.model.ExportId;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.imports.ExportStore.Row;
import org.guildhall.runtime.imports.MemberWriter.Format;
import org.jspecify.annotations.Nullable;

/** Writes the files of exports, a batch of persons per transaction. The last written person is stored, so that another node can continue. */
final class ExportJob implements TaskQueue.Job {

    static final String NAME = "export";

    private static final int BATCH_PERSONS = 1_000;
    private static final int PART_BYTES_MAX = 1 << 20;
    private static final Duration LIFETIME = Duration.ofDays(7);
    private static final Duration SLICE = Duration.ofSeconds(10);

    private enum Step { MORE, ENDED }

    private final Db db;
    private final JobTransactions transactions;
    private final TaskQueue queue;
    private final ExportStore exports;
    private final MemberStore members;

    ExportJob(Db db, JobTransactions transactions, TaskQueue queue, ExportStore exports, MemberStore members) {
        this.db = db;
        this.transactions = transactions;
        this.queue = queue;
        this.exports = exports;
        this.members = members;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        long until = System.nanoTime() + SLICE.toNanos();
        while (!stopping.getAsBoolean() && System.nanoTime() < until) {
            if (transactions.runAll(lease, (tx, events) -> writeBatch(tx, events, lease.id())) == Step.ENDED) {
                return null;
            }
        }
        return db.clock().now();
    }

    @Override
    public void giveUp(TaskLease lease) {
        var id = lease.id();
        transactions.runAll(lease, (tx, events) -> {
            var locked = exports.lockSkippingLocked(tx, id);
            if (locked != null && !locked.isFinished()) {
                var after = exports.finish(tx, id, "Writing the file failed repeatedly because of an internal error. Create another export.", LIFETIME);
                queue.enqueue(tx, ExportExpiryJob.NAME, id);
                events.begin(source(locked, "export.failed")).changed(new ExportId(id), ExportsHandler.toApi(locked), ExportsHandler.toApi(after));
            }
            return null;
        });
    }

    private Step writeBatch(Tx tx, Events events, UUID id) {
        var locked = exports.lockSkippingLocked(tx, id);
        if (locked == null || locked.isFinished()) {
            return Step.ENDED;
        }
        var format = Format.of(locked.format());
        var entries = members.page(tx, locked.lastId(), BATCH_PERSONS);
        var rows = entries.stream().map(entry -> MemberRows.of(entry.person(), entry.household(), entry.role())).toList();
        var bytes = locked.parts() == 0 ? joined(MemberWriter.head(format), MemberWriter.rows(format, rows)) : MemberWriter.rows(format, rows);
        int parts = 0;
        for (int at = 0; at < bytes.length; at += PART_BYTES_MAX) {
            exports.addPart(tx, id, locked.parts() + parts++, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PART_BYTES_MAX)));
        }
        var lastId = entries.isEmpty() ? locked.lastId() : entries.getLast().person().id();
        exports.advance(tx, locked, rows.size(), bytes.length, parts, lastId);
        if (entries.stream().map(entry -> entry.person().id()).distinct().count() == BATCH_PERSONS) {
            return Step.MORE;
        }
        var after = exports.finish(tx, id, null, LIFETIME);
        queue.enqueueAt(tx, ExportExpiryJob.NAME, id, Objects.requireNonNull(after.expiresAt()));
        events.begin(source(locked, "export.succeeded")).changed(new ExportId(id), ExportsHandler.toApi(locked), ExportsHandler.toApi(after));
        return Step.ENDED;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        var result = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, result, first.length, second.length);
        return result;
    }

    private static Source source(Row export, String action) {
        return new Source(action, "billing", NAME, new Actor(Actor.JOB.type(), export.actorId()), new ExportId(export.id()).toString(), null);
    }
}
