-- Incidents of signals. While one isn't closed, its signal is at most degraded.

-- A closing asks for the state of the prevention task.
create view tasks.providers_operational_tasks with (security_invoker = true) as
select tenant_id, id, state from tasks.operational_tasks;
grant select on tasks.providers_operational_tasks to guildhall_app, guildhall_readonly, guildhall_backup;

create table providers.incidents (
    tenant_id              uuid        not null default platform.app_tenant(),
    id                     uuid        not null default uuidv7(),
    external_id            text,
    signal_id              uuid        not null,
    cause                  text        not null,
    title                  text        not null,
    impact                 text        not null,
    severity               text        not null constraint incidents_severity check (severity in ('minor', 'major', 'critical')),
    owner_kind             text        not null constraint incidents_owner_kind check (owner_kind in ('team', 'person')),
    owner_name             text        not null,
    owner_person_id        uuid,
    opened_by              uuid        not null,
    follows_incident_id    uuid,
    recovery_action        text        not null,
    evidence               jsonb       not null default '[]',
    prevention_task_id     uuid,
    task_ids               uuid[]      not null default '{}',
    owner_safe_explanation text,
    state                  text        not null default 'open'
        constraint incidents_state check (state in ('open', 'monitoring', 'resolved', 'closed')),
    opened_at              timestamptz not null,
    monitoring_at          timestamptz,
    resolved_at            timestamptz,
    closed_at              timestamptz,
    created_at             timestamptz not null default platform.app_now(),
    updated_at             timestamptz not null default platform.app_now(),
    version                bigint      not null default 1,
    primary key (tenant_id, id),
    constraint incidents_signal foreign key (tenant_id, signal_id) references providers.signals (tenant_id, id),
    constraint incidents_follows foreign key (tenant_id, follows_incident_id) references providers.incidents (tenant_id, id),
    constraint incidents_owner_person foreign key (tenant_id, owner_person_id) references runtime.persons (tenant_id, id),
    constraint incidents_owner_team check (owner_kind = 'person' or owner_person_id is null),
    constraint incidents_prevention_task foreign key (tenant_id, prevention_task_id) references tasks.operational_tasks (tenant_id, id),
    constraint incidents_dates check (opened_at < closed_at),
    constraint incidents_monitoring check (state <> 'monitoring' or monitoring_at is not null),
    constraint incidents_resolved check ((state in ('resolved', 'closed')) = (resolved_at is not null)),
    constraint incidents_closed check ((state = 'closed') = (closed_at is not null)),
    constraint incidents_complete check (state <> 'closed'
        or (evidence <> '[]' and prevention_task_id is not null and owner_safe_explanation is not null))
);
create unique index incidents_external_id on providers.incidents (tenant_id, external_id) where external_id is not null;
create unique index incidents_one_open on providers.incidents (tenant_id, signal_id, cause) where state <> 'closed';
create index incidents_opened on providers.incidents (tenant_id, opened_at, id);
create index incidents_in_state on providers.incidents (tenant_id, state, opened_at, id);
create index incidents_of_signal on providers.incidents (tenant_id, signal_id, opened_at, id);
create index incidents_public on providers.incidents (tenant_id, opened_at, id) where owner_safe_explanation is not null;
select platform.guard_table('providers.incidents');
grant select, insert, update (
    external_id, title, impact, severity, owner_kind, owner_name, owner_person_id, recovery_action, evidence, prevention_task_id, task_ids,
    owner_safe_explanation, state, monitoring_at, resolved_at, closed_at, updated_at, version) on providers.incidents to guildhall_app;
grant select on providers.incidents to guildhall_readonly, guildhall_backup;

create table providers.incident_entries (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    incident_id uuid        not null,
    kind        text        not null constraint incident_entries_kind check (kind in ('note', 'status', 'action', 'comms')),
    words       text        not null,
    audience    text        constraint incident_entries_audience check (audience in ('staff', 'owners', 'members', 'public')),
    channel     text,
    sent_at     timestamptz,
    automatic   boolean     not null default false,
    created_at  timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint incident_entries_incident foreign key (tenant_id, incident_id) references providers.incidents (tenant_id, id),
    constraint incident_entries_comms check (num_nonnulls(audience, channel, sent_at) = case kind when 'comms' then 3 else 0 end)
);
create index incident_entries_of_incident on providers.incident_entries (tenant_id, incident_id, created_at, id);
select platform.guard_table('providers.incident_entries');
grant select, insert on providers.incident_entries to guildhall_app;
grant select on providers.incident_entries to guildhall_readonly, guildhall_backup;

-- The ceiling again, now with incidents: planned wins over all, then an operator's block, then an incident that isn't closed.
drop view providers.present_signals;
drop function providers.past_signals(timestamptz);
drop function providers.signal_status(text, boolean);
drop function providers.signal_percent(text, integer, boolean);

create function providers.signal_status(evidence text, blocked boolean, incident boolean) returns text
    language sql immutable parallel safe
return case
    when evidence = 'planned' then evidence
    when blocked or evidence = 'blocked' then 'blocked'
    when incident then 'degraded'
    else evidence
end;

create function providers.signal_percent(kind text, evidence text, percent integer, blocked boolean, incident boolean) returns integer
    language sql immutable parallel safe
return case
    when evidence = 'planned' then percent
    else least(percent, case when blocked then 18 end, case when incident then providers.kind_percent(kind, 'degraded') end)
end;

create view providers.present_signals with (security_invoker = true) as
select s.*, i.id as incident_id, d.status, d.signal_percent, d.signal_percent * 100000 - s.position as rank
from providers.signals s
left join lateral (
    select n.id from providers.incidents n
    where n.tenant_id = s.tenant_id and n.signal_id = s.id and n.state <> 'closed'
    order by n.opened_at, n.id limit 1) i on true
cross join lateral (select
    providers.signal_status(s.evidence_status, s.blocked_at is not null, i.id is not null) as status,
    providers.signal_percent(s.kind, s.evidence_status, s.evidence_percent, s.blocked_at is not null, i.id is not null) as signal_percent) d;
grant select on providers.present_signals to guildhall_app, guildhall_readonly, guildhall_backup;

create function providers.past_signals(instant timestamptz)
    returns table (id uuid, evidence_status text, evidence_percent integer, blocked_by uuid, blocked_reason text, blocked_at timestamptz,
                   incident_id uuid, status text, signal_percent integer, rank integer)
    language sql stable parallel safe
begin atomic
    select h.signal_id, h.evidence_status, h.evidence_percent, h.blocked_by, h.blocked_reason, h.blocked_at, i.id, d.status, d.signal_percent,
           d.signal_percent * 100000 - s.position
    from providers.signal_states h
    join providers.signals s on (s.tenant_id, s.id) = (h.tenant_id, h.signal_id)
    left join lateral (
        select n.id from providers.incidents n
        where n.tenant_id = s.tenant_id and n.signal_id = s.id and n.opened_at <= instant and (n.closed_at is null or n.closed_at > instant)
        order by n.opened_at, n.id limit 1) i on true
    cross join lateral (select
        providers.signal_status(h.evidence_status, h.blocked_at is not null, i.id is not null) as status,
        providers.signal_percent(s.kind, h.evidence_status, h.evidence_percent, h.blocked_at is not null, i.id is not null) as signal_percent) d
    where h.starts_at <= instant and (h.ends_at is null or h.ends_at > instant);
end;
