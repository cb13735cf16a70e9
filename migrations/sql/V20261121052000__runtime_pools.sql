-- The runtime room, second part: what organizations hold. An organization has one pool; all that it holds are provisions of the pool,
-- and whoever changes them holds the pool's row. Plans come and go by transitions only.

create table runtime.pools (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    organization_id uuid        not null,
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    version         bigint      not null default 1,
    primary key (tenant_id, id),
    constraint pools_organization_once unique (tenant_id, organization_id),
    constraint pools_id_organization unique (tenant_id, id, organization_id),
    constraint pools_organization foreign key (tenant_id, organization_id) references runtime.organizations (tenant_id, id)
);

-- What somebody granted: a plan by its tier, or anything else directly. ends_at is what was agreed, ended_at what came of it.
create table runtime.grants (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    external_id     text,
    organization_id uuid        not null,
    pool_id         uuid        not null,
    product_id      uuid        not null,
    kind            text        not null constraint grants_kind check (kind in ('grant', 'trial')),
    ladder_id       uuid,
    tier_id         uuid,
    reason          text,
    starts_at       timestamptz not null default platform.app_now(),
    ends_at         timestamptz,
    ended_at        timestamptz,
    ended_by        text        constraint grants_ended_by check (ended_by in ('revoked', 'superseded', 'expired')),
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    version         bigint      not null default 1,
    primary key (tenant_id, id),
    constraint grants_dates check (starts_at < ends_at and starts_at < ended_at),
    constraint grants_trial_ends check (kind <> 'trial' or ends_at is not null),
    constraint grants_ended check ((ended_at is null) = (ended_by is null)),
    constraint grants_tier_on_ladder check ((ladder_id is null) = (tier_id is null)),
    constraint grants_pool foreign key (tenant_id, pool_id, organization_id) references runtime.pools (tenant_id, id, organization_id),
    constraint grants_product foreign key (tenant_id, product_id) references catalog.products (tenant_id, id),
    constraint grants_tier foreign key (tenant_id, tier_id, ladder_id) references catalog.tiers (tenant_id, id, ladder_id)
);
create index grants_of_pool on runtime.grants (tenant_id, pool_id, organization_id);
create index grants_of_organization on runtime.grants (tenant_id, organization_id, created_at, id);
create index grants_of_product on runtime.grants (tenant_id, product_id, created_at, id);
create index grants_of_tier on runtime.grants (tenant_id, tier_id, ladder_id);

-- What the pool holds, and from when to when. Never updated but for its end.
create table runtime.provisions (
    tenant_id               uuid        not null default platform.app_tenant(),
    id                      uuid        not null default uuidv7(),
    organization_id         uuid        not null,
    pool_id                 uuid        not null,
    product_id              uuid        not null,
    ladder_id               uuid,
    tier_id                 uuid,
    cause                   text        not null constraint provisions_cause check (cause in ('default', 'grant', 'trial', 'subscription', 'manual')),
    grant_id                uuid,
    default_grant_policy_id uuid,
    starts_at               timestamptz not null,
    ends_at                 timestamptz,
    during                  tstzrange   not null generated always as (tstzrange(starts_at, ends_at, '[)')) stored,
    created_at              timestamptz not null default platform.app_now(),
    updated_at              timestamptz not null default platform.app_now(),
    version                 bigint      not null default 1,
    primary key (tenant_id, id),
    constraint provisions_dates check (starts_at < ends_at),
    constraint provisions_tier_on_ladder check ((ladder_id is null) = (tier_id is null)),
    constraint provisions_default check ((cause = 'default') = (default_grant_policy_id is not null)),
    constraint provisions_granted check ((cause in ('grant', 'trial')) = (grant_id is not null)),
    constraint provisions_pool foreign key (tenant_id, pool_id, organization_id) references runtime.pools (tenant_id, id, organization_id),
    constraint provisions_product foreign key (tenant_id, product_id) references catalog.products (tenant_id, id),
    constraint provisions_tier foreign key (tenant_id, tier_id, ladder_id) references catalog.tiers (tenant_id, id, ladder_id),
    constraint provisions_grant foreign key (tenant_id, grant_id) references runtime.grants (tenant_id, id),
    constraint provisions_policy foreign key (tenant_id, default_grant_policy_id) references catalog.default_grant_policies (tenant_id, id),
    constraint provisions_one_plan_per_ladder
        exclude using gist (tenant_id with =, pool_id with =, ladder_id with =, during with &&) where (ladder_id is not null)
);
create index provisions_of_pool on runtime.provisions (tenant_id, pool_id, organization_id, starts_at);
create index provisions_of_organization on runtime.provisions (tenant_id, organization_id, created_at, id);
create index provisions_of_product on runtime.provisions (tenant_id, product_id, created_at, id);
create index provisions_of_tier on runtime.provisions (tenant_id, tier_id, ladder_id);
create index provisions_of_grant on runtime.provisions (tenant_id, grant_id);
create index provisions_of_policy on runtime.provisions (tenant_id, default_grant_policy_id);
create index provisions_created on runtime.provisions (tenant_id, created_at, id);

-- Every move on a ladder, done or still to come. One that is scheduled has no provisions yet; one that was canceled never gets any.
create table runtime.transitions (
    tenant_id         uuid        not null default platform.app_tenant(),
    id                uuid        not null default uuidv7(),
    organization_id   uuid        not null,
    pool_id           uuid        not null,
    ladder_id         uuid        not null,
    kind              text        not null constraint transitions_kind check (kind in ('initiate', 'upgrade', 'downgrade', 'end')),
    from_tier_id      uuid,
    to_tier_id        uuid,
    from_provision_id uuid,
    to_provision_id   uuid,
    cause             text        not null constraint transitions_cause check (cause in ('default', 'grant', 'trial', 'subscription', 'manual')),
    grant_id          uuid,
    actor_type        text        not null constraint transitions_actor check (actor_type in ('operator', 'member', 'webhook', 'job')),
    actor_id          uuid,
    reason            text,
    forced            boolean     not null default false,
    keep_site_ids     uuid[]      not null default '{}',
    state             text        not null constraint transitions_state check (state in ('scheduled', 'done', 'canceled')),
    effective_at      timestamptz not null,
    canceled_at       timestamptz,
    cancel_reason     text,
    created_at        timestamptz not null default platform.app_now(),
    updated_at        timestamptz not null default platform.app_now(),
    version           bigint      not null default 1,
    primary key (tenant_id, id),
    constraint transitions_canceled check ((state = 'canceled') = (canceled_at is not null)),
    constraint transitions_moved check (case state
        when 'done' then case kind
            when 'initiate' then num_nonnulls(from_tier_id, from_provision_id) = 0 and num_nonnulls(to_tier_id, to_provision_id) = 2
            when 'end' then num_nonnulls(from_tier_id, from_provision_id) = 2 and num_nonnulls(to_tier_id, to_provision_id) in (0, 2)
            else num_nonnulls(from_tier_id, from_provision_id, to_tier_id, to_provision_id) = 4
        end
        else num_nonnulls(from_provision_id, to_provision_id) = 0
    end),
    constraint transitions_pool foreign key (tenant_id, pool_id, organization_id) references runtime.pools (tenant_id, id, organization_id),
    constraint transitions_ladder foreign key (tenant_id, ladder_id) references catalog.plan_ladders (tenant_id, id),
    constraint transitions_from_tier foreign key (tenant_id, from_tier_id, ladder_id) references catalog.tiers (tenant_id, id, ladder_id),
    constraint transitions_to_tier foreign key (tenant_id, to_tier_id, ladder_id) references catalog.tiers (tenant_id, id, ladder_id),
    constraint transitions_from_provision foreign key (tenant_id, from_provision_id) references runtime.provisions (tenant_id, id),
    constraint transitions_to_provision foreign key (tenant_id, to_provision_id) references runtime.provisions (tenant_id, id),
    constraint transitions_grant foreign key (tenant_id, grant_id) references runtime.grants (tenant_id, id)
);
create index transitions_of_pool on runtime.transitions (tenant_id, pool_id, organization_id, effective_at);
create index transitions_of_organization on runtime.transitions (tenant_id, organization_id, created_at, id);
create index transitions_of_ladder on runtime.transitions (tenant_id, ladder_id);
create index transitions_of_from_tier on runtime.transitions (tenant_id, from_tier_id, ladder_id);
create index transitions_of_to_tier on runtime.transitions (tenant_id, to_tier_id, ladder_id);
create index transitions_of_from_provision on runtime.transitions (tenant_id, from_provision_id);
create index transitions_of_to_provision on runtime.transitions (tenant_id, to_provision_id);
create index transitions_of_grant on runtime.transitions (tenant_id, grant_id);
create index transitions_due on runtime.transitions (tenant_id, effective_at, id) where state = 'scheduled';
create index transitions_created on runtime.transitions (tenant_id, created_at, id);

-- A run that gives a default grant to the organizations that were there before its policy. It goes through them by id and remembers where it is.
create table runtime.default_grant_backfills (
    tenant_id               uuid        not null default platform.app_tenant(),
    id                      uuid        not null default uuidv7(),
    default_grant_policy_id uuid        not null,
    mode                    text        not null constraint backfills_mode check (mode in ('run', 'validate')),
    state                   text        not null default 'queued' constraint backfills_state check (state in ('queued', 'running', 'succeeded', 'failed')),
    last_organization_id    uuid,
    total                   bigint      not null default 0,
    processed               bigint      not null default 0,
    applied                 bigint      not null default 0,
    unchanged               bigint      not null default 0,
    failure                 text,
    actor_type              text        not null,
    actor_id                uuid,
    started_at              timestamptz,
    finished_at             timestamptz,
    created_at              timestamptz not null default platform.app_now(),
    updated_at              timestamptz not null default platform.app_now(),
    version                 bigint      not null default 1,
    primary key (tenant_id, id),
    constraint backfills_finished check ((state in ('succeeded', 'failed')) = (finished_at is not null)),
    constraint backfills_policy foreign key (tenant_id, default_grant_policy_id) references catalog.default_grant_policies (tenant_id, id)
);
create index backfills_of_policy on runtime.default_grant_backfills (tenant_id, default_grant_policy_id, created_at, id);

do $$
declare
    name text;
begin
    foreach name in array array ['pools', 'grants', 'provisions', 'transitions', 'default_grant_backfills'] loop
        execute format('alter table runtime.%I enable row level security', name);
        execute format('alter table runtime.%I force row level security', name);
        execute format('create policy %I on runtime.%I using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant())',
                       name || '_tenant', name);
        execute format('grant select, insert on runtime.%I to guildhall_app', name);
    end loop;
end $$;
create index grants_created on runtime.grants (tenant_id, created_at, id);
create unique index grants_external_id on runtime.grants (tenant_id, external_id) where external_id is not null;

grant update (updated_at, version) on runtime.pools to guildhall_app;
grant update (external_id, ended_at, ended_by, updated_at, version) on runtime.grants to guildhall_app;
grant update (ends_at, updated_at, version) on runtime.provisions to guildhall_app;
grant update (kind, from_tier_id, to_tier_id, from_provision_id, to_provision_id, cause, state, canceled_at, cancel_reason, updated_at, version)
    on runtime.transitions to guildhall_app;
grant update on runtime.default_grant_backfills to guildhall_app;
grant select on all tables in schema runtime to guildhall_readonly, guildhall_backup;
