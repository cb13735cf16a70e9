package org.guildhall.runtime.people;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.catalog.Tables.RUNTIME_ORG_TYPES;
import static org.guildhall.schema.runtime.Tables.MEMBERSHIPS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.WORKSPACES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.resultQuery;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schema.runtime.tables.Organizations;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Organizations, which are inserted together with their first workspace, membership and pool. */
public final class OrganizationStore {

    /** An organization as stored. */
    public record Row(
            UUID id, @Nullable String externalId, UUID orgTypeId, String name, @Nullable UUID personalPersonId, UUID poolId,
            Map<String, String> metadata, String state, @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {

        private Row with(Values values, Instant now) {
            return new Row(id, values.externalId(), orgTypeId, values.name(), personalPersonId, poolId, new TreeMap<>(values.metadata()), state, archivedAt,
                    createdAt, now, version + 1);
        }

        private Row archived(Instant now) {
            return new Row(id, externalId, orgTypeId, name, personalPersonId, poolId, metadata, "archived", now, createdAt, now, version + 1);
        }
    }

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

    private static final List<Field<?>> INSERTED = List.of(RUNTIME_ORG_TYPES.ID, RUNTIME_ORG_TYPES.STATE, OWNERS, AT, OPENED);
    private static final PreparedQuery<Inserted> INSERT_OF_TYPE = insert(RUNTIME_ORG_TYPES.ID.eq(param(RUNTIME_ORG_TYPES.ID)));
    private static final PreparedQuery<Inserted> INSERT_OF_DEFAULT_TYPE = insert(condition(RUNTIME_ORG_TYPES.IS_DEFAULT));

    private static final Condition BY_ID = ORGANIZATIONS.ID.eq(param(ORGANIZATIONS.ID));
    private static final Condition BY_MEMBERSHIP = ORGANIZATIONS.ID.eq(
            select(MEMBERSHIPS.ORGANIZATION_ID).from(MEMBERSHIPS).where(MEMBERSHIPS.ID.eq(param(MEMBERSHIPS.ID))).limit(inline(1)));
    private static final Condition BY_WORKSPACE = ORGANIZATIONS.ID.eq(
            select(WORKSPACES.ORGANIZATION_ID).from(WORKSPACES).where(WORKSPACES.ID.eq(param(WORKSPACES.ID))));
    private static final Organizations O = ORGANIZATIONS.as("o");
    // A union, since an `or` would read all organizations of the tenant.
    private static final Condition OF_PERSON = ORGANIZATIONS.ID.in(select(O.ID)
            .from(O)
            .where(O.PERSONAL_PERSON_ID.eq(param(MEMBERSHIPS.PERSON_ID)))
            .unionAll(select(MEMBERSHIPS.ORGANIZATION_ID)
                    .from(MEMBERSHIPS)
                    .where(MEMBERSHIPS.PERSON_ID.eq(param(MEMBERSHIPS.PERSON_ID)))
                    .and(MEMBERSHIPS.ENDS_AT.isNull())));

    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(ORGANIZATIONS).where(BY_ID), OrganizationStore::row);
    private static final PreparedQuery<Row> GET_ALL = PreparedQuery.weighed(
            select(COLUMNS).from(ORGANIZATIONS).where(ORGANIZATIONS.ID.eq(any(params("ids", SQLDataType.UUID)))), OrganizationStore::row);
    private static final PreparedQuery<Row> LOCK = lock(BY_ID);
    private static final PreparedQuery<Row> LOCK_OF_MEMBERSHIP = lock(BY_MEMBERSHIP);
    private static final PreparedQuery<Row> LOCK_ALL_OF = PreparedQuery.of(
            select(COLUMNS).from(ORGANIZATIONS).where(OF_PERSON).orderBy(ORGANIZATIONS.ID).forNoKeyUpdate().of(ORGANIZATIONS), OrganizationStore::row);
    private static final PreparedQuery<String> LOCK_SHARED = lockShared(BY_ID);
    private static final PreparedQuery<String> LOCK_SHARED_BY_WORKSPACE = lockShared(BY_WORKSPACE);

    private static final PreparedUpdate UPDATE = PreparedUpdate.of(DSL.update(ORGANIZATIONS)
            .set(ORGANIZATIONS.EXTERNAL_ID, param(ORGANIZATIONS.EXTERNAL_ID))
            .set(ORGANIZATIONS.NAME, param(ORGANIZATIONS.NAME))
            .set(ORGANIZATIONS.METADATA, param(ORGANIZATIONS.METADATA))
            .set(ORGANIZATIONS.UPDATED_AT, Columns.now())
            .set(ORGANIZATIONS.VERSION, ORGANIZATIONS.VERSION.plus(inline(1)))
            .where(BY_ID));
    private static final PreparedUpdate ARCHIVE = PreparedUpdate.of(DSL.update(ORGANIZATIONS)
            .set(ORGANIZATIONS.STATE, inline("archived"))
            .set(ORGANIZATIONS.ARCHIVED_AT, Columns.now())
            .set(ORGANIZATIONS.UPDATED_AT, Columns.now())
            .set(ORGANIZATIONS.VERSION, ORGANIZATIONS.VERSION.plus(inline(1)))
            .where(BY_ID));

    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", ORGANIZATIONS.CREATED_AT, "name", ORGANIZATIONS.NAME),
            ORGANIZATIONS.ID,
            by -> select(COLUMNS)
                    .from(ORGANIZATIONS)
                    .where(by.is(ORGANIZATIONS.EXTERNAL_ID, Filter::externalId))
                    .and(by.is(ORGANIZATIONS.ORG_TYPE_ID, Filter::orgTypeId))
                    .and(by.is(ORGANIZATIONS.PERSONAL_PERSON_ID, Filter::personalPersonId))
                    .and(by.oneOf(ORGANIZATIONS.STATE, Filter::state))
                    .and(by.within(ORGANIZATIONS.CREATED_AT, Filter::created)),
            OrganizationStore::row);

    private static PreparedQuery<Inserted> insert(Condition type) {
        return PreparedQuery.of(
                resultQuery(
                        INSERT, type, EffectiveDates.present(), DSL.param("wanted", SQLDataType.JSONB), params("owners", SQLDataType.UUID), Columns.now()),
                INSERTED,
                cells -> new Inserted(
                        cells.get(RUNTIME_ORG_TYPES.ID), cells.get(RUNTIME_ORG_TYPES.STATE), Columns.texts(cells.get(OWNERS)), cells.get(AT), cells.get(OPENED)));
    }

    private static PreparedQuery<Row> lock(Condition condition) {
        return PreparedQuery.of(select(COLUMNS).from(ORGANIZATIONS).where(condition).forNoKeyUpdate().of(ORGANIZATIONS), OrganizationStore::row);
    }

    private static PreparedQuery<String> lockShared(Condition condition) {
        return PreparedQuery.ofValue(select(ORGANIZATIONS.STATE).from(ORGANIZATIONS).where(condition).forShare().of(ORGANIZATIONS));
    }

    /**
     * Adds the insert of organizations of one type, each with its first workspace, its owner's membership and its pool, as one statement. It
     * locks the type and the owners against changes until the transaction ends.
     *
     * @param orgTypeId null for the tenant's default type
     */
    Supplier<Inserted> insert(Batch batch, @Nullable UUID orgTypeId, List<New> organizations) {
        var wanted = Columns.rows(organizations.stream().map(New::cells).toList());
        var owners = organizations.stream().map(New::ownerId).filter(Objects::nonNull).toList();
        return orgTypeId == null ? batch.single(INSERT_OF_DEFAULT_TYPE, wanted, owners) : batch.single(INSERT_OF_TYPE, orgTypeId, wanted, owners);
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    public List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return GET_ALL.all(tx, ids);
    }

    /** Locks the organization until the transaction ends. Changes of its memberships and its archiving wait for this lock. */
    @Nullable Locked<Row> lock(Tx tx, UUID id) {
        var batch = new Batch();
        var locked = Locked.in(batch, lock(batch, id));
        batch.send(tx);
        return locked.get();
    }

    /** Locks the organization in the same way, together with other statements. */
    Supplier<@Nullable Row> lock(Batch batch, UUID id) {
        return batch.one(LOCK, id);
    }

    /** Locks the organization of a membership in the same way. */
    Supplier<@Nullable Row> lockOfMembership(Batch batch, UUID membershipId) {
        return batch.one(LOCK_OF_MEMBERSHIP, membershipId);
    }

    /** Locks a person's personal organization and those of their active memberships in the same way, in the order of their ids. */
    Supplier<List<Row>> lockAllOf(Batch batch, UUID personId) {
        return batch.all(LOCK_ALL_OF, personId);
    }

    /** Locks the organization against changes until the transaction ends, and returns its state. Such locks don't exclude each other. */
    @Nullable String lockShared(Tx tx, UUID id) {
        return LOCK_SHARED.one(tx, id);
    }

    /** Locks the organization of a workspace in the same way, and gives its state. */
    Supplier<@Nullable String> lockSharedByWorkspace(Batch batch, UUID workspaceId) {
        return batch.one(LOCK_SHARED_BY_WORKSPACE, workspaceId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row update(Tx tx, Locked<Row> before, Values values) {
        UPDATE.later(tx, values.externalId(), values.name(), Columns.jsonb(values.metadata()), before.row().id());
        return before.row().with(values, before.now());
    }

    Row archive(Tx tx, Locked<Row> before) {
        ARCHIVE.later(tx, before.row().id());
        return before.row().archived(before.now());
    }

    public static Row row(RowReader cells) {
        return new Row(
                cells.get(ORGANIZATIONS.ID), cells.get(ORGANIZATIONS.EXTERNAL_ID), cells.get(ORGANIZATIONS.ORG_TYPE_ID),
                cells.get(ORGANIZATIONS.NAME), cells.get(ORGANIZATIONS.PERSONAL_PERSON_ID), cells.get(POOL_ID),
                Columns.texts(cells.get(ORGANIZATIONS.METADATA)), cells.get(ORGANIZATIONS.STATE), cells.get(ORGANIZATIONS.ARCHIVED_AT),
                cells.get(ORGANIZATIONS.CREATED_AT), cells.get(ORGANIZATIONS.UPDATED_AT), cells.get(ORGANIZATIONS.VERSION));
    }
}
