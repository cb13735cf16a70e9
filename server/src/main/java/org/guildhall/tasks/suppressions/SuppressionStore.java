package org.guildhall.tasks.suppressions;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.tasks.Tables.SUPPRESSIONS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.EmailAddresses;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Suppressions: addresses to which no messages are sent. */
final class SuppressionStore {

    /** A suppression as stored. @param active true if it isn't lifted and hasn't ended */
    record Row(
            UUID id, @Nullable String externalId, String channel, @Nullable String address, @Nullable UUID personId, String reason, @Nullable String category, @Nullable Instant until,
            boolean active, @Nullable UUID messageId, @Nullable Instant liftedAt, @Nullable String liftReason, Instant createdAt, Instant updatedAt,
            long version) {}

    /** A suppression to insert. */
    record New(
            @Nullable String externalId, @Nullable String address, @Nullable UUID personId, String reason, @Nullable String category, @Nullable Instant until) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String address, @Nullable UUID personId, @Nullable String reason, TimeWindow created) {}

    private static final String CHANNEL = "email";
    private static final Condition ACTIVE =
            SUPPRESSIONS.LIFTED_AT.isNull().and(SUPPRESSIONS.UNTIL.isNull().or(SUPPRESSIONS.UNTIL.gt(EffectiveDates.present())));
    private static final Field<Boolean> IS_ACTIVE = field(ACTIVE).as("active");
    private static final List<Field<?>> COLUMNS = List.of(
            SUPPRESSIONS.ID, SUPPRESSIONS.EXTERNAL_ID, SUPPRESSIONS.CHANNEL, SUPPRESSIONS.ADDRESS, SUPPRESSIONS.PERSON_ID, SUPPRESSIONS.REASON, SUPPRESSIONS.CATEGORY,
            SUPPRESSIONS.UNTIL, IS_ACTIVE, SUPPRESSIONS.MESSAGE_ID, SUPPRESSIONS.LIFTED_AT, SUPPRESSIONS.LIFT_REASON, SUPPRESSIONS.CREATED_AT,
            SUPPRESSIONS.UPDATED_AT, SUPPRESSIONS.VERSION);
    private static final Condition BY_ID = SUPPRESSIONS.ID.eq(param(SUPPRESSIONS.ID));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(SUPPRESSIONS)
                    .set(SUPPRESSIONS.EXTERNAL_ID, param(SUPPRESSIONS.EXTERNAL_ID))
                    .set(SUPPRESSIONS.CHANNEL, inline(CHANNEL))
                    .set(SUPPRESSIONS.ADDRESS, param(SUPPRESSIONS.ADDRESS))
                    .set(SUPPRESSIONS.ADDRESS_KEY, param(SUPPRESSIONS.ADDRESS_KEY))
                    .set(SUPPRESSIONS.PERSON_ID, param(SUPPRESSIONS.PERSON_ID))
                    .set(SUPPRESSIONS.REASON, param(SUPPRESSIONS.REASON))
                    .set(SUPPRESSIONS.CATEGORY, param(SUPPRESSIONS.CATEGORY))
                    .set(SUPPRESSIONS.UNTIL, param(SUPPRESSIONS.UNTIL))
                    .returningResult(COLUMNS),
            SuppressionStore::row);
    private static final PreparedQuery<Row> INSERT_BOUNCE = PreparedQuery.of(
            insertInto(SUPPRESSIONS)
                    .set(SUPPRESSIONS.CHANNEL, inline(CHANNEL))
                    .set(SUPPRESSIONS.ADDRESS, param(SUPPRESSIONS.ADDRESS))
                    .set(SUPPRESSIONS.ADDRESS_KEY, param(SUPPRESSIONS.ADDRESS_KEY))
                    .set(SUPPRESSIONS.REASON, inline("hard_bounce"))
                    .set(SUPPRESSIONS.MESSAGE_ID, param(SUPPRESSIONS.MESSAGE_ID))
                    .onConflictDoNothing()
                    .returningResult(COLUMNS),
            SuppressionStore::row);
    private static final PreparedQuery<Row> INSERT_UNSUBSCRIPTION = PreparedQuery.of(
            insertInto(SUPPRESSIONS)
                    .set(SUPPRESSIONS.CHANNEL, inline(CHANNEL))
                    .set(SUPPRESSIONS.PERSON_ID, param(SUPPRESSIONS.PERSON_ID))
                    .set(SUPPRESSIONS.ADDRESS, param(SUPPRESSIONS.ADDRESS))
                    .set(SUPPRESSIONS.ADDRESS_KEY, param(SUPPRESSIONS.ADDRESS_KEY))
                    .set(SUPPRESSIONS.REASON, inline("unsubscribe"))
                    .set(SUPPRESSIONS.CATEGORY, param(SUPPRESSIONS.CATEGORY))
                    .onConflictDoNothing()
                    .returningResult(COLUMNS),
            SuppressionStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(SUPPRESSIONS).where(BY_ID), SuppressionStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(SUPPRESSIONS).where(BY_ID).forNoKeyUpdate(), SuppressionStore::row);
    private static final PreparedQuery<SuppressionRules.Active> ACTIVE_OF_RECIPIENT = PreparedQuery.of(
            select(SUPPRESSIONS.ID, SUPPRESSIONS.REASON, SUPPRESSIONS.CATEGORY)
                    .from(SUPPRESSIONS)
                    .where(SUPPRESSIONS.ADDRESS_KEY.eq(param(SUPPRESSIONS.ADDRESS_KEY)).or(SUPPRESSIONS.PERSON_ID.eq(param(SUPPRESSIONS.PERSON_ID))))
                    .and(SUPPRESSIONS.CHANNEL.eq(inline(CHANNEL)))
                    .and(ACTIVE)
                    .orderBy(SUPPRESSIONS.CREATED_AT, SUPPRESSIONS.ID),
            cells -> new SuppressionRules.Active(cells.get(SUPPRESSIONS.ID), cells.get(SUPPRESSIONS.REASON), cells.get(SUPPRESSIONS.CATEGORY)));
    private static final PreparedQuery<Row> LIFT = PreparedQuery.of(
            DSL.update(SUPPRESSIONS)
                    .set(SUPPRESSIONS.LIFTED_AT, EffectiveDates.touched(SUPPRESSIONS.UPDATED_AT))
                    .set(SUPPRESSIONS.LIFT_REASON, param(SUPPRESSIONS.LIFT_REASON))
                    .set(SUPPRESSIONS.UPDATED_AT, EffectiveDates.touched(SUPPRESSIONS.UPDATED_AT))
                    .set(SUPPRESSIONS.VERSION, SUPPRESSIONS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            SuppressionStore::row);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", SUPPRESSIONS.CREATED_AT),
            SUPPRESSIONS.ID,
            by -> select(COLUMNS)
                    .from(SUPPRESSIONS)
                    .where(by.is(SUPPRESSIONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(SUPPRESSIONS.ADDRESS_KEY, filter -> key(filter.address())))
                    .and(by.is(SUPPRESSIONS.PERSON_ID, Filter::personId))
                    .and(by.oneOf(SUPPRESSIONS.REASON, Filter::reason))
                    .and(by.within(SUPPRESSIONS.CREATED_AT, Filter::created)),
            SuppressionStore::row);

    Row insert(Tx tx, New suppression) {
        return INSERT.single(tx,
                suppression.externalId(), suppression.address(), key(suppression.address()), suppression.personId(), suppression.reason(),
                suppression.category(), suppression.until());
    }

    /** Inserts the suppression of an address that a mail server has refused for good; null if there is one. */
    @Nullable Row insertBounce(Tx tx, String address, UUID messageId) {
        return INSERT_BOUNCE.one(tx, address, key(address), messageId);
    }

    /** Inserts the unsubscription of a recipient from a category; null if there is one. */
    @Nullable Row insertUnsubscription(Tx tx, @Nullable UUID personId, @Nullable String address, String category) {
        return INSERT_UNSUBSCRIPTION.one(tx, personId, address, key(address), category);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the suppression until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Adds the read of the active suppressions of a recipient, oldest first. @param address null if it is a person only @param personId null if it is an address only */
    Supplier<List<SuppressionRules.Active>> active(Batch batch, @Nullable String address, @Nullable UUID personId) {
        return batch.all(ACTIVE_OF_RECIPIENT, key(address), personId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row lift(Tx tx, UUID id, String reason) {
        return LIFT.single(tx, reason, id);
    }

    private static @Nullable String key(@Nullable String address) {
        return address == null ? null : EmailAddresses.folded(address);
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(SUPPRESSIONS.ID), cells.get(SUPPRESSIONS.EXTERNAL_ID), cells.get(SUPPRESSIONS.CHANNEL), cells.get(SUPPRESSIONS.ADDRESS),
                cells.get(SUPPRESSIONS.PERSON_ID), cells.get(SUPPRESSIONS.REASON), cells.get(SUPPRESSIONS.CATEGORY), cells.get(SUPPRESSIONS.UNTIL),
                Boolean.TRUE.equals(cells.get(IS_ACTIVE)), cells.get(SUPPRESSIONS.MESSAGE_ID), cells.get(SUPPRESSIONS.LIFTED_AT),
                cells.get(SUPPRESSIONS.LIFT_REASON), cells.get(SUPPRESSIONS.CREATED_AT), cells.get(SUPPRESSIONS.UPDATED_AT),
                cells.get(SUPPRESSIONS.VERSION));
    }
}
