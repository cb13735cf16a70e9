-- A run that processes the deliveries of a filter again. It goes through them in the order of their reception and remembers where it is. Only deliveries that were
-- received before the run was created belong to it, so that it ends.
create table billing.delivery_replays (
    tenant_id        uuid        not null default platform.app_tenant(),
    id               uuid        not null default uuidv7(),
    external_id      text,
    connection_id    uuid,
    delivery_state   text        constraint delivery_replays_delivery_state check (delivery_state in ('processed', 'skipped', 'failed', 'dead')),
    outcome          text,
    event_type       text,
    object_reference text,
    created_from     timestamptz,
    created_before   timestamptz,
    state            text        not null default 'queued' constraint delivery_replays_state check (state in ('queued', 'running', 'succeeded', 'failed')),
    last_created_at  timestamptz,
    last_delivery_id uuid,
    total            bigint      not null,
    processed        bigint      not null default 0,
    applied          bigint      not null default 0,
    unchanged        bigint      not null default 0,
    skipped          bigint      not null default 0,
    failed           bigint      not null default 0,
    failure          text,
    started_at       timestamptz,
    finished_at      timestamptz,
    created_at       timestamptz not null default platform.app_now(),
    updated_at       timestamptz not null default platform.app_now(),
    version          bigint      not null default 1,
    primary key (tenant_id, id),
    constraint delivery_replays_finished check ((state in ('succeeded', 'failed')) = (finished_at is not null)),
    constraint delivery_replays_processed check (processed = applied + unchanged + skipped + failed),
    constraint delivery_replays_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id)
);
create index delivery_replays_created on billing.delivery_replays (tenant_id, created_at, id);
create index delivery_replays_in_state on billing.delivery_replays (tenant_id, state, created_at, id);
create unique index delivery_replays_external_id on billing.delivery_replays (tenant_id, external_id) where external_id is not null;

select platform.guard_table('billing.delivery_replays');
grant select, insert on billing.delivery_replays to guildhall_app;
grant update (state, last_created_at, last_delivery_id, processed, applied, unchanged, skipped, failed, failure, started_at, finished_at, updated_at, version)
    on billing.delivery_replays to guildhall_app;
grant select on billing.delivery_replays to guildhall_readonly, guildhall_backup;
