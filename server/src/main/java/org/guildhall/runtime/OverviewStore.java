package org.guildhall.runtime;

import static org.jooq.impl.DSL.field;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.runtime.entitlements.EntitlementStore.EntitlementData;
import org.guildhall.runtime.entitlements.EntitlementForm;
import org.guildhall.runtime.entitlements.EntitlementStore;
import org.guildhall.runtime.people.OrganizationStore;
import org.guildhall.runtime.people.WorkspaceStore;
import org.guildhall.runtime.plans.GrantStore;
import org.guildhall.runtime.plans.ProvisionStore;
import org.guildhall.runtime.plans.TransitionStore;
import org.guildhall.runtime.sites.SiteStore;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;

/**
 * Reads the overview of an organization, in one statement and so at one instant. The database aggregates the rows of each list to JSON, since
 * rows of ten lists would cost the server more than all its other work for the answer.
 */
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
    record Household(UUID id, String name, String state, List<Member> members) {}

    record Member(UUID id, UUID personId, String name, String role) {}

    /** Parameters: rows of a list, members of a household, kept, existed, people, sites, created; see {@link #lists}. */
    private static final String LISTS_OF = """
            shown as materialized (
                select m.id, m.person_id, m.role, m.starts_at, m.ends_at, m.created_at,
                       case m.role when 'owner' then 1 when 'admin' then 2 else 3 end as place
                from asked a
                join runtime.memberships m on m.organization_id = a.id
                where m.starts_at <= a.at and (m.ends_at is null or m.ends_at > a.at)
                order by place, m.created_at, m.id
                limit %1$d
            )
            select jsonb_build_object(
                'organization', (
                    select to_jsonb(o) || jsonb_build_object('pool_id', a.pool_id) from asked a join runtime.organizations o on o.id = a.id),
                'org_type', (
                    select jsonb_build_object('id', t.id, 'key', t.key, 'name', t.name, 'state', t.state)
                    from asked a join catalog.runtime_org_types t on t.id = a.org_type_id),
                'people', (
                    select coalesce(jsonb_agg(jsonb_build_object(
                        'id', n.id, 'name', n.name, 'email', n.email, 'state', n.state, 'membership_id', m.id, 'role', m.role,
                        'starts_at', m.starts_at, 'ends_at', m.ends_at) order by m.place, m.created_at, m.id), '[]')
                    from shown m join runtime.persons n on n.id = m.person_id),
                'workspaces', (
                    select coalesce(jsonb_agg(to_jsonb(v) order by v.created_at desc, v.id desc), '[]')
                    from asked a cross join lateral (
                        select * from runtime.workspaces v
                        where v.organization_id = a.id and %7$s and %3$s
                        order by v.created_at desc, v.id desc
                        limit %1$d) v),
                'households', (
                    select coalesce(jsonb_agg(v.row order by v.created_at desc, v.id desc), '[]')
                    from asked a cross join lateral (
                        select v.created_at, v.id, jsonb_build_object('id', v.id, 'name', v.name, 'state', v.state, 'members', (
                            select coalesce(jsonb_agg(jsonb_build_object('id', h.id, 'person_id', h.person_id, 'name', h.name, 'role', h.role)
                                order by h.role, h.created_at, h.id), '[]')
                            from (
                                select h.id, h.person_id, n.name, h.role, h.created_at
                                from runtime.household_members h join runtime.persons n on n.id = h.person_id
                                where h.household_id = v.id and h.starts_at <= a.at and (h.ends_at is null or h.ends_at > a.at)
                                order by h.role, h.created_at, h.id
                                limit %2$d) h)) as row
                        from runtime.households v
                        where v.id in (
                            select h.household_id
                            from (select person_id from shown order by place, created_at, id limit %5$d) m
                            join runtime.household_members h on h.person_id = m.person_id
                            where h.starts_at <= a.at and (h.ends_at is null or h.ends_at > a.at)) and %3$s
                        order by v.created_at desc, v.id desc
                        limit %1$d) v),
                'provisions', (
                    select coalesce(jsonb_agg(to_jsonb(v) || jsonb_build_object('policy_id', v.default_grant_policy_id, 'seen_at', a.seen_at)
                        order by v.created_at desc, v.id desc), '[]')
                    from asked a cross join lateral (
                        select v.id, v.organization_id, v.pool_id, v.product_id, v.ladder_id, v.tier_id, v.cause, v.grant_id,
                               v.default_grant_policy_id, v.starts_at, v.ends_at, v.created_at, v.updated_at, v.version
                        from runtime.provisions v
                        where v.organization_id = a.id and %4$s
                        order by v.created_at desc, v.id desc
                        limit %1$d) v),
                'grants', (
                    select coalesce(jsonb_agg(to_jsonb(v) || jsonb_build_object('seen_at', a.seen_at) order by v.created_at desc, v.id desc), '[]')
                    from asked a cross join lateral (
                        select * from runtime.grants v
                        where v.organization_id = a.id and %4$s
                        order by v.created_at desc, v.id desc
                        limit %1$d) v),
                'transitions', (
                    select coalesce(jsonb_agg(to_jsonb(v) order by v.created_at desc, v.id desc), '[]')
                    from asked a cross join lateral (
                        select * from runtime.transitions v
                        where v.organization_id = a.id and %7$s
                        order by v.created_at desc, v.id desc
                        limit %1$d) v),
                'sites', (
                    select coalesce(jsonb_agg(v.row order by v.created_at desc, v.id desc), '[]')
                    from asked a cross join lateral (%6$s) v))
            """;

    /**
     * The lists now. Memberships are limited before they are joined, so that a large organization's other persons aren't read; households are
     * those of the people in the answer. The instant of the pool's rows isn't before its last change, even if the clock was set back.
     */
    private static final String PRESENT = """
            with asked as (
                select o.id, o.org_type_id, p.id as pool_id, platform.app_now() as at, greatest(platform.app_now(), p.updated_at) as seen_at
                from runtime.organizations o
                join runtime.pools p on p.organization_id = o.id
                where o.id = {0}
            ),
            """ + lists("v.archived_at is null", "true", "true", """
                select to_jsonb(s) as row, s.created_at, s.id
                from runtime.sites s
                where s.organization_id = a.id and s.state <> 'removed'
                order by s.created_at desc, s.id desc
                limit %1$d""".formatted(PART_MAX + 1));

    /** The lists at a past instant. Each row has the values that depend on the instant as of then. */
    private static final String PAST = """
            with asked as (
                select o.id, o.org_type_id, p.id as pool_id, {1}::timestamptz as at, {1}::timestamptz as seen_at
                from runtime.organizations o
                join runtime.pools p on p.organization_id = o.id
                where o.id = {0}
            ),
            """ + lists("(v.archived_at is null or v.archived_at > a.at)", "least(v.created_at, v.starts_at) <= a.at", "v.created_at <= a.at", """
                select to_jsonb(s) || jsonb_build_object(
                           'state', t.state, 'state_reason', t.reason, 'state_since', t.starts_at, 'counts', t.counts,
                           'activated_at', case when s.activated_at <= a.at then s.activated_at end) as row, s.created_at, s.id
                from runtime.sites s
                join runtime.site_states t on t.site_id = s.id
                where s.organization_id = a.id and t.starts_at <= a.at and (t.ends_at is null or t.ends_at > a.at) and t.state <> 'removed'
                order by s.created_at desc, s.id desc
                limit %1$d""".formatted(PART_MAX + 1));

    private static final JsonReader<Lists> LISTS = JsonReader.of(Lists.class);

    /** The part of a joined read with everything now, if no transition is due. */
    static final JoinedRead.Part<Everything> NOW = part(PRESENT, EntitlementForm.PRESENT);

    /** The part of a joined read with everything now, with the due transitions. */
    static final JoinedRead.Part<Everything> DUE = part(PRESENT, EntitlementForm.DUE);

    /** The part of a joined read with everything at a past instant. */
    static final JoinedRead.Part<Everything> THEN = part(PAST, EntitlementForm.PAST);

    private OverviewStore() {}

    private static JoinedRead.Part<Everything> part(String lists, EntitlementForm form) {
        var entitled = EntitlementStore.column(form, JoinedRead.ORGANIZATION_ID, JoinedRead.AT).as("entitled");
        Field<JSONB> all = field("(" + lists + ")", JSONB.class, JoinedRead.ORGANIZATION_ID, JoinedRead.AT).as("lists");
        return new JoinedRead.Part<>(List.of(entitled, all), cells -> {
            var found = cells.get(entitled);
            return new Everything(found == null ? null : EntitlementStore.parsed(found), LISTS.read(cells.get(all)));
        });
    }

    /**
     * @param kept the condition that a workspace or household {@code v} isn't archived
     * @param existed the condition that a provision or grant {@code v} existed
     * @param created the condition that a workspace or transition {@code v} was created
     * @param sites selects the sites of {@code a}
     */
    private static String lists(String kept, String existed, String created, String sites) {
        return LISTS_OF.formatted(PART_MAX + 1, MEMBERS_MAX + 1, kept, existed, PART_MAX, sites, created);
    }
}
