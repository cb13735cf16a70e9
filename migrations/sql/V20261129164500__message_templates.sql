-- Templates of messages. Additive: an older server doesn't read the table, and leaves the new columns of messages empty.

-- `variables` is a list of {name, required}. `version` is the version of the text, too: a message keeps the one that it was made from.
create table tasks.templates (
    tenant_id    uuid        not null default platform.app_tenant(),
    id           uuid        not null default uuidv7(),
    external_id  text,
    key          text        not null,
    channel      text        not null constraint templates_channel check (channel in ('email')),
    category     text        not null
        constraint templates_category check (category in ('transactional', 'reminder', 'recovery', 'marketing', 'incident')),
    language     text        not null,
    subject      text        not null,
    body         text        not null,
    format       text        not null constraint templates_format check (format in ('text', 'html')),
    variables    jsonb       not null,
    state        text        not null default 'draft' constraint templates_state check (state in ('draft', 'published', 'archived')),
    published_at timestamptz,
    archived_at  timestamptz,
    created_at   timestamptz not null default platform.app_now(),
    updated_at   timestamptz not null default platform.app_now(),
    version      bigint      not null default 1,
    primary key (tenant_id, id),
    constraint templates_published check (state <> 'published' or published_at is not null),
    constraint templates_archived check ((state = 'archived') = (archived_at is not null))
);
create index templates_created on tasks.templates (tenant_id, created_at, id);
create index templates_of_key on tasks.templates (tenant_id, key, created_at, id);
create unique index templates_external_id on tasks.templates (tenant_id, external_id) where external_id is not null;
create unique index templates_key on tasks.templates (tenant_id, channel, key, language) where state <> 'archived';

select platform.guard_table('tasks.templates');
grant select, insert on tasks.templates to guildhall_app;
grant update (external_id, category, subject, body, format, variables, state, published_at, archived_at, updated_at, version)
    on tasks.templates to guildhall_app;
grant select on tasks.templates to guildhall_readonly, guildhall_backup;

alter table tasks.messages
    add column template_id uuid,
    add column template_version bigint,
    add constraint messages_template_version check ((template_id is null) = (template_version is null)),
    add constraint messages_template foreign key (tenant_id, template_id) references tasks.templates (tenant_id, id);
create index messages_of_template on tasks.messages (tenant_id, template_id) where template_id is not null;
