-- Jobs of the tasks room: the schedule of each tenant, and the runs. What a job does is code that its room offers.

-- A tenant has a row for each job once one of them has changed or ticked. Null columns have the default of the code. The id follows from tenant
-- and name, so that a job has the same one before it has a row.
create table tasks.jobs (
    tenant_id        uuid        not null default platform.app_tenant(),
    id               uuid        not null,
    name             text        not null,
    cron             text,
    catch_up_seconds integer     constraint jobs_catch_up check (catch_up_seconds between 0 and 86400),
    state            text        not null default 'active' constraint jobs_state check (state in ('active', 'paused')),
    last_tick_at     timestamptz not null default platform.app_now(),
    missed_ticks     integer     not null default 0 constraint jobs_missed_ticks check (missed_ticks >= 0),
    created_at       timestamptz not null default platform.app_now(),
    updated_at       timestamptz not null default platform.app_now(),
    version          bigint      not null default 1,
    primary key (tenant_id, id),
    constraint jobs_name unique (tenant_id, name)
);

-- A run. `position` tells where its next batch begins. Each batch holds the row by (id, attempt), so that a node that lost the run stops.
create table tasks.job_runs (
    tenant_id     uuid        not null default platform.app_tenant(),
    id            uuid        not null default uuidv7(),
    job_id        uuid        not null,
    mode          text        not null constraint job_runs_mode check (mode in ('run', 'validate')),
    trigger       text        not null constraint job_runs_trigger check (trigger in ('schedule', 'request', 'catch_up')),
    reason        text,
    requested_by  uuid,
    scheduled_for timestamptz,
    missed_ticks  integer     not null default 0,
    state         text        not null default 'queued'
        constraint job_runs_state check (state in ('queued', 'running', 'paused', 'succeeded', 'partly_failed', 'failed', 'canceled', 'skipped')),
    skip_reason   text,
    attempt       integer     not null default 0,
    node          text,
    position      text,
    seen          bigint      not null default 0,
    changed       bigint      not null default 0,
    skipped       bigint      not null default 0,
    failed        bigint      not null default 0,
    log           jsonb       not null default '[]',
    error         text,
    started_at    timestamptz,
    ended_at      timestamptz,
    created_at    timestamptz not null default platform.app_now(),
    updated_at    timestamptz not null default platform.app_now(),
    version       bigint      not null default 1,
    primary key (tenant_id, id),
    constraint job_runs_job foreign key (tenant_id, job_id) references tasks.jobs (tenant_id, id),
    constraint job_runs_scheduled check ((trigger = 'request') = (scheduled_for is null)),
    constraint job_runs_started check (state not in ('running', 'paused', 'succeeded', 'partly_failed') or started_at is not null),
    constraint job_runs_ended check ((state in ('queued', 'running', 'paused')) = (ended_at is null)),
    constraint job_runs_skipped check ((state = 'skipped') = (skip_reason is not null))
);
-- One run of a job at a time, and one for each tick.
create unique index job_runs_active on tasks.job_runs (tenant_id, job_id) where state in ('queued', 'running', 'paused');
create unique index job_runs_of_tick on tasks.job_runs (tenant_id, job_id, scheduled_for) where scheduled_for is not null;
create index job_runs_created on tasks.job_runs (tenant_id, created_at, id);
create index job_runs_of_job on tasks.job_runs (tenant_id, job_id, created_at, id);
create index job_runs_in_state on tasks.job_runs (tenant_id, state, created_at, id);

select platform.guard_table('tasks.jobs');
select platform.guard_table('tasks.job_runs');
grant select, insert on tasks.jobs, tasks.job_runs to guildhall_app;
grant update (cron, catch_up_seconds, state, last_tick_at, missed_ticks, updated_at, version) on tasks.jobs to guildhall_app;
grant update (state, skip_reason, attempt, node, position, seen, changed, skipped, failed, log, error, started_at, ended_at, updated_at, version)
    on tasks.job_runs to guildhall_app;
grant select on tasks.jobs, tasks.job_runs to guildhall_readonly, guildhall_backup;

-- Each tenant has a task that takes the ticks of its jobs. New tenants get it with their creation.
select set_config('app.tenant', '00000000-0000-7000-8000-000000000000', true);
insert into platform.scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
select 'tick-jobs', id || '/' || id, now(), false, 1, 50 from platform.tenants
on conflict do nothing;
select set_config('app.tenant', '', true);
