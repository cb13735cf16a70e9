-- The providers room, first part: signals, the health of provider surfaces.
--
-- What a signal shows is derived in two steps: what its evidence says, then a ceiling. The two functions of the second step are the only
-- place of the rule; present and past states are read through them.

create schema providers;
grant usage on schema providers to guildhall_app, guildhall_readonly, guildhall_backup;

-- The percentage of each kind and status.
create function providers.kind_percent(kind text, status text) returns integer
    language sql immutable parallel safe
return case kind
    when 'system' then case status when 'operational' then 95 when 'degraded' then 61 when 'planned' then 35 else 18 end
    when 'integration' then case status when 'operational' then 92 when 'degraded' then 54 when 'planned' then 32 else 18 end
    when 'api_contract' then case status when 'operational' then 90 when 'degraded' then 63 when 'planned' then 35 else 18 end
    else case status when 'operational' then 86 when 'degraded' then 61 when 'planned' then 38 else 18 end
end;

create function providers.evidence_status(source_status text) returns text
    language sql immutable parallel safe
return case
    when source_status in ('healthy', 'live', 'active') then 'operational'
    when source_status in ('watch', 'needs_attention', 'documented') then 'degraded'
    when source_status = 'planned' then 'planned'
    else 'blocked'
end;

-- The ceiling: planned wins over all, then an operator's block.
create function providers.signal_status(evidence text, blocked boolean) returns text
    language sql immutable parallel safe
return case when evidence = 'planned' then evidence when blocked then 'blocked' else evidence end;

create function providers.signal_percent(evidence text, percent integer, blocked boolean) returns integer
    language sql immutable parallel safe
return case when evidence <> 'planned' and blocked then least(percent, 18) else percent end;

-- The number of signals that each tenant has entered.
create table providers.signal_counters (
    tenant_id uuid    not null default platform.app_tenant(),
    signals   integer not null,
    primary key (tenant_id)
);
select platform.guard_table('providers.signal_counters');
grant select, insert, update (signals) on providers.signal_counters to guildhall_app;
grant select on providers.signal_counters to guildhall_readonly, guildhall_backup;

-- reported_percent replaces the percentage of the table.
create table providers.signals (
    tenant_id              uuid        not null default platform.app_tenant(),
    id                     uuid        not null default uuidv7(),
    external_id            text,
    position               integer     not null constraint signals_bound check (position between 1 and 10000),
    name                   text        not null,
    lane                   text        not null
        constraint signals_lane check (lane in ('payments', 'webhook', 'api', 'identity', 'messaging', 'reporting', 'infrastructure')),
    kind                   text        not null constraint signals_kind check (kind in ('system', 'integration', 'api_contract', 'webhook_event')),
    owner_kind             text        not null constraint signals_owner_kind check (owner_kind in ('team', 'person')),
    owner_name             text        not null,
    owner_person_id        uuid,
    source_status          text        not null,
    reported_percent       integer     constraint signals_reported_percent check (reported_percent between 0 and 100),
    last_signal            text,
    last_signal_at         timestamptz,
    impact                 text        not null,
    recovery_action        text        not null,
    evidence_subject       text        not null,
    evidence_source_status text,
    evidence_why           text        not null,
    blocked_by             uuid,
    blocked_reason         text,
    blocked_at             timestamptz,
    reviewed_by            uuid,
    review_outcome         text        constraint signals_review_outcome check (review_outcome in ('confirmed', 'changed', 'needs_action')),
    review_note            text,
    reviewed_at            timestamptz,
    state                  text        not null default 'active' constraint signals_state check (state in ('active', 'archived')),
    archived_at            timestamptz,
    evidence_status        text        not null generated always as (providers.evidence_status(source_status)) stored,
    evidence_percent       integer     not null
        generated always as (coalesce(reported_percent, providers.kind_percent(kind, providers.evidence_status(source_status)))) stored,
    created_at             timestamptz not null default platform.app_now(),
    updated_at             timestamptz not null default platform.app_now(),
    version                bigint      not null default 1,
    primary key (tenant_id, id),
    constraint signals_position unique (tenant_id, position),
    constraint signals_owner_person foreign key (tenant_id, owner_person_id) references runtime.persons (tenant_id, id),
    constraint signals_owner_team check (owner_kind = 'person' or owner_person_id is null),
    constraint signals_source_status check (case kind
        when 'system' then source_status in ('healthy', 'watch', 'planned', 'failing')
        when 'integration' then source_status in ('live', 'needs_attention', 'planned', 'failing')
        when 'api_contract' then source_status in ('live', 'documented', 'planned', 'failing')
        else source_status in ('active', 'watch', 'planned', 'failing')
    end),
    constraint signals_blocked check (num_nulls(blocked_by, blocked_reason, blocked_at) in (0, 3)),
    constraint signals_reviewed check (num_nulls(reviewed_by, review_outcome, reviewed_at) in (0, 3)),
    constraint signals_archived check ((state = 'archived') = (archived_at is not null))
);
create unique index signals_external_id on providers.signals (tenant_id, external_id) where external_id is not null;
create index signals_updated on providers.signals (tenant_id, updated_at, id);
select platform.guard_table('providers.signals');
grant select, insert, update (
    external_id, name, lane, owner_kind, owner_name, owner_person_id, source_status, reported_percent, last_signal, last_signal_at, impact,
    recovery_action, evidence_subject, evidence_source_status, evidence_why, blocked_by, blocked_reason, blocked_at, reviewed_by, review_outcome,
    review_note, reviewed_at, state, archived_at, updated_at, version) on providers.signals to guildhall_app;
grant select on providers.signals to guildhall_readonly, guildhall_backup;

-- The counter's row makes the positions of simultaneous requests differ.
create function providers.signals_place() returns trigger
    language plpgsql as
$$
begin
    insert into providers.signal_counters as c (tenant_id, signals) values (new.tenant_id, 1)
    on conflict (tenant_id) do update set signals = c.signals + 1
    returning signals into new.position;
    return new;
end
$$;
create trigger signals_place before insert on providers.signals for each row execute function providers.signals_place();

-- What each signal's evidence said, and the block by an operator, from when to when. An archived signal has no open row.
create table providers.signal_states (
    tenant_id        uuid        not null default platform.app_tenant(),
    signal_id        uuid        not null,
    evidence_status  text        not null
        constraint signal_states_status check (evidence_status in ('operational', 'degraded', 'planned', 'blocked')),
    evidence_percent integer     not null constraint signal_states_percent check (evidence_percent between 0 and 100),
    blocked_by       uuid,
    blocked_reason   text,
    blocked_at       timestamptz,
    starts_at        timestamptz not null,
    ends_at          timestamptz,
    during           tstzrange   not null generated always as (tstzrange(starts_at, ends_at, '[)')) stored,
    primary key (tenant_id, signal_id, starts_at),
    constraint signal_states_dates check (starts_at < ends_at),
    constraint signal_states_signal foreign key (tenant_id, signal_id) references providers.signals (tenant_id, id),
    constraint signal_states_one_at_a_time exclude using gist (tenant_id with =, signal_id with =, during with &&)
);
select platform.guard_table('providers.signal_states');
grant select, insert, update (ends_at) on providers.signal_states to guildhall_app;
grant select on providers.signal_states to guildhall_readonly, guildhall_backup;

-- A state begins after the one before it, even if the clock was set back or the transaction waited for the signal's lock.
create function providers.signals_state() returns trigger
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
            starts_at)
        values (new.tenant_id, new.id, new.evidence_status, new.evidence_percent, new.blocked_by, new.blocked_reason, new.blocked_at, since);
    end if;
    return null;
end
$$;
create trigger signals_entered after insert on providers.signals for each row execute function providers.signals_state();
create trigger signals_state after update on providers.signals
    for each row when ((old.evidence_status, old.evidence_percent, old.blocked_at is null, old.state)
        is distinct from (new.evidence_status, new.evidence_percent, new.blocked_at is null, new.state))
    execute function providers.signals_state();

-- Signals as they are shown. `rank` sorts by percentage, then in the order of entry.
create view providers.present_signals with (security_invoker = true) as
select s.*, d.status, d.signal_percent, d.signal_percent * 100000 - s.position as rank
from providers.signals s
cross join lateral (select
    providers.signal_status(s.evidence_status, s.blocked_at is not null) as status,
    providers.signal_percent(s.evidence_status, s.evidence_percent, s.blocked_at is not null) as signal_percent) d;

-- Active signals as they were shown at an instant. All other members are the present ones.
create function providers.past_signals(instant timestamptz)
    returns table (id uuid, evidence_status text, evidence_percent integer, blocked_by uuid, blocked_reason text, blocked_at timestamptz,
                   status text, signal_percent integer, rank integer)
    language sql stable parallel safe
begin atomic
    select h.signal_id, h.evidence_status, h.evidence_percent, h.blocked_by, h.blocked_reason, h.blocked_at, d.status, d.signal_percent,
           d.signal_percent * 100000 - s.position
    from providers.signal_states h
    join providers.signals s on (s.tenant_id, s.id) = (h.tenant_id, h.signal_id)
    cross join lateral (select
        providers.signal_status(h.evidence_status, h.blocked_at is not null) as status,
        providers.signal_percent(h.evidence_status, h.evidence_percent, h.blocked_at is not null) as signal_percent) d
    where h.starts_at <= instant and (h.ends_at is null or h.ends_at > instant);
end;

grant select on providers.present_signals to guildhall_app, guildhall_readonly, guildhall_backup;
