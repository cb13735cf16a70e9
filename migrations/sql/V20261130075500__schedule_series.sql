-- Series: sessions that recur by a rule. Additive: an older server makes sessions without a series, as before.
create table schedule.series (
    tenant_id                   uuid        not null default platform.app_tenant(),
    id                          uuid        not null default uuidv7(),
    external_id                 text,
    class_type_id               uuid        not null,
    name                        text        not null,
    location_id                 uuid,
    coach_person_id             uuid,
    starts_local                text        not null constraint series_starts_local check (starts_local ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d$'),
    zone                        text        not null,
    starts_at                   timestamptz not null,
    duration_minutes            integer     not null constraint series_duration check (duration_minutes between 1 and 1440),
    rrule                       text        not null,
    exceptions                  text[]      not null default '{}' constraint series_exceptions check (cardinality(exceptions) <= 366),
    capacity                    integer     not null constraint series_capacity check (capacity > 0),
    waitlist_places             integer     not null constraint series_waitlist check (waitlist_places >= 0),
    booking_opens_minutes       integer     not null,
    booking_closes_minutes      integer     not null constraint series_closes check (booking_closes_minutes >= 0),
    cancellation_cutoff_minutes integer     not null constraint series_cutoff check (cancellation_cutoff_minutes >= 0),
    waitlist_closes_minutes     integer     not null constraint series_waitlist_closes check (waitlist_closes_minutes >= 0),
    promotion                   text        not null constraint series_promotion check (promotion in ('at_once', 'offer')),
    offer_minutes               integer     not null constraint series_offer check (offer_minutes > 0),
    strict_order                boolean     not null,
    allow_overlap               boolean     not null,
    age_min                     integer,
    age_max                     integer,
    needs_resource_key          text,
    needs_quantity              integer     constraint series_needs_quantity check (needs_quantity > 0),
    last_starts_at              timestamptz,
    ended_from                  timestamptz,
    over_at                     timestamptz not null generated always as (coalesce(least(last_starts_at, ended_from), starts_at)) stored,
    made_until                  timestamptz not null,
    followed_by_series_id       uuid,
    created_at                  timestamptz not null default platform.app_now(),
    updated_at                  timestamptz not null default platform.app_now(),
    version                     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint series_window check (booking_opens_minutes > booking_closes_minutes),
    constraint series_ages check (age_min is null or age_max is null or age_min <= age_max),
    constraint series_needs check ((needs_resource_key is null) = (needs_quantity is null)),
    constraint series_followed check (followed_by_series_id is null or ended_from is not null),
    constraint series_resource_key foreign key (tenant_id, needs_resource_key) references catalog.resource_keys (tenant_id, key),
    constraint series_class_type foreign key (tenant_id, class_type_id) references schedule.class_types (tenant_id, id),
    constraint series_location foreign key (tenant_id, location_id) references schedule.locations (tenant_id, id),
    constraint series_coach foreign key (tenant_id, coach_person_id) references runtime.persons (tenant_id, id),
    constraint series_followed_by foreign key (tenant_id, followed_by_series_id) references schedule.series (tenant_id, id)
);
comment on column schedule.series.over_at is 'From here on the series has ended, whether or not a job has run.';
comment on column schedule.series.made_until is 'The occurrences until here have their sessions.';
create unique index series_external_id on schedule.series (tenant_id, external_id) where external_id is not null;
create index series_created on schedule.series (tenant_id, created_at, id);
create index series_of_class_type on schedule.series (tenant_id, class_type_id, created_at, id);
create index series_of_location on schedule.series (tenant_id, location_id, created_at, id) where location_id is not null;
create index series_of_coach on schedule.series (tenant_id, coach_person_id, created_at, id) where coach_person_id is not null;
create index series_of_key on schedule.series (tenant_id, needs_resource_key) where needs_resource_key is not null;
select platform.guard_table('schedule.series');
grant select, insert, update on schedule.series to guildhall_app;
grant select on schedule.series to guildhall_readonly, guildhall_backup;

-- `changed` is true once a caller has changed the session itself: then its series leaves it as it is.
alter table schedule.sessions
    add column series_id uuid,
    add column original_starts_at timestamptz,
    add column changed boolean not null default false,
    add constraint sessions_of_series_once unique (tenant_id, series_id, original_starts_at),
    add constraint sessions_series_member check ((series_id is null) = (original_starts_at is null)),
    add constraint sessions_series foreign key (tenant_id, series_id) references schedule.series (tenant_id, id);
create index sessions_of_series on schedule.sessions (tenant_id, series_id, starts_at, id) where series_id is not null;
-- A session that nobody ever booked is deleted when its series loses its time.
grant delete on schedule.sessions to guildhall_app;
