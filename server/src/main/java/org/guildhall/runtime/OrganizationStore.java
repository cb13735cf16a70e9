package org.guildhall.runtime;

import static org.guildhall.schema.catalog.Tables.ORG_TYPES;
import static org.guildhall.schema.runtime.Tables.MEMBERSHIPS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.PERSONS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.WORKSPACES;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
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
import org.guildhall.core.data.Filters;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.Tx;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jspecify.annotations.Nullable;

/** Organizations, and how one is founded with what it begins with. */
final class OrganizationStore {

    /** An organization as stored. */
    record Row(
            UUID id, @Nullable String externalId, UUID orgTypeId, String name, @Nullable UUID personalPersonId, UUID poolId,
            Map<String, String> metadata, String state, @Nullable Instant archivedAt, Instant createdAt, Instant updatedAt, long version) {}

    /** What a caller may say of an organization that is there. */
    record Values(@Nullable String externalId, String name, Map<String, String> metadata) {}

    /**
     * An organization to found.
     *
     * @param id that it shall have
     * @param orgTypeId null for the tenant's default type
     * @param personalPersonId whose own it is; null for nobody's
     * @param ownerId who owns it; null for nobody yet
     * @param workspace what its first workspace is called
     */
    record New(
            UUID id, @Nullable UUID orgTypeId, @Nullable UUID personalPersonId, @Nullable UUID ownerId, Values values, String workspace) {}

    /**
     * What came of it. Without an active type there is no organization, without an active owner no membership; whoever asked decides
     * what that means.
     *
     * @param orgTypeState null if there is no such type
     * @param ownerState null if there is no such person
     * @param at when
     */
    record Founded(
            @Nullable UUID orgTypeId, @Nullable String orgTypeState, @Nullable String ownerState, @Nullable UUID workspaceId,
            @Nullable UUID membershipId, Instant at) {}

    /** What a list is narrowed by; null for what isn't. */
    record Filter(
            @Nullable String externalId, @Nullable UUID orgTypeId, @Nullable UUID personalPersonId, @Nullable String state,
            @Nullable Instant createdAfter, @Nullable Instant createdBefore) {}

    private static final Map<String, Field<?>> SORTS = Map.of("created_at", ORGANIZATIONS.CREATED_AT, "name", ORGANIZATIONS.NAME);
    private static final Field<UUID> POOL_ID =
            field(select(POOLS.ID).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(ORGANIZATIONS.ID))).as("pool_id");
    static final List<Field<?>> COLUMNS = List.of(
            ORGANIZATIONS.ID, ORGANIZATIONS.EXTERNAL_ID, ORGANIZATIONS.ORG_TYPE_ID, ORGANIZATIONS.NAME, ORGANIZATIONS.PERSONAL_PERSON_ID,
            POOL_ID, ORGANIZATIONS.METADATA, ORGANIZATIONS.STATE, ORGANIZATIONS.ARCHIVED_AT, ORGANIZATIONS.CREATED_AT,
            ORGANIZATIONS.UPDATED_AT, ORGANIZATIONS.VERSION);

    /**
     * Founds an organization with its first workspace and its owner's membership, in one statement. The type and the owner stay as they
     * are until the transaction ends.
     */
    Founded found(Tx tx, New wanted) {
        var type = name("type").as(select(ORG_TYPES.ID, ORG_TYPES.STATE)
                .from(ORG_TYPES)
                .where(wanted.orgTypeId() == null ? condition(ORG_TYPES.IS_DEFAULT) : ORG_TYPES.ID.eq(wanted.orgTypeId()))
                .forShare());
        var owner = name("owner").as(
                select(PERSONS.ID, PERSONS.STATE).from(PERSONS).where(PERSONS.ID.eq(wanted.ownerId())).forShare());
        var organization = name("organization").as(insertOf(wanted, type));
        var workspace = name("workspace").as(insertInto(WORKSPACES, WORKSPACES.ORGANIZATION_ID, WORKSPACES.NAME)
                .select(select(organization.field(ORGANIZATIONS.ID), val(wanted.workspace())).from(organization))
                .returning(WORKSPACES.ID));
        var membership = name("membership").as(
                insertInto(MEMBERSHIPS, MEMBERSHIPS.ORGANIZATION_ID, MEMBERSHIPS.PERSON_ID, MEMBERSHIPS.ROLE)
                        .select(select(organization.field(ORGANIZATIONS.ID), owner.field(PERSONS.ID), inline("owner"))
                                .from(organization, owner)
                                .where(active(owner.field(PERSONS.STATE))))
                        .returning(MEMBERSHIPS.ID));
        return tx.sql()
                .with(type, owner, organization, workspace, membership)
                .select(field(select(type.field(ORG_TYPES.ID)).from(type)), field(select(type.field(ORG_TYPES.STATE)).from(type)),
                        field(select(owner.field(PERSONS.STATE)).from(owner)), field(select(workspace.field(WORKSPACES.ID)).from(workspace)),
                        field(select(membership.field(MEMBERSHIPS.ID)).from(membership)), Columns.now())
                .fetchSingle(record -> new Founded(
                        record.value1(), record.value2(), record.value3(), record.value4(), record.value5(), record.value6()));
    }

    private static ResultQuery<?> insertOf(New wanted, CommonTableExpression<?> type) {
        return insertInto(ORGANIZATIONS, ORGANIZATIONS.ID, ORGANIZATIONS.EXTERNAL_ID, ORGANIZATIONS.ORG_TYPE_ID, ORGANIZATIONS.NAME,
                        ORGANIZATIONS.PERSONAL_PERSON_ID, ORGANIZATIONS.METADATA)
                .select(select(val(wanted.id()), val(wanted.values().externalId()), type.field(ORG_TYPES.ID), val(wanted.values().name()),
                                val(wanted.personalPersonId(), ORGANIZATIONS.PERSONAL_PERSON_ID), val(Columns.jsonb(wanted.values().metadata())))
                        .from(type)
                        .where(active(type.field(ORG_TYPES.STATE))))
                .returning(ORGANIZATIONS.ID);
    }

    private static Condition active(@Nullable Field<String> state) {
        return Objects.requireNonNull(state).eq(inline("active"));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return tx.sql().select(COLUMNS).from(ORGANIZATIONS).where(ORGANIZATIONS.ID.eq(id)).fetchOne(OrganizationStore::row);
    }

    List<Row> getAll(Tx tx, Collection<UUID> ids) {
        return tx.sql().select(COLUMNS).from(ORGANIZATIONS).where(ORGANIZATIONS.ID.in(ids)).fetch(OrganizationStore::row);
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
    @Nullable String keep(Tx tx, UUID id) {
        return keep(tx, ORGANIZATIONS.ID.eq(id));
    }

    /** The same of the organization of a workspace. */
    @Nullable String keepOfWorkspace(Tx tx, UUID workspaceId) {
        return keep(tx, ORGANIZATIONS.ID.eq(select(WORKSPACES.ORGANIZATION_ID).from(WORKSPACES).where(WORKSPACES.ID.eq(workspaceId))));
    }

    private static @Nullable String keep(Tx tx, Condition which) {
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
                .and(Filters.between(ORGANIZATIONS.CREATED_AT, filter.createdAfter(), filter.createdBefore()));
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

    static Row row(Record record) {
        return new Row(
                record.get(ORGANIZATIONS.ID), record.get(ORGANIZATIONS.EXTERNAL_ID), record.get(ORGANIZATIONS.ORG_TYPE_ID),
                record.get(ORGANIZATIONS.NAME), record.get(ORGANIZATIONS.PERSONAL_PERSON_ID), record.get(POOL_ID),
                Columns.texts(record.get(ORGANIZATIONS.METADATA)), record.get(ORGANIZATIONS.STATE), record.get(ORGANIZATIONS.ARCHIVED_AT),
                record.get(ORGANIZATIONS.CREATED_AT), record.get(ORGANIZATIONS.UPDATED_AT), record.get(ORGANIZATIONS.VERSION));
    }
}
