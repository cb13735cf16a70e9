-- Receipts of providers. Additive: an older server doesn't read the table, and never writes the new states.
create table tasks.message_receipts (
    tenant_id    uuid        not null default platform.app_tenant(),
    transport_id uuid        not null,
    receipt_id   text        not null,
    message_id   uuid        not null,
    outcome      text        not null constraint message_receipts_outcome check (outcome in ('sent', 'failed', 'delivered', 'bounced')),
    received_at  timestamptz not null default platform.app_now(),
    primary key (tenant_id, transport_id, receipt_id),
    constraint message_receipts_transport foreign key (tenant_id, transport_id) references tasks.transports (tenant_id, id),
    constraint message_receipts_message foreign key (tenant_id, message_id) references tasks.messages (tenant_id, id)
);
create index message_receipts_of_message on tasks.message_receipts (tenant_id, message_id);
select platform.guard_table('tasks.message_receipts');
grant select, insert on tasks.message_receipts to guildhall_app;
grant select on tasks.message_receipts to guildhall_readonly, guildhall_backup;

alter table tasks.messages
    add column delivered_at timestamptz,
    drop constraint messages_state,
    drop constraint messages_finished,
    add constraint messages_state check (state in (
        'queued', 'held', 'sending', 'sent', 'delivered', 'bounced', 'suppressed', 'failed', 'unknown', 'expired', 'canceled')),
    add constraint messages_finished check ((finished_at is not null)
        = (state in ('sent', 'delivered', 'bounced', 'suppressed', 'failed', 'unknown', 'expired', 'canceled'))),
    add constraint messages_delivered check ((state = 'delivered') = (delivered_at is not null));
create index messages_of_provider on tasks.messages (tenant_id, transport_id, provider_message_id, id) where provider_message_id is not null;
grant update (delivered_at) on tasks.messages to guildhall_app;

-- A provider acts without a consumer.
alter table platform.audit_events
    drop constraint audit_events_actor_known,
    add constraint audit_events_actor_known check (actor_id is not null or actor_type in ('job', 'webhook'));
