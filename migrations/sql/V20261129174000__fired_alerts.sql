-- Fired alerts, and the incidents that rules open.

alter table providers.alert_rules add column last_test_at timestamptz, add column last_test_routes jsonb not null default '[]';
grant update (last_test_at, last_test_routes) on providers.alert_rules to guildhall_app;

-- An incident is opened by a consumer or by a rule.
alter table providers.incidents alter column opened_by drop not null;
alter table providers.incidents add column opened_by_rule_id uuid;
alter table providers.incidents
    add constraint incidents_opener check (num_nonnulls(opened_by, opened_by_rule_id) = 1),
    add constraint incidents_rule foreign key (tenant_id, opened_by_rule_id) references providers.alert_rules (tenant_id, id);

-- Quiet hours are by the wall clock of the tenant.
create view platform.providers_settings with (security_invoker = true) as
select tenant_id, time_zone from platform.settings;
grant select on platform.providers_settings to guildhall_app, guildhall_readonly, guildhall_backup;

-- One row for each rule, signal and cause while the alert goes on. `opened_incident` is true if this alert has opened its incident, false if it
-- was linked to an open one. `false_evaluations` counts the evaluations in a row in which the condition didn't hold.
create table providers.fired_alerts (
    tenant_id         uuid        not null default platform.app_tenant(),
    id                uuid        not null default uuidv7(),
    rule_id           uuid        not null,
    signal_id         uuid        not null,
    cause             text        not null,
    severity          text        not null constraint fired_alerts_severity check (severity in ('minor', 'major', 'critical')),
    state             text        not null default 'firing' constraint fired_alerts_state check (state in
        ('firing', 'sent', 'held', 'suppressed', 'not_actionable', 'cleared', 'cleared_while_held')),
    why_not_sent      text        constraint fired_alerts_why check (why_not_sent in
        ('not_actionable', 'incident_open', 'suppressed', 'quiet_hours', 'no_routes', 'no_transport')),
    fired_at          timestamptz not null,
    held_until        timestamptz,
    sent_at           timestamptz,
    reminded_at       timestamptz,
    reminders         integer     not null default 0,
    cleared_at        timestamptz,
    routes            jsonb       not null default '[]',
    incident_id       uuid,
    opened_incident   boolean     not null default false,
    false_evaluations integer     not null default 0,
    counted_at        timestamptz,
    created_at        timestamptz not null default platform.app_now(),
    updated_at        timestamptz not null default platform.app_now(),
    version           bigint      not null default 1,
    primary key (tenant_id, id),
    constraint fired_alerts_rule foreign key (tenant_id, rule_id) references providers.alert_rules (tenant_id, id),
    constraint fired_alerts_signal foreign key (tenant_id, signal_id) references providers.signals (tenant_id, id),
    constraint fired_alerts_incident foreign key (tenant_id, incident_id) references providers.incidents (tenant_id, id),
    constraint fired_alerts_cleared check ((state in ('cleared', 'cleared_while_held')) = (cleared_at is not null)),
    constraint fired_alerts_sent check (state <> 'sent' or sent_at is not null),
    constraint fired_alerts_held check (state not in ('held', 'suppressed') or held_until is not null)
);
create unique index fired_alerts_one_firing on providers.fired_alerts (tenant_id, rule_id, signal_id, cause) where cleared_at is null;
create index fired_alerts_fired on providers.fired_alerts (tenant_id, fired_at, id);
create index fired_alerts_in_state on providers.fired_alerts (tenant_id, state, fired_at, id);
create index fired_alerts_of_rule on providers.fired_alerts (tenant_id, rule_id, fired_at, id);
create index fired_alerts_of_signal on providers.fired_alerts (tenant_id, signal_id, fired_at, id);
select platform.guard_table('providers.fired_alerts');
grant select, insert, update (
    state, why_not_sent, held_until, sent_at, reminded_at, reminders, cleared_at, routes, incident_id, opened_incident, false_evaluations, counted_at,
    updated_at, version) on providers.fired_alerts to guildhall_app;
grant select on providers.fired_alerts to guildhall_readonly, guildhall_backup;

-- The evaluations in a row in which a condition held, before its alert fires.
create table providers.alert_streaks (
    tenant_id   uuid        not null default platform.app_tenant(),
    rule_id     uuid        not null,
    signal_id   uuid        not null,
    evaluations integer     not null,
    counted_at  timestamptz not null,
    primary key (tenant_id, rule_id, signal_id),
    constraint alert_streaks_rule foreign key (tenant_id, rule_id) references providers.alert_rules (tenant_id, id),
    constraint alert_streaks_signal foreign key (tenant_id, signal_id) references providers.signals (tenant_id, id)
);
select platform.guard_table('providers.alert_streaks');
grant select, insert, update (evaluations, counted_at), delete on providers.alert_streaks to guildhall_app;
grant select on providers.alert_streaks to guildhall_readonly, guildhall_backup;

-- The conditions of active rules for the signals in their scope. `holds` is null if the last results of checks tell nothing. A condition looks at a
-- signal without the ceiling of its incidents: an incident must neither fire an alert nor keep it alive.
create view providers.alert_conditions with (security_invoker = true) as
select r.tenant_id, r.id as rule_id, s.id as signal_id,
       case r.condition_type
           when 'status_at_least' then d.status = 'blocked' or d.status = r.condition_status
           when 'percent_below' then d.signal_percent < r.condition_value
           else case when c.is_true then true when c.is_unknown then null else false end
       end as holds
from providers.alert_rules r
join providers.present_signals s on s.tenant_id = r.tenant_id and (s.id = r.signal_id or s.lane = r.lane or s.kind = r.signal_kind)
cross join lateral (select
    providers.signal_status(s.evidence_status, s.blocked_at is not null, false) as status,
    providers.signal_percent(s.kind, s.evidence_status, s.evidence_percent, s.blocked_at is not null, false) as signal_percent) d
left join lateral (
    select bool_or(f.holds) as is_true, bool_or(f.holds is null) as is_unknown
    from (
        select case r.condition_type
                   when 'consecutive_failures' then k.consecutive_failures >= r.condition_value
                   when 'latency_above' then k.last_latency_ms > r.condition_value
                   else (select (n.observed ->> 'expires_in_days')::integer
                         from providers.check_results n
                         where n.tenant_id = k.tenant_id and n.check_id = k.id and n.outcome <> 'aborted'
                         order by n.at desc, n.id desc limit 1) <= r.condition_value
               end as holds
        from providers.checks k
        where r.condition_type not in ('status_at_least', 'percent_below') and k.tenant_id = s.tenant_id and k.signal_id = s.id
          and k.state = 'active' and (r.condition_type <> 'certificate_expires_within' or k.type = 'tls')) f) c on true
where r.state = 'active' and s.state = 'active' and s.evidence_status <> 'planned';
grant select on providers.alert_conditions to guildhall_app, guildhall_readonly, guildhall_backup;
