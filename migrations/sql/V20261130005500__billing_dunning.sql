-- Dunning: what follows when the payment of an invoice fails.

-- The wall clock of the tenant.
create view platform.billing_settings with (security_invoker = true) as
select tenant_id, time_zone from platform.settings;
grant select on platform.billing_settings to guildhall_app, guildhall_readonly, guildhall_backup;

create table billing.dunning_policies (
    tenant_id               uuid        not null default platform.app_tenant(),
    id                      uuid        not null default uuidv7(),
    external_id             text,
    name                    text        not null,
    is_default              boolean     not null,
    steps                   jsonb       not null,
    quiet_hours             jsonb       not null,
    suppressions            jsonb       not null,
    hold_while_degraded     boolean     not null,
    minimum_amounts         jsonb       not null,
    stops_with_subscription boolean     not null,
    state                   text        not null default 'active' constraint dunning_policies_state check (state in ('active', 'archived')),
    created_at              timestamptz not null default platform.app_now(),
    updated_at              timestamptz not null default platform.app_now(),
    version                 bigint      not null default 1,
    primary key (tenant_id, id),
    constraint dunning_policies_default check (state = 'active' or not is_default)
);
create unique index dunning_policies_external_id on billing.dunning_policies (tenant_id, external_id) where external_id is not null;
create unique index dunning_policies_one_default on billing.dunning_policies (tenant_id) where is_default;
create index dunning_policies_created on billing.dunning_policies (tenant_id, created_at, id);
select platform.guard_table('billing.dunning_policies');
grant select, insert, update (
    external_id, name, is_default, steps, quiet_hours, suppressions, hold_while_degraded, minimum_amounts, stops_with_subscription, state, updated_at, version)
    on billing.dunning_policies to guildhall_app;
grant select on billing.dunning_policies to guildhall_readonly, guildhall_backup;

-- The dunning of an invoice. `steps` are those of the policy at the opening. A subscription entitles to nothing while a case of it is `suspended`.
create table billing.dunning_cases (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    invoice_id      uuid        not null,
    account_id      uuid        not null,
    subscription_id uuid,
    policy_id       uuid        not null,
    policy_version  bigint      not null,
    steps           jsonb       not null,
    state           text        not null default 'open'
        constraint dunning_cases_state check (state in ('open', 'held', 'suspended', 'exhausted', 'recovered', 'dropped')),
    held_reason     text        constraint dunning_cases_held_reason check (held_reason in
        ('operator', 'providers_degraded', 'no_transport', 'template_unusable')),
    held_note       text,
    currency        text        not null,
    opened_minor    bigint      not null constraint dunning_cases_opened check (opened_minor > 0),
    next_position   integer,
    next_due_at     timestamptz,
    suspended_at    timestamptz,
    ended_at        timestamptz,
    drop_reason     text        constraint dunning_cases_drop_reason check (drop_reason in ('invoice_voided', 'subscription_ended', 'operator')),
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    version         bigint      not null default 1,
    primary key (tenant_id, id),
    constraint dunning_cases_next check ((state in ('open', 'held')) = (next_position is not null) and (next_position is null) = (next_due_at is null)),
    constraint dunning_cases_held check ((state = 'held') = (held_reason is not null) and (held_note is null or held_reason = 'operator')),
    constraint dunning_cases_suspended check (state <> 'suspended' or suspended_at is not null and subscription_id is not null),
    constraint dunning_cases_ended check ((state in ('recovered', 'dropped')) = (ended_at is not null) and (state = 'dropped') = (drop_reason is not null)),
    constraint dunning_cases_invoice foreign key (tenant_id, invoice_id) references billing.invoices (tenant_id, id),
    constraint dunning_cases_account foreign key (tenant_id, account_id) references billing.accounts (tenant_id, id),
    constraint dunning_cases_subscription foreign key (tenant_id, subscription_id) references billing.subscriptions (tenant_id, id),
    constraint dunning_cases_policy foreign key (tenant_id, policy_id) references billing.dunning_policies (tenant_id, id)
);
-- An invoice gets another case only after it was paid.
create unique index dunning_cases_one_of_invoice on billing.dunning_cases (tenant_id, invoice_id) where state <> 'recovered';
create index dunning_cases_created on billing.dunning_cases (tenant_id, created_at, id);
create index dunning_cases_of_invoice on billing.dunning_cases (tenant_id, invoice_id, created_at, id);
create index dunning_cases_of_account on billing.dunning_cases (tenant_id, account_id, created_at, id);
create index dunning_cases_of_subscription on billing.dunning_cases (tenant_id, subscription_id, created_at, id) where subscription_id is not null;
create index dunning_cases_in_state on billing.dunning_cases (tenant_id, state, created_at, id);
create index dunning_cases_due on billing.dunning_cases (tenant_id, next_due_at, id) where next_due_at is not null and held_note is null;
select platform.guard_table('billing.dunning_cases');
grant select, insert, update (
    subscription_id, state, held_reason, held_note, next_position, next_due_at, suspended_at, ended_at, drop_reason, updated_at, version)
    on billing.dunning_cases to guildhall_app;
grant select on billing.dunning_cases to guildhall_readonly, guildhall_backup;

-- A step of a case that was carried out or skipped.
create table billing.dunning_attempts (
    tenant_id    uuid        not null default platform.app_tenant(),
    id           uuid        not null default uuidv7(),
    case_id      uuid        not null,
    position     integer     not null,
    action       text        not null constraint dunning_attempts_action check (action in ('message', 'suspend')),
    channel      text        constraint dunning_attempts_channel check (channel in ('email')),
    due_at       timestamptz not null,
    moved_to     timestamptz,
    moved_reason text        constraint dunning_attempts_moved_reason check (moved_reason in ('quiet_hours', 'suppression')),
    state        text        not null
        constraint dunning_attempts_state check (state in ('queued', 'sent', 'delivered', 'failed', 'suppressed', 'skipped', 'suspended')),
    skip_reason  text        constraint dunning_attempts_skip_reason check (skip_reason in ('no_address', 'no_subscription')),
    message_id   uuid,
    created_at   timestamptz not null default platform.app_now(),
    updated_at   timestamptz not null default platform.app_now(),
    version      bigint      not null default 1,
    primary key (tenant_id, id),
    constraint dunning_attempts_moved check ((moved_to is null) = (moved_reason is null)),
    constraint dunning_attempts_skipped check ((state = 'skipped') = (skip_reason is not null)),
    constraint dunning_attempts_case foreign key (tenant_id, case_id) references billing.dunning_cases (tenant_id, id),
    constraint dunning_attempts_message foreign key (tenant_id, message_id) references tasks.messages (tenant_id, id)
);
create unique index dunning_attempts_once on billing.dunning_attempts (tenant_id, case_id, position);
create index dunning_attempts_created on billing.dunning_attempts (tenant_id, created_at, id);
create index dunning_attempts_of_case on billing.dunning_attempts (tenant_id, case_id, created_at, id);
create index dunning_attempts_in_state on billing.dunning_attempts (tenant_id, state, created_at, id);
create index dunning_attempts_waiting on billing.dunning_attempts (tenant_id, created_at, id) where state in ('queued', 'sent');
select platform.guard_table('billing.dunning_attempts');
grant select, insert, update (state, updated_at, version) on billing.dunning_attempts to guildhall_app;
grant select on billing.dunning_attempts to guildhall_readonly, guildhall_backup;

-- The invoices whose payment has failed.
create index payment_recoveries_open on billing.payment_recoveries (tenant_id, invoice_id) where ended_at is null;
