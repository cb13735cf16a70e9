package org.guildhall.runtime.plans;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.update;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.rules.ProvisionCause;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.guildhall.schema.runtime.tables.Provisions;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Provisions. Every change locks the pool first. */
public final class ProvisionStore {

    /**
     * A provision as stored.
     *
     * @param seenAt the instant of the read, which decides the state
     */
    public record Row(
            UUID id, UUID organizationId, UUID poolId, UUID productId, @Nullable UUID ladderId, @Nullable UUID tierId, String cause,
            @Nullable UUID grantId, @Nullable UUID policyId, Instant startsAt, @Nullable Instant endsAt, Instant createdAt, Instant updatedAt,
            long version, Instant seenAt) {

        /** A new provision. */
        static Row begun(UUID organizationId, UUID poolId, ProvisionSpan span, Instant seenAt) {
            var at = span.startsAt().isAfter(seenAt) ? seenAt : span.startsAt();
            return new Row(
                    Objects.requireNonNull(span.provisionId()), organizationId, poolId, span.productId(), span.ladderId(), span.tierId(),
                    span.cause().word(), span.grantId(), span.policyId(), span.startsAt(), span.endsAt(), at, at, 1, seenAt);
        }

        /** The provision as the rules use it. */
        ProvisionSpan span() {
            return new ProvisionSpan(id, productId, ladderId, tierId, ProvisionCause.of(cause), grantId, policyId, startsAt, endsAt);
        }

        /** The row with an end at an instant, unless it ends before. A scheduled provision then never begins. */
        Row until(Instant end) {
            var at = end.isBefore(startsAt) ? startsAt : end;
            return endsAt != null && !endsAt.isAfter(at) ? this : new Row(
                    id, organizationId, poolId, productId, ladderId, tierId, cause, grantId, policyId, startsAt, at, createdAt, end, version + 1,
                    seenAt);
        }

        /** The row with another future end; null for none. */
        Row ending(@Nullable Instant end, Instant now) {
            return new Row(
                    id, organizationId, poolId, productId, ladderId, tierId, cause, grantId, policyId, startsAt, end, createdAt, now, version + 1,
                    seenAt);
        }

        /** The row with its state at another instant. */
        Row seenAt(Instant at) {
            return at.equals(seenAt) ? this : new Row(
                    id, organizationId, poolId, productId, ladderId, tierId, cause, grantId, policyId, startsAt, endsAt, createdAt, updatedAt,
                    version, at);
        }

        /** Scheduled, active, ended or canceled. */
        String state() {
            if (startsAt.equals(endsAt)) {
                return "canceled";
            }
            if (startsAt.isAfter(seenAt)) {
                return "scheduled";
            }
            return endsAt == null || endsAt.isAfter(seenAt) ? "active" : "ended";
        }

        /** The values of the columns. */
        private Map<String, String> cells() {
            return JsonRows.row(
                    "id", id, "organization_id", organizationId, "pool_id", poolId, "product_id", productId, "ladder_id", ladderId, "tier_id", tierId,
                    "cause", cause, "grant_id", grantId, "default_grant_policy_id", policyId, "starts_at", startsAt, "ends_at", endsAt,
                    "created_at", createdAt, "updated_at", updatedAt, "version", version);
        }
    }

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable UUID organizationId, @Nullable UUID productId, @Nullable UUID ladderId, @Nullable UUID tierId, @Nullable UUID grantId,
            @Nullable String cause, @Nullable String state, @Nullable Instant at, TimeWindow created) {}

    /** The table, or projected rows under the same alias. */
    private static final Provisions P = PROVISIONS.as("p");
    private static final Field<Instant> SEEN_AT = field(name("seen_at"), SQLDataType.INSTANT);
    private static final Field<Boolean> ITS_DUE = ProjectedListStore.due(P.ORGANIZATION_ID);
    private static final List<Field<?>> NEW_COLUMNS = newColumns(PROVISIONS);

    private static final PreparedUpdate INSERT = PreparedUpdate.of(
            insertInto(PROVISIONS, NEW_COLUMNS).select(select(newColumns(P)).from(JsonRows.rows("provisions", P.getName()))));
    private static final PreparedUpdate SAVE = PreparedUpdate.of(
            update(PROVISIONS)
                    .set(PROVISIONS.ENDS_AT, P.ENDS_AT)
                    .set(PROVISIONS.UPDATED_AT, P.UPDATED_AT)
                    .set(PROVISIONS.VERSION, P.VERSION)
                    .from(JsonRows.rows("provisions", P.getName()))
                    .where(PROVISIONS.ID.eq(P.ID)));
    private static final PreparedQuery<StoredResult<Row>> PROJECTED = PreparedQuery.of(
            select(columns(P, Columns.now())).select(ITS_DUE).from(P).where(P.ID.eq(param(P.ID))),
            cells -> new StoredResult<>(row(cells), cells.get(ITS_DUE)));
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.of(
            select(columns(PROVISIONS, Columns.now())).from(JsonRows.ids()).join(PROVISIONS).on(PROVISIONS.ID.eq(JsonRows.ID)),
            ProvisionStore::row);
    private static final Field<Instant> NOW = DSL.param("now", SQLDataType.INSTANT);
    private static final Condition HELD_OFF_LADDERS = PROVISIONS.LADDER_ID.isNull().and(PROVISIONS.HELD_UNTIL.gt(NOW));
    private static final PreparedQuery<Row> OFF_LADDERS = PreparedQuery.of(
            select(columns(PROVISIONS, NOW)).from(PROVISIONS).where(PROVISIONS.POOL_ID.eq(param(PROVISIONS.POOL_ID))).and(HELD_OFF_LADDERS)
                    .orderBy(PROVISIONS.ID),
            ProvisionStore::row);
    private static final PreparedQuery<Row> OF_GRANT = PreparedQuery.of(
            select(columns(PROVISIONS, NOW)).from(PROVISIONS).where(PROVISIONS.GRANT_ID.eq(param(PROVISIONS.GRANT_ID))).and(HELD_OFF_LADDERS)
                    .orderBy(PROVISIONS.ID),
            ProvisionStore::row);
    private static final ProjectedListStore<Filter, Row> LIST = ProjectedListStore.of(
            "provisions", P, Map.of("created_at", P.CREATED_AT), P.ID, columns(P, Columns.now()), Filter::organizationId,
            by -> by.is(P.ORGANIZATION_ID, Filter::organizationId)
                    .and(by.is(P.PRODUCT_ID, Filter::productId))
                    .and(by.is(P.LADDER_ID, Filter::ladderId))
                    .and(by.is(P.TIER_ID, Filter::tierId))
                    .and(by.is(P.GRANT_ID, Filter::grantId))
                    .and(by.oneOf(P.CAUSE, Filter::cause))
                    .and(by.choice(Filter::state, ProvisionStore::state))
                    .and(by.when(SQLDataType.INSTANT, Filter::at, at -> P.STARTS_AT.le(at).and(P.ENDS_AT.isNull().or(P.ENDS_AT.gt(at)))))
                    .and(by.within(P.CREATED_AT, Filter::created)),
            ProvisionStore::row);

    /** @param seenAt the instant of the read */
    public static List<Field<?>> columns(Field<Instant> seenAt) {
        return columns(PROVISIONS, seenAt);
    }

    private static List<Field<?>> columns(Provisions of, Field<Instant> seenAt) {
        return List.of(
                of.ID, of.ORGANIZATION_ID, of.POOL_ID, of.PRODUCT_ID, of.LADDER_ID, of.TIER_ID, of.CAUSE, of.GRANT_ID,
                of.DEFAULT_GRANT_POLICY_ID, of.STARTS_AT, of.ENDS_AT, of.CREATED_AT, of.UPDATED_AT, of.VERSION, seenAt.as("seen_at"));
    }

    private static List<Field<?>> newColumns(Provisions of) {
        return List.of(
                of.ID, of.ORGANIZATION_ID, of.POOL_ID, of.PRODUCT_ID, of.LADDER_ID, of.TIER_ID, of.CAUSE, of.GRANT_ID,
                of.DEFAULT_GRANT_POLICY_ID, of.STARTS_AT, of.ENDS_AT, of.CREATED_AT, of.UPDATED_AT);
    }

    /** Inserts provisions, together with the transaction's next statement. */
    void insert(Tx tx, List<Row> rows) {
        INSERT.later(tx, Columns.rows(rows.stream().map(Row::cells).toList()));
    }

    /** Stores the changed ends of provisions, together with the transaction's next statement. */
    void save(Tx tx, List<Row> rows) {
        JsonRows.update(tx, SAVE, rows.stream().map(Row::cells).toList());
    }

    /**
     * The provisions off the ladders that are held at an instant or later, with their state at it, by their ids.
     *
     * @param grantId the grant that they come from; null for all of the pool
     */
    List<Row> offLadders(Tx tx, UUID poolId, @Nullable UUID grantId, Instant now) {
        return grantId == null ? OFF_LADDERS.all(tx, now, poolId) : OF_GRANT.all(tx, now, grantId);
    }

    /** @param projected the due changes, which the result includes */
    @Nullable StoredResult<Row> projected(Tx tx, UUID id, Projection<Row> projected) {
        var found = PROJECTED.one(tx, id);
        if (found != null) {
            return new StoredResult<>(projected.of(found.found()), found.due());
        }
        var begun = projected.added(row -> row.id().equals(id));
        return begun == null ? null : new StoredResult<>(begun, true);
    }

    /** @param projected the due changes, which the result includes */
    StoredResult<Page<Row>> list(Tx tx, PageRequest page, Filter filter, Projection<Row> projected) {
        var changed = projected.isNothing() ? List.<Row>of() : changed(tx, projected);
        return LIST.page(tx, page, filter, changed.stream().map(Row::id).toList(), changed.stream().map(Row::cells).toList());
    }

    /** The rows that the due transitions change or insert, in their later form. */
    private static List<Row> changed(Tx tx, Projection<Row> projected) {
        var rows = new ArrayList<>(projected.added());
        GET_ALL.all(tx, projected.changed()).forEach(row -> rows.add(projected.of(row)));
        return rows;
    }

    private static Condition state(@Nullable String state) {
        return switch (state) {
            case null -> noCondition();
            case "scheduled" -> P.STARTS_AT.gt(Columns.now()).and(P.ENDS_AT.isNull().or(P.ENDS_AT.gt(P.STARTS_AT)));
            case "ended" -> P.ENDS_AT.le(Columns.now()).and(P.ENDS_AT.gt(P.STARTS_AT));
            case "canceled" -> P.ENDS_AT.eq(P.STARTS_AT);
            default -> P.STARTS_AT.le(Columns.now()).and(P.ENDS_AT.isNull().or(P.ENDS_AT.gt(Columns.now())));
        };
    }

    public static Row row(RowReader record) {
        return new Row(
                record.get(PROVISIONS.ID), record.get(PROVISIONS.ORGANIZATION_ID), record.get(PROVISIONS.POOL_ID),
                record.get(PROVISIONS.PRODUCT_ID), record.get(PROVISIONS.LADDER_ID), record.get(PROVISIONS.TIER_ID),
                record.get(PROVISIONS.CAUSE), record.get(PROVISIONS.GRANT_ID), record.get(PROVISIONS.DEFAULT_GRANT_POLICY_ID),
                record.get(PROVISIONS.STARTS_AT), record.get(PROVISIONS.ENDS_AT), record.get(PROVISIONS.CREATED_AT),
                record.get(PROVISIONS.UPDATED_AT), record.get(PROVISIONS.VERSION), record.get(SEEN_AT));
    }
}
