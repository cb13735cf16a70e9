package org.guildhall.runtime.people;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.MEMBERSHIPS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.QueryShape;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schema.runtime.tables.Memberships;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Memberships, which are effective-dated. Each row holds the role that a person had from {@code starts_at} until {@code ends_at}. All rows
 * of one id are one membership. Every caller that changes one locks its organization first.
 */
public final class MembershipStore {

    /** A role with its start and end, and the present values of the members that aren't effective-dated. */
    record Row(
            UUID id, @Nullable String externalId, UUID organizationId, UUID personId, String role, boolean active, Instant startsAt,
            @Nullable Instant endsAt, Instant createdAt, Instant updatedAt, long version) {

        private Row with(@Nullable String externalId, Instant now) {
            return new Row(id, externalId, organizationId, personId, role, active, startsAt, endsAt, createdAt,
                    EffectiveDates.touched(updatedAt, now), version + 1);
        }

        private Row ended(Instant now) {
            return new Row(id, externalId, organizationId, personId, role, false, startsAt, EffectiveDates.end(startsAt, now), createdAt,
                    EffectiveDates.touched(updatedAt, now), version + 1);
        }

        private Row inRole(@Nullable String externalId, String role, Instant now) {
            var start = EffectiveDates.end(startsAt, now);
            return new Row(id, externalId, organizationId, personId, role, true, start, null, createdAt, start, version + 1);
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID personId, @Nullable String role,
            @Nullable Boolean active, TimeWindow created, @Nullable Instant at) {}

    private static final Memberships LATEST = MEMBERSHIPS.as("latest");
    private static final Memberships OTHER = MEMBERSHIPS.as("other");
    private static final Field<Boolean> ACTIVE = field(MEMBERSHIPS.ENDS_AT.isNull()).as("active");
    private static final List<Field<?>> COLUMNS = columns(MEMBERSHIPS);
    private static final List<Field<?>> COLUMNS_AT = columns(LATEST);

    /** @param today the row with the members that aren't effective-dated */
    private static List<Field<?>> columns(Memberships today) {
        return List.of(
                MEMBERSHIPS.ID, today.EXTERNAL_ID, MEMBERSHIPS.ORGANIZATION_ID, MEMBERSHIPS.PERSON_ID, MEMBERSHIPS.ROLE,
                field(today.ENDS_AT.isNull()).as("active"), MEMBERSHIPS.STARTS_AT, MEMBERSHIPS.ENDS_AT, MEMBERSHIPS.CREATED_AT,
                today.UPDATED_AT, today.VERSION);
    }

    private static final Condition BY_ID = MEMBERSHIPS.ID.eq(param(MEMBERSHIPS.ID));
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(MEMBERSHIPS)
            .set(MEMBERSHIPS.ID, param(MEMBERSHIPS.ID))
            .set(MEMBERSHIPS.EXTERNAL_ID, param(MEMBERSHIPS.EXTERNAL_ID))
            .set(MEMBERSHIPS.ORGANIZATION_ID, param(MEMBERSHIPS.ORGANIZATION_ID))
            .set(MEMBERSHIPS.PERSON_ID, param(MEMBERSHIPS.PERSON_ID))
            .set(MEMBERSHIPS.ROLE, param(MEMBERSHIPS.ROLE))
            .set(MEMBERSHIPS.STARTS_AT, param(MEMBERSHIPS.STARTS_AT))
            .set(MEMBERSHIPS.CREATED_AT, param(MEMBERSHIPS.CREATED_AT))
            .set(MEMBERSHIPS.UPDATED_AT, param(MEMBERSHIPS.UPDATED_AT))
            .set(MEMBERSHIPS.VERSION, param(MEMBERSHIPS.VERSION)));
    private static final PreparedQuery<Row> GET =
            PreparedQuery.of(select(COLUMNS).from(MEMBERSHIPS).where(BY_ID).and(isLatest()), MembershipStore::row);
    private static final PreparedQuery<Row> GET_AT =
            PreparedQuery.of(at(DSL.param("at", SQLDataType.INSTANT)).and(BY_ID), COLUMNS, MembershipStore::row);
    private static final PreparedQuery<Row> CURRENT = PreparedQuery.of(
            select(COLUMNS)
                    .from(MEMBERSHIPS)
                    .where(MEMBERSHIPS.ORGANIZATION_ID.eq(param(MEMBERSHIPS.ORGANIZATION_ID)))
                    .and(MEMBERSHIPS.PERSON_ID.eq(param(MEMBERSHIPS.PERSON_ID)))
                    .and(MEMBERSHIPS.ENDS_AT.isNull()),
            MembershipStore::row);
    private static final PreparedQuery<Row> CURRENT_OF = PreparedQuery.of(
            select(COLUMNS)
                    .from(MEMBERSHIPS)
                    .where(MEMBERSHIPS.PERSON_ID.eq(param(MEMBERSHIPS.PERSON_ID)))
                    .and(MEMBERSHIPS.ENDS_AT.isNull())
                    .orderBy(MEMBERSHIPS.CREATED_AT, MEMBERSHIPS.ID),
            MembershipStore::row);
    private static final PreparedQuery<Integer> OTHER_OWNER = PreparedQuery.ofValue(selectOne()
            .from(MEMBERSHIPS)
            .where(MEMBERSHIPS.ORGANIZATION_ID.eq(
                    select(OTHER.ORGANIZATION_ID).from(OTHER).where(OTHER.ID.eq(param(MEMBERSHIPS.ID))).limit(inline(1))))
            .and(MEMBERSHIPS.ROLE.eq(inline("owner")))
            .and(MEMBERSHIPS.ENDS_AT.isNull())
            .and(MEMBERSHIPS.ID.ne(param(MEMBERSHIPS.ID)))
            .limit(inline(1)));
    private static final PreparedUpdate SET_EXTERNAL_ID =
            PreparedUpdate.of(DSL.update(MEMBERSHIPS).set(MEMBERSHIPS.EXTERNAL_ID, param(MEMBERSHIPS.EXTERNAL_ID)).where(BY_ID));
    private static final PreparedUpdate TOUCH = PreparedUpdate.of(DSL.update(MEMBERSHIPS)
            .set(MEMBERSHIPS.UPDATED_AT, param(MEMBERSHIPS.UPDATED_AT))
            .set(MEMBERSHIPS.VERSION, MEMBERSHIPS.VERSION.plus(inline(1)))
            .where(BY_ID)
            .and(MEMBERSHIPS.STARTS_AT.eq(param(MEMBERSHIPS.STARTS_AT))));
    private static final PreparedUpdate END_ROLE = PreparedUpdate.of(
            DSL.update(MEMBERSHIPS).set(MEMBERSHIPS.ENDS_AT, param(MEMBERSHIPS.ENDS_AT)).where(BY_ID).and(MEMBERSHIPS.ENDS_AT.isNull()));
    private static final PreparedUpdate END = PreparedUpdate.of(DSL.update(MEMBERSHIPS)
            .set(MEMBERSHIPS.ENDS_AT, param(MEMBERSHIPS.ENDS_AT))
            .set(MEMBERSHIPS.UPDATED_AT, param(MEMBERSHIPS.UPDATED_AT))
            .set(MEMBERSHIPS.VERSION, MEMBERSHIPS.VERSION.plus(inline(1)))
            .where(BY_ID)
            .and(MEMBERSHIPS.ENDS_AT.isNull()));
    private static final ListQuery<Filter, Row> LIST =
            ListQuery.of(Map.of("created_at", MEMBERSHIPS.CREATED_AT), MEMBERSHIPS.ID, MembershipStore::list, MembershipStore::row);

    private static SelectConditionStep<Record> at(Field<Instant> at) {
        return select(COLUMNS_AT)
                .from(MEMBERSHIPS)
                .join(LATEST)
                .on(latest())
                .where(EffectiveDates.holds(MEMBERSHIPS.STARTS_AT, MEMBERSHIPS.ENDS_AT, at))
                // Redundant: the list begins with what existed then, instead of reading everything newer first.
                .and(MEMBERSHIPS.CREATED_AT.le(at));
    }

    private static SelectConditionStep<Record> list(QueryShape<Filter> by) {
        var at = by.optional(SQLDataType.INSTANT, Filter::at);
        var today = at == null ? MEMBERSHIPS : LATEST;
        return (at == null ? select(COLUMNS).from(MEMBERSHIPS).where(isLatest()) : at(at))
                .and(by.is(MEMBERSHIPS.ORGANIZATION_ID, Filter::organizationId))
                .and(by.is(MEMBERSHIPS.PERSON_ID, Filter::personId))
                .and(by.is(today.EXTERNAL_ID, Filter::externalId))
                .and(by.oneOf(MEMBERSHIPS.ROLE, Filter::role))
                .and(by.choice(Filter::active, active ->
                        active == null ? DSL.noCondition() : active ? today.ENDS_AT.isNull() : today.ENDS_AT.isNotNull()))
                .and(by.within(MEMBERSHIPS.CREATED_AT, Filter::created));
    }

    private static Condition isLatest() {
        return DSL.notExists(
                selectOne().from(OTHER).where(OTHER.ID.eq(MEMBERSHIPS.ID)).and(OTHER.STARTS_AT.gt(MEMBERSHIPS.STARTS_AT)));
    }

    private static Condition latest() {
        return LATEST.ID.eq(MEMBERSHIPS.ID)
                .and(LATEST.STARTS_AT.eq(select(max(OTHER.STARTS_AT)).from(OTHER).where(OTHER.ID.eq(MEMBERSHIPS.ID))));
    }

    /** Inserts a membership that starts at {@code now}. The caller has locked the organization. */
    Row insert(Tx tx, UUID organizationId, UUID personId, @Nullable String externalId, String role, Instant now) {
        var row = new Row(Ids.next(), externalId, organizationId, personId, role, true, now, null, now, now, 1);
        insert(tx, row);
        return row;
    }

    private static void insert(Tx tx, Row row) {
        INSERT.later(tx, row.id(), row.externalId(), row.organizationId(), row.personId(), row.role(), row.startsAt(), row.createdAt(), row.updatedAt(),
                row.version());
    }

    /** The membership as it is now, or as it was when it ended. */
    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Adds the read of a membership as it is now, or as it was when it ended. */
    Supplier<@Nullable Row> get(Batch batch, UUID id) {
        return batch.one(GET, id);
    }

    /** The membership as it was at an instant; null if it wasn't active then. */
    @Nullable Row get(Tx tx, UUID id, Instant at) {
        return GET_AT.one(tx, at, id);
    }

    /** Adds the read of the active membership of a person in an organization; null if there is none. */
    Supplier<@Nullable Row> current(Batch batch, UUID organizationId, UUID personId) {
        return batch.one(CURRENT, organizationId, personId);
    }

    /** Adds the read of the active memberships of a person, oldest first. */
    Supplier<List<Row>> currentOf(Batch batch, UUID personId) {
        return batch.all(CURRENT_OF, personId);
    }

    /** Adds the question whether the organization of a membership has another active owner. */
    BooleanSupplier hasOtherOwner(Batch batch, UUID membershipId) {
        return batch.exists(OTHER_OWNER, membershipId);
    }

    /** The memberships in their latest state. With an instant: the memberships that were active then, with their roles of then. */
    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Replaces the external id in all rows of the membership. The role continues. */
    Row setExternalId(Tx tx, Row membership, @Nullable String externalId, Instant now) {
        var after = membership.with(externalId, now);
        SET_EXTERNAL_ID.later(tx, externalId, after.id());
        TOUCH.later(tx, after.updatedAt(), after.id(), after.startsAt());
        return after;
    }

    /** Ends the role and starts another role at the same instant. */
    Row update(Tx tx, Row membership, @Nullable String externalId, String role, Instant now) {
        // The external id belongs to the membership, not to one role, so all its rows get it.
        if (!Objects.equals(externalId, membership.externalId())) {
            SET_EXTERNAL_ID.later(tx, externalId, membership.id());
        }
        var after = membership.inRole(externalId, role, now);
        END_ROLE.later(tx, after.startsAt(), after.id());
        insert(tx, after);
        return after;
    }

    /** Ends the membership at {@code now}. */
    Row end(Tx tx, Row membership, Instant now) {
        var after = membership.ended(now);
        END.later(tx, after.endsAt(), after.updatedAt(), after.id());
        return after;
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(MEMBERSHIPS.ID), cells.get(MEMBERSHIPS.EXTERNAL_ID), cells.get(MEMBERSHIPS.ORGANIZATION_ID),
                cells.get(MEMBERSHIPS.PERSON_ID), cells.get(MEMBERSHIPS.ROLE), cells.get(ACTIVE), cells.get(MEMBERSHIPS.STARTS_AT),
                cells.get(MEMBERSHIPS.ENDS_AT), cells.get(MEMBERSHIPS.CREATED_AT), cells.get(MEMBERSHIPS.UPDATED_AT),
                cells.get(MEMBERSHIPS.VERSION));
    }
}
