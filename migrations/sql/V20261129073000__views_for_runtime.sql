-- What runtime reads of other rooms' tables. The owner of a table may change it as long as these views stay.
-- A view is read with the rights and under the policies of its reader.

create view platform.runtime_settings with (security_invoker = true) as
select tenant_id, time_zone from platform.settings;

create view catalog.runtime_org_types with (security_invoker = true) as
select tenant_id, id, key, name, state, is_default from catalog.org_types;

create view catalog.runtime_products with (security_invoker = true) as
select tenant_id, id, name, lifecycle_status, entitlement_set_id, published_at, retired_at from catalog.products;

create view catalog.runtime_entitlement_rules with (security_invoker = true) as
select tenant_id, id, entitlement_set_id, resource_key, kind, period, combine, limit_value, enabled, enforcement, grace_percent, threshold_percents,
       starts_at, ends_at
from catalog.entitlement_rules;

create view catalog.runtime_resource_keys with (security_invoker = true) as
select tenant_id, key, display_name, unit, kind, integration_id, counts_sites from catalog.resource_keys;

create view catalog.runtime_plan_ladders with (security_invoker = true) as
select tenant_id, id, name, state, created_at, archived_at from catalog.plan_ladders;

create view catalog.runtime_tiers with (security_invoker = true) as
select tenant_id, id, ladder_id, rank, name, state, created_at, archived_at from catalog.tiers;

create view catalog.runtime_tier_products with (security_invoker = true) as
select tenant_id, tier_id, ladder_id, product_id, starts_at, ends_at from catalog.tier_products;

create view catalog.runtime_default_grant_policies with (security_invoker = true) as
select tenant_id, id, org_type_id, product_id, ladder_id, tier_id, state, created_at, ended_at from catalog.default_grant_policies;

grant select on platform.runtime_settings, catalog.runtime_org_types, catalog.runtime_products, catalog.runtime_entitlement_rules,
    catalog.runtime_resource_keys, catalog.runtime_plan_ladders, catalog.runtime_tiers, catalog.runtime_tier_products,
    catalog.runtime_default_grant_policies to guildhall_app, guildhall_readonly, guildhall_backup;

-- A row is locked in share mode through the view, which needs the right to update a column of it.
grant update (name) on catalog.runtime_org_types to guildhall_app;
