-- Calls outside whose answers a reply needs, and the first of them: checkout sessions.

-- A row's call that is running, or whose answer isn't recorded yet. A running call is leased. Whoever gets the lease makes the call again.
create table platform.external_calls (
    tenant_id    uuid        not null default platform.app_tenant(),
    entity_id    uuid        not null,
    operation    text        not null,
    attempts     integer     not null default 1,
    leased_until timestamptz not null,
    created_at   timestamptz not null default platform.app_now(),
    primary key (tenant_id, entity_id)
);
select platform.guard_table('platform.external_calls');
grant select, insert, delete, update (operation, attempts, leased_until) on platform.external_calls to guildhall_app;
grant select on platform.external_calls to guildhall_readonly, guildhall_backup;

-- `request` has the parameters as the provider gets them, so that each repetition sends the same. The url isn't stored.
create table billing.checkout_sessions (
    tenant_id              uuid        not null default platform.app_tenant(),
    id                     uuid        not null,
    external_id            text,
    connection_id          uuid        not null,
    organization_id        uuid,
    account_id             uuid,
    price_ids              uuid[]      not null constraint checkout_sessions_prices check (cardinality(price_ids) between 1 and 20),
    mode                   text        not null constraint checkout_sessions_mode check (mode in ('subscription', 'payment')),
    state                  text        not null default 'creating'
        constraint checkout_sessions_state check (state in ('creating', 'open', 'completed', 'expired', 'failed')),
    success_url            text        not null,
    cancel_url             text,
    request                jsonb       not null,
    provider_reference     text,
    subscription_reference text,
    payment_status         text,
    expires_at             timestamptz,
    completed_at           timestamptz,
    failure_code           text,
    failure_message        text,
    created_at             timestamptz not null default platform.app_now(),
    updated_at             timestamptz not null default platform.app_now(),
    version                bigint      not null default 1,
    primary key (tenant_id, id),
    constraint checkout_sessions_payer check (organization_id is not null or account_id is not null),
    constraint checkout_sessions_failed check ((state = 'failed') = (failure_code is not null)),
    constraint checkout_sessions_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint checkout_sessions_organization foreign key (tenant_id, organization_id) references runtime.organizations (tenant_id, id),
    constraint checkout_sessions_account foreign key (tenant_id, account_id) references billing.accounts (tenant_id, id)
);
create unique index checkout_sessions_external_id on billing.checkout_sessions (tenant_id, external_id) where external_id is not null;
create index checkout_sessions_created on billing.checkout_sessions (tenant_id, created_at, id);
create index checkout_sessions_in_state on billing.checkout_sessions (tenant_id, state, created_at, id);
create index checkout_sessions_of_organization on billing.checkout_sessions (tenant_id, organization_id, created_at, id) where organization_id is not null;
select platform.guard_table('billing.checkout_sessions');
grant select, insert, update (account_id, state, provider_reference, subscription_reference, payment_status, expires_at, completed_at, failure_code,
    failure_message, updated_at, version) on billing.checkout_sessions to guildhall_app;
grant select on billing.checkout_sessions to guildhall_readonly, guildhall_backup;

-- Additive: an older server links no account by a checkout session.
alter table billing.accounts
    drop constraint accounts_link_source,
    add constraint accounts_link_source check (link_source in ('metadata', 'checkout', 'operator', 'none'));
