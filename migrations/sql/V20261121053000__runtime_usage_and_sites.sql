-- The runtime room, third part: what is used, and sites.

-- What was reported, each event once by its own id. What counts against limits are the sums below, kept in the same transaction
-- with the pool's row held; `day` is the day of occurred_at in the tenant's time zone.
create table runtime.usage_events (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    external_id     text        not null,
    organization_id uuid        not null,
    pool_id         uuid        not null,
    resource_key    text        not null,
    quantity        bigint      not null constraint usage_events_quantity check (quantity between -9007199254740991 and 9007199254740991 and quantity <> 0),
    occurred_at     timestamptz not null,
    day             date        not null,
    created_at      timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint usage_events_external_id unique (tenant_id, external_id),
    constraint usage_events_pool foreign key (tenant_id, pool_id, organization_id) references runtime.pools (tenant_id, id, organization_id),
    constraint usage_events_resource_key foreign key (tenant_id, resource_key) references catalog.resource_keys (tenant_id, key)
);
create index usage_events_of_pool on runtime.usage_events (tenant_id, pool_id, organization_id, resource_key, occurred_at);
create index usage_events_of_organization on runtime.usage_events (tenant_id, organization_id, occurred_at, id);
create index usage_events_of_key on runtime.usage_events (tenant_id, resource_key, occurred_at, id);
create index usage_events_occurred on runtime.usage_events (tenant_id, occurred_at, id);

-- What is in use now of what doesn't reset: storage, seats.
create table runtime.usage_levels (
    tenant_id    uuid        not null default platform.app_tenant(),
    pool_id      uuid        not null,
    resource_key text        not null,
    level        bigint      not null constraint usage_levels_level check (level between 0 and 9007199254740991),
    updated_at   timestamptz not null default platform.app_now(),
    constraint usage_levels_key primary key (tenant_id, pool_id, resource_key),
    constraint usage_levels_pool foreign key (tenant_id, pool_id) references runtime.pools (tenant_id, id),
    constraint usage_levels_resource_key foreign key (tenant_id, resource_key) references catalog.resource_keys (tenant_id, key)
);
create index usage_levels_of_key on runtime.usage_levels (tenant_id, resource_key);

-- What was used on each day; periods are sums of days.
create table runtime.usage_days (
    tenant_id    uuid        not null default platform.app_tenant(),
    pool_id      uuid        not null,
    resource_key text        not null,
    day          date        not null,
    quantity     bigint      not null constraint usage_days_quantity check (quantity between -9007199254740991 and 9007199254740991),
    updated_at   timestamptz not null default platform.app_now(),
    constraint usage_days_key primary key (tenant_id, pool_id, resource_key, day),
    constraint usage_days_pool foreign key (tenant_id, pool_id) references runtime.pools (tenant_id, id),
    constraint usage_days_resource_key foreign key (tenant_id, resource_key) references catalog.resource_keys (tenant_id, key)
);
create index usage_days_of_key on runtime.usage_days (tenant_id, resource_key);

-- A threshold that was reached, once per period (of what doesn't reset, once until it falls below again).
create table runtime.usage_thresholds (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    organization_id uuid        not null,
    pool_id         uuid        not null,
    resource_key    text        not null,
    period          text        constraint usage_thresholds_period check (period in ('day', 'week', 'month', 'year')),
    period_on       date        not null,
    percent         integer     not null,
    limit_value     bigint      not null,
    used            bigint      not null,
    reached_at      timestamptz not null,
    cleared_at      timestamptz,
    created_at      timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint usage_thresholds_pool foreign key (tenant_id, pool_id, organization_id) references runtime.pools (tenant_id, id, organization_id),
    constraint usage_thresholds_resource_key foreign key (tenant_id, resource_key) references catalog.resource_keys (tenant_id, key)
);
create unique index usage_thresholds_once on runtime.usage_thresholds (tenant_id, pool_id, resource_key, period_on, percent, period) nulls not distinct
    where cleared_at is null;
create index usage_thresholds_of_pool on runtime.usage_thresholds (tenant_id, pool_id, organization_id);
create index usage_thresholds_of_organization on runtime.usage_thresholds (tenant_id, organization_id, created_at, id);
create index usage_thresholds_of_key on runtime.usage_thresholds (tenant_id, resource_key);

-- A site of an integration. Its number counts against the entitlement `<integration>.sites` while it is requested, provisioning or active.
create table runtime.sites (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    external_id     text,
    organization_id uuid        not null,
    pool_id         uuid        not null,
    workspace_id    uuid,
    integration_id  uuid        not null,
    name            text        not null,
    domain          text,
    state           text        not null default 'requested'
        constraint sites_state check (state in ('requested', 'provisioning', 'active', 'read_only', 'removed')),
    state_reason    text,
    state_since     timestamptz not null default platform.app_now(),
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    version         bigint      not null default 1,
    primary key (tenant_id, id),
    constraint sites_pool foreign key (tenant_id, pool_id, organization_id) references runtime.pools (tenant_id, id, organization_id),
    constraint sites_workspace foreign key (tenant_id, workspace_id, organization_id) references runtime.workspaces (tenant_id, id, organization_id),
    constraint sites_integration foreign key (tenant_id, integration_id) references catalog.integrations (tenant_id, id)
);
create unique index sites_domain on runtime.sites (tenant_id, domain) where domain is not null and state <> 'removed';
create index sites_of_pool on runtime.sites (tenant_id, pool_id, organization_id, integration_id);
create index sites_of_organization on runtime.sites (tenant_id, organization_id, created_at, id);
create index sites_of_workspace on runtime.sites (tenant_id, workspace_id, organization_id) where workspace_id is not null;
create index sites_of_integration on runtime.sites (tenant_id, integration_id, state, created_at, id);
create index sites_created on runtime.sites (tenant_id, created_at, id);
create unique index sites_external_id on runtime.sites (tenant_id, external_id) where external_id is not null;

do $$
declare
    name text;
begin
    foreach name in array array ['usage_events', 'usage_levels', 'usage_days', 'usage_thresholds', 'sites'] loop
        execute format('alter table runtime.%I enable row level security', name);
        execute format('alter table runtime.%I force row level security', name);
        execute format('create policy %I on runtime.%I using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant())',
                       name || '_tenant', name);
        execute format('grant select, insert on runtime.%I to guildhall_app', name);
    end loop;
end $$;

grant update (level, updated_at) on runtime.usage_levels to guildhall_app;
grant update (quantity, updated_at) on runtime.usage_days to guildhall_app;
grant update (cleared_at) on runtime.usage_thresholds to guildhall_app;
grant update (external_id, workspace_id, name, domain, state, state_reason, state_since, updated_at, version) on runtime.sites to guildhall_app;
grant select on all tables in schema runtime to guildhall_readonly, guildhall_backup;
