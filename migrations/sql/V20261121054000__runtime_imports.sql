-- The runtime room, fourth part: imports and exports. A file comes in row by row and is kept here until it is worked off, so that any
-- node can go on where another one stopped.

create table runtime.imports (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    external_id text,
    format      text        not null constraint imports_format check (format in ('csv', 'ndjson')),
    mode        text        not null constraint imports_mode check (mode in ('run', 'validate')),
    state       text        not null default 'queued' constraint imports_state check (state in ('queued', 'running', 'succeeded', 'failed', 'canceled')),
    total       bigint      not null default 0,
    processed   bigint      not null default 0,
    created     bigint      not null default 0,
    updated     bigint      not null default 0,
    unchanged   bigint      not null default 0,
    failed      bigint      not null default 0,
    failure     text,
    actor_type  text        not null,
    actor_id    uuid,
    started_at  timestamptz,
    finished_at timestamptz,
    created_at  timestamptz not null default platform.app_now(),
    updated_at  timestamptz not null default platform.app_now(),
    version     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint imports_finished check ((state in ('succeeded', 'failed', 'canceled')) = (finished_at is not null))
);

-- The rows of a file, by their place in it. What was read is forgotten once the row is done; what was wrong stays.
create table runtime.import_rows (
    tenant_id  uuid        not null default platform.app_tenant(),
    import_id  uuid        not null,
    position   bigint      not null,
    line       bigint      not null,
    content    jsonb,
    state      text        not null default 'pending' constraint import_rows_state check (state in ('pending', 'created', 'updated', 'unchanged', 'failed')),
    entity_id  uuid,
    errors     jsonb,
    constraint import_rows_key primary key (tenant_id, import_id, position),
    constraint import_rows_import foreign key (tenant_id, import_id) references runtime.imports (tenant_id, id)
);
create index import_rows_state_of on runtime.import_rows (tenant_id, import_id, state, position);

create table runtime.exports (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    external_id text,
    format      text        not null constraint exports_format check (format in ('csv', 'ndjson')),
    state       text        not null default 'queued' constraint exports_state check (state in ('queued', 'running', 'succeeded', 'failed')),
    total       bigint      not null default 0,
    bytes       bigint      not null default 0,
    parts       integer     not null default 0,
    last_id     uuid,
    failure     text,
    actor_type  text        not null,
    actor_id    uuid,
    started_at  timestamptz,
    finished_at timestamptz,
    expires_at  timestamptz,
    created_at  timestamptz not null default platform.app_now(),
    updated_at  timestamptz not null default platform.app_now(),
    version     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint exports_finished check ((state in ('succeeded', 'failed')) = (finished_at is not null))
);

create table runtime.export_parts (
    tenant_id uuid    not null default platform.app_tenant(),
    export_id uuid    not null,
    part      integer not null,
    content   bytea   not null,
    constraint export_parts_key primary key (tenant_id, export_id, part),
    constraint export_parts_export foreign key (tenant_id, export_id) references runtime.exports (tenant_id, id)
);

do $$
declare
    name text;
begin
    foreach name in array array ['imports', 'import_rows', 'exports', 'export_parts'] loop
        execute format('alter table runtime.%I enable row level security', name);
        execute format('alter table runtime.%I force row level security', name);
        execute format('create policy %I on runtime.%I using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant())',
                       name || '_tenant', name);
        execute format('grant select, insert on runtime.%I to guildhall_app', name);
    end loop;
    foreach name in array array ['imports', 'exports'] loop
        execute format('create index %I on runtime.%I (tenant_id, created_at, id)', name || '_created', name);
        execute format('create unique index %I on runtime.%I (tenant_id, external_id) where external_id is not null', name || '_external_id', name);
        execute format('grant update on runtime.%I to guildhall_app', name);
    end loop;
end $$;
grant update (content, state, entity_id, errors) on runtime.import_rows to guildhall_app;
grant delete on runtime.export_parts to guildhall_app;
grant select on all tables in schema runtime to guildhall_readonly, guildhall_backup;
