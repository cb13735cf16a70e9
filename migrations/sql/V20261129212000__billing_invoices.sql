-- Invoices of payment providers with their lines.

-- A stub has no account and no amounts: another object refers to it, but its own content isn't known yet.
create table billing.invoices (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    provider_reference       text        not null,
    provider_status          text,
    state                    text        not null
        constraint invoices_state check (state in ('draft', 'open', 'paid', 'void', 'uncollectible', 'deleted', 'stub')),
    account_id               uuid,
    subscription_reference   text,
    number                   text,
    reason                   text,
    currency                 text,
    subtotal_minor           bigint,
    discount_minor           bigint,
    tax_minor                bigint,
    total_minor              bigint,
    due_minor                bigint,
    paid_minor               bigint,
    remaining_minor          bigint,
    starting_balance_minor   bigint,
    ending_balance_minor     bigint,
    issued_at                timestamptz,
    due_at                   timestamptz,
    paid_at                  timestamptz,
    voided_at                timestamptz,
    written_off_at           timestamptz,
    period_starts_at         timestamptz,
    period_ends_at           timestamptz,
    attempt_count            integer     not null default 0,
    next_attempt_at          timestamptz,
    replaced_by_id           uuid,
    lines_total              integer     not null default 0,
    lines_complete           boolean     not null default false,
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
    constraint invoices_complete check ((state = 'stub') = (provider_at is null)),
    constraint invoices_amounts check (num_nulls(currency, subtotal_minor, discount_minor, total_minor, due_minor, paid_minor, remaining_minor,
        starting_balance_minor) = case when state = 'stub' then 8 else 0 end),
    constraint invoices_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint invoices_account foreign key (tenant_id, account_id) references billing.accounts (tenant_id, id),
    constraint invoices_replacement foreign key (tenant_id, replaced_by_id) references billing.invoices (tenant_id, id),
    constraint invoices_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id)
);
create unique index invoices_provider_reference on billing.invoices (tenant_id, connection_id, provider_reference);
create index invoices_created on billing.invoices (tenant_id, created_at, id);
create index invoices_of_connection on billing.invoices (tenant_id, connection_id, created_at, id);
create index invoices_of_account on billing.invoices (tenant_id, account_id, created_at, id) where account_id is not null;
create index invoices_in_state on billing.invoices (tenant_id, state, created_at, id);
create index invoices_of_reference on billing.invoices (tenant_id, provider_reference, created_at, id);
create index invoices_number on billing.invoices (tenant_id, number, created_at, id) where number is not null;
create index invoices_of_subscription on billing.invoices (tenant_id, subscription_reference, created_at, id) where subscription_reference is not null;

-- The lines in the provider's order. `taxes` are objects with amount_minor, inclusive, rate_reference, name, rate and reason.
create table billing.invoice_lines (
    tenant_id                   uuid    not null default platform.app_tenant(),
    id                          uuid    not null,
    invoice_id                  uuid    not null,
    provider_reference          text    not null,
    position                    integer not null,
    description                 text,
    quantity                    bigint,
    amount_minor                bigint  not null,
    discount_minor              bigint  not null,
    net_minor                   bigint  not null,
    taxes                       jsonb   not null,
    price_reference             text,
    product_reference           text,
    subscription_item_reference text,
    proration                   boolean not null,
    period_starts_at            timestamptz,
    period_ends_at              timestamptz,
    primary key (tenant_id, id),
    constraint invoice_lines_invoice foreign key (tenant_id, invoice_id) references billing.invoices (tenant_id, id)
);
create unique index invoice_lines_provider_reference on billing.invoice_lines (tenant_id, invoice_id, provider_reference);
create index invoice_lines_position on billing.invoice_lines (tenant_id, invoice_id, position, id);

select platform.guard_table('billing.invoices');
select platform.guard_table('billing.invoice_lines');
grant select, insert on billing.invoices to guildhall_app;
grant update (provider_status, state, account_id, subscription_reference, number, reason, currency, subtotal_minor, discount_minor, tax_minor, total_minor,
    due_minor, paid_minor, remaining_minor, starting_balance_minor, ending_balance_minor, issued_at, due_at, paid_at, voided_at, written_off_at,
    period_starts_at, period_ends_at, attempt_count, next_attempt_at, replaced_by_id, lines_total, lines_complete, metadata, delivery_id,
    provider_event_reference, provider_at, mirror_rank, api_version, observed_at, updated_at, version) on billing.invoices to guildhall_app;
grant select, insert, update (position, description, quantity, amount_minor, discount_minor, net_minor, taxes, price_reference, product_reference,
    subscription_item_reference, proration, period_starts_at, period_ends_at), delete on billing.invoice_lines to guildhall_app;
grant select on billing.invoices, billing.invoice_lines to guildhall_readonly, guildhall_backup;
