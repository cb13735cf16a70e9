package org.guildhall.runtime.entitlements;

/** The texts of the statements that read entitlements. They make {@code json}, which costs PostgreSQL less than {@code jsonb}. */
final class EntitlementTextStore {

    /** The maximal number of ladders in an answer; one more is read. */
    static final int LADDERS_MAX = 20;

    /** The columns of a {@link ProductRule}, of a product {@code p} and a rule {@code r}. */
    static final String RULE_COLUMNS = """
             p.id as product_id, r.id, r.resource_key, r.kind, r.period, r.combine, r.limit_value, r.enabled, r.enforcement, r.grace_percent,
             r.threshold_percents, r.starts_at, r.ends_at
            """;

    /** {@code %s} is the instant. */
    private static final String HOLDER = """
            with holder as (
                select o.id, o.org_type_id, o.state, o.created_at, p.id as pool_id, p.version, s.time_zone,
                       greatest(platform.app_now(), p.updated_at) as now, %s as at
                from runtime.organizations o
                join runtime.pools p on p.organization_id = o.id
                cross join platform.runtime_settings s
                where o.id = {0}
            ),
            """;
    private static final String NOW = "greatest(platform.app_now(), p.updated_at)";

    /**
     * Provisions, scheduled transitions and reachable ladders. Rows are looked for by their pool alone: with the organization as well, an index
     * of its whole history would seem to be as good. A due transition can end a provision that ended at its instant, such as a trial.
     */
    private static final String HELD = """
            scheduled as (
                select t.id, t.ladder_id, t.kind, t.from_tier_id, t.to_tier_id, t.cause, t.grant_id, t.forced, t.next_provision_id,
                       t.effective_at,
                       (select g.ends_at from runtime.grants g where g.id = t.grant_id and t.kind <> 'end') as grant_ends_at
                from holder h
                join runtime.transitions t on t.pool_id = h.pool_id
                where t.state = 'scheduled'
            ),
            held as (
                select v.id as provision_id, v.product_id, v.ladder_id, v.tier_id, v.cause, v.grant_id, v.default_grant_policy_id as policy_id,
                       v.starts_at, v.ends_at
                from holder h
                join runtime.provisions v on v.pool_id = h.pool_id
                where v.starts_at <= h.at
                  and v.held_until > least(h.at, (select min(effective_at) - interval '1 microsecond' from scheduled))
            ),
            %s
            moving as (
                select t.ladder_id as id from holder h join scheduled t on t.effective_at <= h.at
                union
                select id from reach
            ),
            tiers as (
                select t.* from moving m join catalog.runtime_tiers t on t.ladder_id = m.id
                union
                select t.* from held v join catalog.runtime_tiers t on t.id = v.tier_id
            ),
            tier_products as (
                select s.ladder_id, s.tier_id, s.product_id, s.starts_at, s.ends_at, p.name, p.published_at, p.retired_at
                from tiers t
                join catalog.runtime_tier_products s on s.tier_id = t.id
                join catalog.runtime_products p on p.id = s.product_id
            ),
            ladder_tiers as (
                select t.ladder_id, json_agg(json_build_object(
                    'id', t.id, 'ladder_id', t.ladder_id, 'rank', t.rank, 'name', t.name,
                    'lifetime', json_build_object('from', t.created_at, 'to', t.archived_at), 'products', coalesce(s.products, '[]'))
                    order by t.rank, t.id) as tiers
                from tiers t
                left join (
                    select tier_id, json_agg(json_build_object(
                        'product_id', product_id, 'name', name, 'on_tier', json_build_object('from', starts_at, 'to', ends_at),
                        'published', json_build_object('from', published_at, 'to', retired_at))
                        order by starts_at) as products
                    from tier_products
                    group by tier_id) s on s.tier_id = t.id
                group by t.ladder_id
            ),
            products as (
                select p.id, p.name, p.lifecycle_status, p.entitlement_set_id
                from (select product_id from held union select product_id from tier_products where ladder_id in (select id from moving)) v
                join catalog.runtime_products p on p.id = v.product_id
            ),
            """;

    /** The provisions and products of an organization without a due transition. Other tiers of the ladders and their products aren't needed. */
    private static final String HELD_WITHOUT_DUE = """
            held as (
                select v.id as provision_id, v.product_id, v.ladder_id, v.tier_id, v.cause, v.grant_id, v.default_grant_policy_id as policy_id,
                       v.starts_at, v.ends_at
                from holder h
                join runtime.provisions v on v.pool_id = h.pool_id
                where v.starts_at <= h.at and v.held_until > h.at
            ),
            products as (
                select p.id, p.name, p.lifecycle_status, p.entitlement_set_id
                from (select distinct product_id from held) v
                join catalog.runtime_products p on p.id = v.product_id
            ),
            """;

    private static final String NO_REACH = "reach as (select null::uuid as id, 0::bigint as place where false),";

    /** The ladders with the organization's plans, then others by name: {1} is one of them, {2} a resource key with a rule of theirs; null for all. */
    private static final String REACH = """
            mine as (
                select distinct ladder_id as id from held where ladder_id is not null
            ),
            reach as (
                select v.id, row_number() over (order by v.held desc, v.name collate "C", v.id) as place
                from (
                    select l.id, l.name, true as held
                    from mine m
                    join catalog.runtime_plan_ladders l on l.id = m.id
                    where {1} is null or m.id = {1}
                    union all
                    select l.id, l.name, false
                    from holder h
                    cross join lateral (
                        select l.id, l.name
                        from catalog.runtime_plan_ladders l
                        where l.archived_at is null and ({1} is null or l.id = {1})
                          and l.id not in (select id from mine)
                          and ({2} is null or exists (
                              select
                              from catalog.runtime_tier_products t
                              join catalog.runtime_products p on p.id = t.product_id
                              join catalog.runtime_entitlement_rules r on r.entitlement_set_id = p.entitlement_set_id
                              where t.ladder_id = l.id and t.ends_at is null and r.resource_key = {2} and r.ends_at is null))
                        order by l.name collate "C", l.id
                        limit %1$d) l
                ) v
                order by place
                limit %1$d
            ),
            """.formatted(LADDERS_MAX + 1);

    /**
     * The rules of the products, and the use of their resource keys. The rules of each set are one lookup by index, which {@code offset 0}
     * ensures. Periods begin in the tenant's present time zone. At a past instant, the events of the last quarter hour are summed.
     */
    private static final String USED = """
            rules as (
                select """ + RULE_COLUMNS + """
                from holder h
                cross join products p
                cross join lateral (
                    select *
                    from catalog.runtime_entitlement_rules r
                    where r.entitlement_set_id = p.entitlement_set_id and r.starts_at <= h.at and (r.ends_at is null or r.ends_at > %3$s)%4$s
                    offset 0) r
            ),
            keys as (
                select k.key, k.display_name, k.unit, k.kind, k.integration_id, k.counts_sites as counted
                from (%1$s) v
                join catalog.runtime_resource_keys k on k.key = v.resource_key
            ),
            periods as (
                select v.resource_key, v.period, k.integration_id, k.counted, h.id, h.pool_id, h.at,
                       runtime.day_starts_at(date_trunc(v.period, h.at at time zone h.time_zone), h.time_zone) as starts_at,
                       runtime.day_starts_at(date_trunc(v.period, h.at at time zone h.time_zone) + ('1 ' || v.period)::interval, h.time_zone) as ends_at,
                       date_bin('15 minutes', h.at, '2000-01-01 00:00:00+00') as quarter
                from holder h
                cross join (select distinct resource_key, period from rules where kind <> 'boolean') v
                join keys k on k.key = v.resource_key
            ),
            uses as (
                select v.resource_key, v.period, greatest(0, least(9007199254740991, coalesce(%2$s, 0))) as used
                from periods v
            )
            """;

    private static final String PRESENT_USE = """
            case
                when v.period is not null then runtime.used_between(v.pool_id, v.resource_key, v.starts_at, v.ends_at)
                when v.counted then (
                    select count(*)
                    from runtime.sites s
                    where s.pool_id = v.pool_id and s.organization_id = v.id and s.integration_id = v.integration_id
                      and s.counts)
                else (
                    select l.level
                    from runtime.usage_levels l
                    where l.pool_id = v.pool_id and l.resource_key = v.resource_key)
            end""";

    private static final String PAST_USE = """
            case
                when v.counted then (
                    select count(*)
                    from runtime.sites s
                    join runtime.site_states t on t.site_id = s.id
                    where s.pool_id = v.pool_id and s.organization_id = v.id and s.integration_id = v.integration_id
                      and t.starts_at <= v.at and (t.ends_at is null or t.ends_at > v.at) and t.counts)
                else runtime.used_between(v.pool_id, v.resource_key, coalesce(v.starts_at, '-infinity'), v.quarter) + coalesce((
                    select sum(e.quantity)
                    from runtime.usage_events e
                    where e.pool_id = v.pool_id and e.organization_id = v.id and e.resource_key = v.resource_key
                      and e.occurred_at >= v.quarter and e.occurred_at <= v.at), 0)
            end""";

    private static final String RULES_SINCE_DUE = "least(h.at, (select min(effective_at) from scheduled))";
    private static final String RULES_OF_KEY = " and r.resource_key = {1}";

    private static final String EXPIRIES = """
            (
                select coalesce(json_agg(distinct g.ends_at), '[]')
                from runtime.grants g
                where g.pool_id = h.pool_id and g.ladder_id is null and g.ended_by is null and g.ends_at <= h.now)""";

    private static final String WITH_DUE = """
            'scheduled', (select coalesce(json_agg(to_json(v) order by v.effective_at, v.id), '[]') from scheduled v),
            'defaults', (
                select coalesce(json_agg(json_build_object(
                    'policy_id', d.id, 'org_type_id', d.org_type_id, 'product_id', d.product_id, 'ladder_id', d.ladder_id,
                    'tier_id', d.tier_id, 'lifetime', json_build_object('from', d.created_at, 'to', d.ended_at))
                    order by d.created_at, d.id), '[]')
                from catalog.runtime_default_grant_policies d
                where d.org_type_id = h.org_type_id and d.ladder_id in (select id from moving)),
            'reach', (select coalesce(json_agg(r.id order by r.place), '[]') from reach r),
            'ladders', (
                select coalesce(json_agg((
                    select json_build_object(
                        'id', l.id, 'name', l.name, 'lifetime', json_build_object('from', l.created_at, 'to', l.archived_at),
                        'tiers', coalesce(s.tiers, '[]'))
                    from catalog.runtime_plan_ladders l where l.id = v.ladder_id)), '[]')
                from (select ladder_id from tiers union select id from moving) v
                left join ladder_tiers s on s.ladder_id = v.ladder_id),
            'levels', (
                select coalesce(json_object_agg(l.resource_key, l.level), '{}')
                from runtime.usage_levels l
                where l.pool_id = h.pool_id and exists (select from scheduled where effective_at <= h.at)),
            'due', false""";

    /** The earliest instant is one entry of an index under any plan. */
    private static final String WITHOUT_DUE = """
            'scheduled', '[]'::json, 'defaults', '[]'::json, 'reach', '[]'::json, 'levels', '{}'::json,
            'ladders', %s,
            'due', coalesce((
                select min(t.effective_at)
                from runtime.transitions t
                where t.pool_id = h.pool_id and t.state = 'scheduled') <= h.at, false)""";

    /** An organization has one plan on a ladder at an instant. */
    private static final String HELD_LADDERS = """
            (
                select coalesce(json_agg(json_build_object(
                    'id', l.id, 'name', l.name, 'lifetime', json_build_object('from', l.created_at, 'to', l.archived_at),
                    'tiers', json_build_array(json_build_object(
                        'id', t.id, 'ladder_id', t.ladder_id, 'rank', t.rank, 'name', t.name,
                        'lifetime', json_build_object('from', t.created_at, 'to', t.archived_at), 'products', '[]'::json)))), '[]')
                from held v
                join catalog.runtime_tiers t on t.id = v.tier_id
                join catalog.runtime_plan_ladders l on l.id = t.ladder_id)""";

    private static final String FOUND = """
            select json_build_object(
                'holder', (select to_json(v) from (select h.*, %s as expiries) v),
                'now', h.now, 'at', h.at,
                'held', (select coalesce(json_agg(to_json(v) order by v.starts_at, v.provision_id), '[]') from held v),
                'products', (select coalesce(json_agg(to_json(v)), '[]') from products v),
                'rules', (select coalesce(json_agg(to_json(v)), '[]') from rules v),
                'keys', (select coalesce(json_agg(to_json(v)), '[]') from keys v),
                'uses', (select coalesce(json_agg(to_json(v)), '[]') from uses v),
                %s) as found
            from holder h
            """;

    private EntitlementTextStore() {}

    /** The text of a form. Its parameters: {@code {0}} the organization; {@code {1}} the key, the ladder or the instant; {@code {2}} the key. */
    static String text(EntitlementForm form) {
        var keysOfRules = "select distinct resource_key from rules";
        return switch (form) {
            case KEY -> HOLDER.formatted(NOW) + HELD_WITHOUT_DUE + USED.formatted("select {1} as resource_key", PRESENT_USE, "h.at", RULES_OF_KEY)
                    + FOUND.formatted("'[]'::json", WITHOUT_DUE.formatted("'[]'::json"));
            case PRESENT -> HOLDER.formatted(NOW) + HELD_WITHOUT_DUE + USED.formatted(keysOfRules, PRESENT_USE, "h.at", "")
                    + FOUND.formatted(EXPIRIES, WITHOUT_DUE.formatted(HELD_LADDERS));
            case DUE -> HOLDER.formatted(NOW) + HELD.formatted(NO_REACH) + USED.formatted(keysOfRules, PRESENT_USE, RULES_SINCE_DUE, "")
                    + FOUND.formatted(EXPIRIES, WITH_DUE);
            case REACHABLE -> HOLDER.formatted(NOW) + HELD.formatted(REACH)
                    + USED.formatted(keysOfRules + " union select {2}", PRESENT_USE, RULES_SINCE_DUE, "") + FOUND.formatted(EXPIRIES, WITH_DUE);
            case PAST -> HOLDER.formatted("{1}::timestamptz") + HELD.formatted(NO_REACH) + USED.formatted(keysOfRules, PAST_USE, RULES_SINCE_DUE, "")
                    + FOUND.formatted(EXPIRIES, WITH_DUE);
        };
    }
}
