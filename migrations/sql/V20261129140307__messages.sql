-- Transports and messages: the outbox of the tasks room. Additive: an older server doesn't read these tables.

-- A test tenant's messages never leave the server, so the dispatcher needs the tenant's mode.
create view platform.tasks_tenants with (security_invoker = true) as
select id as tenant_id, mode from platform.tenants where id = platform.app_tenant();
grant select on platform.tasks_tenants to guildhall_app, guildhall_readonly, guildhall_backup;

-- `password` is sealed by the server's keys. `next_slot_at` is the instant of the next message within the rate.
create table tasks.transports (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    external_id     text,
    name            text        not null,
    channel         text        not null constraint transports_channel check (channel in ('email')),
    kind            text        not null constraint transports_kind check (kind in ('smtp')),
    host            text        not null,
    port            integer     not null,
    tls             text        not null constraint transports_tls check (tls in ('starttls', 'implicit', 'none')),
    user_name       text,
    password        bytea,
    sender_address  text        not null,
    sender_name     text,
    rate_per_minute integer     not null,
    is_default      boolean     not null default false,
    state           text        not null default 'active' constraint transports_state check (state in ('active', 'paused')),
    next_slot_at    timestamptz not null default platform.app_now(),
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    version         bigint      not null default 1,
    primary key (tenant_id, id),
    constraint transports_login check ((user_name is null) = (password is null))
);
create index transports_created on tasks.transports (tenant_id, created_at, id);
create unique index transports_external_id on tasks.transports (tenant_id, external_id) where external_id is not null;
create unique index transports_one_default on tasks.transports (tenant_id, channel) where is_default;

-- `next_attempt_at` is the earliest instant of a queued message's next attempt, `slot_at` its reserved place within the transport's rate.
-- `attempt` numbers the attempts: a result counts only for the attempt that it belongs to. `tries` are the attempts since it was queued.
-- A `sending` message whose lease is over reads as `unknown`, a `queued` one whose `expires_at` has come as `expired`.
create table tasks.messages (
    tenant_id        uuid        not null default platform.app_tenant(),
    id               uuid        not null default uuidv7(),
    external_id      text,
    transport_id     uuid        not null,
    channel          text        not null constraint messages_channel check (channel in ('email')),
    category         text        not null
        constraint messages_category check (category in ('transactional', 'reminder', 'recovery', 'marketing', 'incident')),
    person_id        uuid,
    address          text,
    subject          text,
    body             text,
    format           text        not null constraint messages_format check (format in ('text', 'html')),
    dedupe_key       text,
    dedupe_live      boolean     not null default false,
    send_after       timestamptz,
    expires_at       timestamptz,
    workflow         text,
    entity_type      text,
    entity_id        uuid,
    state            text        not null default 'queued'
        constraint messages_state check (state in ('queued', 'sending', 'sent', 'failed', 'unknown', 'expired', 'canceled')),
    state_reason     text,
    next_attempt_at  timestamptz,
    slot_at          timestamptz,
    lease_until      timestamptz,
    attempt          integer     not null default 0,
    tries            integer     not null default 0,
    attempts         jsonb       not null default '[]',
    email_message_id text        not null,
    sent_to          text,
    sent_at          timestamptz,
    finished_at      timestamptz,
    body_erased_at   timestamptz,
    created_at       timestamptz not null default platform.app_now(),
    updated_at       timestamptz not null default platform.app_now(),
    version          bigint      not null default 1,
    primary key (tenant_id, id),
    constraint messages_recipient check (num_nonnulls(person_id, address) = 1),
    constraint messages_body check ((body_erased_at is null) = (body is not null)),
    constraint messages_subject check ((subject is null) = (body is null)),
    constraint messages_source check ((entity_type is null) = (entity_id is null) and (entity_id is null or workflow is not null)),
    constraint messages_dedupe check (not dedupe_live or dedupe_key is not null),
    constraint messages_queued check (state <> 'queued' or next_attempt_at is not null),
    constraint messages_sending check ((state = 'sending') = (lease_until is not null)),
    constraint messages_sent check (state <> 'sent' or sent_at is not null),
    constraint messages_finished check ((finished_at is not null) = (state in ('sent', 'failed', 'unknown', 'expired', 'canceled'))),
    constraint messages_transport foreign key (tenant_id, transport_id) references tasks.transports (tenant_id, id),
    constraint messages_person foreign key (tenant_id, person_id) references runtime.persons (tenant_id, id)
);
create index messages_created on tasks.messages (tenant_id, created_at, id);
create index messages_in_state on tasks.messages (tenant_id, state, created_at, id);
create index messages_of_category on tasks.messages (tenant_id, category, created_at, id);
create index messages_of_transport on tasks.messages (tenant_id, transport_id, created_at, id);
create index messages_to_person on tasks.messages (tenant_id, person_id, created_at, id) where person_id is not null;
create index messages_about on tasks.messages (tenant_id, entity_id, created_at, id) where entity_id is not null;
create index messages_to_erase on tasks.messages (tenant_id, finished_at) where finished_at is not null and body_erased_at is null;
create unique index messages_external_id on tasks.messages (tenant_id, external_id) where external_id is not null;
create unique index messages_dedupe_key on tasks.messages (tenant_id, dedupe_key) where dedupe_live;

select platform.guard_table('tasks.transports');
select platform.guard_table('tasks.messages');
grant select, insert on tasks.transports, tasks.messages to guildhall_app;
grant update (external_id, name, host, port, tls, user_name, password, sender_address, sender_name, rate_per_minute, is_default, state, next_slot_at,
    updated_at, version) on tasks.transports to guildhall_app;
grant update (subject, body, dedupe_live, state, state_reason, next_attempt_at, slot_at, lease_until, attempt, tries, attempts, sent_to, sent_at,
    finished_at, body_erased_at, updated_at, version) on tasks.messages to guildhall_app;
grant select on tasks.transports, tasks.messages to guildhall_readonly, guildhall_backup;
