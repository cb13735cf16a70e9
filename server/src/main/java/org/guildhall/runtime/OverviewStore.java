package org.guildhall.runtime;

import static org.guildhall.schema.catalog.Tables.RUNTIME_ORG_TYPES;
import static org.guildhall.schema.runtime.Tables.GRANTS;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLDS;
import static org.guildhall.schema.runtime.Tables.HOUSEHOLD_MEMBERS;
import static org.guildhall.schema.runtime.Tables.MEMBERSHIPS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
import static org.guildhall.schema.runtime.Tables.PERSONS;
import static org.guildhall.schema.runtime.Tables.POOLS;
import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.guildhall.schema.runtime.Tables.SITES;
import static org.guildhall.schema.runtime.Tables.SITE_STATES;
import static org.guildhall.schema.runtime.Tables.TRANSITIONS;
import static org.guildhall.schema.runtime.Tables.WORKSPACES;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.least;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.runtime.entitlements.EntitlementStore.EntitlementData;
import org.guildhall.runtime.entitlements.EntitlementStore.EntitlementQuery;
import org.guildhall.runtime.entitlements.EntitlementStore;
import org.guildhall.runtime.people.OrganizationStore;
import org.guildhall.runtime.people.WorkspaceStore;
import org.guildhall.runtime.plans.GrantStore;
import org.guildhall.runtime.plans.ProvisionStore;
import org.guildhall.runtime.plans.TransitionStore;
import org.guildhall.runtime.sites.SiteStore;
import org.guildhall.schema.runtime.tables.Memberships;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.RecordMapper;
import org.jooq.Records;
import org.jooq.Select;
import org.jooq.SortField;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/** Reads the overview of an organization, in one statement and so at one instant. */
final class OverviewStore {

    /** The maximal number of rows per part in the answer; one more is read. */
    static final int PART_MAX = 100;

    /** The maximal number of members per household in the answer; one more is read. */
    static final int MEMBERS_MAX = 50;

    /**
     * The data of the overview.
     *
     * @param entitled the data of the entitlements; null if there is no such organization
     */
    record Everything(
            @Nullable EntitlementData entitled, List<OrganizationStore.Row> organization, List<OrgType> orgType, List<Person> people,
            List<WorkspaceStore.Row> workspaces, List<Household> households, List<ProvisionStore.Row> provisions, List<GrantStore.Row> grants,
            List<TransitionStore.Row> transitions, List<SiteStore.Row> sites) {}

    record OrgType(UUID id, String key, String name, String state) {}

    /** A member of the organization. */
    record Person(
            UUID id, String name, @Nullable String email, String state, UUID membershipId, String role, Instant startsAt,
            @Nullable Instant endsAt) {}

    /** A household of a member. */
    record Household(UUID id, String name, String state, List<Member> members) {}

    record Member(UUID id, UUID personId, String name, String role) {}

    private static final Memberships SHOWN = MEMBERSHIPS.as("shown");

    /**
     * The part of a joined read that finds everything.
     *
     * @param at null for now
     */
    JoinedRead.Part<Everything> part(UUID organizationId, @Nullable Instant at) {
        var entitled = EntitlementStore.column(EntitlementQuery.of(organizationId, at)).as("entitled");
        var organization = rows("organization",
                select(OrganizationStore.COLUMNS).from(ORGANIZATIONS).where(ORGANIZATIONS.ID.eq(organizationId)), record -> OrganizationStore.row(record::get));
        var orgType = multiset(select(RUNTIME_ORG_TYPES.ID, RUNTIME_ORG_TYPES.KEY, RUNTIME_ORG_TYPES.NAME, RUNTIME_ORG_TYPES.STATE)
                        .from(RUNTIME_ORG_TYPES)
                        .where(RUNTIME_ORG_TYPES.ID.eq(select(ORGANIZATIONS.ORG_TYPE_ID).from(ORGANIZATIONS).where(ORGANIZATIONS.ID.eq(organizationId)))))
                .as("org_type").convertFrom(found -> found.map(Records.mapping(OrgType::new)));
        var people = people(organizationId, at);
        var workspaces = rows("workspaces", workspaces(organizationId, at), record -> WorkspaceStore.row(record::get));
        var households = households(organizationId, at);
        var provisions = rows("provisions", provisions(organizationId, at), ProvisionStore::row);
        var grants = rows("grants", grants(organizationId, at), GrantStore::row);
        var transitions = rows("transitions", transitions(organizationId, at), TransitionStore::row);
        var sites = rows("sites", sites(organizationId, at), record -> SiteStore.row(record::get));
        return JoinedRead.Part.of(
                List.of(entitled, organization, orgType, people, workspaces, households, provisions, grants, transitions, sites),
                row -> new Everything(
                        found(row.get(entitled)), row.get(organization), row.get(orgType), row.get(people), row.get(workspaces),
                        row.get(households), row.get(provisions), row.get(grants), row.get(transitions), row.get(sites)));
    }

    private static @Nullable EntitlementData found(@Nullable JSONB entitled) {
        return entitled == null ? null : EntitlementStore.parsed(entitled);
    }

    private static <T> Field<List<T>> rows(String name, Select<Record> part, RecordMapper<Record, T> row) {
        return multiset(part).as(name).convertFrom(found -> found.map(row));
    }

    private static Field<Instant> instant(@Nullable Instant at) {
        return at == null ? Columns.now() : val(at);
    }

    /** The instant for rows of the pool. It isn't before the last change of the pool, even if the clock was set back. */
    private static Field<Instant> instant(UUID organizationId, @Nullable Instant at) {
        return at == null
                ? field(select(greatest(Columns.now(), POOLS.UPDATED_AT)).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(organizationId)))
                : val(at);
    }

    private static Condition holds(Field<Instant> start, Field<Instant> end, @Nullable Instant at) {
        return start.le(instant(at)).and(end.isNull().or(end.gt(instant(at))));
    }

    /** The condition that a row existed at an instant. */
    private static Condition by(Field<Instant> made, @Nullable Instant at) {
        return at == null ? noCondition() : made.le(at);
    }

    /** The condition of the organization's memberships. */
    private static Condition belongs(UUID organizationId, @Nullable Instant at) {
        return MEMBERSHIPS.ORGANIZATION_ID.eq(organizationId).and(holds(MEMBERSHIPS.STARTS_AT, MEMBERSHIPS.ENDS_AT, at));
    }

    /** The first memberships of the answer. They are limited before the join, so that a large organization's other persons aren't read. */
    private static Table<?> shown(UUID organizationId, @Nullable Instant at, int most) {
        return select(MEMBERSHIPS.ID, MEMBERSHIPS.PERSON_ID, MEMBERSHIPS.ROLE, MEMBERSHIPS.STARTS_AT, MEMBERSHIPS.ENDS_AT, MEMBERSHIPS.CREATED_AT)
                .from(MEMBERSHIPS)
                .where(belongs(organizationId, at))
                .orderBy(byRole(MEMBERSHIPS))
                .limit(inline(most))
                .asTable("shown");
    }

    /** The order of people in the answer. */
    private static List<SortField<?>> byRole(Memberships memberships) {
        return List.of(memberships.ROLE.sortAsc("owner", "admin", "member"), memberships.CREATED_AT.asc(), memberships.ID.asc());
    }

    private static Field<List<Person>> people(UUID organizationId, @Nullable Instant at) {
        return multiset(select(PERSONS.ID, PERSONS.NAME, PERSONS.EMAIL, PERSONS.STATE, SHOWN.ID, SHOWN.ROLE, SHOWN.STARTS_AT, SHOWN.ENDS_AT)
                        .from(shown(organizationId, at, PART_MAX + 1))
                        .join(PERSONS)
                        .on(PERSONS.ID.eq(SHOWN.PERSON_ID))
                        .orderBy(byRole(SHOWN)))
                .as("people").convertFrom(found -> found.map(Records.mapping(Person::new)));
    }

    private static Select<Record> workspaces(UUID organizationId, @Nullable Instant at) {
        var gone = at == null ? WORKSPACES.STATE.eq(inline("archived")) : WORKSPACES.ARCHIVED_AT.isNotNull().and(WORKSPACES.ARCHIVED_AT.le(at));
        return select(WorkspaceStore.COLUMNS)
                .from(WORKSPACES)
                .where(WORKSPACES.ORGANIZATION_ID.eq(organizationId))
                .andNot(gone)
                .and(by(WORKSPACES.CREATED_AT, at))
                .orderBy(WORKSPACES.CREATED_AT.desc(), WORKSPACES.ID.desc())
                .limit(inline(PART_MAX + 1));
    }

    /** The households of the people in the answer only, which bounds the read for a large organization. */
    private static Field<List<Household>> households(UUID organizationId, @Nullable Instant at) {
        var theirs = HOUSEHOLD_MEMBERS.as("theirs");
        var members = multiset(select(HOUSEHOLD_MEMBERS.ID, HOUSEHOLD_MEMBERS.PERSON_ID, PERSONS.NAME, HOUSEHOLD_MEMBERS.ROLE)
                        .from(HOUSEHOLD_MEMBERS)
                        .join(PERSONS)
                        .on(PERSONS.ID.eq(HOUSEHOLD_MEMBERS.PERSON_ID))
                        .where(HOUSEHOLD_MEMBERS.HOUSEHOLD_ID.eq(HOUSEHOLDS.ID))
                        .and(holds(HOUSEHOLD_MEMBERS.STARTS_AT, HOUSEHOLD_MEMBERS.ENDS_AT, at))
                        .orderBy(HOUSEHOLD_MEMBERS.ROLE, HOUSEHOLD_MEMBERS.CREATED_AT, HOUSEHOLD_MEMBERS.ID)
                        .limit(inline(MEMBERS_MAX + 1)))
                .as("members").convertFrom(found -> found.map(Records.mapping(Member::new)));
        var gone = at == null ? HOUSEHOLDS.STATE.eq(inline("archived")) : HOUSEHOLDS.ARCHIVED_AT.isNotNull().and(HOUSEHOLDS.ARCHIVED_AT.le(at));
        return multiset(select(HOUSEHOLDS.ID, HOUSEHOLDS.NAME, HOUSEHOLDS.STATE, members)
                        .from(HOUSEHOLDS)
                        .where(HOUSEHOLDS.ID.in(select(theirs.HOUSEHOLD_ID)
                                .from(shown(organizationId, at, PART_MAX))
                                .join(theirs)
                                .on(theirs.PERSON_ID.eq(SHOWN.PERSON_ID))
                                .where(holds(theirs.STARTS_AT, theirs.ENDS_AT, at))))
                        .andNot(gone)
                        .orderBy(HOUSEHOLDS.CREATED_AT.desc(), HOUSEHOLDS.ID.desc())
                        .limit(inline(PART_MAX + 1)))
                .as("households").convertFrom(found -> found.map(Records.mapping(Household::new)));
    }

    private static Select<Record> provisions(UUID organizationId, @Nullable Instant at) {
        return select(ProvisionStore.columns(instant(organizationId, at)))
                .from(PROVISIONS)
                .where(PROVISIONS.ORGANIZATION_ID.eq(organizationId))
                .and(by(least(PROVISIONS.CREATED_AT, PROVISIONS.STARTS_AT), at))
                .orderBy(PROVISIONS.CREATED_AT.desc(), PROVISIONS.ID.desc())
                .limit(inline(PART_MAX + 1));
    }

    private static Select<Record> grants(UUID organizationId, @Nullable Instant at) {
        return select(GrantStore.columns(instant(organizationId, at)))
                .from(GRANTS)
                .where(GRANTS.ORGANIZATION_ID.eq(organizationId))
                .and(by(least(GRANTS.CREATED_AT, GRANTS.STARTS_AT), at))
                .orderBy(GRANTS.CREATED_AT.desc(), GRANTS.ID.desc())
                .limit(inline(PART_MAX + 1));
    }

    private static Select<Record> transitions(UUID organizationId, @Nullable Instant at) {
        return select(TransitionStore.COLUMNS)
                .from(TRANSITIONS)
                .where(TRANSITIONS.ORGANIZATION_ID.eq(organizationId))
                .and(by(TRANSITIONS.CREATED_AT, at))
                .orderBy(TRANSITIONS.CREATED_AT.desc(), TRANSITIONS.ID.desc())
                .limit(inline(PART_MAX + 1));
    }

    private static Select<Record> sites(UUID organizationId, @Nullable Instant at) {
        var there = at == null
                ? select(SiteStore.COLUMNS).from(SITES).where(SITES.STATE.ne(inline("removed")))
                : SiteStore.then(select(SiteStore.columns(val(at))), val(at)).and(SITE_STATES.STATE.ne(inline("removed")));
        return there.and(SITES.ORGANIZATION_ID.eq(organizationId))
                .orderBy(SITES.CREATED_AT.desc(), SITES.ID.desc())
                .limit(inline(PART_MAX + 1));
    }
}
