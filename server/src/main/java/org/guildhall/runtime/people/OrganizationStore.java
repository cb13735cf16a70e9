package org.guildhall.runtime.people;

import static org.guildhall.schema.catalog.Tables.RUNTIME_ORG_TYPES;
import static org.guildhall.schema.runtime.Tables.MEMBERSHIPS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.WORKSPACES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
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
import org.guildhall.core.sql.OldWeighed;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Organizations, which are inserted together with their first workspace, membership and pool. */
public final class OrganizationStore {

    /** An organization as stored. */
    public record Row(
            UUID id, @Nullable String externalId, UUID orgTypeId, String name, @Nullable UUID personalPersonId, UUID poolId,
            Map<String, String> metadata, String state, @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** The members of an organization that a caller can change. */
    record Values(@Nullable String externalId, String name, Map<String, String> metadata) {}

    /**
     * An organization to insert, with the ids of its pool, first membership and first workspace.
     *
     * @param personalPersonId the person of a personal organization; null for another organization
     * @param ownerId the person who becomes its owner; null for none
     * @param workspace the name of its first workspace
     */
    record New(
            UUID id, UUID poolId, UUID membershipId, UUID workspaceId, @Nullable UUID personalPersonId, @Nullable UUID ownerId, Values values,
            String workspace) {

        private Map<String, String> cells() {
            return JsonRows.row(
                    "id", id, "external_id", values.externalId(), "name", values.name(), "personal_person_id", personalPersonId,
                    "metadata", Columns.jsonb(values.metadata()).data(), "pool_id", poolId, "membership_id", membershipId,
                    "workspace_id", workspaceId, "owner_id", ownerId, "workspace", workspace);
        }
    }

    /**
     * The result of an insert. Without an active type nothing is inserted; without an active owner no membership is. The caller checks both.
     *
     * @param orgTypeState null if there is no such type
     * @param ownerStates the states of the owners that exist, by their ids as text
     * @param at the {@code created_at} of the organizations
     * @param opened the {@code created_at} of the pools, read after the type is locked; null if nothing was inserted
     */
    record Inserted(
            @Nullable UUID orgTypeId, @Nullable String orgTypeState, Map<String, String> ownerStates, Instant at, @Nullable Instant opened) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable String externalId, @Nullable UUID orgTypeId, @Nullable UUID personalPersonId, @Nullable String state,
            TimeWindow created) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", ORGANIZATIONS.CREATED_AT, "name", ORGANIZATIONS.NAME);
    private static final Field<UUID> POOL_ID =
            field(select(POOLS.ID).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(ORGANIZATIONS.ID))).as("pool_id");
    public static final List<Field<?>> COLUMNS = List.of(
            ORGANIZATIONS.ID, ORGANIZATIONS.EXTERNAL_ID, ORGANIZATIONS.ORG_TYPE_ID, ORGANIZATIONS.NAME, ORGANIZATIONS.PERSONAL_PERSON_ID,
            POOL_ID, ORGANIZATIONS.METADATA, ORGANIZATIONS.STATE, ORGANIZATIONS.ARCHIVED_AT, ORGANIZATIONS.CREATED_AT,
            ORGANIZATIONS.UPDATED_AT, ORGANIZATIONS.VERSION);

    private static final Field<JSONB> OWNERS = field("owners", SQLDataType.JSONB);
    private static final Field<Instant> AT = field("at", SQLDataType.INSTANT);
    private static final Field<Instant> OPENED = field("opened", SQLDataType.INSTANT);

    // The clock is read after the type is locked, since the default grants are those of that instant.
    private static final String INSERT = """
            with type as (
              select id, state from catalog.runtime_org_types where {0} for share),
            clock as materialized (
              select {1} as now from type where state = 'active'),
            wanted as materialized (
              select * from jsonb_to_recordset({2}) as w (id uuid, external_id text, name text, metadata text, personal_person_id uuid,
                owner_id uuid, membership_id uuid, pool_id uuid, workspace_id uuid, workspace text)),
            owner as (
              select id, state from runtime.persons where id = any ({3}) order by id for share),
            organization as (
              insert into runtime.organizations (id, external_id, org_type_id, name, personal_person_id, metadata)
              select w.id, w.external_id, type.id, w.name, w.personal_person_id, w.metadata::jsonb
              from wanted w, type where type.state = 'active'),
            workspace as (
              insert into runtime.workspaces (id, organization_id, name)
              select w.workspace_id, w.id, w.workspace from wanted w, clock),
            membership as (
              insert into runtime.memberships (id, organization_id, person_id, role)
              select w.membership_id, w.id, owner.id, 'owner' from wanted w join owner on owner.id = w.owner_id, clock where owner.state = 'active'),
            pool as (
              insert into runtime.pools (id, organization_id, created_at, updated_at)
              select w.pool_id, w.id, clock.now, clock.now from wanted w, clock)
            select (select id from type), (select state from type), (select jsonb_object_agg(id, state) from owner), {4}, (select now from clock)""";

    /**
     * Inserts organizations of one type, each with its first workspace, its owner's membership and its pool, in one statement. It locks the
     * type and the owners against changes until the transaction ends.
     *
     * @param orgTypeId null for the tenant's default type
     */
    Inserted insert(Tx tx, @Nullable UUID orgTypeId, List<New> organizations) {
        var type = orgTypeId == null ? condition(RUNTIME_ORG_TYPES.IS_DEFAULT) : RUNTIME_ORG_TYPES.ID.eq(orgTypeId);
        var wanted = Columns.rows(organizations.stream().map(New::cells).toList());
        var owners = Columns.array(organizations.stream().map(New::ownerId).filter(Objects::nonNull).toList(), UUID.class);
        return tx.sql()
                .resultQuery(INSERT, type, EffectiveDates.present(), val(wanted), owners, Columns.now())
                .coerce(RUNTIME_ORG_TYPES.ID, RUNTIME_ORG_TYPES.STATE, OWNERS, AT, OPENED)
                .fetchSingle(record -> new Inserted(
                        record.value1(), record.value2(), Columns.texts(record.value3()), record.value4(), record.value5()));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(ORGANIZATIONS).where(ORGANIZATIONS.ID.eq(id)).fetchOne(OrganizationStore::row);
    }

    public List<Row> getAll(Tx tx, Collection<UUID> ids) {
        var select = tx.sql().select(COLUMNS).from(ORGANIZATIONS).where(ORGANIZATIONS.ID.eq(any(Columns.array(ids, UUID.class))));
        return OldWeighed.all(tx, select).stream().map(OrganizationStore::row).toList();
    }

    /** Locks the organization until the transaction ends. Changes of its memberships and its archiving wait for this lock. */
    @Nullable Row lock(Tx tx, UUID id) {
        return lock(tx, ORGANIZATIONS.ID.eq(id));
    }

    /** Locks the organization of a membership in the same way. */
    @Nullable Row lockOfMembership(Tx tx, UUID membershipId) {
        return lock(tx, ORGANIZATIONS.ID.eq(
                select(MEMBERSHIPS.ORGANIZATION_ID).from(MEMBERSHIPS).where(MEMBERSHIPS.ID.eq(membershipId)).limit(inline(1))));
    }

    /** Locks a person's personal organization and those of their active memberships in the same way, in the order of their ids. */
    List<Row> lockAllOf(Tx tx, UUID personId) {
        var joined = select(MEMBERSHIPS.ORGANIZATION_ID)
                .from(MEMBERSHIPS)
                .where(MEMBERSHIPS.PERSON_ID.eq(personId))
                .and(MEMBERSHIPS.ENDS_AT.isNull());
        return tx.sql()
                .select(COLUMNS)
                .from(ORGANIZATIONS)
                .where(ORGANIZATIONS.PERSONAL_PERSON_ID.eq(personId).or(ORGANIZATIONS.ID.in(joined)))
                .orderBy(ORGANIZATIONS.ID)
                .forNoKeyUpdate()
                .of(ORGANIZATIONS)
                .fetch(OrganizationStore::row);
    }

    private static @Nullable Row lock(Tx tx, Condition condition) {
        return tx.sql()
                .select(COLUMNS)
                .from(ORGANIZATIONS)
                .where(condition)
                .forNoKeyUpdate()
                .of(ORGANIZATIONS)
                .fetchOne(OrganizationStore::row);
    }

    /** Locks the organization against changes until the transaction ends, and returns its state. Such locks don't exclude each other. */
    @Nullable String lockShared(Tx tx, UUID id) {
        return lockShared(tx, ORGANIZATIONS.ID.eq(id));
    }

    /** Locks the organization of a workspace in the same way, and returns its state. */
    @Nullable String lockSharedByWorkspace(Tx tx, UUID workspaceId) {
        return lockShared(tx, ORGANIZATIONS.ID.eq(select(WORKSPACES.ORGANIZATION_ID).from(WORKSPACES).where(WORKSPACES.ID.eq(workspaceId))));
    }

    private static @Nullable String lockShared(Tx tx, Condition condition) {
        return tx.sql()
                .select(ORGANIZATIONS.STATE)
                .from(ORGANIZATIONS)
                .where(condition)
                .forShare()
                .of(ORGANIZATIONS)
                .fetchOne(ORGANIZATIONS.STATE);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        var select = tx.sql()
                .select(COLUMNS)
                .from(ORGANIZATIONS)
                .where(Filters.is(ORGANIZATIONS.EXTERNAL_ID, filter.externalId()))
                .and(Filters.is(ORGANIZATIONS.ORG_TYPE_ID, filter.orgTypeId()))
                .and(Filters.is(ORGANIZATIONS.PERSONAL_PERSON_ID, filter.personalPersonId()))
                .and(Filters.is(ORGANIZATIONS.STATE, filter.state()))
                .and(Filters.within(ORGANIZATIONS.CREATED_AT, filter.created()));
        return page.fetch(select, SORTS, ORGANIZATIONS.ID, OrganizationStore::row);
    }

    Row update(Tx tx, UUID id, Values values) {
        return tx.sql()
                .update(ORGANIZATIONS)
                .set(ORGANIZATIONS.EXTERNAL_ID, values.externalId())
                .set(ORGANIZATIONS.NAME, values.name())
                .set(ORGANIZATIONS.METADATA, Columns.jsonb(values.metadata()))
                .set(ORGANIZATIONS.UPDATED_AT, Columns.now())
                .set(ORGANIZATIONS.VERSION, ORGANIZATIONS.VERSION.plus(1))
                .where(ORGANIZATIONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(OrganizationStore::row);
    }

    Row archive(Tx tx, UUID id) {
        return tx.sql()
                .update(ORGANIZATIONS)
                .set(ORGANIZATIONS.STATE, "archived")
                .set(ORGANIZATIONS.ARCHIVED_AT, Columns.now())
                .set(ORGANIZATIONS.UPDATED_AT, Columns.now())
                .set(ORGANIZATIONS.VERSION, ORGANIZATIONS.VERSION.plus(1))
                .where(ORGANIZATIONS.ID.eq(id))
                .returningResult(COLUMNS)
                .fetchSingle(OrganizationStore::row);
    }

    public static Row row(Record record) {
        return new Row(
                record.get(ORGANIZATIONS.ID), record.get(ORGANIZATIONS.EXTERNAL_ID), record.get(ORGANIZATIONS.ORG_TYPE_ID),
                record.get(ORGANIZATIONS.NAME), record.get(ORGANIZATIONS.PERSONAL_PERSON_ID), record.get(POOL_ID),
                Columns.texts(record.get(ORGANIZATIONS.METADATA)), record.get(ORGANIZATIONS.STATE), record.get(ORGANIZATIONS.ARCHIVED_AT),
                record.get(ORGANIZATIONS.CREATED_AT), record.get(ORGANIZATIONS.UPDATED_AT), record.get(ORGANIZATIONS.VERSION));
    }
}
