package org.guildhall.runtime.people;

import static org.guildhall.schema.runtime.Tables.MEMBERSHIPS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.schema.runtime.tables.Memberships;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Memberships, which are effective-dated. Each row holds the role that a person had from {@code starts_at} until {@code ends_at}. All rows
 * of one id are one membership. Every caller that changes one locks its organization first.
 */
public final class MembershipStore {

    /** A role with its start and end, and the present values of the members that aren't effective-dated. */
    record Row(
            UUID id, @Nullable String externalId, UUID organizationId, UUID personId, String role, boolean active, Instant startsAt,
            @Nullable Instant endsAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID personId, @Nullable String role,
            @Nullable Boolean active, TimeWindow created, @Nullable Instant at) {}

    private static final Memberships LATEST = MEMBERSHIPS.as("latest");
    private static final Memberships OTHER = MEMBERSHIPS.as("other");
    private static final Map<String, Field<?>> SORTS = Map.of("created_at", MEMBERSHIPS.CREATED_AT);
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

    /** Inserts a membership that starts now. The caller has locked the organization. */
    Row insert(Tx tx, UUID organizationId, UUID personId, @Nullable String externalId, String role) {
        var now = tx.sql().select(EffectiveDates.present()).fetchSingle().value1();
        return tx.sql()
                .insertInto(MEMBERSHIPS)
                .set(MEMBERSHIPS.EXTERNAL_ID, externalId)
                .set(MEMBERSHIPS.ORGANIZATION_ID, organizationId)
                .set(MEMBERSHIPS.PERSON_ID, personId)
                .set(MEMBERSHIPS.ROLE, role)
                .set(MEMBERSHIPS.STARTS_AT, now)
                .set(MEMBERSHIPS.CREATED_AT, now)
                .set(MEMBERSHIPS.UPDATED_AT, now)
                .returningResult(COLUMNS)
                .fetchSingle(MembershipStore::row);
    }

    /** The membership as it is now, or as it was when it ended. */
    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(MEMBERSHIPS).where(MEMBERSHIPS.ID.eq(id)).and(isLatest()).fetchOne(MembershipStore::row);
    }

    /** The membership as it was at an instant; null if it wasn't active then. */
    @Nullable Row get(Tx tx, UUID id, Instant at) {
        return tx.sql()
                .select(COLUMNS_AT)
                .from(MEMBERSHIPS)
                .join(LATEST)
                .on(latest())
                .where(MEMBERSHIPS.ID.eq(id))
                .and(EffectiveDates.holds(MEMBERSHIPS.STARTS_AT, MEMBERSHIPS.ENDS_AT, at))
                .fetchOne(MembershipStore::row);
    }

    /** The active membership of a person in an organization; null if there is none. */
    @Nullable Row current(Tx tx, UUID organizationId, UUID personId) {
        return tx.sql()
                .select(COLUMNS)
                .from(MEMBERSHIPS)
                .where(MEMBERSHIPS.ORGANIZATION_ID.eq(organizationId))
                .and(MEMBERSHIPS.PERSON_ID.eq(personId))
                .and(MEMBERSHIPS.ENDS_AT.isNull())
                .fetchOne(MembershipStore::row);
    }

    /** The active memberships of a person, oldest first. */
    List<Row> currentOf(Tx tx, UUID personId) {
        return tx.sql()
                .select(COLUMNS)
                .from(MEMBERSHIPS)
                .where(MEMBERSHIPS.PERSON_ID.eq(personId))
                .and(MEMBERSHIPS.ENDS_AT.isNull())
                .orderBy(MEMBERSHIPS.CREATED_AT, MEMBERSHIPS.ID)
                .fetch(MembershipStore::row);
    }

    /** True if the organization of this membership has another active owner. */
    boolean hasOtherOwner(Tx tx, Row membership) {
        return tx.sql().fetchExists(MEMBERSHIPS, MEMBERSHIPS.ORGANIZATION_ID.eq(membership.organizationId())
                .and(MEMBERSHIPS.ROLE.eq("owner"))
                .and(MEMBERSHIPS.ENDS_AT.isNull())
                .and(MEMBERSHIPS.ID.ne(membership.id())));
    }

    /** The memberships in their latest state. With an instant: the memberships that were active then, with their roles of then. */
    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var at = filter.at();
        var today = at == null ? MEMBERSHIPS : LATEST;
        var select = at == null
                ? tx.sql().select(COLUMNS).from(MEMBERSHIPS).where(isLatest())
                : tx.sql()
                        .select(COLUMNS_AT)
                        .from(MEMBERSHIPS)
                        .join(LATEST)
                        .on(latest())
                        .where(EffectiveDates.holds(MEMBERSHIPS.STARTS_AT, MEMBERSHIPS.ENDS_AT, at));
        var filtered = select.and(Filters.is(MEMBERSHIPS.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(MEMBERSHIPS.PERSON_ID, filter.personId()))
                .and(Filters.is(today.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(MEMBERSHIPS.ROLE, filter.role()))
                .and(filter.active() == null ? DSL.noCondition() : filter.active() ? today.ENDS_AT.isNull() : today.ENDS_AT.isNotNull())
                .and(Filters.within(MEMBERSHIPS.CREATED_AT, filter.created()));
        return page.fetch(filtered, SORTS, MEMBERSHIPS.ID, MembershipStore::row);
    }

    /** Replaces the external id in all rows of the membership. The role continues. */
    Row setExternalId(Tx tx, Row membership, @Nullable String externalId) {
        writeExternalId(tx, membership.id(), externalId);
        return tx.sql()
                .update(MEMBERSHIPS)
                .set(MEMBERSHIPS.UPDATED_AT, EffectiveDates.touched(MEMBERSHIPS.UPDATED_AT))
                .set(MEMBERSHIPS.VERSION, MEMBERSHIPS.VERSION.plus(1))
                .where(MEMBERSHIPS.ID.eq(membership.id()))
                .and(MEMBERSHIPS.STARTS_AT.eq(membership.startsAt()))
                .returningResult(COLUMNS)
                .fetchSingle(MembershipStore::row);
    }

    /** Ends the role and starts another role at the same instant. */
    Row update(Tx tx, Row membership, @Nullable String externalId, String role) {
        if (!Objects.equals(externalId, membership.externalId())) {
            writeExternalId(tx, membership.id(), externalId);
        }
        var now = tx.sql()
                .update(MEMBERSHIPS)
                .set(MEMBERSHIPS.ENDS_AT, EffectiveDates.end(MEMBERSHIPS.STARTS_AT))
                .where(MEMBERSHIPS.ID.eq(membership.id()))
                .and(MEMBERSHIPS.ENDS_AT.isNull())
                .returningResult(MEMBERSHIPS.ENDS_AT)
                .fetchSingle(MEMBERSHIPS.ENDS_AT);
        return tx.sql()
                .insertInto(MEMBERSHIPS)
                .set(MEMBERSHIPS.ID, membership.id())
                .set(MEMBERSHIPS.EXTERNAL_ID, externalId)
                .set(MEMBERSHIPS.ORGANIZATION_ID, membership.organizationId())
                .set(MEMBERSHIPS.PERSON_ID, membership.personId())
                .set(MEMBERSHIPS.ROLE, role)
                .set(MEMBERSHIPS.STARTS_AT, now)
                .set(MEMBERSHIPS.CREATED_AT, membership.createdAt())
                .set(MEMBERSHIPS.UPDATED_AT, now)
                .set(MEMBERSHIPS.VERSION, membership.version() + 1)
                .returningResult(COLUMNS)
                .fetchSingle(MembershipStore::row);
    }

    /** Ends the membership now. */
    Row end(Tx tx, UUID id) {
        return tx.sql()
                .update(MEMBERSHIPS)
                .set(MEMBERSHIPS.ENDS_AT, EffectiveDates.end(MEMBERSHIPS.STARTS_AT))
                .set(MEMBERSHIPS.UPDATED_AT, EffectiveDates.touched(MEMBERSHIPS.UPDATED_AT))
                .set(MEMBERSHIPS.VERSION, MEMBERSHIPS.VERSION.plus(1))
                .where(MEMBERSHIPS.ID.eq(id))
                .and(MEMBERSHIPS.ENDS_AT.isNull())
                .returningResult(COLUMNS)
                .fetchSingle(MembershipStore::row);
    }

    /** Ends all memberships of a person now, and returns them in no order. */
    List<Row> endAllOf(Tx tx, UUID personId) {
        return tx.sql()
                .update(MEMBERSHIPS)
                .set(MEMBERSHIPS.ENDS_AT, EffectiveDates.end(MEMBERSHIPS.STARTS_AT))
                .set(MEMBERSHIPS.UPDATED_AT, EffectiveDates.touched(MEMBERSHIPS.UPDATED_AT))
                .set(MEMBERSHIPS.VERSION, MEMBERSHIPS.VERSION.plus(1))
                .where(MEMBERSHIPS.PERSON_ID.eq(personId))
                .and(MEMBERSHIPS.ENDS_AT.isNull())
                .returningResult(COLUMNS)
                .fetch(MembershipStore::row);
    }

    /** The external id belongs to the membership, not to one role, so all its rows get it. */
    private static void writeExternalId(Tx tx, UUID id, @Nullable String externalId) {
        tx.sql().update(MEMBERSHIPS).set(MEMBERSHIPS.EXTERNAL_ID, externalId).where(MEMBERSHIPS.ID.eq(id)).execute();
    }

    private static Condition isLatest() {
        return DSL.notExists(
                selectOne().from(OTHER).where(OTHER.ID.eq(MEMBERSHIPS.ID)).and(OTHER.STARTS_AT.gt(MEMBERSHIPS.STARTS_AT)));
    }

    private static Condition latest() {
        return LATEST.ID.eq(MEMBERSHIPS.ID)
                .and(LATEST.STARTS_AT.eq(select(max(OTHER.STARTS_AT)).from(OTHER).where(OTHER.ID.eq(MEMBERSHIPS.ID))));
    }

    private static Row row(Record record) {
        return new Row(
                record.get(MEMBERSHIPS.ID), record.get(MEMBERSHIPS.EXTERNAL_ID), record.get(MEMBERSHIPS.ORGANIZATION_ID),
                record.get(MEMBERSHIPS.PERSON_ID), record.get(MEMBERSHIPS.ROLE), record.get(ACTIVE), record.get(MEMBERSHIPS.STARTS_AT),
                record.get(MEMBERSHIPS.ENDS_AT), record.get(MEMBERSHIPS.CREATED_AT), record.get(MEMBERSHIPS.UPDATED_AT),
                record.get(MEMBERSHIPS.VERSION));
    }
}
