-- Moves of a plan by a subscription, and allowances that bookings hold.

-- Guards a table of tenants: only the rows of the transaction's tenant are visible and can be written, for the table's owner, too.
create function platform.guard_table(guarded regclass) returns void
    language plpgsql as
$$
begin
    execute format('alter table %s enable row level security', guarded);
    execute format('alter table %s force row level security', guarded);
    execute format(
            'create policy %I on %s using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant())',
            (select relname || '_tenant' from pg_class where oid = guarded), guarded);
end
$$;
revoke all on function platform.guard_table(regclass) from public;

-- The subscription that moved the plan, as grant_id names the grant.
alter table runtime.transitions add column subscription_id uuid;
create index transitions_of_subscription on runtime.transitions (tenant_id, subscription_id, effective_at) where subscription_id is not null;

-- A quantity of an allowance that is used at an instant, which may be still to come. The sums of usage contain it from the day it is held
-- until it is released. A settled hold has become a usage event of the same instant; the sums stay as they are.
create table runtime.allowance_holds (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    organization_id uuid        not null,
    pool_id         uuid        not null,
    resource_key    text        not null,
    quantity        bigint      not null constraint allowance_holds_quantity check (quantity between 1 and 9007199254740991),
    used_at         timestamptz not null,
    reference       text        not null constraint allowance_holds_reference_length check (length(reference) between 1 and 200),
    state           text        not null default 'held' constraint allowance_holds_state check (state in ('held', 'released', 'settled')),
    ended_at        timestamptz,
    created_at      timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint allowance_holds_ended check ((state = 'held') = (ended_at is null)),
    constraint allowance_holds_pool foreign key (tenant_id, pool_id, organization_id) references runtime.pools (tenant_id, id, organization_id),
    constraint allowance_holds_resource_key foreign key (tenant_id, resource_key) references catalog.resource_keys (tenant_id, key)
);
create unique index allowance_holds_of_reference on runtime.allowance_holds (tenant_id, reference) where state <> 'released';
create index allowance_holds_of_pool on runtime.allowance_holds (tenant_id, pool_id, organization_id, used_at);
create index allowance_holds_of_key on runtime.allowance_holds (tenant_id, resource_key);
select platform.guard_table('runtime.allowance_holds');
grant select, insert, update (state, ended_at) on runtime.allowance_holds to guildhall_app;
grant select on runtime.allowance_holds to guildhall_readonly, guildhall_backup;

-- What is due next in a pool is found without its history.
create index transitions_scheduled_of_pool on runtime.transitions (tenant_id, pool_id, effective_at) where state = 'scheduled';
create index grants_ending_of_pool on runtime.grants (tenant_id, pool_id, ends_at) where ladder_id is null and ended_by is null and ends_at is not null;

-- What a pool holds now is found without its history: the index that leads with the pool has the instant until which a provision is held.
drop index runtime.provisions_of_pool;
create index provisions_of_pool on runtime.provisions (tenant_id, pool_id, organization_id, held_until);

-- Due changes have a row in the task queue each. Existing ones get theirs here, for which their owner may see the rows of all tenants.
alter table runtime.transitions no force row level security;
alter table runtime.grants no force row level security;
alter table runtime.default_grant_backfills no force row level security;
alter table platform.idempotency_keys no force row level security;
insert into platform.scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
select 'apply-due-transitions', d.tenant_id || '/' || d.organization_id, min(d.at), false, 1, 100
from (
    select tenant_id, organization_id, effective_at as at from runtime.transitions where state = 'scheduled'
    union all
    select tenant_id, organization_id, ends_at from runtime.grants where ladder_id is null and ended_by is null and ends_at is not null
) d
group by d.tenant_id, d.organization_id;
insert into platform.scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
select 'backfill-default-grants', tenant_id || '/' || id, now(), false, 1, 0
from runtime.default_grant_backfills where state in ('queued', 'running');
insert into platform.scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
select 'delete-idempotency-keys', tenant_id || '/' || tenant_id, min(created_at) + interval '25 hours', false, 1, 0
from platform.idempotency_keys group by tenant_id;
delete from platform.scheduled_tasks where task_instance = 'recurring';
alter table runtime.transitions force row level security;
alter table runtime.grants force row level security;
alter table runtime.default_grant_backfills force row level security;
alter table platform.idempotency_keys force row level security;
