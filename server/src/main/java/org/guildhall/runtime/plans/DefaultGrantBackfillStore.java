package org.guildhall.runtime.plans;

import static org.guildhall.schema.runtime.Tables.DEFAULT_GRANT_BACKFILLS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.guildhall.schema.runtime.Tables.TRANSITIONS;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.selectOne;

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
import org.guildhall.core.sql.Filters;
import org.guildhall.core.sql.PageRequest;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Records;
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

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", DEFAULT_GRANT_BACKFILLS.CREATED_AT);
    private static final List<Field<?>> COLUMNS = List.of(
            DEFAULT_GRANT_BACKFILLS.ID, DEFAULT_GRANT_BACKFILLS.EXTERNAL_ID, DEFAULT_GRANT_BACKFILLS.DEFAULT_GRANT_POLICY_ID,
            DEFAULT_GRANT_BACKFILLS.MODE, DEFAULT_GRANT_BACKFILLS.STATE, DEFAULT_GRANT_BACKFILLS.TOTAL,
            DEFAULT_GRANT_BACKFILLS.PROCESSED, DEFAULT_GRANT_BACKFILLS.APPLIED, DEFAULT_GRANT_BACKFILLS.UNCHANGED,
            DEFAULT_GRANT_BACKFILLS.FAILURE, DEFAULT_GRANT_BACKFILLS.STARTED_AT, DEFAULT_GRANT_BACKFILLS.FINISHED_AT,
            DEFAULT_GRANT_BACKFILLS.CREATED_AT, DEFAULT_GRANT_BACKFILLS.UPDATED_AT, DEFAULT_GRANT_BACKFILLS.VERSION);

    Backfill insert(Tx tx, UUID policyId, String mode, @Nullable String externalId, String actorType, @Nullable UUID actorId) {
        return tx.sql()
                .insertInto(DEFAULT_GRANT_BACKFILLS)
                .set(DEFAULT_GRANT_BACKFILLS.DEFAULT_GRANT_POLICY_ID, policyId)
                .set(DEFAULT_GRANT_BACKFILLS.MODE, mode)
                .set(DEFAULT_GRANT_BACKFILLS.EXTERNAL_ID, externalId)
                .set(DEFAULT_GRANT_BACKFILLS.ACTOR_TYPE, actorType)
                .set(DEFAULT_GRANT_BACKFILLS.ACTOR_ID, actorId)
                .returningResult(COLUMNS)
                .fetchSingle(DefaultGrantBackfillStore::row);
    }

    @Nullable Backfill get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(DEFAULT_GRANT_BACKFILLS).where(DEFAULT_GRANT_BACKFILLS.ID.eq(id)).fetchOne(DefaultGrantBackfillStore::row);
    }

    Page<Backfill> list(Tx tx, PageRequest page, BackfillFilter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(DEFAULT_GRANT_BACKFILLS)
                .where(DEFAULT_GRANT_BACKFILLS.DEFAULT_GRANT_POLICY_ID.eq(filter.policyId()))
                .and(Filters.is(DEFAULT_GRANT_BACKFILLS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(DEFAULT_GRANT_BACKFILLS.MODE, filter.mode()))
                .and(Filters.is(DEFAULT_GRANT_BACKFILLS.STATE, filter.state()))
                .and(Filters.within(DEFAULT_GRANT_BACKFILLS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, DEFAULT_GRANT_BACKFILLS.ID, DefaultGrantBackfillStore::row);
    }

    /** The remaining work of a backfill, locked until the transaction ends; null if there is no such backfill. */
    @Nullable Task task(Tx tx, UUID id) {
        return tx.sql()
                .select(DEFAULT_GRANT_BACKFILLS.ID, DEFAULT_GRANT_BACKFILLS.DEFAULT_GRANT_POLICY_ID, DEFAULT_GRANT_BACKFILLS.MODE,
                        DEFAULT_GRANT_BACKFILLS.STATE, DEFAULT_GRANT_BACKFILLS.LAST_ORGANIZATION_ID, DEFAULT_GRANT_BACKFILLS.ACTOR_TYPE,
                        DEFAULT_GRANT_BACKFILLS.ACTOR_ID, DEFAULT_GRANT_BACKFILLS.STARTED_AT)
                .from(DEFAULT_GRANT_BACKFILLS)
                .where(DEFAULT_GRANT_BACKFILLS.ID.eq(id))
                .forUpdate()
                .fetchOne(Records.mapping(Task::new));
    }

    /** Stores the start of a backfill and the number of its organizations. */
    void begin(Tx tx, UUID id, UUID orgTypeId) {
        tx.sql()
                .update(DEFAULT_GRANT_BACKFILLS)
                .set(DEFAULT_GRANT_BACKFILLS.STATE, "running")
                .set(DEFAULT_GRANT_BACKFILLS.TOTAL, field(tx.sql()
                        .selectCount()
                        .from(ORGANIZATIONS)
                        .where(isMeant(orgTypeId))).cast(Long.class))
                .set(DEFAULT_GRANT_BACKFILLS.STARTED_AT, Columns.now())
                .set(DEFAULT_GRANT_BACKFILLS.UPDATED_AT, Columns.now())
                .set(DEFAULT_GRANT_BACKFILLS.VERSION, DEFAULT_GRANT_BACKFILLS.VERSION.plus(1))
                .where(DEFAULT_GRANT_BACKFILLS.ID.eq(id))
                .execute();
    }

    /** Stores the progress; false if another node has stored further progress. */
    boolean recordProgress(Tx tx, UUID id, Progress progress) {
        return tx.sql()
                        .update(DEFAULT_GRANT_BACKFILLS)
                        .set(DEFAULT_GRANT_BACKFILLS.LAST_ORGANIZATION_ID, progress.last())
                        .set(DEFAULT_GRANT_BACKFILLS.PROCESSED,
                                DEFAULT_GRANT_BACKFILLS.PROCESSED.plus(progress.applied() + progress.unchanged()))
                        .set(DEFAULT_GRANT_BACKFILLS.APPLIED, DEFAULT_GRANT_BACKFILLS.APPLIED.plus(progress.applied()))
                        .set(DEFAULT_GRANT_BACKFILLS.UNCHANGED, DEFAULT_GRANT_BACKFILLS.UNCHANGED.plus(progress.unchanged()))
                        .set(DEFAULT_GRANT_BACKFILLS.UPDATED_AT, Columns.now())
                        .set(DEFAULT_GRANT_BACKFILLS.VERSION, DEFAULT_GRANT_BACKFILLS.VERSION.plus(1))
                        .where(DEFAULT_GRANT_BACKFILLS.ID.eq(id))
                        .and(DEFAULT_GRANT_BACKFILLS.STATE.eq("running"))
                        .and(DEFAULT_GRANT_BACKFILLS.LAST_ORGANIZATION_ID.isNotDistinctFrom(progress.from()))
                        .execute()
                == 1;
    }

    /**
     * Ends a backfill. The total becomes the number of processed organizations, since organizations can be created and archived meanwhile.
     *
     * @param failure null if it succeeded
     */
    void finish(Tx tx, UUID id, @Nullable String failure) {
        tx.sql()
                .update(DEFAULT_GRANT_BACKFILLS)
                .set(DEFAULT_GRANT_BACKFILLS.STATE, failure == null ? "succeeded" : "failed")
                .set(DEFAULT_GRANT_BACKFILLS.TOTAL, failure == null ? DEFAULT_GRANT_BACKFILLS.PROCESSED : DEFAULT_GRANT_BACKFILLS.TOTAL)
                .set(DEFAULT_GRANT_BACKFILLS.FAILURE, failure)
                .set(DEFAULT_GRANT_BACKFILLS.FINISHED_AT, Columns.now())
                .set(DEFAULT_GRANT_BACKFILLS.UPDATED_AT, Columns.now())
                .set(DEFAULT_GRANT_BACKFILLS.VERSION, DEFAULT_GRANT_BACKFILLS.VERSION.plus(1))
                .where(DEFAULT_GRANT_BACKFILLS.ID.eq(id))
                .and(DEFAULT_GRANT_BACKFILLS.STATE.eq("running"))
                .execute();
    }

    /** The next organizations of a policy's type, by their ids, that existed when the backfill began. */
    List<Candidate> candidates(Tx tx, DefaultGrant policy, Instant begun, @Nullable UUID after, int most) {
        return tx.sql()
                .select(ORGANIZATIONS.ID, field(lacks(policy)), field(exists(selectOne().from(TRANSITIONS).where(due()))))
                .from(ORGANIZATIONS)
                .join(POOLS)
                .on(POOLS.ORGANIZATION_ID.eq(ORGANIZATIONS.ID))
                .where(isMeant(policy.orgTypeId()))
                .and(ORGANIZATIONS.CREATED_AT.le(begun))
                .and(after == null ? noCondition() : ORGANIZATIONS.ID.gt(after))
                .orderBy(ORGANIZATIONS.ID)
                .limit(most)
                .fetch(Records.mapping(Candidate::new));
    }

    private static Condition isMeant(UUID orgTypeId) {
        return ORGANIZATIONS.ORG_TYPE_ID.eq(orgTypeId).and(ORGANIZATIONS.STATE.eq("active"));
    }

    private static Condition lacks(DefaultGrant policy) {
        var given = policy.ladderId() == null
                ? PROVISIONS.DEFAULT_GRANT_POLICY_ID.eq(policy.policyId())
                : PROVISIONS.LADDER_ID.eq(policy.ladderId());
        return notExists(selectOne()
                .from(PROVISIONS)
                .where(PROVISIONS.POOL_ID.eq(POOLS.ID))
                .and(given)
                .and(PROVISIONS.ENDS_AT.isNull().or(PROVISIONS.ENDS_AT.gt(Columns.now()))));
    }

    private static Condition due() {
        return TRANSITIONS.POOL_ID.eq(POOLS.ID)
                .and(TRANSITIONS.STATE.eq(inline("scheduled")))
                .and(TRANSITIONS.EFFECTIVE_AT.le(Columns.now()));
    }

    private static Backfill row(Record record) {
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
