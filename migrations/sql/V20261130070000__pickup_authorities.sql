-- Who may pick up a dependent of a household, besides its adults. A proposal is over at `expires_at`; a job writes that later.
create table runtime.pickup_authorities (
    tenant_id              uuid        not null default platform.app_tenant(),
    id                     uuid        not null default uuidv7(),
    external_id            text,
    household_id           uuid        not null,
    dependent_person_id    uuid        not null,
    authorized_person_id   uuid,
    authorized_name        text,
    authorized_phone       text,
    state                  text        not null default 'proposed'
        constraint pickup_authorities_state check (state in ('proposed', 'confirmed', 'ended', 'withdrawn', 'expired')),
    proposed_by_person_id  uuid,
    confirmed_by_person_id uuid,
    expires_at             timestamptz not null,
    confirmed_at           timestamptz,
    ended_at               timestamptz,
    task_id                uuid        not null,
    created_at             timestamptz not null default platform.app_now(),
    updated_at             timestamptz not null default platform.app_now(),
    version                bigint      not null default 1,
    primary key (tenant_id, id),
    constraint pickup_authorities_authorized check (num_nonnulls(authorized_person_id, authorized_name) = 1
        and (authorized_person_id is null or authorized_phone is null)),
    constraint pickup_authorities_confirmed check (num_nonnulls(confirmed_at, confirmed_by_person_id) = case when state in ('confirmed', 'ended') then 2 else 0 end),
    constraint pickup_authorities_ended check ((state in ('ended', 'withdrawn', 'expired')) = (ended_at is not null)),
    constraint pickup_authorities_household foreign key (tenant_id, household_id) references runtime.households (tenant_id, id),
    constraint pickup_authorities_dependent foreign key (tenant_id, dependent_person_id) references runtime.persons (tenant_id, id),
    constraint pickup_authorities_person foreign key (tenant_id, authorized_person_id) references runtime.persons (tenant_id, id),
    constraint pickup_authorities_proposed_by foreign key (tenant_id, proposed_by_person_id) references runtime.persons (tenant_id, id),
    constraint pickup_authorities_confirmed_by foreign key (tenant_id, confirmed_by_person_id) references runtime.persons (tenant_id, id),
    constraint pickup_authorities_task foreign key (tenant_id, task_id) references tasks.operational_tasks (tenant_id, id)
);
create index pickup_authorities_created on runtime.pickup_authorities (tenant_id, created_at, id);
create index pickup_authorities_of_household on runtime.pickup_authorities (tenant_id, household_id, created_at, id);
create index pickup_authorities_of_dependent on runtime.pickup_authorities (tenant_id, dependent_person_id, created_at, id);
create index pickup_authorities_of_authorized on runtime.pickup_authorities (tenant_id, authorized_person_id)
    where authorized_person_id is not null and state in ('proposed', 'confirmed');
create unique index pickup_authorities_external_id on runtime.pickup_authorities (tenant_id, external_id) where external_id is not null;
create unique index pickup_authorities_once on runtime.pickup_authorities
    (tenant_id, household_id, dependent_person_id, coalesce(authorized_person_id::text, lower(authorized_name))) where state in ('proposed', 'confirmed');

select platform.guard_table('runtime.pickup_authorities');
grant select, insert on runtime.pickup_authorities to guildhall_app;
grant update (state, confirmed_by_person_id, confirmed_at, ended_at, updated_at, version) on runtime.pickup_authorities to guildhall_app;
grant select on runtime.pickup_authorities to guildhall_readonly, guildhall_backup;
