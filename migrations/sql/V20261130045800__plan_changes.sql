-- Plan changes: the preview of another price of a subscription's item, and its request. A preview belongs to one version of the subscription.
create table billing.plan_changes (
    tenant_id              uuid        not null default platform.app_tenant(),
    id                     uuid        not null,
    external_id            text,
    connection_id          uuid        not null,
    subscription_id        uuid        not null,
    subscription_version   bigint      not null,
    subscription_reference text        not null,
    item_id                uuid        not null,
    item_reference         text        not null,
    from_price_id          uuid,
    to_price_id            uuid        not null,
    to_price_reference     text        not null,
    proration              text        not null constraint plan_changes_proration check (proration in ('invoice_now', 'next_invoice', 'none')),
    proration_at           timestamptz not null,
    state                  text        not null default 'creating'
        constraint plan_changes_state check (state in ('creating', 'previewed', 'requested', 'confirmed', 'refused', 'failed')),
    preview                jsonb,
    failure_code           text,
    failure_message        text,
    expires_at             timestamptz not null,
    requested_at           timestamptz,
    confirmed_at           timestamptz,
    created_at             timestamptz not null default platform.app_now(),
    updated_at             timestamptz not null default platform.app_now(),
    version                bigint      not null default 1,
    primary key (tenant_id, id),
    constraint plan_changes_failure check ((state in ('refused', 'failed')) = (failure_code is not null)),
    constraint plan_changes_confirmed check ((state = 'confirmed') = (confirmed_at is not null)),
    constraint plan_changes_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint plan_changes_subscription foreign key (tenant_id, subscription_id) references billing.subscriptions (tenant_id, id)
);
create unique index plan_changes_external_id on billing.plan_changes (tenant_id, external_id) where external_id is not null;
create index plan_changes_created on billing.plan_changes (tenant_id, created_at, id);
create index plan_changes_in_state on billing.plan_changes (tenant_id, state, created_at, id);
create index plan_changes_of_subscription on billing.plan_changes (tenant_id, subscription_id, created_at, id);
select platform.guard_table('billing.plan_changes');
grant select, insert, update (state, preview, failure_code, failure_message, requested_at, confirmed_at, updated_at, version) on billing.plan_changes
    to guildhall_app;
grant select on billing.plan_changes to guildhall_readonly, guildhall_backup;
