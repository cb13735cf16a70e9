-- Checks of signals and their results. The active checks of a signal are its evidence.

-- The worst active check of a signal decides: checks_status is null without one. It replaces source_status unless the signal is planned.
alter table providers.signals add column checks_status text
    constraint signals_checks_status check (checks_status in ('operational', 'degraded', 'blocked'));
alter table providers.signals alter column evidence_status set expression as (case
    when providers.evidence_status(source_status) = 'planned' then 'planned'
    else coalesce(checks_status, providers.evidence_status(source_status))
end);
alter table providers.signals alter column evidence_percent set expression as (case
    when providers.evidence_status(source_status) = 'planned' or checks_status is null
        then coalesce(reported_percent, providers.kind_percent(kind, providers.evidence_status(source_status)))
    else providers.kind_percent(kind, checks_status)
end);
grant update (checks_status) on providers.signals to guildhall_app;

create table providers.checks (
    tenant_id             uuid        not null default platform.app_tenant(),
    id                    uuid        not null default uuidv7(),
    external_id           text,
    signal_id             uuid        not null,
    type                  text        not null constraint checks_type check (type in ('http', 'tcp', 'tls', 'dns', 'database')),
    target                jsonb       not null,
    cadence_seconds       integer     not null constraint checks_cadence check (cadence_seconds between 30 and 86400),
    timeout_ms            integer     not null constraint checks_timeout check (timeout_ms between 100 and 30000),
    retries               integer     not null constraint checks_retries check (retries between 0 and 3),
    failures_to_degrade   integer     not null,
    failures_to_block     integer     not null,
    successes_to_recover  integer     not null constraint checks_recover check (successes_to_recover between 1 and 100),
    warn_latency_ms       integer,
    warn_days             integer,
    state                 text        not null default 'active' constraint checks_state check (state in ('active', 'paused', 'archived')),
    outcome               text        not null default 'unknown'
        constraint checks_outcome check (outcome in ('unknown', 'passing', 'warning', 'failing')),
    consecutive_failures  integer     not null default 0,
    consecutive_successes integer     not null default 0,
    active_since          timestamptz not null default platform.app_now(),
    last_result_at        timestamptz,
    last_success_at       timestamptz,
    last_failure_at       timestamptz,
    last_error_code       text,
    last_error_detail     text,
    last_latency_ms       integer,
    next_run_at           timestamptz not null default platform.app_now(),
    created_at            timestamptz not null default platform.app_now(),
    updated_at            timestamptz not null default platform.app_now(),
    version               bigint      not null default 1,
    primary key (tenant_id, id),
    constraint checks_failures check (failures_to_degrade between 1 and failures_to_block and failures_to_block <= 100),
    constraint checks_error check ((last_error_code is null) = (last_error_detail is null)),
    constraint checks_signal foreign key (tenant_id, signal_id) references providers.signals (tenant_id, id)
);
create unique index checks_external_id on providers.checks (tenant_id, external_id) where external_id is not null;
create index checks_created on providers.checks (tenant_id, created_at, id);
create index checks_of_signal on providers.checks (tenant_id, signal_id, created_at, id);
create index checks_due on providers.checks (tenant_id, next_run_at) where state = 'active';
select platform.guard_table('providers.checks');
grant select, insert, update (
    external_id, target, cadence_seconds, timeout_ms, retries, failures_to_degrade, failures_to_block, successes_to_recover, warn_latency_ms,
    warn_days, state, outcome, consecutive_failures, consecutive_successes, active_since, last_result_at, last_success_at, last_failure_at,
    last_error_code, last_error_detail, last_latency_ms, next_run_at, updated_at, version) on providers.checks to guildhall_app;
grant select on providers.checks to guildhall_readonly, guildhall_backup;

-- Results are deleted after 35 days.
create table providers.check_results (
    tenant_id    uuid        not null default platform.app_tenant(),
    id           uuid        not null default uuidv7(),
    check_id     uuid        not null,
    at           timestamptz not null,
    outcome      text        not null constraint check_results_outcome check (outcome in ('pass', 'warn', 'fail', 'aborted')),
    latency_ms   integer,
    attempts     integer     not null,
    error_code   text,
    error_detail text,
    observed     jsonb       not null,
    node         text        not null,
    primary key (tenant_id, id),
    constraint check_results_error check ((error_code is null) = (error_detail is null)),
    constraint check_results_check foreign key (tenant_id, check_id) references providers.checks (tenant_id, id)
);
create index check_results_of_check on providers.check_results (tenant_id, check_id, at, id);
select platform.guard_table('providers.check_results');
grant select, insert, delete on providers.check_results to guildhall_app;
grant select on providers.check_results to guildhall_readonly, guildhall_backup;

-- The signal of a changed check gets the status of its worst active check.
create function providers.checks_status() returns trigger
    language plpgsql as
$$
declare
    worst text;
begin
    -- With the lock, the status is of all checks that were committed before.
    perform from providers.signals where tenant_id = new.tenant_id and id = new.signal_id for update;
    select case max(case outcome when 'failing' then 3 when 'passing' then 1 else 2 end)
        when 3 then 'blocked' when 2 then 'degraded' when 1 then 'operational' end
    into worst
    from providers.checks where tenant_id = new.tenant_id and signal_id = new.signal_id and state = 'active';
    update providers.signals
    set checks_status = worst, updated_at = greatest(updated_at, platform.app_now() + (clock_timestamp() - now())), version = version + 1
    where tenant_id = new.tenant_id and id = new.signal_id and checks_status is distinct from worst;
    return null;
end
$$;
create trigger checks_made after insert on providers.checks for each row execute function providers.checks_status();
create trigger checks_changed after update on providers.checks
    for each row when ((old.state, old.outcome) is distinct from (new.state, new.outcome)) execute function providers.checks_status();

-- The age of a result in units of the cadence.
create function providers.staleness(result timestamptz, cadence_seconds integer, instant timestamptz) returns numeric
    language sql immutable parallel safe
return extract(epoch from instant - result) / cadence_seconds;

-- Up to two cadences a result is fresh. Then the percentage falls evenly, to nothing after twelve.
create function providers.decayed_percent(percent integer, staleness numeric) returns integer
    language sql immutable parallel safe
return case when staleness > 2 then round(percent * greatest(0, 1 - (staleness - 2) / 10))::integer else percent end;

create function providers.decayed_status(status text, staleness numeric) returns text
    language sql immutable parallel safe
return case when status = 'operational' and staleness > 2 then 'degraded' else status end;

-- Signals again, now with the staleness of their checks between evidence and ceiling.
drop view providers.present_signals;
drop function providers.past_signals(timestamptz);

create view providers.present_signals with (security_invoker = true) as
select s.tenant_id, s.id, s.external_id, s.position, s.name, s.lane, s.kind, s.owner_kind, s.owner_name, s.owner_person_id, s.source_status,
       s.reported_percent, s.last_signal, s.last_signal_at, s.impact, s.recovery_action, s.evidence_subject, s.evidence_source_status,
       s.evidence_why, s.blocked_by, s.blocked_reason, s.blocked_at, s.reviewed_by, s.review_outcome, s.review_note, s.reviewed_at, s.state,
       s.archived_at, s.created_at, s.updated_at, s.version, s.checks_status is not null as derived,
       case when s.evidence_status <> 'planned' then k.stale_since end as stale_since,
       e.status as evidence_status, e.percent as evidence_percent, i.id as incident_id, d.status, d.signal_percent,
       d.signal_percent * 100000 - s.position as rank
from providers.signals s
left join lateral (
    select n.id from providers.incidents n
    where n.tenant_id = s.tenant_id and n.signal_id = s.id and n.state <> 'closed'
    order by n.opened_at, n.id limit 1) i on true
left join lateral (
    select max(providers.staleness(greatest(c.last_result_at, c.active_since), c.cadence_seconds, platform.app_now())) as staleness,
           min(greatest(c.last_result_at, c.active_since) + 2 * c.cadence_seconds * interval '1 second')
               filter (where providers.staleness(greatest(c.last_result_at, c.active_since), c.cadence_seconds, platform.app_now()) > 2) as stale_since
    from providers.checks c
    where s.checks_status is not null and c.tenant_id = s.tenant_id and c.signal_id = s.id and c.state = 'active') k on true
cross join lateral (select
    case when s.evidence_status = 'planned' then s.evidence_status else providers.decayed_status(s.evidence_status, k.staleness) end as status,
    case when s.evidence_status = 'planned' then s.evidence_percent else providers.decayed_percent(s.evidence_percent, k.staleness) end as percent) e
cross join lateral (select
    providers.signal_status(e.status, s.blocked_at is not null, i.id is not null) as status,
    providers.signal_percent(s.kind, e.status, e.percent, s.blocked_at is not null, i.id is not null) as signal_percent) d;
grant select on providers.present_signals to guildhall_app, guildhall_readonly, guildhall_backup;

alter table providers.signal_states add column derived boolean not null default false;
create or replace function providers.signals_state() returns trigger
    language plpgsql as
$$
declare
    since timestamptz := new.updated_at;
begin
    if tg_op = 'UPDATE' then
        update providers.signal_states set ends_at = greatest(new.updated_at, starts_at + interval '1 microsecond')
        where tenant_id = new.tenant_id and signal_id = new.id and ends_at is null
        returning ends_at into since;
    end if;
    if new.state = 'active' then
        insert into providers.signal_states (tenant_id, signal_id, evidence_status, evidence_percent, blocked_by, blocked_reason, blocked_at,
            derived, starts_at)
        values (new.tenant_id, new.id, new.evidence_status, new.evidence_percent, new.blocked_by, new.blocked_reason, new.blocked_at,
            new.checks_status is not null, since);
    end if;
    return null;
end
$$;
drop trigger signals_state on providers.signals;
create trigger signals_state after update on providers.signals
    for each row when ((old.evidence_status, old.evidence_percent, old.blocked_at is null, old.state, old.checks_status is null)
        is distinct from (new.evidence_status, new.evidence_percent, new.blocked_at is null, new.state, new.checks_status is null))
    execute function providers.signals_state();

-- The staleness of then follows from the results that there were; results are kept for 35 days.
create function providers.past_signals(instant timestamptz)
    returns table (id uuid, derived boolean, stale_since timestamptz, evidence_status text, evidence_percent integer, blocked_by uuid,
                   blocked_reason text, blocked_at timestamptz, incident_id uuid, status text, signal_percent integer, rank integer)
    language sql stable parallel safe
begin atomic
    select h.signal_id, h.derived, case when h.evidence_status <> 'planned' then k.stale_since end, e.status, e.percent, h.blocked_by,
           h.blocked_reason, h.blocked_at, i.id, d.status, d.signal_percent, d.signal_percent * 100000 - s.position
    from providers.signal_states h
    join providers.signals s on (s.tenant_id, s.id) = (h.tenant_id, h.signal_id)
    left join lateral (
        select n.id from providers.incidents n
        where n.tenant_id = s.tenant_id and n.signal_id = s.id and n.opened_at <= instant and (n.closed_at is null or n.closed_at > instant)
        order by n.opened_at, n.id limit 1) i on true
    left join lateral (
        select max(providers.staleness(a.result, a.cadence_seconds, instant)) as staleness,
               min(a.result + 2 * a.cadence_seconds * interval '1 second')
                   filter (where providers.staleness(a.result, a.cadence_seconds, instant) > 2) as stale_since
        from (
            select c.cadence_seconds, coalesce(
                (select max(r.at) from providers.check_results r
                 where r.tenant_id = c.tenant_id and r.check_id = c.id and r.outcome <> 'aborted' and r.at <= instant),
                least(c.active_since, instant)) as result
            from providers.checks c
            where h.derived and c.tenant_id = s.tenant_id and c.signal_id = s.id and c.state = 'active' and c.created_at <= instant) a) k on true
    cross join lateral (select
        case when h.evidence_status = 'planned' then h.evidence_status else providers.decayed_status(h.evidence_status, k.staleness) end as status,
        case when h.evidence_status = 'planned' then h.evidence_percent else providers.decayed_percent(h.evidence_percent, k.staleness) end as percent) e
    cross join lateral (select
        providers.signal_status(e.status, h.blocked_at is not null, i.id is not null) as status,
        providers.signal_percent(s.kind, e.status, e.percent, h.blocked_at is not null, i.id is not null) as signal_percent) d
    where h.starts_at <= instant and (h.ends_at is null or h.ends_at > instant);
end;
