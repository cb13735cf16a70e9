-- Coupons of providers, and the products to which they are limited. `state` is what the provider has said; a coupon also expires at `redeemable_until`.
-- A provider gives the id of a deleted coupon to a new one, so `issued_at` tells which of the two the content is of.
create table billing.coupon_mappings (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    provider_reference       text        not null,
    state                    text        not null constraint coupon_mappings_state check (state in ('active', 'expired', 'deleted')),
    name                     text,
    percent                  text,
    amount_minor             bigint,
    currency                 text,
    duration                 text        not null constraint coupon_mappings_duration check (duration in ('once', 'repeating', 'forever')),
    duration_months          integer,
    redeemable_until         timestamptz,
    -- Null until the provider has told it; empty for a coupon of all products.
    product_references       text[],
    issued_at                timestamptz not null,
    metadata                 jsonb       not null,
    delivery_id              uuid,
    provider_event_reference text,
    provider_at              timestamptz not null,
    mirror_rank              integer     not null,
    api_version              text,
    observed_at              timestamptz not null default platform.app_now(),
    created_at               timestamptz not null default platform.app_now(),
    updated_at               timestamptz not null default platform.app_now(),
    version                  bigint      not null default 1,
    primary key (tenant_id, id),
    constraint coupon_mappings_reduction check ((percent is null) <> (amount_minor is null) and (amount_minor is null) = (currency is null)),
    constraint coupon_mappings_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint coupon_mappings_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id)
);
create unique index coupon_mappings_provider_reference on billing.coupon_mappings (tenant_id, connection_id, provider_reference);
create index coupon_mappings_created on billing.coupon_mappings (tenant_id, created_at, id);
create index coupon_mappings_of_connection on billing.coupon_mappings (tenant_id, connection_id, created_at, id);
create index coupon_mappings_of_reference on billing.coupon_mappings (tenant_id, provider_reference, created_at, id);
create index coupon_mappings_in_state on billing.coupon_mappings (tenant_id, state, created_at, id);
create index coupon_mappings_without_products on billing.coupon_mappings (tenant_id, connection_id, provider_reference)
    where product_references is null and state <> 'deleted';

select platform.guard_table('billing.coupon_mappings');
grant select, insert on billing.coupon_mappings to guildhall_app;
grant update (state, name, percent, amount_minor, currency, duration, duration_months, redeemable_until, product_references, issued_at, metadata,
    delivery_id, provider_event_reference, provider_at, mirror_rank, api_version, observed_at, updated_at, version) on billing.coupon_mappings to guildhall_app;
grant select on billing.coupon_mappings to guildhall_readonly, guildhall_backup;

-- Events don't tell the products of a coupon, so it is fetched.
alter table billing.fetches
    drop constraint fetches_kind,
    add constraint fetches_kind check (
        kind in ('account', 'mandate', 'subscription', 'invoice', 'payment', 'refund', 'dispute', 'payout', 'checkout', 'coupon_mapping')),
    drop constraint fetches_reason,
    add constraint fetches_reason check (reason in ('event', 'stub', 'tie', 'lines', 'fee', 'products', 'difference'));

alter table billing.reconciliations
    drop constraint reconciliations_kinds,
    add constraint reconciliations_kinds check (
        kinds <@ array['account', 'subscription', 'invoice', 'payment', 'refund', 'dispute', 'payout', 'coupon_mapping'] and cardinality(kinds) > 0);
