-- Alert rules: conditions of signals, and what follows when they hold. Additive: an older server doesn't read the table.

create table providers.alert_rules (
    tenant_id         uuid        not null default platform.app_tenant(),
    id                uuid        not null default uuidv7(),
    external_id       text,
    name              text        not null,
    cause             text        not null,
    condition_type    text        not null
        constraint alert_rules_condition_type check (condition_type in
            ('status_at_least', 'percent_below', 'consecutive_failures', 'latency_above', 'certificate_expires_within')),
    condition_value   integer,
    condition_status  text        constraint alert_rules_condition_status check (condition_status in ('degraded', 'blocked')),
    lane              text,
    signal_id         uuid,
    signal_kind       text,
    actionable        text        not null
        constraint alert_rules_actionable check (actionable in ('billing_drift', 'blocked_login', 'failed_delivery', 'user_facing_outage', 'none')),
    severity          text        not null constraint alert_rules_severity check (severity in ('minor', 'major', 'critical')),
    routes            jsonb       not null,
    opens_incident    boolean     not null,
    send_cleared      boolean     not null,
    quiet_hours       jsonb       not null,
    quiet_override    text        not null constraint alert_rules_quiet_override check (quiet_override in ('none', 'critical')),
    suppress_until    timestamptz,
    suppress_reason   text,
    for_evaluations   integer     not null constraint alert_rules_for check (for_evaluations > 0),
    clear_evaluations integer     not null constraint alert_rules_clear check (clear_evaluations > 0),
    repeat_minutes    integer     constraint alert_rules_repeat check (repeat_minutes > 0),
    state             text        not null default 'active' constraint alert_rules_state check (state in ('active', 'paused', 'archived')),
    created_at        timestamptz not null default platform.app_now(),
    updated_at        timestamptz not null default platform.app_now(),
    version           bigint      not null default 1,
    primary key (tenant_id, id),
    constraint alert_rules_condition check (
        (condition_type = 'status_at_least') = (condition_status is not null) and num_nonnulls(condition_value, condition_status) = 1),
    constraint alert_rules_scope check (num_nonnulls(lane, signal_id, signal_kind) = 1),
    constraint alert_rules_suppression check ((suppress_until is null) = (suppress_reason is null)),
    constraint alert_rules_signal foreign key (tenant_id, signal_id) references providers.signals (tenant_id, id)
);
create unique index alert_rules_external_id on providers.alert_rules (tenant_id, external_id) where external_id is not null;
create index alert_rules_created on providers.alert_rules (tenant_id, created_at, id);
create index alert_rules_of_signal on providers.alert_rules (tenant_id, signal_id, created_at, id) where signal_id is not null;
select platform.guard_table('providers.alert_rules');
grant select, insert, update (
    external_id, name, condition_type, condition_value, condition_status, lane, signal_id, signal_kind, actionable, severity, routes,
    opens_incident, send_cleared, quiet_hours, quiet_override, suppress_until, suppress_reason, for_evaluations, clear_evaluations,
    repeat_minutes, state, updated_at, version) on providers.alert_rules to guildhall_app;
grant select on providers.alert_rules to guildhall_readonly, guildhall_backup;
