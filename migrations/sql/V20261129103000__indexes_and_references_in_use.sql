-- Indexes and foreign keys that nothing uses are dropped. The rows of pools, ladders, tiers, grants, provisions and policies are neither
-- deleted nor given another id, so nothing looks for what refers to them except the lists.

-- What is scheduled is found by the pool or by the organization, and a plan's first and last transition only where there is one.
drop index runtime.transitions_of_pool;
drop index runtime.transitions_scheduled_of_pool;
drop index runtime.transitions_of_from_tier;
drop index runtime.transitions_of_to_tier;
drop index runtime.transitions_of_subscription;
create index transitions_scheduled_of_organization on runtime.transitions (tenant_id, organization_id, effective_at) where state = 'scheduled';
drop index runtime.transitions_of_ladder;
create index transitions_of_ladder on runtime.transitions (tenant_id, ladder_id, created_at, id);
drop index runtime.transitions_of_grant;
create index transitions_of_grant on runtime.transitions (tenant_id, grant_id) where grant_id is not null;
drop index runtime.transitions_from_provision_once;
drop index runtime.transitions_to_provision_once;
create unique index transitions_from_provision_once on runtime.transitions (tenant_id, from_provision_id) where from_provision_id is not null;
create unique index transitions_to_provision_once on runtime.transitions (tenant_id, to_provision_id) where to_provision_id is not null;

-- The grants of a pool whose end isn't stored, and the next end among them, are found without the ended ones.
drop index runtime.grants_expiring;
drop index runtime.grants_ending_of_pool;
drop index runtime.grants_open;
create index grants_open on runtime.grants (tenant_id, pool_id, ends_at) where ended_by is null;
drop index runtime.grants_of_pool;
drop index runtime.grants_of_tier;
drop index runtime.grants_of_renewed;

drop index runtime.provisions_of_pool;
drop index runtime.provisions_of_policy;
drop index runtime.provisions_of_tier;
drop index runtime.provisions_of_ladder;
drop index runtime.provisions_of_grant;
create index provisions_of_tier on runtime.provisions (tenant_id, tier_id, created_at, id) where tier_id is not null;
create index provisions_of_ladder on runtime.provisions (tenant_id, ladder_id, created_at, id) where ladder_id is not null;
create index provisions_of_grant on runtime.provisions (tenant_id, grant_id) where grant_id is not null;

drop index runtime.usage_thresholds_of_pool;
drop index runtime.allowance_holds_of_pool;
drop index runtime.invitations_of_person;
-- Prices, tiers and invitations are listed by what they belong to only.
drop index catalog.prices_created;
drop index catalog.tiers_created;
drop index runtime.invitations_created;

drop index platform.audit_reviews_by_reviewer;
drop index platform.settings_administrator;

-- A tier is on one ladder, so a transition that has a tier needs no reference to the ladder.
alter table runtime.transitions
    add constraint transitions_tier_given check (num_nonnulls(from_tier_id, to_tier_id) > 0),
    drop constraint transitions_ladder;

-- Sums exist only of events and of holds, which refer to the pool and to the resource key and are never deleted.
alter table runtime.usage_days drop constraint usage_days_pool, drop constraint usage_days_resource_key;
alter table runtime.usage_quarters drop constraint usage_quarters_pool, drop constraint usage_quarters_resource_key;
alter table runtime.usage_levels drop constraint usage_levels_pool, drop constraint usage_levels_resource_key;
drop index runtime.usage_days_of_key;
drop index runtime.usage_quarters_of_key;
drop index runtime.usage_levels_of_key;
