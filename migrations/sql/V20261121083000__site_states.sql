-- What state each site was in, from when to when, so that a past instant can be asked for. The site's own row has the present one.

create table runtime.site_states (
    tenant_id uuid        not null default platform.app_tenant(),
    site_id   uuid        not null,
    state     text        not null
        constraint site_states_state check (state in ('requested', 'provisioning', 'active', 'read_only', 'removed')),
    reason    text,
    starts_at timestamptz not null,
    ends_at   timestamptz,
    during    tstzrange   not null generated always as (tstzrange(starts_at, ends_at, '[)')) stored,
    primary key (tenant_id, site_id, starts_at),
    constraint site_states_dates check (starts_at < ends_at),
    constraint site_states_site foreign key (tenant_id, site_id) references runtime.sites (tenant_id, id),
    constraint site_states_one_at_a_time exclude using gist (tenant_id with =, site_id with =, during with &&)
);

-- Of the sites that are there it is known when they were made, when they were first active, and since when they are what they are.
-- For this transaction their owner may see all of them.
alter table runtime.sites no force row level security;
insert into runtime.site_states (tenant_id, site_id, state, reason, starts_at, ends_at)
select tenant_id, id, state, reason, starts_at, ends_at
from (
    select s.tenant_id, s.id, v.state, v.reason, v.starts_at, lead(v.starts_at) over (partition by s.tenant_id, s.id order by v.starts_at) as ends_at
    from runtime.sites s
    cross join lateral (
        select 'requested' as state, null as reason, s.created_at as starts_at where s.created_at < least(s.activated_at, s.state_since)
        union all
        select 'active', null, s.activated_at where s.activated_at < s.state_since
        union all
        select s.state, s.state_reason, s.state_since) v
) v;
do $$
begin
    if (select count(*) from runtime.sites) <> (select count(*) from runtime.site_states where ends_at is null) then
        raise exception 'a site is without its present state';
    end if;
end $$;
alter table runtime.sites force row level security;

alter table runtime.site_states enable row level security;
alter table runtime.site_states force row level security;
create policy site_states_tenant on runtime.site_states
    using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant());
grant select, insert, update (ends_at) on runtime.site_states to guildhall_app;
grant select on runtime.site_states to guildhall_readonly, guildhall_backup;

-- Whoever writes a state writes down when the one before it ended: nobody can forget it.
create function runtime.sites_state() returns trigger
    language plpgsql as
$$
begin
    if tg_op = 'UPDATE' then
        update runtime.site_states set ends_at = new.state_since where tenant_id = new.tenant_id and site_id = new.id and ends_at is null;
    end if;
    insert into runtime.site_states (tenant_id, site_id, state, reason, starts_at)
    values (new.tenant_id, new.id, new.state, new.state_reason, new.state_since);
    return null;
end
$$;
create trigger sites_made after insert on runtime.sites for each row execute function runtime.sites_state();
create trigger sites_state after update of state on runtime.sites
    for each row when (old.state <> new.state) execute function runtime.sites_state();

-- An integration follows what changes of its sites, whichever state they came into.
create index sites_since on runtime.sites (tenant_id, state_since, id);
create index sites_of_integration_since on runtime.sites (tenant_id, integration_id, state_since, id);
