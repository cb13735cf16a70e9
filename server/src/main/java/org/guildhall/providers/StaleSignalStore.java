package org.guildhall.providers;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.providers.Tables.PRESENT_SIGNALS;
import static org.guildhall.schema.providers.Tables.SIGNALS;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.providers.SignalStore.Row;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The staleness of signals, and what the audit trail says of it ({@code recorded_stale}). */
final class StaleSignalStore {

    /** @param anyDerived true if the evidence of an active signal are checks */
    record Moved(List<UUID> ids, boolean anyDerived) {}

    private static final Condition BY_ID = SIGNALS.ID.eq(param(SIGNALS.ID));
    private static final Condition SAME_SIGNAL = SIGNALS.TENANT_ID.eq(PRESENT_SIGNALS.TENANT_ID).and(SIGNALS.ID.eq(PRESENT_SIGNALS.ID));
    private static final PreparedQuery<UUID> MOVED = PreparedQuery.ofValue(
            select(PRESENT_SIGNALS.ID)
                    .from(PRESENT_SIGNALS)
                    .join(SIGNALS).on(SAME_SIGNAL)
                    .where(PRESENT_SIGNALS.STATE.eq(inline("active")))
                    .and(condition(PRESENT_SIGNALS.DERIVED).or(SIGNALS.RECORDED_STALE))
                    .and(SIGNALS.RECORDED_STALE.ne(DSL.field(PRESENT_SIGNALS.STALE_SINCE.isNotNull())))
                    .orderBy(PRESENT_SIGNALS.ID)
                    .limit(DSL.param("most", Integer.class)));
    private static final PreparedQuery<Integer> ANY_DERIVED = PreparedQuery.ofValue(selectOne()
            .from(SIGNALS)
            .where(SIGNALS.STATE.eq(inline("active")))
            .and(SIGNALS.CHECKS_STATUS.isNotNull())
            .and(SIGNALS.EVIDENCE_STATUS.ne(inline("planned")))
            .limit(inline(1)));
    /** The columns of a signal as it would be shown with fresh evidence and without a ceiling. */
    private static final Map<Field<?>, Field<?>> FRESH_COLUMNS = Map.of(
            PRESENT_SIGNALS.EVIDENCE_STATUS, SIGNALS.EVIDENCE_STATUS,
            PRESENT_SIGNALS.EVIDENCE_PERCENT, SIGNALS.EVIDENCE_PERCENT,
            PRESENT_SIGNALS.STATUS, SIGNALS.EVIDENCE_STATUS.as("status"),
            PRESENT_SIGNALS.SIGNAL_PERCENT, SIGNALS.EVIDENCE_PERCENT.as("signal_percent"),
            PRESENT_SIGNALS.STALE_SINCE, inline(null, PRESENT_SIGNALS.STALE_SINCE).as("stale_since"));
    private static final PreparedQuery<Row> FRESH = PreparedQuery.of(
            select(SignalStore.COLUMNS.stream().<Field<?>>map(column -> FRESH_COLUMNS.getOrDefault(column, column)).toList())
                    .from(PRESENT_SIGNALS)
                    .join(SIGNALS).on(SAME_SIGNAL)
                    .where(PRESENT_SIGNALS.ID.eq(param(PRESENT_SIGNALS.ID)))
                    .and(SIGNALS.EVIDENCE_STATUS.eq(inline("operational")))
                    .and(SIGNALS.RECORDED_STALE.isFalse())
                    .and(PRESENT_SIGNALS.BLOCKED_AT.isNull())
                    .and(PRESENT_SIGNALS.INCIDENT_ID.isNull()),
            SignalStore.COLUMNS, SignalStore::row);
    private static final PreparedUpdate MARK = PreparedUpdate.of(
            marking().where(BY_ID).and(SIGNALS.RECORDED_STALE.ne(param(SIGNALS.RECORDED_STALE))));
    private static final PreparedQuery<UUID> MARK_FRESH = PreparedQuery.ofValue(marking()
            .where(BY_ID)
            .and(SIGNALS.RECORDED_STALE)
            .and(notExists(selectOne()
                    .from(PRESENT_SIGNALS)
                    .where(PRESENT_SIGNALS.ID.eq(SIGNALS.ID))
                    .and(PRESENT_SIGNALS.STALE_SINCE.isNotNull())))
            .returningResult(SIGNALS.ID));

    private static UpdateSetMoreStep<?> marking() {
        return DSL.update(SIGNALS)
                .set(SIGNALS.RECORDED_STALE, param(SIGNALS.RECORDED_STALE))
                .set(SIGNALS.UPDATED_AT, EffectiveDates.touched(SIGNALS.UPDATED_AT))
                .set(SIGNALS.VERSION, SIGNALS.VERSION.plus(inline(1)));
    }

    /** The active signals that have become stale or fresh since they were marked. */
    Moved moved(Tx tx, int most) {
        var batch = new Batch();
        var moved = batch.all(MOVED, most);
        var derived = batch.one(ANY_DERIVED);
        batch.send(tx);
        return new Moved(moved.get(), derived.get() != null);
    }

    /** A stale signal as it would be with fresh evidence; null if its status would be the same, or it is marked already. */
    @Nullable Row fresh(Tx tx, UUID id) {
        return FRESH.one(tx, id);
    }

    /** Marks a locked signal with the transaction's next statement. */
    void mark(Tx tx, UUID id, boolean isStale) {
        MARK.later(tx, isStale, id);
    }

    /** Marks a locked signal as fresh. @return false if it was, or is still stale */
    boolean markFresh(Tx tx, UUID id) {
        return MARK_FRESH.one(tx, false, id) != null;
    }
}
