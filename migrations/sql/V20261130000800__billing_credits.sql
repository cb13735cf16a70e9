-- Credits that providers give: the credit notes of invoices. `refunds` are the parts that refunds pay back, by the provider's ids.
create table billing.credits (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    provider_reference       text        not null,
    provider_status          text        not null,
    state                    text        not null constraint credits_state check (state in ('issued', 'void')),
    account_id               uuid,
    invoice_id               uuid        not null,
    number                   text,
    currency                 text        not null,
    amount_minor             bigint      not null,
    tax_minor                bigint,
    reduces_invoice_minor    bigint      not null,
    to_balance_minor         bigint      not null,
    out_of_band_minor        bigint      not null,
    refunds                  jsonb       not null,
    reason                   text,
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
    constraint credits_account foreign key (tenant_id, account_id) references billing.accounts (tenant_id, id),
    constraint credits_invoice foreign key (tenant_id, invoice_id) references billing.invoices (tenant_id, id),
    constraint credits_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id)
);
create unique index credits_provider_reference on billing.credits (tenant_id, connection_id, provider_reference);
create index credits_created on billing.credits (tenant_id, created_at, id);
create index credits_of_account on billing.credits (tenant_id, account_id, created_at, id) where account_id is not null;
create index credits_of_invoice on billing.credits (tenant_id, invoice_id, created_at, id);
create index credits_in_state on billing.credits (tenant_id, state, created_at, id);

select platform.guard_table('billing.credits');
grant select, insert on billing.credits to guildhall_app;
grant update (provider_status, state, account_id, invoice_id, number, currency, amount_minor, tax_minor, reduces_invoice_minor, to_balance_minor,
    out_of_band_minor, refunds, reason, issued_at, metadata, delivery_id, provider_event_reference, provider_at, mirror_rank, api_version, observed_at,
    updated_at, version) on billing.credits to guildhall_app;
grant select on billing.credits to guildhall_readonly, guildhall_backup;

-- The ledger settles an invoice with its credit notes, too.
create or replace function billing.settled_together(changed uuid[]) returns setof uuid
    language sql stable
begin atomic
    with recursive named(id) as (
        select unnest(changed)
        union
        select r.payment_id from billing.refunds r where r.id = any(changed)
        union
        select d.payment_id from billing.disputes d where d.id = any(changed)
        union
        select c.invoice_id from billing.credits c where c.id = any(changed)
    ), reached(id) as (
        select n.id from named n
        union
        select linked.id
        from reached
        cross join lateral (
            select p.invoice_id as id from billing.invoice_payments p where p.payment_id = reached.id
            union all
            select p.payment_id from billing.invoice_payments p where p.invoice_id = reached.id) linked
    )
    select reached.id from reached
    union
    select r.id from reached join billing.refunds r on r.payment_id = reached.id
    union
    select d.id from reached join billing.disputes d on d.payment_id = reached.id
    union
    select c.id from reached join billing.credits c on c.invoice_id = reached.id;
end;
