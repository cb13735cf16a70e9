-- The runtime room, first part: people, and what they belong to.

create schema runtime;
grant usage on schema runtime to guildhall_app, guildhall_readonly, guildhall_backup;

create table runtime.persons (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    external_id text,
    name        text        not null,
    email       text,
    phone       text,
    birth_on    date,
    metadata    jsonb       not null default '{}' constraint persons_metadata check (jsonb_typeof(metadata) = 'object'),
    state       text        not null default 'active' constraint persons_state check (state in ('active', 'archived')),
    archived_at timestamptz,
    created_at  timestamptz not null default platform.app_now(),
    updated_at  timestamptz not null default platform.app_now(),
    version     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint persons_archived check ((state = 'archived') = (archived_at is not null))
);
create index persons_email on runtime.persons (tenant_id, email, id) where email is not null;

-- Who somebody is at an identity provider. One outside identity is one person's, for as long as it is linked.
create table runtime.person_identities (
    tenant_id  uuid        not null default platform.app_tenant(),
    id         uuid        not null default uuidv7(),
    person_id  uuid        not null,
    issuer     text        not null,
    subject    text        not null,
    created_at timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint person_identities_taken unique (tenant_id, issuer, subject),
    constraint person_identities_person foreign key (tenant_id, person_id) references runtime.persons (tenant_id, id)
);
create index person_identities_of_person on runtime.person_identities (tenant_id, person_id);

create table runtime.organizations (
    tenant_id          uuid        not null default platform.app_tenant(),
    id                 uuid        not null default uuidv7(),
    external_id        text,
    org_type_id        uuid        not null,
    name               text        not null,
    personal_person_id uuid,
    metadata           jsonb       not null default '{}' constraint organizations_metadata check (jsonb_typeof(metadata) = 'object'),
    state              text        not null default 'active' constraint organizations_state check (state in ('active', 'archived')),
    archived_at        timestamptz,
    created_at         timestamptz not null default platform.app_now(),
    updated_at         timestamptz not null default platform.app_now(),
    version            bigint      not null default 1,
    primary key (tenant_id, id),
    constraint organizations_personal unique (tenant_id, personal_person_id),
    constraint organizations_archived check ((state = 'archived') = (archived_at is not null)),
    constraint organizations_org_type foreign key (tenant_id, org_type_id) references catalog.org_types (tenant_id, id),
    constraint organizations_person foreign key (tenant_id, personal_person_id) references runtime.persons (tenant_id, id)
);
create index organizations_of_type on runtime.organizations (tenant_id, org_type_id, id);

create table runtime.workspaces (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    external_id     text,
    organization_id uuid        not null,
    name            text        not null,
    state           text        not null default 'active' constraint workspaces_state check (state in ('active', 'archived')),
    archived_at     timestamptz,
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    version         bigint      not null default 1,
    primary key (tenant_id, id),
    constraint workspaces_id_organization unique (tenant_id, id, organization_id),
    constraint workspaces_archived check ((state = 'archived') = (archived_at is not null)),
    constraint workspaces_organization foreign key (tenant_id, organization_id) references runtime.organizations (tenant_id, id)
);
create index workspaces_of_organization on runtime.workspaces (tenant_id, organization_id, created_at, id);

-- Effective-dated like entitlement rules: a change of the role ends the row and starts another under the same id.
create table runtime.memberships (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    external_id     text,
    organization_id uuid        not null,
    person_id       uuid        not null,
    role            text        not null constraint memberships_role check (role in ('owner', 'admin', 'member')),
    starts_at       timestamptz not null default platform.app_now(),
    ends_at         timestamptz,
    during          tstzrange   not null generated always as (tstzrange(starts_at, ends_at, '[)')) stored,
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    version         bigint      not null default 1,
    primary key (tenant_id, id, starts_at),
    constraint memberships_dates check (starts_at < ends_at),
    constraint memberships_organization foreign key (tenant_id, organization_id) references runtime.organizations (tenant_id, id),
    constraint memberships_person foreign key (tenant_id, person_id) references runtime.persons (tenant_id, id),
    constraint memberships_one_at_a_time
        exclude using gist (tenant_id with =, organization_id with =, person_id with =, during with &&),
    constraint memberships_external_id exclude using gist (tenant_id with =, external_id with =, id with <>) where (external_id is not null)
);
create index memberships_of_organization on runtime.memberships (tenant_id, organization_id, created_at, id);
create index memberships_of_person on runtime.memberships (tenant_id, person_id, created_at, id);

-- The token of an invitation is kept as its HMAC only.
create table runtime.invitations (
    tenant_id       uuid        not null default platform.app_tenant(),
    id              uuid        not null default uuidv7(),
    external_id     text,
    organization_id uuid        not null,
    email           text        not null,
    role            text        not null constraint invitations_role check (role in ('owner', 'admin', 'member')),
    token_hmac      bytea       not null,
    expires_at      timestamptz not null,
    accepted_at     timestamptz,
    person_id       uuid,
    membership_id   uuid,
    revoked_at      timestamptz,
    created_at      timestamptz not null default platform.app_now(),
    updated_at      timestamptz not null default platform.app_now(),
    version         bigint      not null default 1,
    primary key (tenant_id, id),
    constraint invitations_token unique (tenant_id, token_hmac),
    constraint invitations_once check (num_nonnulls(accepted_at, revoked_at) <= 1),
    constraint invitations_accepted check (num_nonnulls(accepted_at, person_id, membership_id) in (0, 3)),
    constraint invitations_organization foreign key (tenant_id, organization_id) references runtime.organizations (tenant_id, id),
    constraint invitations_person foreign key (tenant_id, person_id) references runtime.persons (tenant_id, id)
);
create index invitations_of_organization on runtime.invitations (tenant_id, organization_id, created_at, id);
create index invitations_of_person on runtime.invitations (tenant_id, person_id);

create table runtime.households (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    external_id text,
    name        text        not null,
    state       text        not null default 'active' constraint households_state check (state in ('active', 'archived')),
    archived_at timestamptz,
    created_at  timestamptz not null default platform.app_now(),
    updated_at  timestamptz not null default platform.app_now(),
    version     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint households_archived check ((state = 'archived') = (archived_at is not null))
);

-- A person may live in several households, once in each at a time.
create table runtime.household_members (
    tenant_id    uuid        not null default platform.app_tenant(),
    id           uuid        not null default uuidv7(),
    household_id uuid        not null,
    person_id    uuid        not null,
    role         text        not null constraint household_members_role check (role in ('adult', 'dependent')),
    starts_at    timestamptz not null default platform.app_now(),
    ends_at      timestamptz,
    during       tstzrange   not null generated always as (tstzrange(starts_at, ends_at, '[)')) stored,
    created_at   timestamptz not null default platform.app_now(),
    updated_at   timestamptz not null default platform.app_now(),
    version      bigint      not null default 1,
    primary key (tenant_id, id),
    constraint household_members_dates check (starts_at < ends_at),
    constraint household_members_household foreign key (tenant_id, household_id) references runtime.households (tenant_id, id),
    constraint household_members_person foreign key (tenant_id, person_id) references runtime.persons (tenant_id, id),
    constraint household_members_once
        exclude using gist (tenant_id with =, household_id with =, person_id with =, during with &&)
);
create index household_members_of_household on runtime.household_members (tenant_id, household_id, created_at, id);
create index household_members_of_person on runtime.household_members (tenant_id, person_id, created_at, id);

do $$
declare
    name text;
begin
    for name in select tablename from pg_catalog.pg_tables where schemaname = 'runtime' loop
        execute format('alter table runtime.%I enable row level security', name);
        execute format('alter table runtime.%I force row level security', name);
        execute format('create policy %I on runtime.%I using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant())',
                       name || '_tenant', name);
        execute format('grant select, insert on runtime.%I to guildhall_app', name);
    end loop;
    foreach name in array array ['persons', 'organizations', 'workspaces', 'invitations', 'households'] loop
        execute format('create index %I on runtime.%I (tenant_id, created_at, id)', name || '_created', name);
        execute format('create unique index %I on runtime.%I (tenant_id, external_id) where external_id is not null', name || '_external_id', name);
    end loop;
    foreach name in array array ['persons', 'organizations', 'households'] loop
        execute format('create index %I on runtime.%I (tenant_id, name collate "C", id)', name || '_name', name);
    end loop;
end $$;

-- What may never change has no right to be updated.
grant update on runtime.persons to guildhall_app;
grant update (external_id, name, metadata, state, archived_at, updated_at, version) on runtime.organizations to guildhall_app;
grant update (external_id, name, state, archived_at, updated_at, version) on runtime.workspaces to guildhall_app;
grant update (external_id, ends_at, updated_at, version) on runtime.memberships to guildhall_app;
grant update (external_id, accepted_at, person_id, membership_id, revoked_at, updated_at, version) on runtime.invitations to guildhall_app;
grant update (external_id, name, state, archived_at, updated_at, version) on runtime.households to guildhall_app;
grant update (ends_at, updated_at, version) on runtime.household_members to guildhall_app;
grant delete on runtime.person_identities to guildhall_app;
grant select on all tables in schema runtime to guildhall_readonly, guildhall_backup;
