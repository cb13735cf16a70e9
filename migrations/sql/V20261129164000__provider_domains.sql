-- Domains of the tenant and its organizations.

create table providers.domains (
    tenant_id               uuid        not null default platform.app_tenant(),
    id                      uuid        not null default uuidv7(),
    external_id             text,
    name                    text        not null,
    organization_id         uuid,
    purpose                 text        not null,
    expected_target         text        not null,
    failover_target         text,
    verification_token      text        not null default replace(gen_random_uuid()::text, '-', ''),
    verified_at             timestamptz,
    record_seen             boolean     not null default false,
    dns_state               text        not null default 'unknown'
        constraint domains_dns_state check (dns_state in ('unknown', 'expected', 'failover', 'elsewhere', 'missing')),
    dns_seen                text[]      not null default '{}',
    certificate_issuer      text,
    certificate_not_after   timestamptz,
    certificate_trusted     boolean,
    certificate_matches     boolean,
    state                   text        not null default 'pending'
        constraint domains_state check (state in ('pending', 'verified', 'active', 'failing', 'removed')),
    consecutive_failures    integer     not null default 0,
    last_checked_at         timestamptz,
    last_error_code         text,
    last_error_detail       text,
    next_check_at           timestamptz default platform.app_now(),
    removed_at              timestamptz,
    created_at              timestamptz not null default platform.app_now(),
    updated_at              timestamptz not null default platform.app_now(),
    version                 bigint      not null default 1,
    primary key (tenant_id, id),
    constraint domains_targets check (failover_target <> expected_target),
    constraint domains_certificate check (num_nulls(certificate_issuer, certificate_not_after, certificate_trusted, certificate_matches) in (0, 4)),
    constraint domains_error check ((last_error_code is null) = (last_error_detail is null)),
    constraint domains_removed check ((state = 'removed') = (removed_at is not null) and (removed_at is null or next_check_at is null)),
    constraint domains_organization foreign key (tenant_id, organization_id) references runtime.organizations (tenant_id, id)
);
create unique index domains_external_id on providers.domains (tenant_id, external_id) where external_id is not null;
create unique index domains_name on providers.domains (tenant_id, name) where state <> 'removed';
create index domains_created on providers.domains (tenant_id, created_at, id);
create index domains_of_organization on providers.domains (tenant_id, organization_id, created_at, id) where organization_id is not null;
create index domains_due on providers.domains (tenant_id, next_check_at) where next_check_at is not null;
select platform.guard_table('providers.domains');
grant select, insert, update (
    external_id, organization_id, purpose, expected_target, failover_target, verified_at, record_seen, dns_state, dns_seen, certificate_issuer,
    certificate_not_after, certificate_trusted, certificate_matches, state, consecutive_failures, last_checked_at, last_error_code,
    last_error_detail, next_check_at, removed_at, updated_at, version) on providers.domains to guildhall_app;
grant select on providers.domains to guildhall_readonly, guildhall_backup;
