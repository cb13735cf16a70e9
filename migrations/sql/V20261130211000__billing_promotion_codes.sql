-- Promotion codes of providers: the words by which payers redeem coupons. The coupon and the account can be mirrored later, or never. `state` is what the provider has
-- said; a code also expires at `redeemable_until`.
create table billing.promotion_codes (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    provider_reference       text        not null,
    code                     text        not null,
    state                    text        not null constraint promotion_codes_state check (state in ('active', 'inactive')),
    coupon_reference         text,
    account_reference        text,
    redemptions_max          bigint,
    redemptions_total        bigint      not null,
    first_payment_only       boolean     not null,
    minimum_minor            bigint,
    minimum_currency         text,
    redeemable_until         timestamptz,
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
    constraint promotion_codes_minimum check ((minimum_minor is null) = (minimum_currency is null)),
    constraint promotion_codes_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint promotion_codes_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id)
);
create unique index promotion_codes_provider_reference on billing.promotion_codes (tenant_id, connection_id, provider_reference);
create index promotion_codes_created on billing.promotion_codes (tenant_id, created_at, id);
create index promotion_codes_of_connection on billing.promotion_codes (tenant_id, connection_id, created_at, id);
create index promotion_codes_of_coupon on billing.promotion_codes (tenant_id, connection_id, coupon_reference, created_at, id) where coupon_reference is not null;
create index promotion_codes_of_code on billing.promotion_codes (tenant_id, lower(code), created_at, id);
create index promotion_codes_in_state on billing.promotion_codes (tenant_id, state, created_at, id);
create index promotion_codes_of_reference on billing.promotion_codes (tenant_id, provider_reference, created_at, id);

select platform.guard_table('billing.promotion_codes');
grant select, insert on billing.promotion_codes to guildhall_app;
grant update (code, state, coupon_reference, account_reference, redemptions_max, redemptions_total, first_payment_only, minimum_minor, minimum_currency,
    redeemable_until, issued_at, metadata, delivery_id, provider_event_reference, provider_at, mirror_rank, api_version, observed_at, updated_at, version)
    on billing.promotion_codes to guildhall_app;
grant select on billing.promotion_codes to guildhall_readonly, guildhall_backup;
