-- Portal sessions. The url isn't stored.
create table billing.portal_sessions (
    tenant_id          uuid        not null default platform.app_tenant(),
    id                 uuid        not null,
    external_id        text,
    connection_id      uuid        not null,
    account_id         uuid        not null,
    state              text        not null default 'creating' constraint portal_sessions_state check (state in ('creating', 'open', 'failed')),
    return_url         text        not null,
    customer_reference text        not null,
    provider_reference text,
    failure_code       text,
    failure_message    text,
    created_at         timestamptz not null default platform.app_now(),
    updated_at         timestamptz not null default platform.app_now(),
    version            bigint      not null default 1,
    primary key (tenant_id, id),
    constraint portal_sessions_failed check ((state = 'failed') = (failure_code is not null)),
    constraint portal_sessions_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint portal_sessions_account foreign key (tenant_id, account_id) references billing.accounts (tenant_id, id)
);
create unique index portal_sessions_external_id on billing.portal_sessions (tenant_id, external_id) where external_id is not null;
create index portal_sessions_created on billing.portal_sessions (tenant_id, created_at, id);
create index portal_sessions_in_state on billing.portal_sessions (tenant_id, state, created_at, id);
create index portal_sessions_of_account on billing.portal_sessions (tenant_id, account_id, created_at, id);
select platform.guard_table('billing.portal_sessions');
grant select, insert, update (state, provider_reference, failure_code, failure_message, updated_at, version) on billing.portal_sessions to guildhall_app;
grant select on billing.portal_sessions to guildhall_readonly, guildhall_backup;
