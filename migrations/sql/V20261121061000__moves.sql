-- Moves: what the transitions of a pool must keep to, whoever writes them.

alter table runtime.transitions add column external_id text;
alter table runtime.default_grant_backfills add column external_id text;
create unique index transitions_external_id on runtime.transitions (tenant_id, external_id) where external_id is not null;
create unique index default_grant_backfills_external_id on runtime.default_grant_backfills (tenant_id, external_id) where external_id is not null;

-- On a ladder of a pool nothing moves twice at one instant: what would come of it would depend on the order of writing.
create unique index transitions_one_at_an_instant on runtime.transitions (tenant_id, pool_id, ladder_id, effective_at) where state <> 'canceled';
create index transitions_still_to_come on runtime.transitions (tenant_id, pool_id, effective_at, id) where state = 'scheduled';
create index transitions_effective on runtime.transitions (tenant_id, effective_at, id);
create index transitions_of_organization_effective on runtime.transitions (tenant_id, organization_id, effective_at, id);

-- A plan begins with one transition and ends with one at most.
drop index runtime.transitions_of_from_provision;
drop index runtime.transitions_of_to_provision;
create unique index transitions_from_provision_once on runtime.transitions (tenant_id, from_provision_id);
create unique index transitions_to_provision_once on runtime.transitions (tenant_id, to_provision_id);

create index provisions_of_ladder on runtime.provisions (tenant_id, ladder_id, created_at, id);
create index provisions_held on runtime.provisions (tenant_id, pool_id, ends_at);

-- An end may come nearer. What has ended is not revived, and nothing is prolonged: what comes after it is another provision.
create function runtime.provisions_end() returns trigger
    language plpgsql as
$$
begin
    raise exception 'a provision is neither prolonged nor revived'
        using errcode = 'check_violation', schema = 'runtime', table = 'provisions', constraint = 'provisions_end_only_nearer';
end
$$;
create trigger provisions_end before update of ends_at on runtime.provisions
    for each row when (old.ends_at is not null and (new.ends_at is null or new.ends_at > old.ends_at))
    execute function runtime.provisions_end();
