package org.guildhall.runtime.plans;

import static org.guildhall.schema.runtime.Tables.GRANTS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.TRANSITIONS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.least;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.resultQuery;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.update;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.runtime.rules.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.runtime.rules.ProvisionCause;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.guildhall.runtime.rules.TransitionRules;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Pools. Every organization has one from its creation on. Every change of what a pool holds locks its row first. */
public final class PoolStore {

    /** A pool as stored. */
    public record Row(UUID id, UUID organizationId, Instant createdAt, Instant updatedAt, long version) {

        /** The row after changes at these instants are written. */
        Row after(NavigableSet<Instant> instants) {
            if (instants.isEmpty()) {
                return this;
            }
            var last = instants.getLast();
            return new Row(id, organizationId, createdAt, last.isAfter(updatedAt) ? last : updatedAt, version + instants.size());
        }
    }

    /**
     * A pool with the data that changes of it depend on. Products off the ladders can pile up, and one grant or provision of them changes by
     * its id, so only those are read that a due change needs.
     *
     * @param clock the present instant
     * @param now the instant of the read, or the instant at which a change takes effect; not before any earlier change
     * @param provisions the plans and default products at that instant and later, or from the first scheduled transition on if that is earlier;
     *     with a due transition, which use can hold back, all products
     * @param transitions all due and future transitions, in the order of their instants
     * @param grants the grants whose end isn't stored: those of plans, and those off the ladders whose end has come
     * @param nextEnd the earliest end of the other grants off the ladders; null for none
     * @param defaults the default grants of the organization's type, ended ones included
     */
    record State(
            Row pool, UUID orgTypeId, String organizationState, Instant clock, Instant now, List<ProvisionStore.Row> provisions,
            List<Pending> transitions, List<GrantStore.Row> grants, @Nullable Instant nextEnd, List<DefaultGrant> defaults) {

        /** The provisions as the rules use them. */
        List<ProvisionSpan> spans() {
            return provisions.stream().map(ProvisionStore.Row::span).collect(Collectors.toCollection(ArrayList::new));
        }

        List<ScheduledTransition> scheduled() {
            return transitions.stream().map(Pending::scheduled).toList();
        }

        /** The transitions that are due at {@code now}. */
        List<ScheduledTransition> due() {
            return scheduled().stream().filter(scheduled -> !scheduled.effectiveAt().isAfter(now)).toList();
        }

        /** The ends of expired grants off the ladders that aren't stored yet, by grant. */
        Map<UUID, Instant> expired() {
            return grants.stream()
                    .filter(grant -> grant.ladderId() == null && grant.endsAt() != null && !grant.endsAt().isAfter(now))
                    .sorted(Comparator.comparing(GrantStore.Row::endsAt))
                    .collect(Collectors.toMap(GrantStore.Row::id, grant -> Objects.requireNonNull(grant.endsAt()), (one, other) -> one, LinkedHashMap::new));
        }

        /** The instants of changes that aren't written yet. */
        NavigableSet<Instant> instants(PoolProjection projection) {
            var until = clock.isBefore(now) ? clock : now;
            var instants = projection.instants(until);
            expired().values().stream().filter(end -> !end.isAfter(until)).forEach(instants::add);
            return instants;
        }
    }

    /** A scheduled transition: its row, the provision that it would start, and the end of the grant that it would begin. */
    record Pending(TransitionStore.Row row, UUID nextProvisionId, @Nullable Instant grantEndsAt) {

        ScheduledTransition scheduled() {
            return new ScheduledTransition(
                    row.id(), row.ladderId(), TransitionRules.Kind.of(row.kind()), row.fromTierId(), row.toTierId(), ProvisionCause.of(row.cause()),
                    row.grantId(), row.forced(), nextProvisionId, row.effectiveAt(), grantEndsAt);
        }
    }

    private static final String STATES = """
            with mine as (
                select p.id, p.organization_id, p.created_at, p.updated_at, p.version, o.org_type_id, o.state, %2$s as clock, %3$s as now,
                       %4$s as since
                from runtime.pools p
                join runtime.organizations o on o.id = p.organization_id
                where %1$s)
            select m.id, m.organization_id, m.created_at, m.updated_at, m.version, m.org_type_id, m.state, m.clock, m.now,
                (select coalesce(jsonb_agg(to_jsonb(v) order by v.starts_at, v.id), '[]')
                 from (select v.id, v.organization_id, v.pool_id, v.product_id, v.ladder_id, v.tier_id, v.cause, v.grant_id,
                              v.default_grant_policy_id as policy_id, v.starts_at, v.ends_at, v.created_at, v.updated_at, v.version, m.now as seen_at
                       from runtime.provisions v
                       where v.pool_id = m.id
                         and v.held_until >= least(m.since, (
                             select min(t.effective_at) from runtime.transitions t where t.pool_id = m.id and t.state = 'scheduled'))
                         and (v.ladder_id is not null or v.default_grant_policy_id is not null or exists (
                             select from runtime.transitions t
                             where t.pool_id = m.id and t.state = 'scheduled' and t.effective_at <= m.now))) v) as provisions,
                (select coalesce(jsonb_agg(jsonb_build_object(
                            'row', to_jsonb(t), 'next_provision_id', t.next_provision_id, 'grant_ends_at',
                            (select g.ends_at from runtime.grants g where g.id = t.grant_id and t.kind <> 'end'))
                        order by t.effective_at, t.id), '[]')
                 from runtime.transitions t
                 where t.pool_id = m.id and t.state = 'scheduled') as transitions,
                (select coalesce(jsonb_agg(to_jsonb(g) || jsonb_build_object('seen_at', m.now)), '[]')
                 from runtime.grants g
                 where g.pool_id = m.id and g.ended_by is null and (g.ladder_id is not null or g.ends_at <= m.now)) as grants,
                (select min(g.ends_at)
                 from runtime.grants g
                 where g.pool_id = m.id and g.ended_by is null and g.ladder_id is null and g.ends_at > m.now) as next_end,
                (select coalesce(jsonb_agg(jsonb_build_object(
                            'policy_id', d.id, 'org_type_id', d.org_type_id, 'product_id', d.product_id, 'ladder_id', d.ladder_id, 'tier_id', d.tier_id,
                            'lifetime', jsonb_build_object('from', d.created_at, 'to', d.ended_at)) order by d.created_at, d.id), '[]')
                 from catalog.runtime_default_grant_policies d
                 where d.org_type_id = m.org_type_id) as defaults
            from mine m
            """;

    private static final String PRESENT = "greatest(platform.app_now(), p.updated_at)";

    /** After every earlier change, even if the clock was set back. */
    private static final String NEXT =
            "greatest(platform.app_now() + (clock_timestamp() - now()), p.updated_at + interval '1 microsecond')";

    private static final String OF_ORGANIZATION = "p.organization_id = {0}";
    private static final String DUE = """
            p.id in (
                select t.pool_id
                from runtime.transitions t
                where t.state = 'scheduled' and t.effective_at <= platform.app_now() %s
                order by t.effective_at, t.id
                limit {0})""";

    private static final Field<Instant> CLOCK = field(name("clock"), SQLDataType.INSTANT);
    private static final Field<Instant> NOW = field(name("now"), SQLDataType.INSTANT);
    private static final Field<JSONB> PROVISIONS_FOUND = field(name("provisions"), SQLDataType.JSONB);
    private static final Field<JSONB> TRANSITIONS_FOUND = field(name("transitions"), SQLDataType.JSONB);
    private static final Field<JSONB> GRANTS_FOUND = field(name("grants"), SQLDataType.JSONB);
    private static final Field<Instant> NEXT_END = field(name("next_end"), SQLDataType.INSTANT);
    private static final Field<JSONB> DEFAULTS_FOUND = field(name("defaults"), SQLDataType.JSONB);
    private static final List<Field<?>> STATE_COLUMNS = List.of(
            POOLS.ID, POOLS.ORGANIZATION_ID, POOLS.CREATED_AT, POOLS.UPDATED_AT, POOLS.VERSION, ORGANIZATIONS.ORG_TYPE_ID, ORGANIZATIONS.STATE,
            CLOCK, NOW, PROVISIONS_FOUND, TRANSITIONS_FOUND, GRANTS_FOUND, NEXT_END, DEFAULTS_FOUND);
    private static final JsonReader<List<ProvisionStore.Row>> PROVISION_ROWS = JsonReader.ofList(ProvisionStore.Row.class);
    private static final JsonReader<List<Pending>> PENDING = JsonReader.ofList(Pending.class);
    private static final JsonReader<List<GrantStore.Row>> GRANT_ROWS = JsonReader.ofList(GrantStore.Row.class);
    private static final JsonReader<List<DefaultGrant>> DEFAULTS = JsonReader.ofList(DefaultGrant.class);

    private static final Param<UUID> ORGANIZATION = param("organization_id", SQLDataType.UUID);
    private static final Param<Instant> AT = param("at", SQLDataType.INSTANT);
    private static final Param<Integer> MOST = param("most", SQLDataType.INTEGER);

    private static final PreparedQuery<UUID> LOCK =
            PreparedQuery.ofValue(select(POOLS.ID).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(ORGANIZATION)).forUpdate());
    private static final PreparedQuery<State> LOCKED = states(OF_ORGANIZATION, NEXT, NEXT, "p.updated_at", ORGANIZATION);
    private static final PreparedQuery<State> PRESENT_STATE = states(OF_ORGANIZATION, PRESENT, PRESENT, "p.updated_at", ORGANIZATION);
    private static final PreparedQuery<State> STATE_AT =
            states(OF_ORGANIZATION, PRESENT, "{1}::timestamptz", "{1}::timestamptz", ORGANIZATION, AT);
    private static final PreparedQuery<State> ALL_DUE = states(DUE.formatted(""), PRESENT, PRESENT, "p.updated_at", MOST);
    private static final PreparedQuery<State> DUE_OF_ORGANIZATION =
            states(DUE.formatted("and t.organization_id = {1}"), PRESENT, PRESENT, "p.updated_at", MOST, ORGANIZATION);
    private static final PreparedUpdate TOUCH = PreparedUpdate.of(
            update(POOLS).set(POOLS.UPDATED_AT, Columns.param(POOLS.UPDATED_AT)).set(POOLS.VERSION, Columns.param(POOLS.VERSION))
                    .where(POOLS.ID.eq(Columns.param(POOLS.ID))));

    /** The earliest scheduled transition, or end of a grant off the ladders. */
    private static final PreparedQuery<Instant> NEXT_DUE = PreparedQuery.ofValue(
            select(least(
                            field(select(min(TRANSITIONS.EFFECTIVE_AT)).from(TRANSITIONS)
                                    .where(TRANSITIONS.POOL_ID.eq(POOLS.ID)).and(TRANSITIONS.STATE.eq(inline("scheduled")))),
                            field(select(min(GRANTS.ENDS_AT)).from(GRANTS)
                                    .where(GRANTS.POOL_ID.eq(POOLS.ID)).and(GRANTS.LADDER_ID.isNull()).and(GRANTS.ENDED_BY.isNull()))))
                    .from(POOLS)
                    .where(POOLS.ORGANIZATION_ID.eq(ORGANIZATION)));

    private static PreparedQuery<State> states(String which, String clock, String now, String since, QueryPart... values) {
        return PreparedQuery.of(resultQuery(STATES.formatted(which, clock, now, since), values), STATE_COLUMNS, PoolStore::state);
    }

    /** Adds the lock of an organization's pool until the transaction ends, and its state after the lock; null if there is none. */
    Supplier<@Nullable State> lock(Batch batch, UUID organizationId) {
        batch.one(LOCK, organizationId);
        return batch.one(LOCKED, organizationId);
    }

    /** The state of a pool at an instant, or now; null if the pool didn't exist. */
    @Nullable State snapshot(Tx tx, UUID organizationId, @Nullable Instant at) {
        var found = at == null ? PRESENT_STATE.one(tx, organizationId) : STATE_AT.one(tx, at, organizationId);
        return found == null || found.now().isBefore(found.pool().createdAt()) ? null : found;
    }

    /**
     * The present states of pools with due transitions.
     *
     * @param organizationId null for all organizations
     * @param most the maximal number of due transitions, oldest first
     */
    List<State> due(Tx tx, @Nullable UUID organizationId, int most) {
        return organizationId == null ? ALL_DUE.all(tx, most) : DUE_OF_ORGANIZATION.all(tx, organizationId, most);
    }

    /** Writes the pool's version after a change, together with the transaction's next statement. */
    void touch(Tx tx, Row row) {
        TOUCH.later(tx, row.updatedAt(), row.version(), row.id());
    }

    /** The instant of the next scheduled change of an organization's pool; null for none. */
    @Nullable Instant nextDue(Tx tx, UUID organizationId) {
        return NEXT_DUE.one(tx, organizationId);
    }

    private static State state(RowReader cells) {
        var pool = new Row(
                cells.get(POOLS.ID), cells.get(POOLS.ORGANIZATION_ID), cells.get(POOLS.CREATED_AT), cells.get(POOLS.UPDATED_AT), cells.get(POOLS.VERSION));
        return new State(
                pool, cells.get(ORGANIZATIONS.ORG_TYPE_ID), cells.get(ORGANIZATIONS.STATE), cells.get(CLOCK), cells.get(NOW),
                PROVISION_ROWS.read(cells.get(PROVISIONS_FOUND)), PENDING.read(cells.get(TRANSITIONS_FOUND)),
                GRANT_ROWS.read(cells.get(GRANTS_FOUND)), cells.get(NEXT_END), DEFAULTS.read(cells.get(DEFAULTS_FOUND)));
    }
}
