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

/** Writes exports, some persons in each transaction, with the place where it has come to: whoever goes on begins behind it. */
final class ExportJob implements TaskQueue.Job {

    static final String NAME = "export";

    private static final int PERSONS_AT_ONCE = 1_000;
    private static final int PART_BYTES_MAX = 1 << 20;
    private static final Duration KEPT = Duration.ofDays(7);
    private static final Duration SLICE = Duration.ofSeconds(10);

    private enum Step { MORE, ENDED }

    private final Db db;
    private final JobTransactions unattended;
    private final TaskQueue work;
    private final ExportStore exports;
    private final MemberStore members;

    ExportJob(Db db, JobTransactions unattended, TaskQueue work, ExportStore exports, MemberStore members) {
        this.db = db;
        this.unattended = unattended;
        this.work = work;
        this.exports = exports;
        this.members = members;
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        long until = System.nanoTime() + SLICE.toNanos();
        while (!stopping.getAsBoolean() && System.nanoTime() < until) {
            if (unattended.runAll(lease, (tx, events) -> some(tx, events, lease.id())) == Step.ENDED) {
                return null;
            }
        }
        return db.clock().now();
    }

    @Override
    public void giveUp(TaskLease lease) {
        var id = lease.id();
        unattended.runAll(lease, (tx, events) -> {
            var held = exports.lockSkippingLocked(tx, id);
            if (held != null && !held.isFinished()) {
                var after = exports.finish(tx, id, "Writing it failed again and again, for a reason that nobody foresaw.", KEPT);
                work.enqueue(tx, ExportExpiryJob.NAME, id);
                events.begin(source(held, "export.failed")).changed(new ExportId(id), ExportsHandler.toApi(held), ExportsHandler.toApi(after));
            }
            return null;
        });
    }

    private Step some(Tx tx, Events events, UUID id) {
        var held = exports.lockSkippingLocked(tx, id);
        if (held == null || held.isFinished()) {
            return Step.ENDED;
        }
        var format = Format.of(held.format());
        var entries = members.page(tx, held.lastId(), PERSONS_AT_ONCE);
        var rows = entries.stream().map(entry -> MemberRows.of(entry.person(), entry.household(), entry.role())).toList();
        var bytes = held.parts() == 0 ? joined(MemberWriter.head(format), MemberWriter.rows(format, rows)) : MemberWriter.rows(format, rows);
        int parts = 0;
        for (int at = 0; at < bytes.length; at += PART_BYTES_MAX) {
            exports.addPart(tx, id, held.parts() + parts++, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PART_BYTES_MAX)));
        }
        var lastId = entries.isEmpty() ? held.lastId() : entries.getLast().person().id();
        exports.advance(tx, held, rows.size(), bytes.length, parts, lastId);
        if (entries.stream().map(entry -> entry.person().id()).distinct().count() == PERSONS_AT_ONCE) {
            return Step.MORE;
        }
        var after = exports.finish(tx, id, null, KEPT);
        work.enqueueAt(tx, ExportExpiryJob.NAME, id, Objects.requireNonNull(after.expiresAt()));
        events.begin(source(held, "export.succeeded")).changed(new ExportId(id), ExportsHandler.toApi(held), ExportsHandler.toApi(after));
        return Step.ENDED;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static Source source(Row export, String action) {
        return new Source(action, "billing", NAME, new Actor(Actor.JOB.type(), export.actorId()), new ExportId(export.id()).toString(), null);
    }
}
