package org.guildhall.runtime.plans;

import static org.guildhall.schema.platform.Tables.RUNTIME_SETTINGS;
import static org.guildhall.schema.runtime.Tables.GRANTS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.update;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.rules.GrantEnd;
import org.guildhall.runtime.rules.GrantTerm;
import org.guildhall.schema.runtime.tables.Grants;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;
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

        /** The row with its state at another instant. */
        Row seenAt(Instant at) {
            return at.equals(seenAt) ? this : new Row(
                    id, externalId, organizationId, poolId, productId, kind, ladderId, tierId, reason, startsAt, endsAt, endedAt, endedBy, endReason,
                    term, termStartsAt, renewsGrantId, createdAt, updatedAt, version, at);
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
            return ladderId == null && endedBy == null && endsAt != null && !endsAt.isAfter(seenAt) ? over(endsAt, GrantEnd.EXPIRED, null) : this;
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

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID organizationId, @Nullable UUID productId, @Nullable String kind, @Nullable String state,
            TimeWindow created) {}

    /** The table, or projected rows under the same alias. */
    private static final Grants G = GRANTS.as("g");
    private static final Field<Instant> SEEN_AT = field(name("seen_at"), SQLDataType.INSTANT);
    private static final Field<Instant> NOW = param("now", SQLDataType.INSTANT);
    private static final Field<Boolean> ITS_DUE = ProjectedListStore.due(G.ORGANIZATION_ID);
    private static final Condition BY_ID = GRANTS.ID.eq(Columns.param(GRANTS.ID));

    private static final PreparedUpdate INSERT = PreparedUpdate.of(
            insertInto(GRANTS, newColumns(GRANTS)).select(select(newColumns(G)).from(JsonRows.rows("grants", G.getName()))));
    private static final PreparedUpdate SAVE = PreparedUpdate.of(
            update(GRANTS)
                    .set(GRANTS.EXTERNAL_ID, G.EXTERNAL_ID)
                    .set(GRANTS.ENDS_AT, G.ENDS_AT)
                    .set(GRANTS.TERM, G.TERM)
                    .set(GRANTS.TERM_STARTS_AT, G.TERM_STARTS_AT)
                    .set(GRANTS.ENDED_AT, G.ENDED_AT)
                    .set(GRANTS.ENDED_BY, G.ENDED_BY)
                    .set(GRANTS.END_REASON, G.END_REASON)
                    .set(GRANTS.UPDATED_AT, G.UPDATED_AT)
                    .set(GRANTS.VERSION, G.VERSION)
                    .from(JsonRows.rows("grants", G.getName()))
                    .where(GRANTS.ID.eq(G.ID)));
    private static final PreparedQuery<Row> SET_EXTERNAL_ID = PreparedQuery.of(
            update(GRANTS)
                    .set(GRANTS.EXTERNAL_ID, Columns.param(GRANTS.EXTERNAL_ID))
                    .set(GRANTS.UPDATED_AT, Columns.now())
                    .set(GRANTS.VERSION, GRANTS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(columns(Columns.now())),
            GrantStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(columns(Columns.now())).from(GRANTS).where(BY_ID), GrantStore::row);
    private static final PreparedQuery<Row> GET_SEEN = PreparedQuery.of(select(columns(NOW)).from(GRANTS).where(BY_ID), GrantStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.of(
            select(columns(Columns.now())).from(JsonRows.ids()).join(GRANTS).on(GRANTS.ID.eq(JsonRows.ID)), GrantStore::row);
    private static final PreparedQuery<Row> OPEN = PreparedQuery.of(
            select(columns(NOW)).from(GRANTS).where(GRANTS.POOL_ID.eq(Columns.param(GRANTS.POOL_ID))).and(GRANTS.ENDED_BY.isNull()).orderBy(GRANTS.ID),
            GrantStore::row);
    private static final PreparedQuery<Row> RENEWAL = PreparedQuery.of(
            select(columns(NOW)).from(GRANTS).where(GRANTS.RENEWS_GRANT_ID.eq(Columns.param(GRANTS.ID))).and(GRANTS.ENDED_BY.isNull()),
            GrantStore::row);
    private static final PreparedQuery<UUID> TRIAL = PreparedQuery.ofValue(
            select(GRANTS.ID)
                    .from(GRANTS)
                    .where(GRANTS.ORGANIZATION_ID.eq(Columns.param(GRANTS.ORGANIZATION_ID)))
                    .and(GRANTS.PRODUCT_ID.eq(Columns.param(GRANTS.PRODUCT_ID)))
                    .and(GRANTS.KIND.eq(inline("trial")))
                    .and(GRANTS.ENDED_AT.isNull().or(GRANTS.ENDED_AT.gt(GRANTS.STARTS_AT)))
                    .limit(inline(1)));
    private static final PreparedQuery<String> ZONE = PreparedQuery.ofValue(select(RUNTIME_SETTINGS.TIME_ZONE).from(RUNTIME_SETTINGS));
    private static final PreparedQuery<StoredResult<Row>> PROJECTED = PreparedQuery.of(
            select(columns(G, Columns.now())).select(ITS_DUE).from(G).where(G.ID.eq(Columns.param(G.ID))),
            cells -> new StoredResult<>(row(cells), cells.get(ITS_DUE)));
    private static final ProjectedListStore<Filter, Row> LIST = ProjectedListStore.of(
            "grants", G, Map.of("created_at", G.CREATED_AT), G.ID, columns(G, Columns.now()), Filter::organizationId,
            by -> by.is(G.EXTERNAL_ID, Filter::externalId)
                    .and(by.is(G.ORGANIZATION_ID, Filter::organizationId))
                    .and(by.is(G.PRODUCT_ID, Filter::productId))
                    .and(by.oneOf(G.KIND, Filter::kind))
                    .and(by.choice(Filter::state, GrantStore::state))
                    .and(by.within(G.CREATED_AT, Filter::created)),
            GrantStore::row);

    /** @param seenAt the instant of the read */
    public static List<Field<?>> columns(Field<Instant> seenAt) {
        return columns(GRANTS, seenAt);
    }

    private static List<Field<?>> columns(Grants of, Field<Instant> seenAt) {
        return List.of(
                of.ID, of.EXTERNAL_ID, of.ORGANIZATION_ID, of.POOL_ID, of.PRODUCT_ID, of.KIND, of.LADDER_ID, of.TIER_ID, of.REASON,
                of.STARTS_AT, of.ENDS_AT, of.ENDED_AT, of.ENDED_BY, of.END_REASON, of.TERM, of.TERM_STARTS_AT, of.RENEWS_GRANT_ID, of.CREATED_AT,
                of.UPDATED_AT, of.VERSION, seenAt.as("seen_at"));
    }

    private static List<Field<?>> newColumns(Grants of) {
        return List.of(
                of.ID, of.EXTERNAL_ID, of.ORGANIZATION_ID, of.POOL_ID, of.PRODUCT_ID, of.KIND, of.LADDER_ID, of.TIER_ID, of.REASON,
                of.STARTS_AT, of.ENDS_AT, of.TERM, of.TERM_STARTS_AT, of.RENEWS_GRANT_ID, of.CREATED_AT, of.UPDATED_AT);
    }

    /** Inserts a grant, together with the transaction's next statement. */
    void insert(Tx tx, Row row) {
        INSERT.later(tx, Columns.rows(List.of(row.cells())));
    }

    /** Stores changed grants, together with the transaction's next statement. */
    void save(Tx tx, List<Row> rows) {
        JsonRows.update(tx, SAVE, rows.stream().map(Row::cells).toList());
    }

    Row setExternalId(Tx tx, UUID id, @Nullable String externalId) {
        return SET_EXTERNAL_ID.single(tx, externalId, id);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** A grant with its state at an instant, which can be later than the transaction's start. */
    @Nullable Row get(Tx tx, UUID id, Instant now) {
        return GET_SEEN.one(tx, now, id);
    }

    /** The grants with these ids. */
    List<Row> all(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** The grants of a pool whose end isn't stored, with their state at an instant, by their ids. */
    List<Row> open(Tx tx, UUID poolId, Instant now) {
        return OPEN.all(tx, now, poolId);
    }

    /** The grant that renews this one, now or later; null for none. */
    @Nullable Row renewal(Tx tx, UUID id, Instant now) {
        return RENEWAL.one(tx, now, id);
    }

    /** Adds the search for a past, present or scheduled trial of a product. A trial that never began isn't counted. */
    Supplier<@Nullable UUID> trial(Batch batch, UUID organizationId, UUID productId) {
        return batch.one(TRIAL, organizationId, productId);
    }

    /** Adds the read of the tenant's time zone, which calendar lengths depend on. */
    Supplier<@Nullable String> zone(Batch batch) {
        return batch.one(ZONE);
    }

    /** The tenant's time zone, which calendar lengths depend on. */
    ZoneId zone(Tx tx) {
        return TimeZones.of(ZONE.single(tx));
    }

    /** @param projected the due changes, which the result includes */
    @Nullable StoredResult<Row> projected(Tx tx, UUID id, Projection<Row> projected) {
        var found = PROJECTED.one(tx, id);
        return found == null ? null : new StoredResult<>(projected.of(found.found()), found.due());
    }

    /** @param projected the due changes, which the result includes */
    StoredResult<Page<Row>> list(Tx tx, PageRequest page, Filter filter, Projection<Row> projected) {
        var changed = projected.isNothing() ? List.<Row>of() : GET_ALL.all(tx, projected.changed()).stream().map(projected::of).toList();
        return LIST.page(tx, page, filter, changed.stream().map(Row::id).toList(), changed.stream().map(Row::cells).toList())
                .map(found -> found.map(projected::of));
    }

    private static Condition state(@Nullable String state) {
        return switch (state) {
            case null -> noCondition();
            case "scheduled" -> G.ENDED_BY.isNull().and(G.STARTS_AT.gt(Columns.now()));
            case "active" -> G.ENDED_BY.isNull().and(G.STARTS_AT.le(Columns.now())).and(G.ENDS_AT.isNull().or(G.ENDS_AT.gt(Columns.now())));
            case "ended" -> G.ENDED_BY.eq(inline("expired")).or(G.ENDED_BY.isNull().and(G.ENDS_AT.le(Columns.now())));
            default -> G.ENDED_BY.eq(inline(state));
        };
    }

    public static Row row(RowReader record) {
        return new Row(
                record.get(GRANTS.ID), record.get(GRANTS.EXTERNAL_ID), record.get(GRANTS.ORGANIZATION_ID), record.get(GRANTS.POOL_ID),
                record.get(GRANTS.PRODUCT_ID), record.get(GRANTS.KIND), record.get(GRANTS.LADDER_ID), record.get(GRANTS.TIER_ID),
                record.get(GRANTS.REASON), record.get(GRANTS.STARTS_AT), record.get(GRANTS.ENDS_AT), record.get(GRANTS.ENDED_AT),
                record.get(GRANTS.ENDED_BY), record.get(GRANTS.END_REASON), record.get(GRANTS.TERM), record.get(GRANTS.TERM_STARTS_AT),
                record.get(GRANTS.RENEWS_GRANT_ID), record.get(GRANTS.CREATED_AT), record.get(GRANTS.UPDATED_AT), record.get(GRANTS.VERSION),
                record.get(SEEN_AT));
    }
}
