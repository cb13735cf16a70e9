-- The catalog room: what there is to hold. Organization types, integrations and the resource keys they register,
-- entitlement sets, products and prices. Ladders follow in a migration of their own.
--
-- The rules of the room are held here, by constraints whose names the server turns into problems. Where a rule spans
-- two tables, the referred row carries the fact as a generated column and the foreign key includes it: "active" there,
-- "needs_active" here. A column that is null lets the reference rest, so what has ended holds nothing back.

create schema catalog;
grant usage on schema catalog to guildhall_app, guildhall_readonly, guildhall_backup;

create table catalog.org_types (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    external_id text,
    key         text        not null,
    name        text        not null,
    description text,
    state       text        not null default 'active' constraint org_types_state check (state in ('active', 'archived')),
    archived_at timestamptz,
    active      boolean     not null generated always as (state = 'active') stored,
    created_at  timestamptz not null default platform.app_now(),
    updated_at  timestamptz not null default platform.app_now(),
    version     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint org_types_key unique (tenant_id, key),
    constraint org_types_id_active unique (tenant_id, id, active),
    constraint org_types_archived check ((state = 'archived') = (archived_at is not null))
);

-- An integration's key is part of the names of all its resources and never changes.
create table catalog.integrations (
    tenant_id             uuid        not null default platform.app_tenant(),
    id                    uuid        not null default uuidv7(),
    external_id           text,
    key                   text        not null constraint integrations_key_form check (key ~ '^[a-z][a-z0-9_-]*$'),
    name                  text        not null,
    provisioning_endpoint text,
    state                 text        not null default 'active' constraint integrations_state check (state in ('active', 'archived')),
    archived_at           timestamptz,
    active                boolean     not null generated always as (state = 'active') stored,
    created_at            timestamptz not null default platform.app_now(),
    updated_at            timestamptz not null default platform.app_now(),
    version               bigint      not null default 1,
    primary key (tenant_id, id),
    constraint integrations_key unique (tenant_id, key),
    constraint integrations_id_key_active unique (tenant_id, id, key, active),
    constraint integrations_archived check ((state = 'archived') = (archived_at is not null))
);

-- 'fedwiki.sites': only the integration 'fedwiki' can register it. It stays registered as long as the integration is active.
create table catalog.resource_keys (
    tenant_id       uuid        not null default platform.app_tenant(),
    key             text        not null,
    integration_id  uuid        not null,
    integration_key text        not null,
    display_name    text        not null,
    unit            text,
    kind            text        not null constraint resource_keys_kind check (kind in ('limit', 'boolean', 'allowance')),
    registered      boolean     not null default true,
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    constraint resource_keys_key primary key (tenant_id, key),
    constraint resource_keys_key_kind unique (tenant_id, key, kind),
    constraint resource_keys_key_registered unique (tenant_id, key, registered),
    constraint resource_keys_prefix check (starts_with(key, integration_key || '.') and length(key) > length(integration_key) + 1),
    constraint resource_keys_integration foreign key (tenant_id, integration_id, integration_key, registered)
        references catalog.integrations (tenant_id, id, key, active) on update cascade
);
create index resource_keys_of_integration on catalog.resource_keys (tenant_id, integration_id, integration_key, registered);

create table catalog.entitlement_sets (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    external_id text,
    name        text        not null,
    description text,
    state       text        not null default 'active' constraint entitlement_sets_state check (state in ('active', 'archived')),
    archived_at timestamptz,
    active      boolean     not null generated always as (state = 'active') stored,
    created_at  timestamptz not null default platform.app_now(),
    updated_at  timestamptz not null default platform.app_now(),
    version     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint entitlement_sets_id_active unique (tenant_id, id, active),
    constraint entitlement_sets_archived check ((state = 'archived') = (archived_at is not null))
);

-- Effective-dated: a change ends the row and starts another under the same id, from the same instant on.
-- A limit or allowance without a value is unlimited.
create table catalog.entitlement_rules (
    tenant_id          uuid        not null default platform.app_tenant(),
    id                 uuid        not null default uuidv7(),
    external_id        text,
    entitlement_set_id uuid        not null,
    resource_key       text        not null,
    kind               text        not null constraint entitlement_rules_kind check (kind in ('limit', 'boolean', 'allowance')),
    limit_value        bigint      constraint entitlement_rules_limit check (limit_value between 0 and 9007199254740991),
    enabled            boolean,
    period             text        constraint entitlement_rules_period check (period in ('day', 'week', 'month', 'year')),
    combine            text        not null,
    starts_at          timestamptz not null default platform.app_now(),
    ends_at            timestamptz,
    during             tstzrange   not null generated always as (tstzrange(starts_at, ends_at, '[)')) stored,
    needs_registered   boolean     generated always as (case when ends_at is null then true end) stored,
    created_at         timestamptz not null default platform.app_now(),
    updated_at         timestamptz not null default platform.app_now(),
    version            bigint      not null default 1,
    primary key (tenant_id, id, starts_at),
    constraint entitlement_rules_dates check (starts_at < ends_at),
    constraint entitlement_rules_value check (case kind
        when 'limit' then enabled is null and period is null
        when 'boolean' then enabled is not null and limit_value is null and period is null
        when 'allowance' then enabled is null and period is not null
    end),
    constraint entitlement_rules_combine check (case kind
        when 'boolean' then combine in ('set', 'any')
        else combine in ('set', 'add', 'max')
    end),
    constraint entitlement_rules_set foreign key (tenant_id, entitlement_set_id) references catalog.entitlement_sets (tenant_id, id),
    constraint entitlement_rules_resource_key foreign key (tenant_id, resource_key, kind)
        references catalog.resource_keys (tenant_id, key, kind),
    constraint entitlement_rules_registered foreign key (tenant_id, resource_key, needs_registered)
        references catalog.resource_keys (tenant_id, key, registered),
    constraint entitlement_rules_one_at_a_time
        exclude using gist (tenant_id with =, entitlement_set_id with =, resource_key with =, during with &&),
    constraint entitlement_rules_external_id
        exclude using gist (tenant_id with =, external_id with =, id with <>) where (external_id is not null)
);
create index entitlement_rules_set_created on catalog.entitlement_rules (tenant_id, entitlement_set_id, created_at, id);
create index entitlement_rules_resource on catalog.entitlement_rules (tenant_id, resource_key, kind);
create index entitlement_rules_open on catalog.entitlement_rules (tenant_id, resource_key, needs_registered);

-- A product without a type is a plan as soon as it stands on a ladder; see product_kinds.
create table catalog.products (
    tenant_id          uuid        not null default platform.app_tenant(),
    id                 uuid        not null default uuidv7(),
    external_id        text,
    name               text        not null,
    description        text,
    product_type       text        constraint products_type check (product_type in ('addon', 'usage', 'one_time')),
    lifecycle_status   text        not null default 'draft' constraint products_status check (lifecycle_status in ('draft', 'published', 'retired')),
    published_at       timestamptz,
    retired_at         timestamptz,
    entitlement_set_id uuid,
    metadata           jsonb       not null default '{}' constraint products_metadata check (jsonb_typeof(metadata) = 'object'),
    plan_capable       boolean     not null generated always as (product_type is null) stored,
    grantable          boolean     not null generated always as (lifecycle_status <> 'retired') stored,
    needs_active_set   boolean     generated always as (case when lifecycle_status <> 'retired' then true end) stored,
    created_at         timestamptz not null default platform.app_now(),
    updated_at         timestamptz not null default platform.app_now(),
    version            bigint      not null default 1,
    primary key (tenant_id, id),
    constraint products_id_plan_capable unique (tenant_id, id, plan_capable),
    constraint products_id_grantable unique (tenant_id, id, grantable),
    constraint products_published check ((lifecycle_status = 'draft') = (published_at is null)),
    constraint products_retired check ((lifecycle_status = 'retired') = (retired_at is not null)),
    constraint products_entitlement_set foreign key (tenant_id, entitlement_set_id) references catalog.entitlement_sets (tenant_id, id),
    constraint products_set_active foreign key (tenant_id, entitlement_set_id, needs_active_set)
        references catalog.entitlement_sets (tenant_id, id, active)
);
create index products_status_created on catalog.products (tenant_id, lifecycle_status, created_at, id);
create index products_type_created on catalog.products (tenant_id, product_type, created_at, id) where product_type is not null;
create index products_set on catalog.products (tenant_id, entitlement_set_id, needs_active_set) where entitlement_set_id is not null;

create function catalog.products_lifecycle() returns trigger
    language plpgsql as
$$
begin
    if tg_op = 'INSERT' and new.lifecycle_status = 'draft'
        or tg_op = 'UPDATE' and (old.lifecycle_status, new.lifecycle_status) in (('draft', 'published'), ('published', 'retired')) then
        return new;
    end if;
    raise exception 'a product is made as a draft and goes from draft to published to retired'
        using errcode = 'check_violation', schema = 'catalog', table = 'products', constraint = 'products_lifecycle';
end
$$;
create trigger products_lifecycle_insert before insert on catalog.products
    for each row execute function catalog.products_lifecycle();
create trigger products_lifecycle_update before update of lifecycle_status on catalog.products
    for each row when (old.lifecycle_status is distinct from new.lifecycle_status) execute function catalog.products_lifecycle();

-- What a price says never changes: the application may only archive it. A change is a new price.
create table catalog.prices (
    tenant_id         uuid        not null default platform.app_tenant(),
    id                uuid        not null default uuidv7(),
    external_id       text,
    product_id        uuid        not null,
    unit_amount_minor bigint      not null constraint prices_amount check (unit_amount_minor between 0 and 9007199254740991),
    currency          text        not null constraint prices_currency check (currency ~ '^[A-Z]{3}$'),
    billing_interval  text        constraint prices_interval check (billing_interval in ('day', 'week', 'month', 'year')),
    interval_count    integer     constraint prices_interval_count check (interval_count between 1 and 1000),
    tax_behavior      text        not null constraint prices_tax check (tax_behavior in ('inclusive', 'exclusive')),
    state             text        not null default 'active' constraint prices_state check (state in ('active', 'archived')),
    archived_at       timestamptz,
    created_at        timestamptz not null default platform.app_now(),
    updated_at        timestamptz not null default platform.app_now(),
    version           bigint      not null default 1,
    primary key (tenant_id, id),
    constraint prices_recurring check ((billing_interval is null) = (interval_count is null)),
    constraint prices_archived check ((state = 'archived') = (archived_at is not null)),
    constraint prices_product foreign key (tenant_id, product_id) references catalog.products (tenant_id, id)
);
create index prices_product_created on catalog.prices (tenant_id, product_id, created_at, id);

-- What a payment provider calls a product or a price of ours.
create table catalog.provider_references (
    tenant_id  uuid        not null default platform.app_tenant(),
    provider   text        not null constraint provider_references_provider check (provider in ('stripe', 'gocardless', 'paystack')),
    reference  text        not null,
    product_id uuid,
    price_id   uuid,
    created_at timestamptz not null default platform.app_now(),
    constraint provider_references_taken primary key (tenant_id, provider, reference),
    constraint provider_references_target check (num_nonnulls(product_id, price_id) = 1),
    constraint provider_references_product_once unique (tenant_id, product_id, provider),
    constraint provider_references_price_once unique (tenant_id, price_id, provider),
    constraint provider_references_product foreign key (tenant_id, product_id) references catalog.products (tenant_id, id),
    constraint provider_references_price foreign key (tenant_id, price_id) references catalog.prices (tenant_id, id)
);

-- The same on every table: the guard, and what its lists are read by.
do $$
declare
    name text;
begin
    for name in select tablename from pg_catalog.pg_tables where schemaname = 'catalog' loop
        execute format('alter table catalog.%I enable row level security', name);
        execute format('alter table catalog.%I force row level security', name);
        execute format('create policy %I on catalog.%I using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant())',
                       name || '_tenant', name);
        execute format('grant select, insert on catalog.%I to guildhall_app', name);
    end loop;
    foreach name in array array ['org_types', 'integrations', 'entitlement_sets', 'products', 'prices'] loop
        execute format('create index %I on catalog.%I (tenant_id, created_at, id)', name || '_created', name);
        execute format('create unique index %I on catalog.%I (tenant_id, external_id) where external_id is not null', name || '_external_id', name);
    end loop;
    foreach name in array array ['org_types', 'integrations', 'entitlement_sets', 'products'] loop
        execute format('create index %I on catalog.%I (tenant_id, name collate "C", id)', name || '_name', name);
    end loop;
end $$;

-- What may never change has no right to be updated.
grant update on catalog.entitlement_sets, catalog.products to guildhall_app;
grant update (external_id, name, description, state, archived_at, updated_at, version) on catalog.org_types to guildhall_app;
grant update (external_id, name, provisioning_endpoint, state, archived_at, updated_at, version) on catalog.integrations to guildhall_app;
grant update (display_name, unit, kind, updated_at) on catalog.resource_keys to guildhall_app;
grant update (external_id, ends_at, updated_at, version) on catalog.entitlement_rules to guildhall_app;
grant update (external_id, state, archived_at, updated_at, version) on catalog.prices to guildhall_app;
grant delete on catalog.resource_keys, catalog.provider_references to guildhall_app;
grant select on all tables in schema catalog to guildhall_readonly, guildhall_backup;
