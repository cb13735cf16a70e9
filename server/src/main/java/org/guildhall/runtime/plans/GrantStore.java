package org.guildhall.runtime.plans;

import static org.guildhall.schema.platform.Tables.RUNTIME_SETTINGS;
import static org.guildhall.schema.runtime.Tables.GRANTS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.schema.runtime.tables.Grants;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/** Grants. Every change that starts or ends a grant locks the pool first. */
public final class GrantStore {

    /**
     * A grant as stored.
     *
     * @param endsAt the agreed end; null for none
     * @param endedAt the stored actual end; null if no end is stored yet
     * @param endedBy revoked, superseded, expired or canceled
     * @param term the calendar length from {@code termStartsAt} to the end; null if the end was given as an instant
     * @param renewsGrantId the grant that this one renews; null for none
     * @param seenAt the instant of the read, which decides the state
     */
    public record Row(
            UUID id, @Nullable String externalId, UUID organizationId, UUID poolId, UUID productId, String kind, @Nullable UUID ladderId,
            @Nullable UUID tierId, @Nullable String reason, Instant startsAt, @Nullable Instant endsAt, @Nullable Instant endedAt,
            @Nullable String endedBy, @Nullable String endReason, @Nullable String term, @Nullable Instant termStartsAt,
            @Nullable UUID renewsGrantId, Instant createdAt, Instant updatedAt, long version, Instant seenAt) {

        /** Scheduled, active, ended, revoked, superseded or canceled. A grant is ended from {@code endsAt} on, even if that isn't written yet. */
        String state() {
            if (endedBy != null) {
                return endedBy.equals("expired") ? "ended" : endedBy;
            }
            if (endsAt != null && !endsAt.isAfter(seenAt)) {
                return "ended";
            }
            return startsAt.isAfter(seenAt) ? "scheduled" : "active";
        }

        /** True if the grant is active or scheduled. */
        boolean isOpen() {
            return endedBy == null && (endsAt == null || endsAt.isAfter(seenAt));
        }

        /** The row with another external id. */
        Row named(@Nullable String name) {
            return new Row(
                    id, name, organizationId, poolId, productId, kind, ladderId, tierId, reason, startsAt, endsAt, endedAt, endedBy, endReason,
                    term, termStartsAt, renewsGrantId, createdAt, updatedAt, version, seenAt);
        }

        /** The row with another end, changed now. */
        Row ending(GrantTerm agreed, Instant now) {
            return new Row(
                    id, externalId, organizationId, poolId, productId, kind, ladderId, tierId, reason, startsAt, agreed.endsAt(), endedAt, endedBy,
                    endReason, agreed.length(), agreed.startsAt(), renewsGrantId, createdAt, now, version + 1, seenAt);
        }

        /** The actual end; null while the grant isn't ended. */
        @Nullable Instant over() {
            return endedAt == null && state().equals("ended") ? endsAt : endedAt;
        }

        /** The row after it ended; unchanged if it ended before. */
        Row over(Instant end, String by, @Nullable String why) {
            return endedBy != null ? this : new Row(
                    id, externalId, organizationId, poolId, productId, kind, ladderId, tierId, reason, startsAt, endsAt, end, by, why, term,
                    termStartsAt, renewsGrantId, createdAt, updatedAt.isAfter(end) ? updatedAt : end, version + 1, seenAt);
        }

        /** The row with its expiry written. On a ladder, the transition at the end writes it. */
        Row expired() {
            return ladderId == null && endedBy == null && endsAt != null && !endsAt.isAfter(seenAt) ? over(endsAt, TransitionWriter.EXPIRED, null) : this;
        }

        private Map<String, String> cells() {
            return JsonRows.row(
                    "id", id, "external_id", externalId, "organization_id", organizationId, "pool_id", poolId, "product_id", productId, "kind", kind,
                    "ladder_id", ladderId, "tier_id", tierId, "reason", reason, "starts_at", startsAt, "ends_at", endsAt, "ended_at", endedAt,
                    "ended_by", endedBy, "end_reason", endReason, "term", term, "term_starts_at", termStartsAt, "renews_grant_id", renewsGrantId,
                    "created_at", createdAt, "updated_at", updatedAt, "version", version);
        }

        /** The row as it was at {@code seenAt}, without a later end. */
        public Row then() {
            return endedAt == null || !endedAt.isAfter(seenAt) ? this : new Row(
                    id, externalId, organizationId, poolId, productId, kind, ladderId, tierId, reason, startsAt, endsAt, null, null, null,
                    term, termStartsAt, renewsGrantId, createdAt, updatedAt, version, seenAt);
        }
    }

    /** A grant to insert. */
    record Values(
            UUID id, @Nullable String externalId, UUID organizationId, UUID poolId, UUID productId, String kind, @Nullable UUID ladderId,
            @Nullable UUID tierId, @Nullable String reason, Instant startsAt, GrantTerm term, @Nullable UUID renewsGrantId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID productId, @Nullable String kind, @Nullable String state,
            TimeWindow created) {}

    /** The table, or projected rows under the same alias. */
    private static final Grants G = GRANTS.as("g");
    private static final Map<String, Field<?>> SORTS = Map.of("created_at", G.CREATED_AT);

    /** @param seenAt the instant of the read */
    public static List<Field<?>> columns(Field<Instant> seenAt) {
        return columns(GRANTS, seenAt);
    }

    private static List<Field<?>> columns(Grants of, Field<Instant> seenAt) {
        return List.of(
                of.ID, of.EXTERNAL_ID, of.ORGANIZATION_ID, of.POOL_ID, of.PRODUCT_ID, of.KIND, of.LADDER_ID, of.TIER_ID, of.REASON,
                of.STARTS_AT, of.ENDS_AT, of.ENDED_AT, of.ENDED_BY, of.END_REASON, of.TERM, of.TERM_STARTS_AT, of.RENEWS_GRANT_ID, of.CREATED_AT, of.UPDATED_AT, of.VERSION,
                seenAt.as("seen_at"));
    }

    Row insert(Tx tx, Values values, Instant now) {
        return tx.sql()
                .insertInto(GRANTS)
                .set(GRANTS.ID, values.id())
                .set(GRANTS.EXTERNAL_ID, values.externalId())
                .set(GRANTS.ORGANIZATION_ID, values.organizationId())
                .set(GRANTS.POOL_ID, values.poolId())
                .set(GRANTS.PRODUCT_ID, values.productId())
                .set(GRANTS.KIND, values.kind())
                .set(GRANTS.LADDER_ID, values.ladderId())
                .set(GRANTS.TIER_ID, values.tierId())
                .set(GRANTS.REASON, values.reason())
                .set(GRANTS.STARTS_AT, values.startsAt())
                .set(GRANTS.ENDS_AT, values.term().endsAt())
                .set(GRANTS.TERM, values.term().length())
                .set(GRANTS.TERM_STARTS_AT, values.term().startsAt())
                .set(GRANTS.RENEWS_GRANT_ID, values.renewsGrantId())
                .set(GRANTS.CREATED_AT, now)
                .set(GRANTS.UPDATED_AT, now)
                .returningResult(columns(val(now)))
                .fetchSingle(GrantStore::row);
    }

    /** Stores changed grants in one statement. */
    void save(Tx tx, List<Row> rows) {
        JsonRows.update(tx, rows.size(), tx.sql()
                .update(GRANTS)
                .set(GRANTS.EXTERNAL_ID, G.EXTERNAL_ID)
                .set(GRANTS.ENDS_AT, G.ENDS_AT)
                .set(GRANTS.TERM, G.TERM)
                .set(GRANTS.TERM_STARTS_AT, G.TERM_STARTS_AT)
                .set(GRANTS.ENDED_AT, G.ENDED_AT)
                .set(GRANTS.ENDED_BY, G.ENDED_BY)
                .set(GRANTS.END_REASON, G.END_REASON)
                .set(GRANTS.UPDATED_AT, G.UPDATED_AT)
                .set(GRANTS.VERSION, G.VERSION)
                .from(JsonRows.rows("grants", G.getName(), rows.stream().map(Row::cells).toList()))
                .where(GRANTS.ID.eq(G.ID)));
    }

    Row setExternalId(Tx tx, UUID id, @Nullable String externalId) {
        return tx.sql()
                .update(GRANTS)
                .set(GRANTS.EXTERNAL_ID, externalId)
                .set(GRANTS.UPDATED_AT, Columns.now())
                .set(GRANTS.VERSION, GRANTS.VERSION.plus(1))
                .where(GRANTS.ID.eq(id))
                .returningResult(columns(Columns.now()))
                .fetchSingle(GrantStore::row);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(columns(Columns.now())).from(GRANTS).where(GRANTS.ID.eq(id)).fetchOne(GrantStore::row);
    }

    /** A grant with its state at an instant, which can be later than the transaction's start. */
    @Nullable Row get(Tx tx, UUID id, Instant now) {
        return tx.sql().select(columns(val(now))).from(GRANTS).where(GRANTS.ID.eq(id)).fetchOne(GrantStore::row);
    }

    /** The grant that renews this one, now or later; null for none. */
    @Nullable Row renewal(Tx tx, UUID id, Instant now) {
        return tx.sql()
                .select(columns(val(now)))
                .from(GRANTS)
                .where(GRANTS.RENEWS_GRANT_ID.eq(id))
                .and(GRANTS.ENDED_BY.isNull())
                .fetchOne(GrantStore::row);
    }

    /** A past, present or scheduled trial of a product; null for none. A trial that never began isn't counted. */
    @Nullable UUID trial(Tx tx, UUID organizationId, UUID productId) {
        return tx.sql()
                .select(GRANTS.ID)
                .from(GRANTS)
                .where(GRANTS.ORGANIZATION_ID.eq(organizationId))
                .and(GRANTS.PRODUCT_ID.eq(productId))
                .and(GRANTS.KIND.eq(inline("trial")))
                .and(GRANTS.ENDED_AT.isNull().or(GRANTS.ENDED_AT.gt(GRANTS.STARTS_AT)))
                .limit(1)
                .fetchOne(GRANTS.ID);
    }

    /** The tenant's time zone, which calendar lengths depend on. */
    ZoneId zone(Tx tx) {
        return ZoneId.of(tx.sql().select(RUNTIME_SETTINGS.TIME_ZONE).from(RUNTIME_SETTINGS).fetchSingle(RUNTIME_SETTINGS.TIME_ZONE));
    }

    /** Grants with their states at an instant, which can be later than the transaction's start, in the order of their ids. */
    List<Row> getAll(Tx tx, Collection<UUID> ids, Instant now) {
        return tx.sql()
                .select(columns(val(now)))
                .from(JsonRows.ids(ids))
                .join(GRANTS).on(GRANTS.ID.eq(JsonRows.ID))
                .orderBy(GRANTS.ID)
                .fetch(GrantStore::row);
    }

    /** The same, held until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return tx.sql().select(columns(Columns.now())).from(GRANTS).where(GRANTS.ID.eq(id)).forUpdate().fetchOne(GrantStore::row);
    }

    /** @param projected the due changes, which the result includes */
    @Nullable ProjectedList<Row> projected(Tx tx, UUID id, Projection<Row> projected) {
        var due = TransitionStore.due(G.ORGANIZATION_ID);
        return tx.sql()
                .select(columns(G, Columns.now()))
                .select(due)
                .from(G)
                .where(G.ID.eq(id))
                .fetchOne(row -> new ProjectedList<>(projected.of(row(row)), row.get(due)));
    }

    /** @param projected the due changes, which the result includes */
    ProjectedList<Page<Row>> list(Tx tx, PageRequest page, Filter filter, Projection<Row> projected) {
        var due = TransitionStore.due(filter.organizationId() == null ? null : val(filter.organizationId()));
        var changed = projected.isNothing() ? List.<Row>of() : changed(tx, projected);
        if (changed.isEmpty()) {
            return ProjectedPage.page(due, row -> page.fetch(select(tx, filter, due, G), SORTS, G.ID, row), found -> projected.of(row(found)));
        }
        var parts = List.of(
                select(tx, filter, due, G).and(ProjectedPage.beside(G.ID, changed.stream().map(Row::id).toList())),
                select(tx, filter, due, JsonRows.rows("grants", "g", changed.stream().map(Row::cells).toList())));
        return ProjectedPage.page(due, row -> page.fetch(parts, SORTS, G.ID, row), found -> projected.of(row(found)));
    }

    private static SelectConditionStep<Record> select(Tx tx, Filter filter, Field<Boolean> due, Table<?> from) {
        return tx.sql()
                .select(columns(G, Columns.now()))
                .select(due)
                .from(from)
                .where(Filters.is(G.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(G.ORGANIZATION_ID, filter.organizationId()))
                .and(Filters.is(G.PRODUCT_ID, filter.productId()))
                .and(Filters.is(G.KIND, filter.kind()))
                .and(state(filter.state()))
                .and(Filters.within(G.CREATED_AT, filter.created()));
    }

    /** The rows that the due transitions change, in their later form. */
    private static List<Row> changed(Tx tx, Projection<Row> projected) {
        return tx.sql()
                .select(columns(Columns.now()))
                .from(GRANTS)
                .where(GRANTS.ID.eq(any(Columns.array(projected.changed(), UUID.class))))
                .fetch(found -> projected.of(row(found)));
    }

    private static Condition state(@Nullable String state) {
        return switch (state) {
            case null -> noCondition();
            case "scheduled" -> G.ENDED_BY.isNull().and(G.STARTS_AT.gt(Columns.now()));
            case "active" -> G.ENDED_BY.isNull().and(G.STARTS_AT.le(Columns.now())).and(G.ENDS_AT.isNull().or(G.ENDS_AT.gt(Columns.now())));
            case "ended" -> G.ENDED_BY.eq("expired").or(G.ENDED_BY.isNull().and(G.ENDS_AT.le(Columns.now())));
            default -> G.ENDED_BY.eq(state);
        };
    }

    public static Row row(Record record) {
        return new Row(
                record.get(GRANTS.ID), record.get(GRANTS.EXTERNAL_ID), record.get(GRANTS.ORGANIZATION_ID), record.get(GRANTS.POOL_ID),
                record.get(GRANTS.PRODUCT_ID), record.get(GRANTS.KIND), record.get(GRANTS.LADDER_ID), record.get(GRANTS.TIER_ID),
                record.get(GRANTS.REASON), record.get(GRANTS.STARTS_AT), record.get(GRANTS.ENDS_AT), record.get(GRANTS.ENDED_AT),
                record.get(GRANTS.ENDED_BY), record.get(GRANTS.END_REASON), record.get(GRANTS.TERM), record.get(GRANTS.TERM_STARTS_AT),
                record.get(GRANTS.RENEWS_GRANT_ID), record.get(GRANTS.CREATED_AT), record.get(GRANTS.UPDATED_AT), record.get(GRANTS.VERSION),
                record.get("seen_at", Instant.class));
    }
}
