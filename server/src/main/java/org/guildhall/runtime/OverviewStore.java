package org.guildhall.runtime;

import static org.guildhall.schema.catalog.Tables.RUNTIME_ORG_TYPES;
import static org.guildhall.schema.runtime.Tables.GRANTS;
import static org.guildhall.schema.runtime.Tables.ORGANIZATIONS;
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
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.resultQuery;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.runtime.entitlements.EntitlementForm;
import org.guildhall.runtime.entitlements.EntitlementStore;
import org.guildhall.runtime.entitlements.EntitlementStore.EntitlementData;
import org.guildhall.runtime.people.OrganizationStore;
import org.guildhall.runtime.people.WorkspaceStore;
import org.guildhall.runtime.plans.GrantStore;
import org.guildhall.runtime.plans.ProvisionStore;
import org.guildhall.runtime.plans.TransitionStore;
import org.guildhall.runtime.sites.SiteStore;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads the overview of an organization, each list by a query of its own. */
final class OverviewStore {

    /** The maximal number of rows per part in the answer; one more is read. */
    static final int PART_MAX = 100;

    /** The maximal number of members per household in the answer; one more is read. */
    static final int MEMBERS_MAX = 50;

    /**
     * The data of the overview.
     *
     * @param entitled the data of the entitlements; null if there is no such organization
     * @param lists the rows of the lists
     */
    record Everything(@Nullable EntitlementData entitled, Lists lists) {}

    /** @param organization null if there is no such organization */
    record Lists(
            OrganizationStore.@Nullable Row organization, @Nullable OrgType orgType, List<Person> people, List<WorkspaceStore.Row> workspaces,
            List<Household> households, List<ProvisionStore.Row> provisions, List<GrantStore.Row> grants, List<TransitionStore.Row> transitions,
            List<SiteStore.Row> sites) {}

    record OrgType(UUID id, String key, String name, String state) {}

    /** A member of the organization. */
    record Person(
            UUID id, String name, @Nullable String email, String state, UUID membershipId, String role, Instant startsAt,
            @Nullable Instant endsAt) {}

    /** A household of a member. */
    record Household(UUID id, String name, String state, List<Member> members) {

        private Household with(List<Member> all) {
            return new Household(id, name, state, all);
        }
    }

    record Member(UUID id, UUID personId, String name, String role) {}

    /** An organization with its type. */
    private record Typed(OrganizationStore.Row organization, OrgType type) {}

    /** A household with one of its members, or without any. */
    private record HouseholdMember(Household household, @Nullable Member member) {}

    private static final Field<UUID> ID = field("id", SQLDataType.UUID);
    private static final Field<UUID> MEMBER_ID = field("member_id", SQLDataType.UUID);
    private static final Field<UUID> PERSON_ID = field("person_id", SQLDataType.UUID);
    private static final Field<String> NAME = field("name", SQLDataType.CLOB);
    private static final Field<String> PERSON_NAME = field("person_name", SQLDataType.CLOB);
    private static final Field<String> EMAIL = field("email", SQLDataType.CLOB);
    private static final Field<String> STATE = field("state", SQLDataType.CLOB);
    private static final Field<String> ROLE = field("role", SQLDataType.CLOB);
    private static final Field<Instant> STARTS_AT = field("starts_at", SQLDataType.INSTANT);
    private static final Field<Instant> ENDS_AT = field("ends_at", SQLDataType.INSTANT);

    /** The memberships of {0} at {1}, the first ones of a number. They are limited before others join them, so that no other person is read. */
    private static final String SHOWN = """
            select m.id, m.person_id, m.role, m.starts_at, m.ends_at, m.created_at,
                   case m.role when 'owner' then 1 when 'admin' then 2 else 3 end as place
            from runtime.memberships m
            where m.organization_id = {0} and m.starts_at <= {1} and (m.ends_at is null or m.ends_at > {1})
            order by place, m.created_at, m.id
            limit %d""";

    private static final String PEOPLE = """
            select m.id, m.person_id, n.name, n.email, n.state, m.role, m.starts_at, m.ends_at
            from (%s) m
            join runtime.persons n on n.id = m.person_id
            order by m.place, m.created_at, m.id""".formatted(SHOWN.formatted(PART_MAX + 1));

    /** The households of the people in the answer, with their members. */
    private static final String HOUSEHOLDS = """
            select v.id, v.name, v.state, h.id as member_id, h.person_id, h.name as person_name, h.role
            from (
                select v.id, v.name, v.state, v.created_at
                from runtime.households v
                where v.id in (
                    select h.household_id
                    from (%s) m
                    join runtime.household_members h on h.person_id = m.person_id
                    where h.starts_at <= {1} and (h.ends_at is null or h.ends_at > {1})) and %%s
                order by v.created_at desc, v.id desc
                limit %d) v
            left join lateral (
                select h.id, h.person_id, n.name, h.role, h.created_at
                from runtime.household_members h join runtime.persons n on n.id = h.person_id
                where h.household_id = v.id and h.starts_at <= {1} and (h.ends_at is null or h.ends_at > {1})
                order by h.role, h.created_at, h.id
                limit %d) h on true
            order by v.created_at desc, v.id desc, h.role, h.created_at, h.id""".formatted(SHOWN.formatted(PART_MAX), PART_MAX + 1, MEMBERS_MAX + 1);

    private static final Queries PRESENT = new Queries(false);
    private static final Queries PAST = new Queries(true);

    /** The part of a joined read with everything now, if no transition is due. */
    static final JoinedRead.Part<Everything> NOW = PRESENT.with(EntitlementForm.PRESENT);

    /** The part of a joined read with everything now, with the due transitions. */
    static final JoinedRead.Part<Everything> DUE = PRESENT.with(EntitlementForm.DUE);

    /** The part of a joined read with everything at a past instant. */
    static final JoinedRead.Part<Everything> THEN = PAST.with(EntitlementForm.PAST);

    private OverviewStore() {}

    /** The queries of the lists, now or at an instant. Rows of an instant have the values that depend on it as of then. */
    private static final class Queries {

        private final boolean past;
        private final Field<Instant> at;
        private final PreparedQuery<Typed> organization;
        private final PreparedQuery<Person> people;
        private final PreparedQuery<WorkspaceStore.Row> workspaces;
        private final PreparedQuery<HouseholdMember> households;
        private final PreparedQuery<ProvisionStore.Row> provisions;
        private final PreparedQuery<GrantStore.Row> grants;
        private final PreparedQuery<TransitionStore.Row> transitions;
        private final PreparedQuery<SiteStore.Row> sites;

        Queries(boolean past) {
            this.past = past;
            this.at = past ? JoinedRead.AT : Columns.now();
            this.organization = organization();
            this.people = PreparedQuery.of(
                    resultQuery(PEOPLE, JoinedRead.ORGANIZATION_ID, at), List.of(ID, PERSON_ID, NAME, EMAIL, STATE, ROLE, STARTS_AT, ENDS_AT),
                    cells -> new Person(
                            cells.get(PERSON_ID), cells.get(NAME), cells.get(EMAIL), cells.get(STATE), cells.get(ID), cells.get(ROLE),
                            cells.get(STARTS_AT), cells.get(ENDS_AT)));
            this.workspaces = newest(
                    select(WorkspaceStore.COLUMNS).from(WORKSPACES).where(WORKSPACES.ORGANIZATION_ID.eq(JoinedRead.ORGANIZATION_ID))
                            .and(past ? WORKSPACES.ARCHIVED_AT.isNull().or(WORKSPACES.ARCHIVED_AT.gt(at)) : WORKSPACES.ARCHIVED_AT.isNull())
                            .and(past ? WORKSPACES.CREATED_AT.le(at) : noCondition()),
                    WORKSPACES.CREATED_AT, WORKSPACES.ID, WorkspaceStore::row);
            this.households = households();
            // The instant of the rows isn't before the pool's last change, even if the clock was set back.
            var seenAt = past ? at : field(
                    select(greatest(at, POOLS.UPDATED_AT)).from(POOLS).where(POOLS.ORGANIZATION_ID.eq(JoinedRead.ORGANIZATION_ID)));
            this.provisions = newest(
                    select(ProvisionStore.columns(seenAt)).from(PROVISIONS).where(PROVISIONS.ORGANIZATION_ID.eq(JoinedRead.ORGANIZATION_ID))
                            .and(past ? least(PROVISIONS.CREATED_AT, PROVISIONS.STARTS_AT).le(at) : noCondition()),
                    PROVISIONS.CREATED_AT, PROVISIONS.ID, ProvisionStore::row);
            this.grants = newest(
                    select(GrantStore.columns(seenAt)).from(GRANTS).where(GRANTS.ORGANIZATION_ID.eq(JoinedRead.ORGANIZATION_ID))
                            .and(past ? least(GRANTS.CREATED_AT, GRANTS.STARTS_AT).le(at) : noCondition()),
                    GRANTS.CREATED_AT, GRANTS.ID, GrantStore::row);
            this.transitions = newest(
                    select(TransitionStore.COLUMNS).from(TRANSITIONS).where(TRANSITIONS.ORGANIZATION_ID.eq(JoinedRead.ORGANIZATION_ID))
                            .and(past ? TRANSITIONS.CREATED_AT.le(at) : noCondition()),
                    TRANSITIONS.CREATED_AT, TRANSITIONS.ID, TransitionStore::row);
            this.sites = newest(
                    SiteStore.selected(past ? at : null).and(SITES.ORGANIZATION_ID.eq(JoinedRead.ORGANIZATION_ID))
                            .and((past ? SITE_STATES.STATE : SITES.STATE).ne(inline("removed"))),
                    SITES.CREATED_AT, SITES.ID, SiteStore::row);
        }

        private static PreparedQuery<Typed> organization() {
            var columns = new ArrayList<Field<?>>(OrganizationStore.COLUMNS);
            columns.addAll(List.of(RUNTIME_ORG_TYPES.ID, RUNTIME_ORG_TYPES.KEY, RUNTIME_ORG_TYPES.NAME, RUNTIME_ORG_TYPES.STATE));
            return PreparedQuery.of(
                    select(columns).from(ORGANIZATIONS).join(RUNTIME_ORG_TYPES).on(RUNTIME_ORG_TYPES.ID.eq(ORGANIZATIONS.ORG_TYPE_ID))
                            .where(ORGANIZATIONS.ID.eq(JoinedRead.ORGANIZATION_ID)),
                    columns,
                    cells -> new Typed(OrganizationStore.row(cells), new OrgType(
                            cells.get(RUNTIME_ORG_TYPES.ID), cells.get(RUNTIME_ORG_TYPES.KEY), cells.get(RUNTIME_ORG_TYPES.NAME),
                            cells.get(RUNTIME_ORG_TYPES.STATE))));
        }

        private PreparedQuery<HouseholdMember> households() {
            var kept = past ? "v.created_at <= {1} and (v.archived_at is null or v.archived_at > {1})" : "v.archived_at is null";
            return PreparedQuery.of(
                    resultQuery(HOUSEHOLDS.formatted(kept), JoinedRead.ORGANIZATION_ID, at), List.of(ID, NAME, STATE, MEMBER_ID, PERSON_ID, PERSON_NAME, ROLE),
                    cells -> new HouseholdMember(
                            new Household(cells.get(ID), cells.get(NAME), cells.get(STATE), List.of()),
                            cells.get(MEMBER_ID) == null
                                    ? null : new Member(cells.get(MEMBER_ID), cells.get(PERSON_ID), cells.get(PERSON_NAME), cells.get(ROLE))));
        }

        private static <R> PreparedQuery<R> newest(SelectConditionStep<Record> rows, Field<Instant> createdAt, Field<UUID> id, Function<RowReader, R> row) {
            return PreparedQuery.of(rows.orderBy(createdAt.desc(), id.desc()).limit(inline(PART_MAX + 1)), row);
        }

        JoinedRead.Part<Everything> with(EntitlementForm form) {
            var entitled = EntitlementStore.query(form);
            return new JoinedRead.Part<>(
                    List.of(entitled, organization, people, workspaces, households, provisions, grants, transitions, sites),
                    rows -> new Everything(rows.one(entitled), lists(rows)));
        }

        private Lists lists(JoinedRead.Rows rows) {
            var found = rows.one(organization);
            return new Lists(
                    found == null ? null : found.organization, found == null ? null : found.type, rows.of(people), rows.of(workspaces),
                    withMembers(rows.of(households)), rows.of(provisions), rows.of(grants), rows.of(transitions), rows.of(sites));
        }

        private static List<Household> withMembers(List<HouseholdMember> rows) {
            var members = new LinkedHashMap<Household, List<Member>>();
            for (var row : rows) {
                var known = members.computeIfAbsent(row.household, unused -> new ArrayList<>());
                if (row.member != null) {
                    known.add(row.member);
                }
            }
            return members.entrySet().stream().map(entry -> entry.getKey().with(entry.getValue())).toList();
        }
    }
}
