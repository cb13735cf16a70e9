-- The state of a tenant's event feed.
create table platform.event_feeds (
    tenant_id       uuid        not null default platform.app_tenant() primary key,
    last_position   bigint      not null default 0,
    -- Events up to this position were deleted.
    deleted_through bigint      not null default 0,
    -- Audit events of transactions before this one are in the feed, or not of interest.
    next_xid        xid8        not null default '0',
    -- The server whose transactions are meant, and the audit events from before it: a restored database counts its transactions anew.
    server_id       bigint      not null default 0,
    restored_seq    bigint      not null default 0
);

-- The changes in their order. A change is one entity of an audit event; one that moved the entity's state has a second event.
create table platform.events (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    position        bigint      not null,
    type            text        not null,
    audit_event_id  uuid        not null,
    entity_position integer     not null,
    recorded_at     timestamptz not null,
    primary key (tenant_id, id),
    constraint events_position unique (tenant_id, position),
    constraint events_entity foreign key (tenant_id, audit_event_id, entity_position)
        references platform.audit_entities (tenant_id, event_id, position)
);
create index events_type on platform.events (tenant_id, type, position);
create unique index events_once on platform.events (tenant_id, audit_event_id, entity_position, type);

create index audit_events_xid on platform.audit_events (tenant_id, xid);

do $$
declare
    name text;
begin
    foreach name in array array ['event_feeds', 'events'] loop
        execute format('alter table platform.%I enable row level security', name);
        execute format('alter table platform.%I force row level security', name);
        execute format('create policy %I on platform.%I using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant())',
                       name || '_tenant', name);
    end loop;
end $$;
grant select, insert, update on platform.event_feeds to guildhall_app;
grant select, insert, delete on platform.events to guildhall_app;
