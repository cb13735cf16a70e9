-- The caller's own id for a member of a household, as every resource has one that callers make.

alter table runtime.household_members add column external_id text;
create unique index household_members_external_id on runtime.household_members (tenant_id, external_id) where external_id is not null;
grant update (external_id) on runtime.household_members to guildhall_app;
