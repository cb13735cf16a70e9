package org.guildhall.billing.dunning;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.DUNNING_ATTEMPTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.dunning.DunningSteps.Move;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The steps of cases that were carried out or skipped. */
final class DunningAttemptStore {

    /** An attempt as stored. */
    record Row(
            UUID id, UUID caseId, int position, String action, @Nullable String channel, Instant dueAt, @Nullable Move move, String state,
            @Nullable String skipReason, @Nullable UUID messageId, Instant createdAt, Instant updatedAt, long version) {}

    /** An attempt to insert. @param move null if the step was carried out when it was due */
    record New(
            UUID caseId, int position, String action, @Nullable String channel, Instant dueAt, @Nullable Move move, String state,
            @Nullable String skipReason, @Nullable UUID messageId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable UUID caseId, @Nullable String state, @Nullable String channel, TimeWindow created) {}

    private static final List<Field<?>> COLUMNS = List.of(
            DUNNING_ATTEMPTS.ID, DUNNING_ATTEMPTS.CASE_ID, DUNNING_ATTEMPTS.POSITION, DUNNING_ATTEMPTS.ACTION, DUNNING_ATTEMPTS.CHANNEL,
            DUNNING_ATTEMPTS.DUE_AT, DUNNING_ATTEMPTS.MOVED_TO, DUNNING_ATTEMPTS.MOVED_REASON, DUNNING_ATTEMPTS.STATE, DUNNING_ATTEMPTS.SKIP_REASON,
            DUNNING_ATTEMPTS.MESSAGE_ID, DUNNING_ATTEMPTS.CREATED_AT, DUNNING_ATTEMPTS.UPDATED_AT, DUNNING_ATTEMPTS.VERSION);
    private static final Condition BY_ID = DUNNING_ATTEMPTS.ID.eq(param(DUNNING_ATTEMPTS.ID));
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(DUNNING_ATTEMPTS)
                    .set(Columns.assigned(
                            DUNNING_ATTEMPTS.CASE_ID, DUNNING_ATTEMPTS.POSITION, DUNNING_ATTEMPTS.ACTION, DUNNING_ATTEMPTS.CHANNEL,
                            DUNNING_ATTEMPTS.DUE_AT, DUNNING_ATTEMPTS.MOVED_TO, DUNNING_ATTEMPTS.MOVED_REASON, DUNNING_ATTEMPTS.STATE,
                            DUNNING_ATTEMPTS.SKIP_REASON, DUNNING_ATTEMPTS.MESSAGE_ID))
                    .returningResult(COLUMNS),
            DunningAttemptStore::read);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(DUNNING_ATTEMPTS).where(BY_ID), DunningAttemptStore::read);
    private static final PreparedQuery<Row> WAITING = PreparedQuery.of(
            select(COLUMNS)
                    .from(DUNNING_ATTEMPTS)
                    .where(DUNNING_ATTEMPTS.STATE.in(inline("queued"), inline("sent")))
                    .and(row(DUNNING_ATTEMPTS.CREATED_AT, DUNNING_ATTEMPTS.ID)
                            .gt(row(DSL.param("after_created", SQLDataType.INSTANT), DSL.param("after_id", SQLDataType.UUID))))
                    .orderBy(DUNNING_ATTEMPTS.CREATED_AT, DUNNING_ATTEMPTS.ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER)),
            DunningAttemptStore::read);
    private static final PreparedQuery<UUID> ANY_WAITING = PreparedQuery.ofValue(
            select(DUNNING_ATTEMPTS.ID)
                    .from(DUNNING_ATTEMPTS)
                    .where(DUNNING_ATTEMPTS.STATE.in(inline("queued"), inline("sent")))
                    .and(DUNNING_ATTEMPTS.CREATED_AT.gt(param(DUNNING_ATTEMPTS.CREATED_AT)))
                    .limit(inline(1)));
    private static final PreparedQuery<Row> SET_STATE = PreparedQuery.of(
            DSL.update(DUNNING_ATTEMPTS)
                    .set(DUNNING_ATTEMPTS.STATE, param(DUNNING_ATTEMPTS.STATE))
                    .set(DUNNING_ATTEMPTS.UPDATED_AT, EffectiveDates.touched(DUNNING_ATTEMPTS.UPDATED_AT))
                    .set(DUNNING_ATTEMPTS.VERSION, DUNNING_ATTEMPTS.VERSION.plus(inline(1L)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DunningAttemptStore::read);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", DUNNING_ATTEMPTS.CREATED_AT),
            DUNNING_ATTEMPTS.ID,
            by -> select(COLUMNS)
                    .from(DUNNING_ATTEMPTS)
                    .where(by.is(DUNNING_ATTEMPTS.CASE_ID, Filter::caseId))
                    .and(by.oneOf(DUNNING_ATTEMPTS.STATE, Filter::state))
                    .and(by.oneOf(DUNNING_ATTEMPTS.CHANNEL, Filter::channel))
                    .and(by.within(DUNNING_ATTEMPTS.CREATED_AT, Filter::created)),
            DunningAttemptStore::read);

    Row insert(Tx tx, New one) {
        return INSERT.single(
                tx, one.caseId(), one.position(), one.action(), one.channel(), one.dueAt(), one.move() == null ? null : one.move().to(),
                one.move() == null ? null : one.move().reason(), one.state(), one.skipReason(), one.messageId());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** The attempts whose messages can still change, by their creation. */
    List<Row> waiting(Tx tx, DunningPlace after, int most) {
        return WAITING.all(tx, after.at(), after.id(), most);
    }

    /** True if the message of an attempt that was created after an instant can still change. */
    boolean anyWaiting(Tx tx, Instant after) {
        return ANY_WAITING.exists(tx, after);
    }

    Row setState(Tx tx, UUID id, String state) {
        return SET_STATE.single(tx, state, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row read(RowReader cells) {
        var to = cells.get(DUNNING_ATTEMPTS.MOVED_TO);
        return new Row(
                cells.get(DUNNING_ATTEMPTS.ID), cells.get(DUNNING_ATTEMPTS.CASE_ID), cells.get(DUNNING_ATTEMPTS.POSITION),
                cells.get(DUNNING_ATTEMPTS.ACTION), cells.get(DUNNING_ATTEMPTS.CHANNEL), cells.get(DUNNING_ATTEMPTS.DUE_AT),
                to == null ? null : new Move(to, cells.get(DUNNING_ATTEMPTS.MOVED_REASON)), cells.get(DUNNING_ATTEMPTS.STATE),
                cells.get(DUNNING_ATTEMPTS.SKIP_REASON), cells.get(DUNNING_ATTEMPTS.MESSAGE_ID), cells.get(DUNNING_ATTEMPTS.CREATED_AT),
                cells.get(DUNNING_ATTEMPTS.UPDATED_AT), cells.get(DUNNING_ATTEMPTS.VERSION));
    }
}
