-- What was wrong in an import, one row a mistake. The rows of the file are a queue: they go when the import has ended. A validation
-- leaves in each what it would have made, so that the rows behind it find it, also on another node.

create table runtime.import_errors (
    tenant_id   uuid   not null default platform.app_tenant(),
    id          uuid   not null default uuidv7(),
    import_id   uuid   not null,
    line        bigint not null,
    column_name text,
    code        text   not null,
    detail      text   not null,
    constraint import_errors_key primary key (tenant_id, id),
    constraint import_errors_import foreign key (tenant_id, import_id) references runtime.imports (tenant_id, id)
);
create index import_errors_of_import on runtime.import_errors (tenant_id, import_id, line, id);
alter table runtime.import_errors enable row level security;
alter table runtime.import_errors force row level security;
create policy import_errors_tenant on runtime.import_errors
    using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant());
grant select, insert on runtime.import_errors to guildhall_app;

alter table runtime.import_rows
    drop column errors,
    drop column entity_id,
    add column person_key text,
    add column household_key text;
create index import_rows_of_person on runtime.import_rows (tenant_id, import_id, person_key, household_key, position) where person_key is not null;
create index import_rows_of_person_last on runtime.import_rows (tenant_id, import_id, person_key, position) where person_key is not null;
create index import_rows_of_household on runtime.import_rows (tenant_id, import_id, household_key, position) where household_key is not null;
grant update (person_key, household_key) on runtime.import_rows to guildhall_app;
grant delete on runtime.import_rows to guildhall_app;

-- How many wait, and which are over: both are few.
create index imports_unfinished on runtime.imports (tenant_id, id) where finished_at is null;
create index exports_unfinished on runtime.exports (tenant_id, id) where finished_at is null;
grant select on all tables in schema runtime to guildhall_readonly, guildhall_backup;
