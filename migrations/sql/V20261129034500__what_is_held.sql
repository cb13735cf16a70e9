-- What a pool holds is found without its history: by one comparison, which an index answers, where "has no end or ends later" is two.
alter table runtime.provisions add column held_until timestamptz generated always as (coalesce(ends_at, 'infinity')) stored;
create index provisions_held_until on runtime.provisions (tenant_id, pool_id, held_until);
drop index runtime.provisions_held;

-- Grants off the ladders that have ended by themselves, of one pool, which isn't written down yet.
create index grants_open on runtime.grants (tenant_id, pool_id, ends_at) where ended_by is null and ladder_id is null;
