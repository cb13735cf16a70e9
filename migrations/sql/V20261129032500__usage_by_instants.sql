-- What was used between two instants, whatever the tenant's time zone is and was: sums of whole days in UTC, and of the quarters of an hour
-- at both ends. A day begins at a quarter of an hour in every time zone, so no period cuts one of these.

create table runtime.usage_quarters (
    tenant_id    uuid        not null default platform.app_tenant(),
    pool_id      uuid        not null,
    resource_key text        not null,
    starts_at    timestamptz not null,
    quantity     bigint      not null constraint usage_quarters_quantity check (quantity between -9007199254740991 and 9007199254740991),
    updated_at   timestamptz not null default platform.app_now(),
    constraint usage_quarters_key primary key (tenant_id, pool_id, resource_key, starts_at),
    constraint usage_quarters_starts check (starts_at = date_bin('15 minutes', starts_at, '2000-01-01 00:00:00+00')),
    constraint usage_quarters_pool foreign key (tenant_id, pool_id) references runtime.pools (tenant_id, id),
    constraint usage_quarters_resource_key foreign key (tenant_id, resource_key) references catalog.resource_keys (tenant_id, key)
);
create index usage_quarters_of_key on runtime.usage_quarters (tenant_id, resource_key);

alter table runtime.usage_thresholds add period_starts_at timestamptz;

-- The sums are made anew from the events. For this transaction their owner may see all of them.
alter table runtime.usage_events no force row level security;
alter table runtime.usage_days no force row level security;
alter table runtime.usage_thresholds no force row level security;
alter table platform.settings no force row level security;
delete from runtime.usage_days;
insert into runtime.usage_days (tenant_id, pool_id, resource_key, day, quantity)
select tenant_id, pool_id, resource_key, (occurred_at at time zone 'UTC')::date, sum(quantity)
from runtime.usage_events group by 1, 2, 3, 4;
insert into runtime.usage_quarters (tenant_id, pool_id, resource_key, starts_at, quantity)
select tenant_id, pool_id, resource_key, date_bin('15 minutes', occurred_at, '2000-01-01 00:00:00+00'), sum(quantity)
from runtime.usage_events group by 1, 2, 3, 4;
update runtime.usage_thresholds t set period_starts_at = case when t.period is null then '1970-01-01 00:00:00+00' else t.period_on::timestamp at time zone s.time_zone end
from platform.settings s where s.tenant_id = t.tenant_id;
alter table runtime.usage_events force row level security;
alter table runtime.usage_days force row level security;
alter table runtime.usage_thresholds force row level security;
alter table platform.settings force row level security;

alter table runtime.usage_thresholds alter period_starts_at set not null;
drop index runtime.usage_thresholds_once;
create unique index usage_thresholds_once on runtime.usage_thresholds (tenant_id, pool_id, resource_key, period_starts_at, percent, period)
    nulls not distinct where cleared_at is null;

alter table runtime.usage_quarters enable row level security;
alter table runtime.usage_quarters force row level security;
create policy usage_quarters_tenant on runtime.usage_quarters
    using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant());
grant select, insert, update (quantity, updated_at) on runtime.usage_quarters to guildhall_app;
grant select on runtime.usage_quarters to guildhall_readonly, guildhall_backup;

-- When a calendar day begins in a time zone. Where clocks are set back over midnight it is the first of both midnights.
create function runtime.day_starts_at(day timestamp, time_zone text) returns timestamptz
    language sql immutable parallel safe
    return case
        when (day at time zone time_zone - interval '1 hour') at time zone time_zone = day then day at time zone time_zone - interval '1 hour'
        else day at time zone time_zone
    end;

-- What was used from an instant on until another one, which isn't included. Both are at quarters of an hour; the first may be '-infinity'.
create function runtime.used_between(pool uuid, key text, since timestamptz, until timestamptz) returns numeric
    language sql stable parallel safe as
$$
    with bounds as (
        select w.first, w.last, w.first <= w.last as whole
        from (
            select (date_trunc('day', since at time zone 'UTC')
                       + case when date_trunc('day', since at time zone 'UTC') < since at time zone 'UTC' then interval '1 day' else interval '0' end)::date as first,
                   date_trunc('day', until at time zone 'UTC')::date as last
        ) w
    )
    select coalesce((
            select sum(d.quantity)
            from runtime.usage_days d, bounds b
            where b.whole and d.pool_id = used_between.pool and d.resource_key = used_between.key and d.day >= b.first and d.day < b.last), 0)
        + coalesce((
            select sum(q.quantity)
            from runtime.usage_quarters q, bounds b
            where q.pool_id = used_between.pool and q.resource_key = used_between.key and q.starts_at >= since
              and q.starts_at < case when b.whole then b.first::timestamp at time zone 'UTC' else until end), 0)
        + coalesce((
            select sum(q.quantity)
            from runtime.usage_quarters q, bounds b
            where b.whole and q.pool_id = used_between.pool and q.resource_key = used_between.key
              and q.starts_at >= b.last::timestamp at time zone 'UTC' and q.starts_at < until), 0)
$$;
