package org.guildhall.runtime.people;

import static org.guildhall.schema.catalog.Tables.ORG_TYPES;
import static org.guildhall.schema.runtime.Tables.MEMBERSHIPS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.PERSONS;
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
import org.guildhall.core.data.Columns;
import org.guildhall.core.data.EffectiveDates;
import org.guildhall.core.data.Filters;
import org.guildhall.core.data.JsonRows;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.data.Weighed;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Organizations, and how one is founded with what it begins with. */
public final class OrganizationStore {

    /** An organization as stored. */
    public record Row(
            UUID id, @Nullable String externalId, UUID orgTypeId, String name, @Nullable UUID personalPersonId, UUID poolId,
            Map<String, String> metadata, String state, @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** What a caller may say of an organization that is there. */
    record Values(@Nullable String externalId, String name, Map<String, String> metadata) {}

    /**
     * An organization to found, by its ids and those of what it begins with.
     *
     * @param personalPersonId whose own it is; null for nobody's
     * @param ownerId who owns it; null for nobody yet
     * @param workspace what its first workspace is called
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
     * What came of it. Without an active type there are no organizations, without an active owner no membership; whoever asked decides
     * what that means.
     *
     * @param orgTypeState null if there is no such type
     * @param ownerStates by the owners' ids in text, as far as they are there
     * @param at when
     * @param opened since when the pools are there: behind every change of the type; null if they aren't
     */
    record Founded(
            @Nullable UUID orgTypeId, @Nullable String orgTypeState, Map<String, String> ownerStates, Instant at, @Nullable Instant opened) {}

    /** What a list is narrowed by; null for what isn't. */
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

    // The clock is asked once the type is held: what is given by default is what was so at that instant.
    private static final String FOUND = """
            with type as (
              select id, state from catalog.org_types where {0} for share),
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
     * Founds organizations of one type, each with its first workspace, its owner's membership and its pool, in one statement. The type and
     * the owners stay as they are until the transaction ends.
     *
     * @param orgTypeId null for the tenant's default type
     */
    Founded found(Tx tx, @Nullable UUID orgTypeId, List<New> those) {
        var type = orgTypeId == null ? condition(ORG_TYPES.IS_DEFAULT) : ORG_TYPES.ID.eq(orgTypeId);
        var wanted = Columns.rows(those.stream().map(New::cells).toList());
        var owners = Columns.array(those.stream().map(New::ownerId).filter(Objects::nonNull).toList(), UUID.class);
        return tx.sql()
                .resultQuery(FOUND, type, EffectiveDates.present(), val(wanted), owners, Columns.now())
                .coerce(ORG_TYPES.ID, ORG_TYPES.STATE, OWNERS, AT, OPENED)
                .fetchSingle(record -> new Founded(
                        record.value1(), record.value2(), Columns.texts(record.value3()), record.value4(), record.value5()));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(ORGANIZATIONS).where(ORGANIZATIONS.ID.eq(id)).fetchOne(OrganizationStore::row);
    }

    public List<Row> getAll(Tx tx, Collection<UUID> ids) {
        var select = tx.sql().select(COLUMNS).from(ORGANIZATIONS).where(ORGANIZATIONS.ID.eq(any(Columns.array(ids, UUID.class))));
        return Weighed.all(tx, select).stream().map(OrganizationStore::row).toList();
    }

    /** The same, held until the transaction ends: whoever changes it, its memberships or its end stands in one line. */
    @Nullable Row lock(Tx tx, UUID id) {
        return lock(tx, ORGANIZATIONS.ID.eq(id));
    }

    /** The organization of a membership, held in the same way. */
    @Nullable Row lockOfMembership(Tx tx, UUID membershipId) {
        return lock(tx, ORGANIZATIONS.ID.eq(
                select(MEMBERSHIPS.ORGANIZATION_ID).from(MEMBERSHIPS).where(MEMBERSHIPS.ID.eq(membershipId)).limit(inline(1))));
    }

    /** A person's own organization and all that they belong to now, held in the same way, one after the other by their ids. */
    List<Row> lockAllOf(Tx tx, UUID personId) {
        var belongs = select(MEMBERSHIPS.ORGANIZATION_ID)
                .from(MEMBERSHIPS)
                .where(MEMBERSHIPS.PERSON_ID.eq(personId))
                .and(MEMBERSHIPS.ENDS_AT.isNull());
        return tx.sql()
                .select(COLUMNS)
                .from(ORGANIZATIONS)
                .where(ORGANIZATIONS.PERSONAL_PERSON_ID.eq(personId).or(ORGANIZATIONS.ID.in(belongs)))
                .orderBy(ORGANIZATIONS.ID)
                .forNoKeyUpdate()
                .of(ORGANIZATIONS)
                .fetch(OrganizationStore::row);
    }

    private static @Nullable Row lock(Tx tx, Condition which) {
        return tx.sql()
                .select(COLUMNS)
                .from(ORGANIZATIONS)
                .where(which)
                .forNoKeyUpdate()
                .of(ORGANIZATIONS)
                .fetchOne(OrganizationStore::row);
    }

    /** Its state, which nobody changes until the transaction ends; others may hold it so, too. */
    @Nullable String lockShared(Tx tx, UUID id) {
        return lockShared(tx, ORGANIZATIONS.ID.eq(id));
    }

    /** The same of the organization of a workspace. */
    @Nullable String lockSharedByWorkspace(Tx tx, UUID workspaceId) {
        return lockShared(tx, ORGANIZATIONS.ID.eq(select(WORKSPACES.ORGANIZATION_ID).from(WORKSPACES).where(WORKSPACES.ID.eq(workspaceId))));
    }

    private static @Nullable String lockShared(Tx tx, Condition which) {
        return tx.sql()
                .select(ORGANIZATIONS.STATE)
                .from(ORGANIZATIONS)
                .where(which)
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
