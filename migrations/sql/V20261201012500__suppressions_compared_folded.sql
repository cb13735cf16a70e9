-- Suppressed addresses are shown as they were sent and compared folded, as those of persons are: Mira@members.example has unsubscribed if
-- mira@members.example has. Until now the part before the `@` was compared as it was, and the domain was stored as A-labels in lower case, so of
-- those that are the same now, the oldest stays.
alter table tasks.suppressions add column address_key text;
alter table tasks.suppressions no force row level security;
update tasks.suppressions set address_key = lower(address) where address is not null;
update tasks.suppressions as newer set lifted_at = platform.app_now(), lift_reason = 'Another one is of the same address, written in other letters.'
where newer.lifted_at is null and newer.until is null and exists (
    select from tasks.suppressions older
    where older.tenant_id = newer.tenant_id and older.channel = newer.channel and older.address_key = newer.address_key and older.reason = newer.reason
      and older.category is not distinct from newer.category and older.lifted_at is null and older.until is null
      and (older.created_at, older.id) < (newer.created_at, newer.id));
alter table tasks.suppressions force row level security;
alter table tasks.suppressions add constraint suppressions_address_key check ((address is null) = (address_key is null));

drop index tasks.suppressions_of_address;
drop index tasks.suppressions_once;
create index suppressions_of_address on tasks.suppressions (tenant_id, address_key, created_at, id);
create unique index suppressions_once on tasks.suppressions (tenant_id, channel, address_key, person_id, reason, category) nulls not distinct
    where lifted_at is null and until is null;
