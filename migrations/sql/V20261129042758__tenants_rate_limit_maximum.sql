-- The platform's bound on a tenant's rate limit, which holds beside the tenant's own; null for none.
alter table platform.tenants
    add column rate_limit_maximum bigint constraint tenants_rate_limit_maximum check (rate_limit_maximum between 1 and 1000000),
    add column rate_maximum_window_seconds integer
        constraint tenants_rate_maximum_window check (rate_maximum_window_seconds between 1 and 86400),
    add constraint tenants_rate_maximum check ((rate_limit_maximum is null) = (rate_maximum_window_seconds is null));
