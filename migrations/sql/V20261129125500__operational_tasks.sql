-- The tasks room: operational tasks, the work of teams and persons. Jobs follow in a migration of their own.
-- Additive: an older server doesn't read the schema.

create schema tasks;
grant usage on schema tasks to guildhall_app, guildhall_readonly, guildhall_backup;

-- The end of a civil day depends on the tenant's zone, and a changed zone moves it; `updated_at` tells when that can have been.
create view platform.tasks_settings with (security_invoker = true) as
select tenant_id, time_zone, created_at, updated_at from platform.settings;
grant select on platform.tasks_settings to guildhall_app, guildhall_readonly, guildhall_backup;

-- `overdue_at` is `due_at`, or the end of `due_on` in the tenant's zone. A changed zone moves it for unfinished tasks.
-- `due_order` sorts the tasks without a due date last.
create table tasks.operational_tasks (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    external_id     text,
    title           text        not null,
    detail          text,
    owner_kind      text        constraint operational_tasks_owner_kind check (owner_kind in ('team', 'person')),
    owner_name      text,
    owner_person_id uuid,
    due_on          date,
    due_at          timestamptz,
    overdue_at      timestamptz,
    due_order       timestamptz not null generated always as (coalesce(overdue_at, timestamptz '9999-12-31 23:59:59.999999+00')) stored,
    priority        text        not null default 'normal' constraint operational_tasks_priority check (priority in ('low', 'normal', 'high', 'urgent')),
    priority_rank   integer     not null
        generated always as (case priority when 'low' then 1 when 'normal' then 2 when 'high' then 3 else 4 end) stored,
    workflow        text,
    entity_type     text,
    entity_id       uuid,
    state           text        not null default 'open'
        constraint operational_tasks_state check (state in ('open', 'in_progress', 'blocked', 'completed', 'canceled')),
    finished        boolean     not null generated always as (state in ('completed', 'canceled')) stored,
    started_at      timestamptz,
    blocked_from    text        constraint operational_tasks_blocked_from check (blocked_from in ('open', 'in_progress')),
    blocked_reason  text,
    blocked_at      timestamptz,
    blocked_by      uuid,
    outcome_kind    text
        constraint operational_tasks_outcome check (outcome_kind in ('done', 'wont_do', 'duplicate', 'no_longer_needed')),
    outcome_words   text,
    completed_at    timestamptz,
    canceled_at     timestamptz,
    cancel_reason   text,
    reopened_at     timestamptz,
    reopen_reason   text,
    metadata        jsonb       not null default '{}',
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    version         bigint      not null default 1,
    primary key (tenant_id, id),
    constraint operational_tasks_owner check ((owner_kind is null) = (owner_name is null)),
    constraint operational_tasks_team check (owner_person_id is null or owner_kind = 'person'),
    constraint operational_tasks_due check (num_nonnulls(due_on, due_at) = num_nonnulls(overdue_at)),
    constraint operational_tasks_source check ((entity_type is null) = (entity_id is null) and (entity_id is null or workflow is not null)),
    constraint operational_tasks_in_progress check (state <> 'in_progress' or started_at is not null),
    constraint operational_tasks_blocked check (num_nonnulls(blocked_from, blocked_reason, blocked_at) = case state when 'blocked' then 3 else 0 end),
    constraint operational_tasks_completed check (num_nonnulls(outcome_kind, completed_at) = case state when 'completed' then 2 else 0 end),
    constraint operational_tasks_canceled check (num_nonnulls(cancel_reason, canceled_at) = case state when 'canceled' then 2 else 0 end),
    constraint operational_tasks_reopened check ((reopened_at is null) = (reopen_reason is null)),
    constraint operational_tasks_owner_person foreign key (tenant_id, owner_person_id) references runtime.persons (tenant_id, id)
);
create index operational_tasks_created on tasks.operational_tasks (tenant_id, created_at, id);
create index operational_tasks_due_order on tasks.operational_tasks (tenant_id, due_order, id);
create index operational_tasks_unfinished_due on tasks.operational_tasks (tenant_id, due_order, id) where not finished;
create index operational_tasks_by_priority on tasks.operational_tasks (tenant_id, priority_rank, id);
create index operational_tasks_in_state on tasks.operational_tasks (tenant_id, state, created_at, id);
create index operational_tasks_of_owner on tasks.operational_tasks (tenant_id, owner_name, created_at, id) where owner_name is not null;
create index operational_tasks_of_person on tasks.operational_tasks (tenant_id, owner_person_id, created_at, id) where owner_person_id is not null;
create index operational_tasks_of_workflow on tasks.operational_tasks (tenant_id, workflow, created_at, id) where workflow is not null;
create index operational_tasks_about on tasks.operational_tasks (tenant_id, entity_id, created_at, id) where entity_id is not null;
create unique index operational_tasks_external_id on tasks.operational_tasks (tenant_id, external_id) where external_id is not null;

select platform.guard_table('tasks.operational_tasks');
grant select, insert on tasks.operational_tasks to guildhall_app;
grant update (external_id, title, detail, owner_kind, owner_name, owner_person_id, due_on, due_at, overdue_at, priority, workflow, entity_type,
    entity_id, state, started_at, blocked_from, blocked_reason, blocked_at, blocked_by, outcome_kind, outcome_words, completed_at, canceled_at,
    cancel_reason, reopened_at, reopen_reason, metadata, updated_at, version) on tasks.operational_tasks to guildhall_app;
grant select on tasks.operational_tasks to guildhall_readonly, guildhall_backup;
