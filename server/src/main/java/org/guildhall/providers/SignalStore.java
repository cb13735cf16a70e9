package org.guildhall.providers;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.providers.Tables.PRESENT_SIGNALS;
import static org.guildhall.schema.providers.Tables.SIGNALS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Signals. The view {@code present_signals} derives status and percentage. Triggers give each signal its position, and store in
 * {@code signal_states} what its evidence said when.
 */
final class SignalStore {

    /** A signal as it is shown. */
    record Row(
            UUID id, @Nullable String externalId, int position, String name, String lane, String kind, String ownerKind, String ownerName,
            @Nullable UUID ownerPersonId, String sourceStatus, @Nullable Integer reportedPercent, @Nullable String lastSignal,
            @Nullable Instant lastSignalAt, String impact, String recoveryAction, String evidenceSubject, @Nullable String evidenceSourceStatus,
            String evidenceWhy, String evidenceStatus, int evidencePercent, @Nullable UUID blockedBy, @Nullable String blockedReason,
            @Nullable Instant blockedAt, @Nullable UUID reviewedBy, @Nullable String reviewOutcome, @Nullable String reviewNote,
            @Nullable Instant reviewedAt, String state, @Nullable Instant archivedAt, String status, int signalPercent, boolean derived,
            @Nullable Instant staleSince, @Nullable UUID incidentId, Instant createdAt, Instant updatedAt, long version) {

        Owner owner() {
            return new Owner(ownerKind, ownerName, ownerPersonId);
        }
    }

    record Owner(String kind, String name, @Nullable UUID personId) {}

    /** @param sourceStatus null for the words of the signal's source status */
    record Evidence(String subject, @Nullable String sourceStatus, String why) {}

    /** The members of a signal that a caller can set. @param percent null for the one that follows from kind and source status */
    record Values(
            @Nullable String externalId, String name, String lane, Owner owner, String sourceStatus, @Nullable Integer percent,
            @Nullable String lastSignal, @Nullable Instant lastSignalAt, String impact, String recoveryAction, Evidence evidence) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable String lane, @Nullable String kind, @Nullable String status, @Nullable String owner,
            @Nullable Boolean derived, @Nullable String state) {}

    static final List<Field<?>> COLUMNS = List.of(
            PRESENT_SIGNALS.ID, PRESENT_SIGNALS.EXTERNAL_ID, PRESENT_SIGNALS.POSITION, PRESENT_SIGNALS.NAME, PRESENT_SIGNALS.LANE,
            PRESENT_SIGNALS.KIND, PRESENT_SIGNALS.OWNER_KIND, PRESENT_SIGNALS.OWNER_NAME, PRESENT_SIGNALS.OWNER_PERSON_ID,
            PRESENT_SIGNALS.SOURCE_STATUS, PRESENT_SIGNALS.REPORTED_PERCENT, PRESENT_SIGNALS.LAST_SIGNAL, PRESENT_SIGNALS.LAST_SIGNAL_AT,
            PRESENT_SIGNALS.IMPACT, PRESENT_SIGNALS.RECOVERY_ACTION, PRESENT_SIGNALS.EVIDENCE_SUBJECT, PRESENT_SIGNALS.EVIDENCE_SOURCE_STATUS,
            PRESENT_SIGNALS.EVIDENCE_WHY, PRESENT_SIGNALS.EVIDENCE_STATUS, PRESENT_SIGNALS.EVIDENCE_PERCENT, PRESENT_SIGNALS.BLOCKED_BY,
            PRESENT_SIGNALS.BLOCKED_REASON, PRESENT_SIGNALS.BLOCKED_AT, PRESENT_SIGNALS.REVIEWED_BY, PRESENT_SIGNALS.REVIEW_OUTCOME,
            PRESENT_SIGNALS.REVIEW_NOTE, PRESENT_SIGNALS.REVIEWED_AT, PRESENT_SIGNALS.STATE, PRESENT_SIGNALS.ARCHIVED_AT,
            PRESENT_SIGNALS.STATUS, PRESENT_SIGNALS.SIGNAL_PERCENT, PRESENT_SIGNALS.DERIVED, PRESENT_SIGNALS.STALE_SINCE,
            PRESENT_SIGNALS.INCIDENT_ID, PRESENT_SIGNALS.CREATED_AT,
            PRESENT_SIGNALS.UPDATED_AT, PRESENT_SIGNALS.VERSION, PRESENT_SIGNALS.RANK);

    private static final Condition BY_ID = SIGNALS.ID.eq(param(SIGNALS.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(
            select(COLUMNS).from(PRESENT_SIGNALS).where(PRESENT_SIGNALS.ID.eq(param(PRESENT_SIGNALS.ID))), SignalStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.of(
            select(COLUMNS).from(PRESENT_SIGNALS).where(PRESENT_SIGNALS.ID.eq(any(params("ids", SQLDataType.UUID)))), SignalStore::row);
    private static final PreparedQuery<UUID> LOCK = PreparedQuery.ofValue(select(SIGNALS.ID).from(SIGNALS).where(BY_ID).forUpdate());
    /** The columns that a caller sets. */
    private static final Map<Field<?>, Field<?>> SETTABLE = Columns.assigned(
            SIGNALS.EXTERNAL_ID, SIGNALS.NAME, SIGNALS.LANE, SIGNALS.OWNER_KIND, SIGNALS.OWNER_NAME, SIGNALS.OWNER_PERSON_ID,
            SIGNALS.SOURCE_STATUS, SIGNALS.REPORTED_PERCENT, SIGNALS.LAST_SIGNAL, SIGNALS.LAST_SIGNAL_AT, SIGNALS.IMPACT,
            SIGNALS.RECOVERY_ACTION, SIGNALS.EVIDENCE_SUBJECT, SIGNALS.EVIDENCE_SOURCE_STATUS, SIGNALS.EVIDENCE_WHY);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(SIGNALS)
            .set(SIGNALS.ID, param(SIGNALS.ID))
            .set(SIGNALS.KIND, param(SIGNALS.KIND))
            .set(SETTABLE));
    private static final PreparedUpdate UPDATE = PreparedUpdate.of(change()
            .set(SETTABLE)
            .where(BY_ID));
    private static final Field<Instant> AT = field(name("present", "at"), SQLDataType.INSTANT);
    /** The history begins the block at {@code updated_at}, so both are one reading of the clock. */
    private static final Field<Instant> BLOCKED_AT = greatest(AT, SIGNALS.UPDATED_AT);
    private static final PreparedUpdate BLOCK = PreparedUpdate.of(DSL.update(SIGNALS)
            .set(SIGNALS.UPDATED_AT, BLOCKED_AT)
            .set(SIGNALS.VERSION, SIGNALS.VERSION.plus(inline(1)))
            .set(SIGNALS.BLOCKED_BY, param(SIGNALS.BLOCKED_BY))
            .set(SIGNALS.BLOCKED_REASON, param(SIGNALS.BLOCKED_REASON))
            .set(SIGNALS.BLOCKED_AT, BLOCKED_AT)
            .from(select(EffectiveDates.present().as("at")).asTable("present"))
            .where(BY_ID));
    private static final PreparedUpdate UNBLOCK = PreparedUpdate.of(change()
            .set(SIGNALS.BLOCKED_BY, inline(null, SIGNALS.BLOCKED_BY))
            .set(SIGNALS.BLOCKED_REASON, inline(null, SIGNALS.BLOCKED_REASON))
            .set(SIGNALS.BLOCKED_AT, inline(null, SIGNALS.BLOCKED_AT))
            .where(BY_ID));
    private static final PreparedUpdate REVIEW = PreparedUpdate.of(change()
            .set(SIGNALS.REVIEWED_BY, param(SIGNALS.REVIEWED_BY))
            .set(SIGNALS.REVIEW_OUTCOME, param(SIGNALS.REVIEW_OUTCOME))
            .set(SIGNALS.REVIEW_NOTE, param(SIGNALS.REVIEW_NOTE))
            .set(SIGNALS.REVIEWED_AT, EffectiveDates.present())
            .where(BY_ID));
    private static final PreparedUpdate ARCHIVE = PreparedUpdate.of(change()
            .set(SIGNALS.STATE, inline("archived"))
            .set(SIGNALS.ARCHIVED_AT, EffectiveDates.present())
            .where(BY_ID));

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("signal_percent", PRESENT_SIGNALS.RANK, "position", PRESENT_SIGNALS.POSITION, "updated_at", PRESENT_SIGNALS.UPDATED_AT),
            PRESENT_SIGNALS.ID,
            by -> select(COLUMNS)
                    .from(PRESENT_SIGNALS)
                    .where(by.is(PRESENT_SIGNALS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(PRESENT_SIGNALS.LANE, Filter::lane))
                    .and(by.oneOf(PRESENT_SIGNALS.KIND, Filter::kind))
                    .and(by.oneOf(PRESENT_SIGNALS.STATUS, Filter::status))
                    .and(by.is(PRESENT_SIGNALS.OWNER_NAME, Filter::owner))
                    .and(by.choice(Filter::derived, derived -> derived == null ? noCondition() : PRESENT_SIGNALS.DERIVED.eq(inline(derived))))
                    .and(by.oneOf(PRESENT_SIGNALS.STATE, Filter::state)),
            SignalStore::row);

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(SIGNALS)
                .set(SIGNALS.UPDATED_AT, EffectiveDates.touched(SIGNALS.UPDATED_AT))
                .set(SIGNALS.VERSION, SIGNALS.VERSION.plus(inline(1)));
    }

    /** Inserts an active signal at the next position. */
    Row insert(Tx tx, String kind, Values values) {
        var id = Ids.next();
        INSERT.later(tx, id, kind, values.externalId(), values.name(), values.lane(), values.owner().kind(), values.owner().name(),
                values.owner().personId(), values.sourceStatus(), values.percent(), values.lastSignal(), values.lastSignalAt(), values.impact(),
                values.recoveryAction(), values.evidence().subject(), values.evidence().sourceStatus(), values.evidence().why());
        return GET.single(tx, id);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** Adds the read of a signal. */
    Supplier<@Nullable Row> get(Batch batch, UUID id) {
        return batch.one(GET, id);
    }

    /** Locks the signal until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        var batch = new Batch();
        batch.one(LOCK, id);
        var row = batch.one(GET, id);
        batch.send(tx);
        return row.get();
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, UUID id, Values values) {
        UPDATE.later(tx, values.externalId(), values.name(), values.lane(), values.owner().kind(), values.owner().name(),
                values.owner().personId(), values.sourceStatus(), values.percent(), values.lastSignal(), values.lastSignalAt(), values.impact(),
                values.recoveryAction(), values.evidence().subject(), values.evidence().sourceStatus(), values.evidence().why(), id);
        return GET.single(tx, id);
    }

    Row block(Tx tx, UUID id, UUID by, String reason) {
        BLOCK.later(tx, by, reason, id);
        return GET.single(tx, id);
    }

    Row unblock(Tx tx, UUID id) {
        UNBLOCK.later(tx, id);
        return GET.single(tx, id);
    }

    Row review(Tx tx, UUID id, UUID by, String outcome, @Nullable String note) {
        REVIEW.later(tx, by, outcome, note, id);
        return GET.single(tx, id);
    }

    Row archive(Tx tx, UUID id) {
        ARCHIVE.later(tx, id);
        return GET.single(tx, id);
    }

    static Row row(RowReader cells) {
        return new Row(
                cells.get(PRESENT_SIGNALS.ID), cells.get(PRESENT_SIGNALS.EXTERNAL_ID), cells.get(PRESENT_SIGNALS.POSITION),
                cells.get(PRESENT_SIGNALS.NAME), cells.get(PRESENT_SIGNALS.LANE), cells.get(PRESENT_SIGNALS.KIND),
                cells.get(PRESENT_SIGNALS.OWNER_KIND), cells.get(PRESENT_SIGNALS.OWNER_NAME), cells.get(PRESENT_SIGNALS.OWNER_PERSON_ID),
                cells.get(PRESENT_SIGNALS.SOURCE_STATUS), cells.get(PRESENT_SIGNALS.REPORTED_PERCENT), cells.get(PRESENT_SIGNALS.LAST_SIGNAL),
                cells.get(PRESENT_SIGNALS.LAST_SIGNAL_AT), cells.get(PRESENT_SIGNALS.IMPACT), cells.get(PRESENT_SIGNALS.RECOVERY_ACTION),
                cells.get(PRESENT_SIGNALS.EVIDENCE_SUBJECT), cells.get(PRESENT_SIGNALS.EVIDENCE_SOURCE_STATUS),
                cells.get(PRESENT_SIGNALS.EVIDENCE_WHY), cells.get(PRESENT_SIGNALS.EVIDENCE_STATUS), cells.get(PRESENT_SIGNALS.EVIDENCE_PERCENT),
                cells.get(PRESENT_SIGNALS.BLOCKED_BY), cells.get(PRESENT_SIGNALS.BLOCKED_REASON), cells.get(PRESENT_SIGNALS.BLOCKED_AT),
                cells.get(PRESENT_SIGNALS.REVIEWED_BY), cells.get(PRESENT_SIGNALS.REVIEW_OUTCOME), cells.get(PRESENT_SIGNALS.REVIEW_NOTE),
                cells.get(PRESENT_SIGNALS.REVIEWED_AT), cells.get(PRESENT_SIGNALS.STATE), cells.get(PRESENT_SIGNALS.ARCHIVED_AT),
                cells.get(PRESENT_SIGNALS.STATUS), cells.get(PRESENT_SIGNALS.SIGNAL_PERCENT), cells.get(PRESENT_SIGNALS.DERIVED),
                cells.get(PRESENT_SIGNALS.STALE_SINCE), cells.get(PRESENT_SIGNALS.INCIDENT_ID),
                cells.get(PRESENT_SIGNALS.CREATED_AT), cells.get(PRESENT_SIGNALS.UPDATED_AT), cells.get(PRESENT_SIGNALS.VERSION));
    }
}
