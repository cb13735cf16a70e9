-- Payments of providers with their attempts, the invoices that they pay, and refunds.

-- `intent_at`, `intent_rank` and `intent_event_reference` order the events of the provider's payment; those of its attempts have an order of their own. State, captured
-- and refunded amounts, method and failure follow from both. The mirror's columns are of the event that was applied last in the provider's order.
create table billing.payments (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    provider_reference       text        not null,
    provider_status          text,
    state                    text        not null constraint payments_state check (state in
        ('pending', 'processing', 'requires_action', 'succeeded', 'failed', 'canceled', 'stub')),
    account_id               uuid,
    currency                 text,
    amount_minor             bigint,
    captured_minor           bigint,
    refunded_minor           bigint,
    method                   text,
    paid_at                  timestamptz,
    failed_at                timestamptz,
    failure_code             text,
    failure_category         text,
    failure_message          text,
    intent_state             text,
    intent_received_minor    bigint,
    intent_failure_code      text,
    intent_failure_message   text,
    intent_at                timestamptz,
    intent_rank              integer     not null default 0,
    intent_event_reference   text,
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
    constraint payments_complete check ((state = 'stub') = (provider_at is null)),
    constraint payments_amounts check (num_nulls(currency, amount_minor, captured_minor, refunded_minor) = case when state = 'stub' then 4 else 0 end),
    constraint payments_failure check ((failure_category is null) = (failed_at is null)),
    constraint payments_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint payments_account foreign key (tenant_id, account_id) references billing.accounts (tenant_id, id),
    constraint payments_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id)
);
create unique index payments_provider_reference on billing.payments (tenant_id, connection_id, provider_reference);
create index payments_created on billing.payments (tenant_id, created_at, id);
create index payments_of_connection on billing.payments (tenant_id, connection_id, created_at, id);
create index payments_of_account on billing.payments (tenant_id, account_id, created_at, id) where account_id is not null;
create index payments_in_state on billing.payments (tenant_id, state, created_at, id);
create index payments_of_reference on billing.payments (tenant_id, provider_reference, created_at, id);

-- An attempt to take the money of a payment.
create table billing.payment_attempts (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    payment_id               uuid        not null,
    provider_reference       text        not null,
    provider_status          text        not null,
    outcome                  text        not null constraint payment_attempts_outcome check (outcome in ('succeeded', 'failed', 'pending')),
    currency                 text        not null,
    amount_minor             bigint      not null,
    captured_minor           bigint      not null,
    refunded_minor           bigint      not null,
    attempted_at             timestamptz not null,
    method                   text,
    failure_code             text,
    failure_category         text,
    failure_message          text,
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
    constraint payment_attempts_failure check (failure_category is null or outcome = 'failed'),
    constraint payment_attempts_payment foreign key (tenant_id, payment_id) references billing.payments (tenant_id, id),
    constraint payment_attempts_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id)
);
create unique index payment_attempts_provider_reference on billing.payment_attempts (tenant_id, connection_id, provider_reference);
create index payment_attempts_of_payment on billing.payment_attempts (tenant_id, payment_id, attempted_at, id);

-- The invoices that a payment pays. `amount_minor` is null if the provider names the invoice only.
create table billing.invoice_payments (
    tenant_id    uuid        not null default platform.app_tenant(),
    payment_id   uuid        not null,
    invoice_id   uuid        not null,
    amount_minor bigint,
    applied_at   timestamptz not null,
    primary key (tenant_id, payment_id, invoice_id),
    constraint invoice_payments_payment foreign key (tenant_id, payment_id) references billing.payments (tenant_id, id),
    constraint invoice_payments_invoice foreign key (tenant_id, invoice_id) references billing.invoices (tenant_id, id)
);
create index invoice_payments_of_invoice on billing.invoice_payments (tenant_id, invoice_id, payment_id);

create table billing.refunds (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    payment_id               uuid        not null,
    provider_reference       text        not null,
    provider_status          text        not null,
    state                    text        not null constraint refunds_state check (state in ('pending', 'succeeded', 'failed', 'canceled')),
    currency                 text        not null,
    amount_minor             bigint      not null,
    reason                   text,
    failure_reason           text,
    issued_at                timestamptz not null,
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
    constraint refunds_payment foreign key (tenant_id, payment_id) references billing.payments (tenant_id, id),
    constraint refunds_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id)
);
create unique index refunds_provider_reference on billing.refunds (tenant_id, connection_id, provider_reference);
create index refunds_created on billing.refunds (tenant_id, created_at, id);
create index refunds_of_payment on billing.refunds (tenant_id, payment_id, created_at, id);
create index refunds_in_state on billing.refunds (tenant_id, state, created_at, id);

select platform.guard_table('billing.payments');
select platform.guard_table('billing.payment_attempts');
select platform.guard_table('billing.invoice_payments');
select platform.guard_table('billing.refunds');
grant select, insert on billing.payments, billing.payment_attempts, billing.invoice_payments, billing.refunds to guildhall_app;
grant update (provider_status, state, account_id, currency, amount_minor, captured_minor, refunded_minor, method, paid_at, failed_at, failure_code,
    failure_category, failure_message, intent_state, intent_received_minor, intent_failure_code, intent_failure_message, intent_at, intent_rank, intent_event_reference, metadata, delivery_id,
    provider_event_reference, provider_at, mirror_rank, api_version, observed_at, updated_at, version) on billing.payments to guildhall_app;
grant update (provider_status, outcome, currency, amount_minor, captured_minor, refunded_minor, attempted_at, method, failure_code, failure_category,
    failure_message, delivery_id, provider_event_reference, provider_at, mirror_rank, api_version, observed_at, updated_at, version)
    on billing.payment_attempts to guildhall_app;
grant update (amount_minor, applied_at) on billing.invoice_payments to guildhall_app;
grant update (provider_status, state, currency, amount_minor, reason, failure_reason, issued_at, metadata, delivery_id, provider_event_reference, provider_at,
    mirror_rank, api_version, observed_at, updated_at, version) on billing.refunds to guildhall_app;
grant select on billing.payments, billing.payment_attempts, billing.invoice_payments, billing.refunds to guildhall_readonly, guildhall_backup;
