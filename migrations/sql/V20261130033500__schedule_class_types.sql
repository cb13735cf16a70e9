-- The schedule room, first part: class types and locations. Additive: an older server doesn't read them.

create schema schedule;
grant usage on schema schedule to guildhall_app, guildhall_readonly, guildhall_backup;

create table schedule.class_types (
    tenant_id                   uuid        not null default platform.app_tenant(),
    id                          uuid        not null default uuidv7(),
    external_id                 text,
    name                        text        not null,
    description                 text,
    duration_minutes            integer     not null constraint class_types_duration check (duration_minutes > 0),
    capacity                    integer     not null constraint class_types_capacity check (capacity > 0),
    waitlist_places             integer     not null constraint class_types_waitlist check (waitlist_places >= 0),
    booking_opens_minutes       integer     not null,
    booking_closes_minutes      integer     not null constraint class_types_closes check (booking_closes_minutes >= 0),
    cancellation_cutoff_minutes integer     not null constraint class_types_cutoff check (cancellation_cutoff_minutes >= 0),
    waitlist_closes_minutes     integer     not null constraint class_types_waitlist_closes check (waitlist_closes_minutes >= 0),
    promotion                   text        not null constraint class_types_promotion check (promotion in ('at_once', 'offer')),
    offer_minutes               integer     not null constraint class_types_offer check (offer_minutes > 0),
    strict_order                boolean     not null,
    allow_overlap               boolean     not null,
    age_min                     integer,
    age_max                     integer,
    color                       text,
    state                       text        not null default 'active' constraint class_types_state check (state in ('active', 'archived')),
    archived_at                 timestamptz,
    created_at                  timestamptz not null default platform.app_now(),
    updated_at                  timestamptz not null default platform.app_now(),
    version                     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint class_types_window check (booking_opens_minutes > booking_closes_minutes),
    constraint class_types_ages check (age_min is null or age_max is null or age_min <= age_max),
    constraint class_types_archived check ((state = 'archived') = (archived_at is not null))
);
create unique index class_types_external_id on schedule.class_types (tenant_id, external_id) where external_id is not null;
create index class_types_created on schedule.class_types (tenant_id, created_at, id);
create index class_types_name on schedule.class_types (tenant_id, name collate "C", id);
select platform.guard_table('schedule.class_types');
grant select, insert, update on schedule.class_types to guildhall_app;
grant select on schedule.class_types to guildhall_readonly, guildhall_backup;

create table schedule.locations (
    tenant_id   uuid        not null default platform.app_tenant(),
    id          uuid        not null default uuidv7(),
    external_id text,
    name        text        not null,
    zone        text,
    address     text,
    places      integer     constraint locations_places check (places > 0),
    state       text        not null default 'active' constraint locations_state check (state in ('active', 'archived')),
    archived_at timestamptz,
    created_at  timestamptz not null default platform.app_now(),
    updated_at  timestamptz not null default platform.app_now(),
    version     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint locations_archived check ((state = 'archived') = (archived_at is not null))
);
create unique index locations_external_id on schedule.locations (tenant_id, external_id) where external_id is not null;
create index locations_created on schedule.locations (tenant_id, created_at, id);
create index locations_name on schedule.locations (tenant_id, name collate "C", id);
select platform.guard_table('schedule.locations');
grant select, insert, update on schedule.locations to guildhall_app;
grant select on schedule.locations to guildhall_readonly, guildhall_backup;
