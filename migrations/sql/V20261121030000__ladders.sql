-- Plan ladders of the catalog: their tiers, which product stands for which tier and when, and what an organization gets
-- by default. Rules that span two tables are held as in the catalog's first migration: "needs_active" refers to "active".

create table catalog.plan_ladders (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    external_id text,
    name        text        not null,
    description text,
    state       text        not null default 'active' constraint plan_ladders_state check (state in ('active', 'archived')),
    archived_at timestamptz,
    active      boolean     not null generated always as (state = 'active') stored,
    created_at  timestamptz not null default platform.app_now(),
    updated_at  timestamptz not null default platform.app_now(),
    version     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint plan_ladders_id_active unique (tenant_id, id, active),
    constraint plan_ladders_archived check ((state = 'archived') = (archived_at is not null))
);

-- Ranks are unique among the active tiers of a ladder; an archived one still shows where it stood. The constraint is
-- deferrable so that one update may set all ranks anew.
create table catalog.tiers (
    tenant_id    uuid        not null default platform.app_tenant(),
    id           uuid        not null default uuidv7(),
    external_id  text,
    ladder_id    uuid        not null,
    rank         integer     not null constraint tiers_rank check (rank >= 0),
    name         text        not null,
    state        text        not null default 'active' constraint tiers_state check (state in ('active', 'archived')),
    archived_at  timestamptz,
    active_rank  integer     generated always as (case when state = 'active' then rank end) stored,
    needs_active boolean     generated always as (case when state = 'active' then true end) stored,
    created_at   timestamptz not null default platform.app_now(),
    updated_at   timestamptz not null default platform.app_now(),
    version      bigint      not null default 1,
    primary key (tenant_id, id),
    constraint tiers_id_ladder unique (tenant_id, id, ladder_id),
    constraint tiers_rank_unique unique (tenant_id, ladder_id, active_rank) deferrable initially immediate,
    constraint tiers_archived check ((state = 'archived') = (archived_at is not null)),
    constraint tiers_ladder foreign key (tenant_id, ladder_id) references catalog.plan_ladders (tenant_id, id),
    constraint tiers_ladder_active foreign key (tenant_id, ladder_id, needs_active) references catalog.plan_ladders (tenant_id, id, active)
);
create index tiers_ladder_rank on catalog.tiers (tenant_id, ladder_id, rank, id);
create index tiers_of_ladder on catalog.tiers (tenant_id, ladder_id, needs_active);

-- Which product a tier stands for, from when until when. The reference includes "plan", so that no product with a type
-- of its own can stand on a ladder, nor get one while it does. The last row, without an end, is the open one.
create table catalog.tier_products (
    tenant_id  uuid        not null default platform.app_tenant(),
    tier_id    uuid        not null,
    ladder_id  uuid        not null,
    product_id uuid        not null,
    plan       boolean     not null default true constraint tier_products_plan check (plan),
    starts_at  timestamptz not null default platform.app_now(),
    ends_at    timestamptz,
    during     tstzrange   not null generated always as (tstzrange(starts_at, ends_at, '[)')) stored,
    open       boolean     generated always as (case when ends_at is null then true end) stored,
    primary key (tenant_id, tier_id, starts_at),
    constraint tier_products_open unique (tenant_id, tier_id, product_id, open),
    constraint tier_products_dates check (starts_at < ends_at),
    constraint tier_products_tier foreign key (tenant_id, tier_id, ladder_id) references catalog.tiers (tenant_id, id, ladder_id),
    constraint tier_products_plan_only foreign key (tenant_id, product_id, plan) references catalog.products (tenant_id, id, plan_capable),
    constraint tier_products_one_at_a_time exclude using gist (tenant_id with =, tier_id with =, during with &&),
    constraint tier_products_once_per_ladder exclude using gist (tenant_id with =, product_id with =, ladder_id with =, during with &&)
);
create index tier_products_of_tier on catalog.tier_products (tenant_id, tier_id, ladder_id);
create index tier_products_of_product on catalog.tier_products (tenant_id, product_id, plan);

-- At commit an active tier has a product at every instant from its first on, without a gap; an archived one has none left.
create function catalog.tiers_product() returns trigger
    language plpgsql as
$$
declare
    tier   uuid;
    broken boolean;
begin
    if tg_table_name = 'tiers' then
        tier := new.id;
    elsif tg_op = 'DELETE' then
        tier := old.tier_id;
    else
        tier := new.tier_id;
    end if;
    select case t.state
               when 'active' then count(p.tier_id) = 0 or bool_or(p.starts_at <> p.previous_end) or count(*) filter (where p.ends_at is null) = 0
               else count(*) filter (where p.tier_id is not null and p.ends_at is null) > 0
           end
    into broken
    from catalog.tiers t
    left join (select tier_id, starts_at, ends_at, lag(ends_at) over (order by starts_at) as previous_end
               from catalog.tier_products
               where tier_id = tier) p on p.tier_id = t.id
    where t.id = tier
    group by t.state;
    if broken then
        raise exception 'an active tier has a product at all times, an archived one none'
            using errcode = 'check_violation', schema = 'catalog', table = 'tiers', constraint = 'tiers_product';
    end if;
    return null;
end
$$;
create constraint trigger tiers_product after insert or update of state on catalog.tiers
    deferrable initially deferred for each row execute function catalog.tiers_product();
create constraint trigger tier_products_tier_product after insert or update or delete on catalog.tier_products
    deferrable initially deferred for each row execute function catalog.tiers_product();

-- What an organization of a type gets when it is made. While a policy is active its type can't be archived, its product
-- not be retired, and its tier neither be archived nor get another product.
create table catalog.default_grant_policies (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    external_id     text,
    org_type_id     uuid        not null,
    product_id      uuid        not null,
    path            text        not null constraint policies_path check (path in ('on_ladder', 'off_ladder')),
    ladder_id       uuid,
    tier_id         uuid,
    state           text        not null default 'active' constraint policies_state check (state in ('active', 'ended')),
    ended_at        timestamptz,
    needs_active    boolean     generated always as (case when state = 'active' then true end) stored,
    needs_grantable boolean     generated always as (case when state = 'active' then true end) stored,
    needs_open      boolean     generated always as (case when state = 'active' then true end) stored,
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    version         bigint      not null default 1,
    primary key (tenant_id, id),
    constraint policies_ended check ((state = 'ended') = (ended_at is not null)),
    constraint policies_tier_on_ladder check (num_nonnulls(ladder_id, tier_id) = case path when 'on_ladder' then 2 else 0 end),
    constraint policies_org_type foreign key (tenant_id, org_type_id) references catalog.org_types (tenant_id, id),
    constraint policies_org_type_active foreign key (tenant_id, org_type_id, needs_active) references catalog.org_types (tenant_id, id, active),
    constraint policies_product foreign key (tenant_id, product_id) references catalog.products (tenant_id, id),
    constraint policies_product_grantable foreign key (tenant_id, product_id, needs_grantable)
        references catalog.products (tenant_id, id, grantable),
    constraint policies_tier foreign key (tenant_id, tier_id, ladder_id) references catalog.tiers (tenant_id, id, ladder_id),
    constraint policies_tier_product foreign key (tenant_id, tier_id, product_id, needs_open)
        references catalog.tier_products (tenant_id, tier_id, product_id, open)
);
create unique index policies_one_per_ladder on catalog.default_grant_policies (tenant_id, org_type_id, ladder_id)
    where state = 'active' and path = 'on_ladder';
create unique index policies_one_per_product on catalog.default_grant_policies (tenant_id, org_type_id, product_id)
    where state = 'active' and path = 'off_ladder';
create index policies_of_org_type on catalog.default_grant_policies (tenant_id, org_type_id, needs_active);
create index policies_of_product on catalog.default_grant_policies (tenant_id, product_id, needs_grantable);
create index policies_of_tier on catalog.default_grant_policies (tenant_id, tier_id, ladder_id);
create index policies_of_tier_product on catalog.default_grant_policies (tenant_id, tier_id, product_id, needs_open);

-- Which product stands for which tier at this instant.
create view catalog.standings with (security_invoker = true) as
select t.tenant_id, t.ladder_id, t.tier_id, t.product_id
from catalog.tier_products t
where t.plan
  and t.starts_at <= platform.app_now()
  and (t.ends_at is null or t.ends_at > platform.app_now());

-- A product's kind is nowhere stored: it is a plan while it stands on a ladder, else what its type says, else nothing yet.
create view catalog.product_kinds with (security_invoker = true) as
select p.tenant_id,
       p.id as product_id,
       case
           when exists (select from catalog.standings s where s.tenant_id = p.tenant_id and s.product_id = p.id) then 'plan'
           else p.product_type
       end as kind
from catalog.products p;

-- The same on every table: the guard, and what its lists are read by.
do $$
declare
    name text;
begin
    foreach name in array array ['plan_ladders', 'tiers', 'tier_products', 'default_grant_policies'] loop
        execute format('alter table catalog.%I enable row level security', name);
        execute format('alter table catalog.%I force row level security', name);
        execute format('create policy %I on catalog.%I using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant())',
                       name || '_tenant', name);
        execute format('grant select, insert on catalog.%I to guildhall_app', name);
    end loop;
    foreach name in array array ['plan_ladders', 'tiers', 'default_grant_policies'] loop
        execute format('create index %I on catalog.%I (tenant_id, created_at, id)', name || '_created', name);
        execute format('create unique index %I on catalog.%I (tenant_id, external_id) where external_id is not null', name || '_external_id', name);
    end loop;
end $$;
create index plan_ladders_name on catalog.plan_ladders (tenant_id, name collate "C", id);

-- What may never change has no right to be updated.
grant update on catalog.plan_ladders to guildhall_app;
grant update (external_id, rank, name, state, archived_at, updated_at, version) on catalog.tiers to guildhall_app;
grant update (ends_at) on catalog.tier_products to guildhall_app;
grant update (external_id, state, ended_at, updated_at, version) on catalog.default_grant_policies to guildhall_app;
grant select on catalog.standings, catalog.product_kinds to guildhall_app;
grant select on all tables in schema catalog to guildhall_readonly, guildhall_backup;
