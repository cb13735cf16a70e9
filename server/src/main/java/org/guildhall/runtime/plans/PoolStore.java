package org.guildhall.runtime.plans;

import static org.guildhall.schema.runtime.Tables.GRANTS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.guildhall.schema.runtime.Tables.TRANSITIONS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.least;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.List;
import java.util.NavigableSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.Filters;
import org.guildhall.core.data.Tx;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Records;
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
     * A pool with all data that its present and future state depends on.
     *
     * @param clock the present instant
     * @param now the instant of the read, or the instant at which a change takes effect; not before any earlier change
     * @param spans the stored provisions at that instant, or at the first scheduled transition if that is earlier
     * @param scheduled all due and future transitions, in the order of their instants
     * @param over expired grants off the ladders that aren't written yet
     */
    record State(
            Row pool, UUID orgTypeId, String organizationState, Instant clock, Instant now, List<ProvisionSpan> spans,
            List<PoolProjection.ScheduledTransition> scheduled, List<Over> over) {

        /** The transitions that are due at {@code now}. */
        List<PoolProjection.ScheduledTransition> due() {
            return scheduled.stream().filter(what -> !what.effectiveAt().isAfter(now)).toList();
        }

        /** The instants of changes that aren't written yet. */
        NavigableSet<Instant> instants(PoolProjection timeline) {
            var until = clock.isBefore(now) ? clock : now;
            var instants = timeline.instants(until);
            over.stream().map(Over::since).filter(since -> !since.isAfter(until)).forEach(instants::add);
            return instants;
        }
    }

    /** An expired grant, with its end. */
    record Over(UUID grantId, Instant since) {}

    private static final Field<Instant> SEEN = greatest(Columns.now(), POOLS.UPDATED_AT);

    /** After every earlier change, even if the clock was set back. */
    private static final Field<Instant> NEXT = greatest(EffectiveDates.present(), field("{0} + interval '1 microsecond'", SQLDataType.INSTANT, POOLS.UPDATED_AT));
    private static final Condition STILL_TO_COME = TRANSITIONS.POOL_ID.eq(POOLS.ID).and(TRANSITIONS.STATE.eq(inline("scheduled")));
    private static final Field<List<PoolProjection.ScheduledTransition>> SCHEDULED = multiset(
                    select(TRANSITIONS.ID, TRANSITIONS.LADDER_ID, TRANSITIONS.KIND, TRANSITIONS.FROM_TIER_ID, TRANSITIONS.TO_TIER_ID,
                                    TRANSITIONS.CAUSE, TRANSITIONS.GRANT_ID, TRANSITIONS.FORCED, TRANSITIONS.NEXT_PROVISION_ID,
                                    TRANSITIONS.EFFECTIVE_AT,
                                    field(select(GRANTS.ENDS_AT).from(GRANTS).where(GRANTS.ID.eq(TRANSITIONS.GRANT_ID)).and(TRANSITIONS.KIND.ne(inline("end")))))
                            .from(TRANSITIONS)
                            .where(STILL_TO_COME)
                            .orderBy(TRANSITIONS.EFFECTIVE_AT, TRANSITIONS.ID))
            .as("scheduled")
            .convertFrom(found -> found.map(row -> new PoolProjection.ScheduledTransition(
                    row.value1(), row.value2(), TransitionRules.Kind.of(row.value3()), row.value4(), row.value5(), ProvisionCause.of(row.value6()), row.value7(),
                    row.value8(), row.value9(), row.value10(), row.value11())));
    /** The earliest scheduled transition, or end of a grant off the ladders. */
    private static final Field<Instant> NEXT_DUE = least(
                    field(select(min(TRANSITIONS.EFFECTIVE_AT)).from(TRANSITIONS).where(STILL_TO_COME)),
                    field(select(min(GRANTS.ENDS_AT)).from(GRANTS)
                            .where(GRANTS.POOL_ID.eq(POOLS.ID)).and(GRANTS.LADDER_ID.isNull()).and(GRANTS.ENDED_BY.isNull())))
            .as("next_due");
    private static final List<Field<?>> COLUMNS = List.of(POOLS.ID, POOLS.ORGANIZATION_ID, POOLS.CREATED_AT, POOLS.UPDATED_AT, POOLS.VERSION);
    private static final List<Field<?>> COLUMNS_AND_NEXT_DUE = Stream.concat(COLUMNS.stream(), Stream.of(NEXT_DUE)).toList();

    /** Locks the pool of an organization until the transaction ends; false if there is none. */
    boolean lock(Tx tx, UUID organizationId) {
        return tx.sql().select(POOLS.ID).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(organizationId)).forUpdate().fetchOne() != null;
    }

    /** The state of a pool that the caller has locked. It is another statement than the lock, so that the values are current. */
    State held(Tx tx, UUID organizationId) {
        var found = states(tx, POOLS.ORGANIZATION_ID.eq(organizationId), NEXT, NEXT, POOLS.UPDATED_AT);
        if (found.isEmpty()) {
            throw new IllegalStateException("the locked pool is missing");
        }
        return found.getFirst();
    }

    /** The state of a pool at an instant, or now; null if the pool didn't exist. */
    @Nullable State snapshot(Tx tx, UUID organizationId, @Nullable Instant at) {
        var mine = POOLS.ORGANIZATION_ID.eq(organizationId);
        var found = at == null ? states(tx, mine, SEEN, SEEN, POOLS.UPDATED_AT) : states(tx, mine, SEEN, val(at), val(at));
        return found.isEmpty() || found.getFirst().now().isBefore(found.getFirst().pool().createdAt()) ? null : found.getFirst();
    }

    /**
     * The present states of pools with due transitions.
     *
     * @param organizationId null for all organizations
     * @param most the maximal number of due transitions, oldest first
     */
    List<State> due(Tx tx, @Nullable UUID organizationId, int most) {
        var due = select(TRANSITIONS.POOL_ID)
                .from(TRANSITIONS)
                .where(TRANSITIONS.STATE.eq(inline("scheduled")))
                .and(TRANSITIONS.EFFECTIVE_AT.le(Columns.now()))
                .and(Filters.is(TRANSITIONS.ORGANIZATION_ID, organizationId))
                .orderBy(TRANSITIONS.EFFECTIVE_AT, TRANSITIONS.ID)
                .limit(most);
        return states(tx, POOLS.ID.in(due), SEEN, SEEN, POOLS.UPDATED_AT);
    }

    /**
     * A pool after a change.
     *
     * @param nextDue the instant of the next scheduled change; null for none
     */
    record Touched(Row row, @Nullable Instant nextDue) {}

    /** Writes the pool's version after a change, as the last statement of the change. */
    Touched touch(Tx tx, Row row) {
        return tx.sql()
                .update(POOLS)
                .set(POOLS.UPDATED_AT, row.updatedAt())
                .set(POOLS.VERSION, row.version())
                .where(POOLS.ID.eq(row.id()))
                .returningResult(COLUMNS_AND_NEXT_DUE)
                .fetchSingle(found -> new Touched(row(found), found.get(NEXT_DUE)));
    }

    /** The instant of the next scheduled change of an organization's pool; null for none. */
    @Nullable Instant nextDue(Tx tx, UUID organizationId) {
        return tx.sql().select(NEXT_DUE).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(organizationId)).fetchOne(NEXT_DUE);
    }

    private static List<State> states(Tx tx, Condition which, Field<Instant> clock, Field<Instant> now, Field<Instant> from) {
        return tx.sql()
                .select(POOLS.ID, POOLS.ORGANIZATION_ID, POOLS.CREATED_AT, POOLS.UPDATED_AT, POOLS.VERSION, ORGANIZATIONS.ORG_TYPE_ID,
                        ORGANIZATIONS.STATE, clock.as("clock"), now.as("now"), spans(from), SCHEDULED,
                        over(now))
                .from(POOLS)
                .join(ORGANIZATIONS)
                .on(ORGANIZATIONS.ID.eq(POOLS.ORGANIZATION_ID))
                .where(which)
                .fetch(found -> new State(
                        row(found), found.get(ORGANIZATIONS.ORG_TYPE_ID), found.get(ORGANIZATIONS.STATE), found.get("clock", Instant.class),
                        found.get("now", Instant.class), found.value10(), found.value11(), found.value12()));
    }

    /** The provisions that are held at an instant or later, or from the first scheduled transition on if that is earlier. */
    private static Field<List<ProvisionSpan>> spans(Field<Instant> from) {
        var first = field(select(min(TRANSITIONS.EFFECTIVE_AT)).from(TRANSITIONS).where(STILL_TO_COME));
        return multiset(select(PROVISIONS.ID, PROVISIONS.PRODUCT_ID, PROVISIONS.LADDER_ID, PROVISIONS.TIER_ID, PROVISIONS.CAUSE,
                                PROVISIONS.GRANT_ID, PROVISIONS.DEFAULT_GRANT_POLICY_ID, PROVISIONS.STARTS_AT, PROVISIONS.ENDS_AT)
                        .from(PROVISIONS)
                        .where(PROVISIONS.POOL_ID.eq(POOLS.ID))
                        .and(PROVISIONS.HELD_UNTIL.ge(least(from, first)))
                        .orderBy(PROVISIONS.STARTS_AT, PROVISIONS.ID))
                .as("spans")
                .convertFrom(found -> found.map(row -> new ProvisionSpan(
                        row.value1(), row.value2(), row.value3(), row.value4(), ProvisionCause.of(row.value5()), row.value6(), row.value7(),
                        row.value8(), row.value9())));
    }

    private static Field<List<Over>> over(Field<Instant> now) {
        return multiset(select(GRANTS.ID, GRANTS.ENDS_AT)
                        .from(GRANTS)
                        .where(GRANTS.POOL_ID.eq(POOLS.ID))
                        .and(GRANTS.LADDER_ID.isNull())
                        .and(GRANTS.ENDED_BY.isNull())
                        .and(GRANTS.ENDS_AT.le(now))
                        .orderBy(GRANTS.ENDS_AT, GRANTS.ID))
                .as("over")
                .convertFrom(found -> found.map(Records.mapping(Over::new)));
    }

    private static Row row(Record record) {
        return new Row(
                record.get(POOLS.ID), record.get(POOLS.ORGANIZATION_ID), record.get(POOLS.CREATED_AT), record.get(POOLS.UPDATED_AT),
                record.get(POOLS.VERSION));
    }
}
