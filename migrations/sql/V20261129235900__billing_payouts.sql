-- Payouts of providers to bank accounts.
create table billing.payouts (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    provider_reference       text        not null,
    provider_status          text        not null,
    state                    text        not null constraint payouts_state check (state in ('pending', 'paid', 'failed', 'canceled')),
    currency                 text        not null,
    amount_minor             bigint      not null,
    issued_at                timestamptz not null,
    arrives_at               timestamptz not null,
    failure_code             text,
    failure_message          text,
    metadata                 jsonb       not null,
    delivery_id              uuid        not null,
    provider_event_reference text        not null,
    provider_at              timestamptz not null,
    mirror_rank              integer     not null,
    api_version              text,
    observed_at              timestamptz not null default platform.app_now(),
    created_at               timestamptz not null default platform.app_now(),
    updated_at               timestamptz not null default platform.app_now(),
    version                  bigint      not null default 1,
    primary key (tenant_id, id),
    constraint payouts_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint payouts_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id)
);
create unique index payouts_provider_reference on billing.payouts (tenant_id, connection_id, provider_reference);
create index payouts_created on billing.payouts (tenant_id, created_at, id);
create index payouts_of_connection on billing.payouts (tenant_id, connection_id, created_at, id);
create index payouts_in_state on billing.payouts (tenant_id, state, created_at, id);

select platform.guard_table('billing.payouts');
grant select, insert on billing.payouts to guildhall_app;
grant update (provider_status, state, currency, amount_minor, issued_at, arrives_at, failure_code, failure_message, metadata, delivery_id,
    provider_event_reference, provider_at, mirror_rank, api_version, observed_at, updated_at, version) on billing.payouts to guildhall_app;
grant select on billing.payouts to guildhall_readonly, guildhall_backup;
