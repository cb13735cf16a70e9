-- Preferences of messages: quiet hours, caps and opt-outs of persons. Additive: an older server holds no message, and doesn't read the new columns.

-- A tenant without a row has no quiet hours and no caps. `quiet_hours` is a list of {category, days, start_minutes, end_minutes}.
create table tasks.message_preferences (
    tenant_id      uuid        not null default platform.app_tenant(),
    quiet_hours    jsonb       not null,
    emails_per_day integer     constraint message_preferences_emails_per_day check (emails_per_day > 0),
    created_at     timestamptz not null default platform.app_now(),
    updated_at     timestamptz not null default platform.app_now(),
    version        bigint      not null default 1,
    primary key (tenant_id)
);
select platform.guard_table('tasks.message_preferences');
grant select, insert on tasks.message_preferences to guildhall_app;
grant update (quiet_hours, emails_per_day, updated_at, version) on tasks.message_preferences to guildhall_app;
grant select on tasks.message_preferences to guildhall_readonly, guildhall_backup;

-- A held message waits for `held_until`, and reads as `queued` from then on. `recipient_key` is the normalized address of the last attempt, and
-- `last_attempt_at` its start: the cap counts by them. `event_at` is the instant of what a message is about.
alter table tasks.messages
    add column held_reason text constraint messages_held_reason check (held_reason in ('quiet_hours', 'cap')),
    add column held_until timestamptz,
    add column event_at timestamptz,
    add column recipient_key text,
    add column last_attempt_at timestamptz,
    drop constraint messages_state,
    drop constraint messages_queued,
    add constraint messages_state
        check (state in ('queued', 'held', 'sending', 'sent', 'suppressed', 'failed', 'unknown', 'expired', 'canceled')),
    add constraint messages_queued check (state not in ('queued', 'held') or next_attempt_at is not null),
    add constraint messages_held check ((state = 'held') = (held_until is not null) and (held_until is null) = (held_reason is null));
create index messages_to_recipient on tasks.messages (tenant_id, recipient_key, last_attempt_at) where recipient_key is not null;
grant update (held_reason, held_until, recipient_key, last_attempt_at) on tasks.messages to guildhall_app;

-- An opt-out of a person holds for whatever address the person has.
alter table tasks.suppressions
    alter column address drop not null,
    add column person_id uuid,
    add constraint suppressions_recipient check (num_nonnulls(person_id, address) = 1),
    add constraint suppressions_person foreign key (tenant_id, person_id) references runtime.persons (tenant_id, id);
drop index tasks.suppressions_once;
create unique index suppressions_once on tasks.suppressions (tenant_id, channel, address, person_id, reason, category) nulls not distinct
    where lifted_at is null and until is null;
create index suppressions_of_person on tasks.suppressions (tenant_id, person_id, created_at, id) where person_id is not null;
