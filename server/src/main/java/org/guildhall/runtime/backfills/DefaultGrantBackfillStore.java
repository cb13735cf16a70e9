package org.guildhall.runtime.backfills;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.runtime.Tables.DEFAULT_GRANT_BACKFILLS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.guildhall.schema.runtime.Tables.TRANSITIONS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.update;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.catalog.Catalog.Backfill;
import org.guildhall.catalog.Catalog.BackfillFilter;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.ShapedQuery;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.Records;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Backfills of default-grant policies, with their progress. */
final class DefaultGrantBackfillStore {

    /**
     * An unfinished backfill.
     *
     * @param last the last processed organization; null before the first one
     * @param actorId null for a backfill of the platform itself
     */
    record Task(
            UUID id, UUID policyId, String mode, String state, @Nullable UUID last, String actorType, @Nullable UUID actorId,
            @Nullable Instant startedAt) {}

    /**
     * An organization of the policy's type.
     *
     * @param lacks true if it lacks the policy's product by the stored provisions
     * @param due true if a transition is due, so the stored provisions aren't current
     */
    record Candidate(UUID organizationId, boolean lacks, boolean due) {}

    /**
     * The progress of a backfill since the last stored progress.
     *
     * @param from the last organization of the stored progress; null before the first one
     * @param last the last processed organization
     */
    record Progress(@Nullable UUID from, UUID last, long applied, long unchanged) {}

    private static final List<Field<?>> COLUMNS = List.of(
            DEFAULT_GRANT_BACKFILLS.ID, DEFAULT_GRANT_BACKFILLS.EXTERNAL_ID, DEFAULT_GRANT_BACKFILLS.DEFAULT_GRANT_POLICY_ID,
            DEFAULT_GRANT_BACKFILLS.MODE, DEFAULT_GRANT_BACKFILLS.STATE, DEFAULT_GRANT_BACKFILLS.TOTAL,
            DEFAULT_GRANT_BACKFILLS.PROCESSED, DEFAULT_GRANT_BACKFILLS.APPLIED, DEFAULT_GRANT_BACKFILLS.UNCHANGED,
            DEFAULT_GRANT_BACKFILLS.FAILURE, DEFAULT_GRANT_BACKFILLS.STARTED_AT, DEFAULT_GRANT_BACKFILLS.FINISHED_AT,
            DEFAULT_GRANT_BACKFILLS.CREATED_AT, DEFAULT_GRANT_BACKFILLS.UPDATED_AT, DEFAULT_GRANT_BACKFILLS.VERSION);

    private static final Condition BY_ID = DEFAULT_GRANT_BACKFILLS.ID.eq(param(DEFAULT_GRANT_BACKFILLS.ID));
    private static final Param<Long> APPLIED = DSL.param("applied", SQLDataType.BIGINT);
    private static final Param<Long> UNCHANGED = DSL.param("unchanged", SQLDataType.BIGINT);
    private static final Param<UUID> ORG_TYPE_ID = DSL.param("org_type_id", SQLDataType.UUID);
    private static final Condition IS_MEANT = ORGANIZATIONS.ORG_TYPE_ID.eq(ORG_TYPE_ID).and(ORGANIZATIONS.STATE.eq(inline("active")));

    private static final PreparedQuery<Backfill> INSERT = PreparedQuery.of(
            insertInto(DEFAULT_GRANT_BACKFILLS)
                    .set(DEFAULT_GRANT_BACKFILLS.DEFAULT_GRANT_POLICY_ID, param(DEFAULT_GRANT_BACKFILLS.DEFAULT_GRANT_POLICY_ID))
                    .set(DEFAULT_GRANT_BACKFILLS.MODE, param(DEFAULT_GRANT_BACKFILLS.MODE))
                    .set(DEFAULT_GRANT_BACKFILLS.EXTERNAL_ID, param(DEFAULT_GRANT_BACKFILLS.EXTERNAL_ID))
                    .set(DEFAULT_GRANT_BACKFILLS.ACTOR_TYPE, param(DEFAULT_GRANT_BACKFILLS.ACTOR_TYPE))
                    .set(DEFAULT_GRANT_BACKFILLS.ACTOR_ID, param(DEFAULT_GRANT_BACKFILLS.ACTOR_ID))
                    .returningResult(COLUMNS),
            DefaultGrantBackfillStore::row);
    private static final PreparedQuery<Backfill> GET =
            PreparedQuery.of(select(COLUMNS).from(DEFAULT_GRANT_BACKFILLS).where(BY_ID), DefaultGrantBackfillStore::row);
    private static final ListQuery<BackfillFilter, Backfill> LIST = ListQuery.of(
            Map.of("created_at", DEFAULT_GRANT_BACKFILLS.CREATED_AT), DEFAULT_GRANT_BACKFILLS.ID,
            by -> select(COLUMNS)
                    .from(DEFAULT_GRANT_BACKFILLS)
                    .where(by.is(DEFAULT_GRANT_BACKFILLS.DEFAULT_GRANT_POLICY_ID, BackfillFilter::policyId))
                    .and(by.is(DEFAULT_GRANT_BACKFILLS.EXTERNAL_ID, BackfillFilter::externalId))
                    .and(by.oneOf(DEFAULT_GRANT_BACKFILLS.MODE, BackfillFilter::mode))
                    .and(by.oneOf(DEFAULT_GRANT_BACKFILLS.STATE, BackfillFilter::state))
                    .and(by.within(DEFAULT_GRANT_BACKFILLS.CREATED_AT, BackfillFilter::created)),
            DefaultGrantBackfillStore::row);
    private static final PreparedQuery<Task> LOCK_TASK = PreparedQuery.mapped(
            select(DEFAULT_GRANT_BACKFILLS.ID, DEFAULT_GRANT_BACKFILLS.DEFAULT_GRANT_POLICY_ID, DEFAULT_GRANT_BACKFILLS.MODE,
                            DEFAULT_GRANT_BACKFILLS.STATE, DEFAULT_GRANT_BACKFILLS.LAST_ORGANIZATION_ID, DEFAULT_GRANT_BACKFILLS.ACTOR_TYPE,
                            DEFAULT_GRANT_BACKFILLS.ACTOR_ID, DEFAULT_GRANT_BACKFILLS.STARTED_AT)
                    .from(DEFAULT_GRANT_BACKFILLS)
                    .where(BY_ID)
                    .forUpdate(),
            Records.mapping(Task::new));
    private static final PreparedUpdate BEGIN = PreparedUpdate.of(
            update(DEFAULT_GRANT_BACKFILLS)
                    .set(DEFAULT_GRANT_BACKFILLS.STATE, inline("running"))
                    .set(DEFAULT_GRANT_BACKFILLS.TOTAL, field(selectCount().from(ORGANIZATIONS).where(IS_MEANT)).cast(Long.class))
                    .set(DEFAULT_GRANT_BACKFILLS.STARTED_AT, Columns.now())
                    .set(DEFAULT_GRANT_BACKFILLS.UPDATED_AT, Columns.now())
                    .set(DEFAULT_GRANT_BACKFILLS.VERSION, DEFAULT_GRANT_BACKFILLS.VERSION.plus(inline(1)))
                    .where(BY_ID));
    private static final PreparedUpdate RECORD_PROGRESS = PreparedUpdate.of(
            update(DEFAULT_GRANT_BACKFILLS)
                    .set(DEFAULT_GRANT_BACKFILLS.LAST_ORGANIZATION_ID, DSL.param("last", SQLDataType.UUID))
                    .set(DEFAULT_GRANT_BACKFILLS.PROCESSED, DEFAULT_GRANT_BACKFILLS.PROCESSED.plus(APPLIED).plus(UNCHANGED))
                    .set(DEFAULT_GRANT_BACKFILLS.APPLIED, DEFAULT_GRANT_BACKFILLS.APPLIED.plus(APPLIED))
                    .set(DEFAULT_GRANT_BACKFILLS.UNCHANGED, DEFAULT_GRANT_BACKFILLS.UNCHANGED.plus(UNCHANGED))
                    .set(DEFAULT_GRANT_BACKFILLS.UPDATED_AT, Columns.now())
                    .set(DEFAULT_GRANT_BACKFILLS.VERSION, DEFAULT_GRANT_BACKFILLS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .and(DEFAULT_GRANT_BACKFILLS.STATE.eq(inline("running")))
                    .and(DEFAULT_GRANT_BACKFILLS.LAST_ORGANIZATION_ID.isNotDistinctFrom(DSL.param("from", SQLDataType.UUID))));
    private static final PreparedUpdate SUCCEED = end("succeeded", DEFAULT_GRANT_BACKFILLS.PROCESSED);
    private static final PreparedUpdate FAIL = end("failed", DEFAULT_GRANT_BACKFILLS.TOTAL);
    // One entry of an index for each pool: "exists" may be planned as a search of all scheduled transitions.
    private static final Field<Instant> EARLIEST = field(
            select(min(TRANSITIONS.EFFECTIVE_AT)).from(TRANSITIONS).where(TRANSITIONS.POOL_ID.eq(POOLS.ID)).and(TRANSITIONS.STATE.eq(inline("scheduled"))));
    private static final Field<Boolean> ANY_DUE = coalesce(field(EARLIEST.le(Columns.now())), inline(false));

    private static final Field<Boolean> LACKS = field(name("lacks"), SQLDataType.BOOLEAN);
    private static final Field<Boolean> IS_DUE = field(name("due"), SQLDataType.BOOLEAN);

    /** The search for candidates. */
    private record Search(DefaultGrant policy, Instant begun, @Nullable UUID after, int most) {

        @Nullable UUID ladderId() {
            return policy.ladderId();
        }

        /** The policy, for a grant off the ladders. */
        @Nullable UUID policyId() {
            return policy.ladderId() == null ? policy.policyId() : null;
        }
    }

    private static final ShapedQuery<Search, Candidate> CANDIDATES = ShapedQuery.of(
            by -> {
                var given = by.is(PROVISIONS.LADDER_ID, Search::ladderId).and(by.is(PROVISIONS.DEFAULT_GRANT_POLICY_ID, Search::policyId));
                var held = field(select(inline(1))
                        .from(PROVISIONS)
                        .where(PROVISIONS.POOL_ID.eq(POOLS.ID))
                        .and(given)
                        .and(PROVISIONS.HELD_UNTIL.gt(Columns.now()))
                        .limit(inline(1)));
                return select(ORGANIZATIONS.ID, field(held.isNull()).as(LACKS), ANY_DUE.as(IS_DUE))
                        .from(ORGANIZATIONS)
                        .join(POOLS)
                        .on(POOLS.ORGANIZATION_ID.eq(ORGANIZATIONS.ID))
                        .where(ORGANIZATIONS.STATE.eq(inline("active")))
                        .and(ORGANIZATIONS.ORG_TYPE_ID.eq(by.value(SQLDataType.UUID, search -> search.policy().orgTypeId())))
                        .and(ORGANIZATIONS.CREATED_AT.le(by.value(SQLDataType.INSTANT, Search::begun)))
                        .and(by.when(SQLDataType.UUID, Search::after, ORGANIZATIONS.ID::gt))
                        .orderBy(ORGANIZATIONS.ID)
                        .limit(by.value(SQLDataType.INTEGER, Search::most));
            },
            cells -> new Candidate(cells.get(ORGANIZATIONS.ID), cells.get(LACKS), cells.get(IS_DUE)));

    private static PreparedUpdate end(String state, Field<Long> total) {
        return PreparedUpdate.of(update(DEFAULT_GRANT_BACKFILLS)
                .set(DEFAULT_GRANT_BACKFILLS.STATE, inline(state))
                .set(DEFAULT_GRANT_BACKFILLS.TOTAL, total)
                .set(DEFAULT_GRANT_BACKFILLS.FAILURE, param(DEFAULT_GRANT_BACKFILLS.FAILURE))
                .set(DEFAULT_GRANT_BACKFILLS.FINISHED_AT, Columns.now())
                .set(DEFAULT_GRANT_BACKFILLS.UPDATED_AT, Columns.now())
                .set(DEFAULT_GRANT_BACKFILLS.VERSION, DEFAULT_GRANT_BACKFILLS.VERSION.plus(inline(1)))
                .where(BY_ID)
                .and(DEFAULT_GRANT_BACKFILLS.STATE.eq(inline("running"))));
    }

    Backfill insert(Tx tx, UUID policyId, String mode, @Nullable String externalId, String actorType, @Nullable UUID actorId) {
        return INSERT.single(tx, policyId, mode, externalId, actorType, actorId);
    }

    @Nullable Backfill get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    Page<Backfill> list(Tx tx, PageRequest page, BackfillFilter filter) {
        return LIST.page(tx, page, filter);
    }

    /** The remaining work of a backfill, locked until the transaction ends; null if there is no such backfill. */
    @Nullable Task task(Tx tx, UUID id) {
        return LOCK_TASK.one(tx, id);
    }

    /** Stores the start of a backfill and the number of its organizations. */
    void begin(Tx tx, UUID id, UUID orgTypeId) {
        BEGIN.execute(tx, orgTypeId, id);
    }

    /** Stores the progress; false if another node has stored further progress. */
    boolean recordProgress(Tx tx, UUID id, Progress progress) {
        return RECORD_PROGRESS.execute(tx, progress.last(), progress.applied(), progress.unchanged(), id, progress.from()) == 1;
    }

    /**
     * Ends a backfill. The total becomes the number of processed organizations, since organizations can be created and archived meanwhile.
     *
     * @param failure null if it succeeded
     */
    void finish(Tx tx, UUID id, @Nullable String failure) {
        (failure == null ? SUCCEED : FAIL).execute(tx, failure, id);
    }

    /** The next organizations of a policy's type, by their ids, that existed when the backfill began. */
    List<Candidate> candidates(Tx tx, DefaultGrant policy, Instant begun, @Nullable UUID after, int most) {
        return CANDIDATES.all(tx, new Search(policy, begun, after, most));
    }

    private static Backfill row(RowReader record) {
        return new Backfill(
                record.get(DEFAULT_GRANT_BACKFILLS.ID), record.get(DEFAULT_GRANT_BACKFILLS.EXTERNAL_ID),
                record.get(DEFAULT_GRANT_BACKFILLS.DEFAULT_GRANT_POLICY_ID), record.get(DEFAULT_GRANT_BACKFILLS.MODE),
                record.get(DEFAULT_GRANT_BACKFILLS.STATE), record.get(DEFAULT_GRANT_BACKFILLS.TOTAL),
                record.get(DEFAULT_GRANT_BACKFILLS.PROCESSED), record.get(DEFAULT_GRANT_BACKFILLS.APPLIED),
                record.get(DEFAULT_GRANT_BACKFILLS.UNCHANGED), record.get(DEFAULT_GRANT_BACKFILLS.FAILURE),
                record.get(DEFAULT_GRANT_BACKFILLS.STARTED_AT), record.get(DEFAULT_GRANT_BACKFILLS.FINISHED_AT),
                record.get(DEFAULT_GRANT_BACKFILLS.CREATED_AT), record.get(DEFAULT_GRANT_BACKFILLS.UPDATED_AT),
                record.get(DEFAULT_GRANT_BACKFILLS.VERSION));
    }
}
