-- Runs that changed nothing are kept one by one for a day, then one for each job and day.
alter table tasks.job_runs add column folded_runs integer not null default 0
    constraint job_runs_folded check (folded_runs >= 0);
grant update (folded_runs) on tasks.job_runs to guildhall_app;
grant delete on tasks.job_runs to guildhall_app;

-- Folds the scheduled runs of a job from the last week, except for those of the last 24 hours: the latest of each day (UTC) stands for all.
create function tasks.fold_job_runs(job uuid) returns integer
    language sql
begin atomic
    with empty as (
        select r.id, row_number() over of_day as newest, sum(r.folded_runs + 1) over (partition by r.created_at::date) - 1 as folded,
               sum(r.seen) over (partition by r.created_at::date) as seen
        from (
            select j.id, j.created_at at time zone 'UTC' as created_at, j.folded_runs, j.seen
            from tasks.job_runs j
            where j.tenant_id = platform.app_tenant() and j.job_id = job and j.created_at > platform.app_now() - interval '7 days'
              and j.created_at < platform.app_now() - interval '24 hours' and j.mode = 'run' and j.trigger <> 'request' and j.state = 'succeeded'
              and j.missed_ticks = 0 and (j.changed, j.skipped, j.failed) = (0, 0, 0) and j.log = '[]') r
        window of_day as (partition by r.created_at::date order by r.created_at desc, r.id desc)),
    kept as (
        update tasks.job_runs k
        set folded_runs = e.folded, seen = e.seen, updated_at = greatest(k.updated_at, platform.app_now()), version = k.version + 1
        from empty e
        where k.tenant_id = platform.app_tenant() and k.id = e.id and e.newest = 1 and k.folded_runs <> e.folded
        returning k.id),
    folded as (
        delete from tasks.job_runs g using empty e
        where g.tenant_id = platform.app_tenant() and g.id = e.id and e.newest > 1
        returning g.id)
    select count(*)::integer from folded;
end;
