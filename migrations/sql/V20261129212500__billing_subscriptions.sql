-- Subscriptions of accounts, as mirrored from payment providers, and their changes.

-- `items` are read and written as a whole, under the lock of their subscription: [{id, reference, price, product, quantity, currency,
-- amount_minor, interval, interval_count, starts_at, ends_at}]. `unmapped_task_id` is the open task about prices that the catalog lacks.
create table billing.subscriptions (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    provider_reference       text        not null,
    provider_status          text,
    state                    text        not null constraint subscriptions_state check (state in (
        'incomplete', 'trialing', 'active', 'past_due', 'paused', 'unpaid', 'canceled', 'expired', 'stub')),
    account_id               uuid        not null,
    items                    jsonb       not null default '[]',
    collection               text        not null default 'automatic'
        constraint subscriptions_collection check (collection in ('automatic', 'invoice', 'paused')),
    starts_at                timestamptz,
    trial_ends_at            timestamptz,
    cancel_at                timestamptz,
    cancel_at_period_end     boolean     not null default false,
    canceled_at              timestamptz,
    ended_at                 timestamptz,
    metadata                 jsonb       not null default '{}',
    unmapped_task_id         uuid,
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
    constraint subscriptions_complete check ((state = 'stub') = (provider_at is null)),
    constraint subscriptions_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint subscriptions_account foreign key (tenant_id, account_id) references billing.accounts (tenant_id, id),
    constraint subscriptions_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id),
    constraint subscriptions_unmapped_task foreign key (tenant_id, unmapped_task_id) references tasks.operational_tasks (tenant_id, id)
);
create unique index subscriptions_provider_reference on billing.subscriptions (tenant_id, connection_id, provider_reference);
create index subscriptions_created on billing.subscriptions (tenant_id, created_at, id);
create index subscriptions_of_reference on billing.subscriptions (tenant_id, provider_reference, created_at, id);
create index subscriptions_of_account on billing.subscriptions (tenant_id, account_id, created_at, id);
create index subscriptions_in_state on billing.subscriptions (tenant_id, state, created_at, id);

create table billing.subscription_changes (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null,
    subscription_id uuid        not null,
    kind            text        not null constraint subscription_changes_kind check (kind in (
        'created', 'item_added', 'item_removed', 'price_changed', 'quantity_changed', 'state_changed', 'cancel_scheduled', 'cancel_withdrawn', 'paused',
        'resumed', 'period_renewed')),
    item_id         uuid,
    before          text,
    after           text,
    delivery_id     uuid        not null,
    provider_at     timestamptz not null,
    observed_at     timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint subscription_changes_subscription foreign key (tenant_id, subscription_id) references billing.subscriptions (tenant_id, id),
    constraint subscription_changes_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id)
);
create index subscription_changes_observed on billing.subscription_changes (tenant_id, subscription_id, observed_at, id);

select platform.guard_table('billing.subscriptions');
select platform.guard_table('billing.subscription_changes');
grant select, insert on billing.subscriptions, billing.subscription_changes to guildhall_app;
grant update (provider_status, state, items, collection, starts_at, trial_ends_at, cancel_at, cancel_at_period_end, canceled_at, ended_at, metadata,
    unmapped_task_id, delivery_id, provider_event_reference, provider_at, mirror_rank, api_version, observed_at, updated_at, version)
    on billing.subscriptions to guildhall_app;
grant select on billing.subscriptions, billing.subscription_changes to guildhall_readonly, guildhall_backup;
