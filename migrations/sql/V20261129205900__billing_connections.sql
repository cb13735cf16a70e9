-- The billing room, first part: connections to payment providers, the events that they deliver, and accounts.

create schema billing;
grant usage on schema billing to guildhall_app, guildhall_readonly, guildhall_backup;

-- The address of a connection's webhook names no tenant.
alter table platform.doors drop constraint doors_kind, add constraint doors_kind check (kind in ('token', 'origin', 'connection'));

-- `secret` and `previous_secret` are sealed by the server's keys.
create table billing.connections (
    tenant_id             uuid        not null default platform.app_tenant(),
    id                    uuid        not null default uuidv7(),
    external_id           text,
    name                  text        not null,
    provider              text        not null constraint connections_provider check (provider in ('stripe')),
    account_reference     text,
    livemode              boolean     not null,
    secret                bytea,
    secret_rotated_at     timestamptz,
    previous_secret       bytea,
    previous_secret_until timestamptz,
    state                 text        not null default 'active' constraint connections_state check (state in ('active', 'disabled')),
    refused_deliveries    bigint      not null default 0,
    last_refused_at       timestamptz,
    created_at            timestamptz not null default platform.app_now(),
    updated_at            timestamptz not null default platform.app_now(),
    version               bigint      not null default 1,
    primary key (tenant_id, id),
    constraint connections_previous_secret check ((previous_secret is null) = (previous_secret_until is null))
);
create index connections_created on billing.connections (tenant_id, created_at, id);
create unique index connections_external_id on billing.connections (tenant_id, external_id) where external_id is not null;

-- `body` is sealed by the server's keys: an event can contain links and codes that work without a login.
create table billing.webhook_payloads (
    tenant_id     uuid        not null default platform.app_tenant(),
    id            uuid        not null,
    connection_id uuid        not null,
    hash          text        not null,
    bytes         integer     not null,
    body          bytea       not null,
    created_at    timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint webhook_payloads_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id)
);

-- An event of a provider, once for its connection. `attempts` counts since it was received or replayed.
create table billing.webhook_deliveries (
    tenant_id        uuid        not null default platform.app_tenant(),
    id               uuid        not null,
    connection_id    uuid        not null,
    provider         text        not null,
    payload_id       uuid        not null,
    event_reference  text        not null,
    event_type       text        not null,
    object_kind      text,
    object_reference text,
    provider_at      timestamptz not null,
    api_version      text,
    payload_hash     text        not null,
    payload_bytes    integer     not null,
    state            text        not null default 'received'
        constraint webhook_deliveries_state check (state in ('received', 'processed', 'skipped', 'failed', 'dead')),
    outcome          text        constraint webhook_deliveries_outcome check (outcome in ('applied', 'stale', 'no_change')),
    skip_reason      text        constraint webhook_deliveries_skip_reason check (skip_reason in ('unknown_type', 'foreign')),
    error_code       text,
    error_detail     text,
    effects          jsonb       not null default '[]',
    received_at      timestamptz not null default platform.app_now(),
    last_received_at timestamptz not null default platform.app_now(),
    received_count   integer     not null default 1,
    attempts         integer     not null default 0,
    next_attempt_at  timestamptz,
    processed_at     timestamptz,
    created_at       timestamptz not null default platform.app_now(),
    updated_at       timestamptz not null default platform.app_now(),
    version          bigint      not null default 1,
    primary key (tenant_id, id),
    constraint webhook_deliveries_processed check ((state = 'processed') = (outcome is not null)),
    constraint webhook_deliveries_skipped check ((state = 'skipped') = (skip_reason is not null)),
    constraint webhook_deliveries_error check ((error_code is null) = (error_detail is null)),
    constraint webhook_deliveries_waits check ((next_attempt_at is not null) = (state in ('received', 'failed'))),
    constraint webhook_deliveries_ended check ((processed_at is not null) = (state in ('processed', 'skipped'))),
    constraint webhook_deliveries_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    -- The delivery is inserted first, since a repeated event needs no second body.
    constraint webhook_deliveries_payload foreign key (tenant_id, payload_id) references billing.webhook_payloads (tenant_id, id)
        deferrable initially deferred
);
create unique index webhook_deliveries_event on billing.webhook_deliveries (tenant_id, connection_id, event_reference);
create index webhook_deliveries_created on billing.webhook_deliveries (tenant_id, created_at, id);
create index webhook_deliveries_of_connection on billing.webhook_deliveries (tenant_id, connection_id, created_at, id);
create index webhook_deliveries_in_state on billing.webhook_deliveries (tenant_id, state, created_at, id);
create index webhook_deliveries_of_type on billing.webhook_deliveries (tenant_id, event_type, created_at, id);
create index webhook_deliveries_of_object on billing.webhook_deliveries (tenant_id, object_reference, created_at, id) where object_reference is not null;
create index webhook_deliveries_of_event on billing.webhook_deliveries (tenant_id, event_reference, created_at, id);

-- A customer of a provider. `linked_metadata` is the metadata's reference to an organization that was looked at last, so that an operator's
-- decision stays until the reference changes. `mirror_rank` orders the events of one second.
create table billing.accounts (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    provider_reference       text        not null,
    provider_status          text,
    state                    text        not null constraint accounts_state check (state in ('active', 'deleted', 'stub')),
    organization_id          uuid,
    link_source              text        not null default 'none' constraint accounts_link_source check (link_source in ('metadata', 'operator', 'none')),
    linked_metadata          text,
    name                     text,
    email                    text,
    email_key                text,
    phone                    text,
    currency                 text,
    metadata                 jsonb       not null default '{}',
    delivery_id              uuid,
    provider_event_reference text,
    provider_at              timestamptz,
    mirror_rank              integer     not null default 0,
    api_version              text,
    observed_at              timestamptz not null default platform.app_now(),
    created_at               timestamptz not null default platform.app_now(),
    updated_at               timestamptz not null default platform.app_now(),
    version                  bigint      not null default 1,
    primary key (tenant_id, id),
    constraint accounts_linked check ((organization_id is null) = (link_source = 'none')),
    constraint accounts_complete check ((state = 'stub') = (provider_at is null)),
    constraint accounts_email_key check ((email is null) = (email_key is null)),
    constraint accounts_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint accounts_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id),
    constraint accounts_organization foreign key (tenant_id, organization_id) references runtime.organizations (tenant_id, id)
);
create unique index accounts_provider_reference on billing.accounts (tenant_id, connection_id, provider_reference);
create index accounts_created on billing.accounts (tenant_id, created_at, id);
create index accounts_of_reference on billing.accounts (tenant_id, provider_reference, created_at, id);
create index accounts_of_organization on billing.accounts (tenant_id, organization_id, created_at, id) where organization_id is not null;
create index accounts_unlinked on billing.accounts (tenant_id, created_at, id) where organization_id is null;
create index accounts_in_state on billing.accounts (tenant_id, state, created_at, id);
create index accounts_email on billing.accounts (tenant_id, email_key, created_at, id) where email_key is not null;

select platform.guard_table('billing.connections');
select platform.guard_table('billing.webhook_payloads');
select platform.guard_table('billing.webhook_deliveries');
select platform.guard_table('billing.accounts');
grant select, insert on billing.connections, billing.webhook_payloads, billing.webhook_deliveries, billing.accounts to guildhall_app;
grant update (external_id, name, secret, secret_rotated_at, previous_secret, previous_secret_until, state, refused_deliveries, last_refused_at,
    updated_at, version) on billing.connections to guildhall_app;
grant update (state, outcome, skip_reason, error_code, error_detail, effects, last_received_at, received_count, attempts, next_attempt_at, processed_at,
    updated_at, version) on billing.webhook_deliveries to guildhall_app;
grant update (provider_status, state, organization_id, link_source, linked_metadata, name, email, email_key, phone, currency, metadata, delivery_id,
    provider_event_reference, provider_at, mirror_rank, api_version, observed_at, updated_at, version) on billing.accounts to guildhall_app;
grant select on billing.connections, billing.webhook_deliveries, billing.accounts to guildhall_readonly, guildhall_backup;
grant select on billing.webhook_payloads to guildhall_backup;
