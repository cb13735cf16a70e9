package org.guildhall.runtime.plans;

import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.schema.runtime.tables.Provisions;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.Table;
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
    private static final Map<String, Field<?>> SORTS = Map.of("created_at", P.CREATED_AT);

    /** @param seenAt the instant of the read */
    public static List<Field<?>> columns(Field<Instant> seenAt) {
        return columns(PROVISIONS, seenAt);
    }

    private static List<Field<?>> columns(Provisions of, Field<Instant> seenAt) {
        return List.of(
                of.ID, of.ORGANIZATION_ID, of.POOL_ID, of.PRODUCT_ID, of.LADDER_ID, of.TIER_ID, of.CAUSE, of.GRANT_ID,
                of.DEFAULT_GRANT_POLICY_ID, of.STARTS_AT, of.ENDS_AT, of.CREATED_AT, of.UPDATED_AT, of.VERSION, seenAt.as("seen_at"));
    }

    /** Inserts provisions. */
    void insert(Tx tx, List<Row> rows) {
        tx.sql()
                .insertInto(PROVISIONS, PROVISIONS.ID, PROVISIONS.ORGANIZATION_ID, PROVISIONS.POOL_ID, PROVISIONS.PRODUCT_ID, PROVISIONS.LADDER_ID,
                        PROVISIONS.TIER_ID, PROVISIONS.CAUSE, PROVISIONS.GRANT_ID, PROVISIONS.DEFAULT_GRANT_POLICY_ID, PROVISIONS.STARTS_AT,
                        PROVISIONS.ENDS_AT, PROVISIONS.CREATED_AT, PROVISIONS.UPDATED_AT)
                .select(tx.sql().select(P.ID, P.ORGANIZATION_ID, P.POOL_ID, P.PRODUCT_ID, P.LADDER_ID, P.TIER_ID, P.CAUSE, P.GRANT_ID,
                                P.DEFAULT_GRANT_POLICY_ID, P.STARTS_AT, P.ENDS_AT, P.CREATED_AT, P.UPDATED_AT)
                        .from(JsonRows.rows("provisions", P.getName(), rows.stream().map(Row::cells).toList())))
                .execute();
    }

    /** Stores the changed ends of provisions. */
    void save(Tx tx, List<Row> rows) {
        JsonRows.update(tx, rows.size(), tx.sql()
                .update(PROVISIONS)
                .set(PROVISIONS.ENDS_AT, P.ENDS_AT)
                .set(PROVISIONS.UPDATED_AT, P.UPDATED_AT)
                .set(PROVISIONS.VERSION, P.VERSION)
                .from(JsonRows.rows("provisions", P.getName(), rows.stream().map(Row::cells).toList()))
                .where(PROVISIONS.ID.eq(P.ID)));
    }

    /** @param projected the due changes, which the result includes */
    @Nullable ProjectedList<Row> projected(Tx tx, UUID id, Projection<Row> projected) {
        var due = TransitionStore.due(P.ORGANIZATION_ID);
        var found = tx.sql()
                .select(columns(P, Columns.now()))
                .select(due)
                .from(P)
                .where(P.ID.eq(id))
                .fetchOne(row -> new ProjectedList<>(projected.of(row(row)), row.get(due)));
        var begun = found == null ? projected.added(row -> row.id().equals(id)) : null;
        return begun == null ? found : new ProjectedList<>(begun, true);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids, Instant now) {
        return tx.sql().select(columns(val(now))).from(JsonRows.ids(ids)).join(PROVISIONS).on(PROVISIONS.ID.eq(JsonRows.ID)).fetch(ProvisionStore::row);
    }

    /** The provisions of a pool off the ladders at an instant or later; with a grant, only the grant's. */
    List<Row> heldOffLadders(Tx tx, UUID poolId, @Nullable UUID grantId, Instant now) {
        return tx.sql()
                .select(columns(val(now)))
                .from(PROVISIONS)
                .where(PROVISIONS.POOL_ID.eq(poolId))
                .and(PROVISIONS.LADDER_ID.isNull())
                .and(Filters.is(PROVISIONS.GRANT_ID, grantId))
                .and(PROVISIONS.HELD_UNTIL.gt(now))
                .orderBy(PROVISIONS.ID)
                .fetch(ProvisionStore::row);
    }

    /** @param projected the due changes, which the result includes */
    ProjectedList<Page<Row>> list(Tx tx, PageRequest page, Filter filter, Projection<Row> projected) {
        var due = TransitionStore.due(filter.organizationId() == null ? null : val(filter.organizationId()));
        var changed = projected.isNothing() ? List.<Row>of() : changed(tx, projected);
        if (changed.isEmpty()) {
            return ProjectedPage.page(due, row -> page.fetch(select(tx, filter, due, P), SORTS, P.ID, row), ProvisionStore::row);
        }
        var parts = List.of(
                select(tx, filter, due, P).and(ProjectedPage.beside(P.ID, changed.stream().map(Row::id).toList())),
                select(tx, filter, due, JsonRows.rows("provisions", "p", changed.stream().map(Row::cells).toList())));
        return ProjectedPage.page(due, row -> page.fetch(parts, SORTS, P.ID, row), ProvisionStore::row);
    }

    private static SelectConditionStep<Record> select(Tx tx, Filter filter, Field<Boolean> due, Table<?> from) {
        var at = filter.at();
        return tx.sql()
                .select(columns(P, Columns.now()))
                .select(due)
                .from(from)
                .where(Filters.is(P.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(P.PRODUCT_ID, filter.productId()))
                .and(Filters.is(P.LADDER_ID, filter.ladderId()))
                .and(Filters.is(P.TIER_ID, filter.tierId()))
                .and(Filters.is(P.GRANT_ID, filter.grantId()))
                .and(Filters.is(P.CAUSE, filter.cause()))
                .and(state(filter.state()))
                .and(at == null ? noCondition() : EffectiveDates.holds(P.STARTS_AT, P.ENDS_AT, at))
                .and(Filters.within(P.CREATED_AT, filter.created()));
    }

    /** The rows that the due transitions change or insert, in their later form. */
    private List<Row> changed(Tx tx, Projection<Row> projected) {
        var rows = new ArrayList<>(projected.added());
        getAll(tx, projected.changed(), tx.now()).forEach(row -> rows.add(projected.of(row)));
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

    public static Row row(Record record) {
        return new Row(
                record.get(PROVISIONS.ID), record.get(PROVISIONS.ORGANIZATION_ID), record.get(PROVISIONS.POOL_ID),
                record.get(PROVISIONS.PRODUCT_ID), record.get(PROVISIONS.LADDER_ID), record.get(PROVISIONS.TIER_ID),
                record.get(PROVISIONS.CAUSE), record.get(PROVISIONS.GRANT_ID), record.get(PROVISIONS.DEFAULT_GRANT_POLICY_ID),
                record.get(PROVISIONS.STARTS_AT), record.get(PROVISIONS.ENDS_AT), record.get(PROVISIONS.CREATED_AT),
                record.get(PROVISIONS.UPDATED_AT), record.get(PROVISIONS.VERSION), record.get("seen_at", Instant.class));
    }
}
