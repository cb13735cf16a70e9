-- Asking payment providers: the key of a connection, and the objects that are to be fetched.

-- `api_key` is sealed by the server's keys. `fetch_task_id` is the open task about objects that couldn't be fetched.
alter table billing.connections
    add column api_key        bytea,
    add column api_key_set_at timestamptz,
    add column fetch_task_id  uuid,
    add constraint connections_api_key check ((api_key is null) = (api_key_set_at is null)),
    add constraint connections_fetch_task foreign key (tenant_id, fetch_task_id) references tasks.operational_tasks (tenant_id, id);
grant update (api_key, api_key_set_at, fetch_task_id) on billing.connections to guildhall_app;

-- An object that the provider is to be asked for, or that couldn't be fetched. A fetched object has no row. `requests` tells whether the object was
-- requested again while it was being fetched.
create table billing.fetches (
    tenant_id          uuid        not null default platform.app_tenant(),
    id                 uuid        not null,
    connection_id      uuid        not null,
    kind               text        not null constraint fetches_kind check (kind in ('account', 'subscription', 'invoice', 'payment', 'refund', 'dispute', 'payout')),
    provider_reference text        not null,
    reason             text        not null constraint fetches_reason check (reason in ('stub', 'tie', 'lines', 'difference')),
    state              text        not null default 'due' constraint fetches_state check (state in ('due', 'failed', 'missing_there')),
    requests           integer     not null default 1,
    attempts           integer     not null default 0,
    next_attempt_at    timestamptz,
    error              text,
    created_at         timestamptz not null default platform.app_now(),
    updated_at         timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint fetches_waits check ((next_attempt_at is not null) = (state = 'due')),
    constraint fetches_error check (state <> 'failed' or error is not null),
    constraint fetches_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id)
);
create unique index fetches_object on billing.fetches (tenant_id, connection_id, kind, provider_reference);
create index fetches_due on billing.fetches (tenant_id, connection_id, next_attempt_at, id) where state = 'due';
create index fetches_failed on billing.fetches (tenant_id, connection_id, id) where state = 'failed';
select platform.guard_table('billing.fetches');
grant select, insert, delete, update (reason, state, requests, attempts, next_attempt_at, error, updated_at) on billing.fetches to guildhall_app;
grant select on billing.fetches to guildhall_readonly, guildhall_backup;

create index invoices_incomplete on billing.invoices (tenant_id, connection_id, provider_reference) where not lines_complete;

-- Content that was fetched comes from no delivery and no event.
alter table billing.subscription_changes alter column delivery_id drop not null;
alter table billing.payment_attempts
    alter column delivery_id drop not null,
    alter column provider_event_reference drop not null;
alter table billing.refunds
    alter column delivery_id drop not null,
    alter column provider_event_reference drop not null;
alter table billing.disputes
    alter column delivery_id drop not null,
    alter column provider_event_reference drop not null;
alter table billing.payouts
    alter column delivery_id drop not null,
    alter column provider_event_reference drop not null;

alter table billing.webhook_deliveries
    drop constraint webhook_deliveries_outcome,
    add constraint webhook_deliveries_outcome check (outcome in ('applied', 'stale', 'no_change', 'tie_fetched'));
