-- Jobs depend on providers: on the signals of lanes, or on single signals. A degraded one skips the ticks of a job that changes something unless the
-- tenant consents; a blocked one skips all ticks, and pauses a run.

-- Null columns have the default of the code. `skipped_run_id` is the run of the last tick if that was skipped: it is made up for once the providers work.
alter table tasks.jobs
    add column depends_on_lanes text[],
    add column depends_on_signal_ids uuid[],
    add column when_degraded text constraint jobs_when_degraded check (when_degraded in ('run', 'skip')),
    add column skipped_run_id uuid;
grant update (depends_on_lanes, depends_on_signal_ids, when_degraded, skipped_run_id) on tasks.jobs to guildhall_app;

-- `paused_at` is when a run was first paused since its last batch.
alter table tasks.job_runs
    add column forced boolean not null default false,
    add column paused_at timestamptz;
grant update (trigger, paused_at) on tasks.job_runs to guildhall_app;
