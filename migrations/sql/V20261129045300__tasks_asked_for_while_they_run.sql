-- A request that comes while its task runs is counted, so that the end of the run sees it and the task runs once more.
-- A task of a suspended tenant is put aside, and woken when the tenant is reactivated.
alter table platform.scheduled_tasks
    add column requests bigint  not null default 0,
    add column paused   boolean not null default false;
create index scheduled_tasks_paused on platform.scheduled_tasks (task_instance) where paused;
create index scheduled_tasks_priority on platform.scheduled_tasks (priority desc, execution_time);
