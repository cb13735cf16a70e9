-- Addresses to which no messages are sent. Additive: an older server doesn't read the table, and never writes the new state.

-- `address` is normalized: the domain as A-labels in lower case, the local part as it is.
create table tasks.suppressions (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    external_id text,
    channel     text        not null constraint suppressions_channel check (channel in ('email')),
    address     text        not null,
    reason      text        not null
        constraint suppressions_reason check (reason in ('hard_bounce', 'complaint', 'unsubscribe', 'manual', 'invalid')),
    category    text
        constraint suppressions_category check (category in ('transactional', 'reminder', 'recovery', 'marketing', 'incident')),
    until       timestamptz,
    message_id  uuid,
    lifted_at   timestamptz,
    lift_reason text,
    created_at  timestamptz not null default platform.app_now(),
    updated_at  timestamptz not null default platform.app_now(),
    version     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint suppressions_lifted check ((lifted_at is null) = (lift_reason is null)),
    constraint suppressions_message foreign key (tenant_id, message_id) references tasks.messages (tenant_id, id)
);
create index suppressions_created on tasks.suppressions (tenant_id, created_at, id);
create index suppressions_of_address on tasks.suppressions (tenant_id, address, created_at, id);
create index suppressions_of_reason on tasks.suppressions (tenant_id, reason, created_at, id);
create index suppressions_of_message on tasks.suppressions (tenant_id, message_id) where message_id is not null;
create unique index suppressions_external_id on tasks.suppressions (tenant_id, external_id) where external_id is not null;
create unique index suppressions_once on tasks.suppressions (tenant_id, channel, address, reason, category) nulls not distinct
    where lifted_at is null and until is null;

select platform.guard_table('tasks.suppressions');
grant select, insert on tasks.suppressions to guildhall_app;
grant update (lifted_at, lift_reason, updated_at, version) on tasks.suppressions to guildhall_app;
grant select on tasks.suppressions to guildhall_readonly, guildhall_backup;

alter table tasks.messages
    add column suppression_id uuid,
    drop constraint messages_state,
    drop constraint messages_finished,
    add constraint messages_state
        check (state in ('queued', 'sending', 'sent', 'suppressed', 'failed', 'unknown', 'expired', 'canceled')),
    add constraint messages_finished
        check ((finished_at is not null) = (state in ('sent', 'suppressed', 'failed', 'unknown', 'expired', 'canceled'))),
    add constraint messages_suppressed check ((state = 'suppressed') = (suppression_id is not null)),
    add constraint messages_suppression foreign key (tenant_id, suppression_id) references tasks.suppressions (tenant_id, id);
create index messages_stopped_by on tasks.messages (tenant_id, suppression_id) where suppression_id is not null;
grant update (suppression_id) on tasks.messages to guildhall_app;
