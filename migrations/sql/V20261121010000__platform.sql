-- The platform room: tenants and how one is told from another, who may call, what was done, what was answered.
--
-- Every table is guarded in the same way: tenant_id leads each key, is filled from the transaction's setting and
-- compared with it by a forced policy. No statement of the application names it.

create schema platform;
grant usage on schema platform to guildhall_app, guildhall_readonly, guildhall_backup;

-- The tenant of this transaction; null when none was set, and then nothing is visible.
create function platform.app_tenant() returns uuid
    language sql stable parallel safe
begin atomic
    select nullif(current_setting('app.tenant', true), '')::uuid;
end;

-- The platform's clock: now(), unless a test set app.now. A CASE, since COALESCE would keep policies from using indexes.
create function platform.app_now() returns timestamptz
    language sql stable parallel safe
begin atomic
    select case when current_setting('app.now', true) <> '' then current_setting('app.now', true)::timestamptz else now() end;
end;

-- Raised right after the commit of any change to a tenant, consumer, token or origin; read along with every request.
create sequence platform.auth_revision;
select nextval('platform.auth_revision');
grant usage, select on sequence platform.auth_revision to guildhall_app;

-- The order in which effects took their locks; the sealer chains events by it.
create sequence platform.audit_seq;
grant usage on sequence platform.audit_seq to guildhall_app;
grant select on sequence platform.auth_revision, platform.audit_seq to guildhall_backup;

-- What stands before the tenant is known: the public half of a credential and whose it is. Holds no secret.
create table platform.doors (
    kind      text not null constraint doors_kind check (kind in ('token', 'origin')),
    key       text not null constraint doors_key check (length(key) between 1 and 300),
    tenant_id uuid not null,
    target_id uuid not null,
    primary key (kind, key, tenant_id, target_id)
);
create index doors_target on platform.doors (tenant_id, target_id);
grant select, insert, delete on platform.doors to guildhall_app;

create table platform.tenants (
    tenant_id         uuid        not null default platform.app_tenant(),
    id                uuid        not null default uuidv7(),
    external_id       text,
    name              text        not null,
    mode              text        not null constraint tenants_mode check (mode in ('live', 'test')),
    state             text        not null default 'active' constraint tenants_state check (state in ('active', 'suspended')),
    suspended_at      timestamptz,
    suspension_reason text,
    created_at        timestamptz not null default platform.app_now(),
    updated_at        timestamptz not null default platform.app_now(),
    version           bigint      not null default 1,
    primary key (tenant_id, id),
    constraint tenants_external_id unique (tenant_id, external_id),
    constraint tenants_suspended check ((state = 'suspended') = (suspended_at is not null))
);
create index tenants_created on platform.tenants (tenant_id, created_at, id);
create index tenants_name on platform.tenants (tenant_id, name collate "C", id);

create table platform.settings (
    tenant_id               uuid        not null default platform.app_tenant(),
    time_zone               text        not null default 'UTC',
    currency                text        not null default 'AUD' constraint settings_currency check (currency ~ '^[A-Z]{3}$'),
    token_lifetime_days_max integer     constraint settings_token_lifetime check (token_lifetime_days_max between 1 and 3650),
    ip_allow_list           text[]      not null default '{}',
    rate_limit              bigint      not null default 1000 constraint settings_rate_limit check (rate_limit between 1 and 1000000),
    rate_window_seconds     integer     not null default 1 constraint settings_rate_window check (rate_window_seconds between 1 and 86400),
    created_at              timestamptz not null default platform.app_now(),
    updated_at              timestamptz not null default platform.app_now(),
    version                 bigint      not null default 1,
    primary key (tenant_id)
);

create table platform.consumers (
    tenant_id           uuid        not null default platform.app_tenant(),
    id                  uuid        not null default uuidv7(),
    external_id         text,
    name                text        not null,
    owner_name          text        not null,
    contact_email       text        not null,
    scopes              text[]      not null,
    acts_as             text        not null default 'operator' constraint consumers_acts_as check (acts_as in ('operator', 'member')),
    rate_limit          bigint,
    rate_window_seconds integer,
    state               text        not null default 'active' constraint consumers_state check (state in ('active', 'archived')),
    archived_at         timestamptz,
    created_at          timestamptz not null default platform.app_now(),
    updated_at          timestamptz not null default platform.app_now(),
    version             bigint      not null default 1,
    primary key (tenant_id, id),
    constraint consumers_external_id unique (tenant_id, external_id),
    constraint consumers_rate check ((rate_limit is null) = (rate_window_seconds is null)),
    constraint consumers_archived check ((state = 'archived') = (archived_at is not null))
);
create index consumers_created on platform.consumers (tenant_id, created_at, id);
create index consumers_name on platform.consumers (tenant_id, name collate "C", id);

-- secret_hmac is HMAC-SHA256 of the secret under the server key named by key_id; the secret itself is shown once and kept nowhere.
create table platform.tokens (
    tenant_id           uuid        not null default platform.app_tenant(),
    id                  uuid        not null default uuidv7(),
    consumer_id         uuid        not null,
    external_id         text,
    name                text        not null,
    kind                text        not null constraint tokens_kind check (kind in ('secret', 'publishable')),
    prefix              text        not null,
    secret_hmac         bytea       not null,
    key_id              text        not null,
    scopes              text[]      not null,
    origins             text[]      not null default '{}',
    rate_limit          bigint,
    rate_window_seconds integer,
    expires_at          timestamptz,
    revoked_at          timestamptz,
    last_used_at        timestamptz,
    rotated_from        uuid,
    created_at          timestamptz not null default platform.app_now(),
    updated_at          timestamptz not null default platform.app_now(),
    version             bigint      not null default 1,
    primary key (tenant_id, id),
    constraint tokens_prefix unique (tenant_id, prefix),
    constraint tokens_external_id unique (tenant_id, external_id),
    constraint tokens_consumer foreign key (tenant_id, consumer_id) references platform.consumers (tenant_id, id),
    constraint tokens_rotated_from foreign key (tenant_id, rotated_from) references platform.tokens (tenant_id, id),
    constraint tokens_rate check ((rate_limit is null) = (rate_window_seconds is null)),
    constraint tokens_origins check ((kind = 'publishable') = (cardinality(origins) > 0))
);
create index tokens_created on platform.tokens (tenant_id, created_at, id);
create index tokens_consumer_created on platform.tokens (tenant_id, consumer_id, created_at, id);
create index tokens_rotated on platform.tokens (tenant_id, rotated_from);

-- A row exists exactly when the effect of its key is committed. The key is kept only as an HMAC.
create table platform.idempotency_keys (
    tenant_id    uuid        not null default platform.app_tenant(),
    key_hmac     bytea       not null,
    consumer_id  uuid        not null,
    request_hash bytea       not null,
    operation    text        not null,
    status       integer,
    reply        bytea,
    headers      text,
    sealed       boolean     not null default false,
    entity_type  text,
    entity_id    uuid,
    request_id   text        not null,
    created_at   timestamptz not null default platform.app_now(),
    primary key (tenant_id, key_hmac)
);
create index idempotency_keys_created on platform.idempotency_keys (tenant_id, created_at);

-- One row for every mutation; never updated, never deleted by the application.
create table platform.audit_events (
    tenant_id         uuid        not null default platform.app_tenant(),
    id                uuid        not null default uuidv7(),
    seq               bigint      not null default nextval('platform.audit_seq'),
    xid               xid8        not null default pg_current_xact_id(),
    occurred_at       timestamptz not null default platform.app_now(),
    recorded_at       timestamptz not null default clock_timestamp(),
    actor_type        text        not null constraint audit_events_actor_type check (actor_type in ('operator', 'member', 'webhook', 'job')),
    actor_id          uuid        not null,
    token_id          uuid,
    subject_tenant_id uuid,
    operation         text        not null,
    status            integer     not null,
    action            text        not null,
    category          text        not null,
    entity_type       text        not null,
    entity_id         uuid        not null,
    reason            text,
    source_workflow   text,
    replay_pointer    text,
    request_id        text        not null,
    trace_id          text        not null,
    key_hmac          bytea,
    primary key (tenant_id, id)
);
create index audit_events_occurred on platform.audit_events (tenant_id, occurred_at, id);
create index audit_events_actor on platform.audit_events (tenant_id, actor_id, occurred_at, id);
create index audit_events_action on platform.audit_events (tenant_id, action, occurred_at, id);
create index audit_events_request on platform.audit_events (tenant_id, request_id);

-- Every entity that an event touched, the primary one first. The digests are salted and over the canonical form (RFC 8785),
-- so that contents can be erased for privacy and the trail still verifies.
create table platform.audit_entities (
    tenant_id     uuid        not null default platform.app_tenant(),
    event_id      uuid        not null,
    position      integer     not null,
    entity_type   text        not null,
    entity_id     uuid        not null,
    occurred_at   timestamptz not null default platform.app_now(),
    before        text,
    after         text,
    salt          bytea       not null,
    before_digest bytea,
    after_digest  bytea,
    primary key (tenant_id, event_id, position),
    constraint audit_entities_event foreign key (tenant_id, event_id) references platform.audit_events (tenant_id, id)
);
create index audit_entities_entity on platform.audit_entities (tenant_id, entity_type, entity_id, occurred_at, event_id);

create table platform.audit_reviews (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    event_id    uuid        not null,
    external_id text,
    outcome     text        not null constraint audit_reviews_outcome check (outcome in ('approved', 'questioned', 'rejected')),
    note        text,
    reviewer_id uuid        not null,
    created_at  timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint audit_reviews_external_id unique (tenant_id, external_id),
    constraint audit_reviews_event foreign key (tenant_id, event_id) references platform.audit_events (tenant_id, id),
    constraint audit_reviews_reviewer foreign key (tenant_id, reviewer_id) references platform.consumers (tenant_id, id)
);
create index audit_reviews_event_created on platform.audit_reviews (tenant_id, event_id, created_at, id);
create index audit_reviews_by_reviewer on platform.audit_reviews (tenant_id, reviewer_id);

-- What all nodes together have spent of a rate limit. Unlogged: after a crash the buckets begin full.
create unlogged table platform.rate_totals (
    id    text   primary key,
    spent bigint not null
);
grant select, insert, update, delete on platform.rate_totals to guildhall_app;

-- Work that is done after the commit or on a schedule (the table of db-scheduler).
create table platform.scheduled_tasks (
    task_name            text                     not null,
    task_instance        text                     not null,
    task_data            bytea,
    execution_time       timestamp with time zone,
    picked               boolean                  not null,
    picked_by            text,
    last_success         timestamp with time zone,
    last_failure         timestamp with time zone,
    consecutive_failures integer,
    last_heartbeat       timestamp with time zone,
    version              bigint                   not null,
    priority             smallint,
    primary key (task_name, task_instance)
);
create index scheduled_tasks_execution on platform.scheduled_tasks (execution_time);
create index scheduled_tasks_heartbeat on platform.scheduled_tasks (last_heartbeat);
grant select, insert, update, delete on platform.scheduled_tasks to guildhall_app;

-- The guard, the same on every table of a tenant.
do $$
declare
    name text;
begin
    foreach name in array array ['tenants', 'settings', 'consumers', 'tokens', 'idempotency_keys', 'audit_events', 'audit_entities', 'audit_reviews'] loop
        execute format('alter table platform.%I enable row level security', name);
        execute format('alter table platform.%I force row level security', name);
        execute format('create policy %I on platform.%I using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant())',
                       name || '_tenant', name);
        execute format('grant select, insert on platform.%I to guildhall_app', name);
    end loop;
end $$;
grant update on platform.tenants, platform.settings, platform.consumers, platform.tokens, platform.idempotency_keys to guildhall_app;
grant delete on platform.idempotency_keys to guildhall_app;
grant select on all tables in schema platform to guildhall_readonly, guildhall_backup;

-- A tenant's row belongs to the platform; the tenant itself may see it (its name, mode and state).
create policy tenants_self on platform.tenants for select using (id = platform.app_tenant());

-- The platform is a tenant too: its administrators are its consumers.
select set_config('app.tenant', '00000000-0000-7000-8000-000000000000', true);
insert into platform.tenants (id, name, mode) values ('00000000-0000-7000-8000-000000000000', 'Platform', 'live');
insert into platform.settings (time_zone, currency) values ('UTC', 'AUD');
