-- Grants off the ladders that end by themselves: the job writes it down, and settles what follows.
create index grants_expiring on runtime.grants (tenant_id, ends_at, id) where ended_by is null and ladder_id is null;

-- Up to when a tenant's entitlement rules about sites have been looked at for organizations that now have too many.
create table runtime.surplus_looks (
    tenant_id uuid        not null default platform.app_tenant(),
    looked_at timestamptz not null,
    primary key (tenant_id)
);
alter table runtime.surplus_looks enable row level security;
alter table runtime.surplus_looks force row level security;
create policy surplus_looks_tenant on runtime.surplus_looks
    using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant());
grant select, insert, update on runtime.surplus_looks to guildhall_app;
grant select on runtime.surplus_looks to guildhall_readonly, guildhall_backup;
