-- The schedule room, second part: sessions and bookings. Additive: an older server doesn't read them.

-- What the room reads of other rooms.
create view platform.schedule_settings with (security_invoker = true) as
select tenant_id, time_zone from platform.settings;
create view runtime.schedule_persons with (security_invoker = true) as
select tenant_id, id, birth_on, state from runtime.persons;
create view runtime.schedule_household_members with (security_invoker = true) as
select tenant_id, household_id, person_id, role, starts_at, ends_at from runtime.household_members;
grant select on platform.schedule_settings, runtime.schedule_persons, runtime.schedule_household_members
    to guildhall_app, guildhall_readonly, guildhall_backup;

create table schedule.sessions (
    tenant_id                   uuid        not null default platform.app_tenant(),
    id                          uuid        not null default uuidv7(),
    external_id                 text,
    class_type_id               uuid        not null,
    name                        text        not null,
    location_id                 uuid,
    coach_person_id             uuid,
    zone                        text        not null,
    starts_at                   timestamptz not null,
    ends_at                     timestamptz not null,
    capacity                    integer     not null constraint sessions_capacity check (capacity > 0),
    waitlist_places             integer     not null constraint sessions_waitlist check (waitlist_places >= 0),
    booking_opens_minutes       integer     not null,
    booking_closes_minutes      integer     not null constraint sessions_closes check (booking_closes_minutes >= 0),
    cancellation_cutoff_minutes integer     not null constraint sessions_cutoff check (cancellation_cutoff_minutes >= 0),
    waitlist_closes_minutes     integer     not null constraint sessions_waitlist_closes check (waitlist_closes_minutes >= 0),
    promotion                   text        not null constraint sessions_promotion check (promotion in ('at_once', 'offer')),
    offer_minutes               integer     not null constraint sessions_offer check (offer_minutes > 0),
    strict_order                boolean     not null,
    allow_overlap               boolean     not null,
    age_min                     integer,
    age_max                     integer,
    state                       text        not null default 'scheduled' constraint sessions_state check (state in ('scheduled', 'canceled')),
    cancel_reason               text,
    canceled_at                 timestamptz,
    created_at                  timestamptz not null default platform.app_now(),
    updated_at                  timestamptz not null default platform.app_now(),
    version                     bigint      not null default 1,
    primary key (tenant_id, id),
    constraint sessions_times unique (tenant_id, id, starts_at, ends_at),
    constraint sessions_ends check (ends_at > starts_at),
    constraint sessions_window check (booking_opens_minutes > booking_closes_minutes),
    constraint sessions_ages check (age_min is null or age_max is null or age_min <= age_max),
    constraint sessions_canceled check ((state = 'canceled') = (canceled_at is not null) and (state = 'canceled') = (cancel_reason is not null)),
    constraint sessions_class_type foreign key (tenant_id, class_type_id) references schedule.class_types (tenant_id, id),
    constraint sessions_location foreign key (tenant_id, location_id) references schedule.locations (tenant_id, id),
    constraint sessions_coach foreign key (tenant_id, coach_person_id) references runtime.persons (tenant_id, id)
);
create unique index sessions_external_id on schedule.sessions (tenant_id, external_id) where external_id is not null;
create index sessions_starts on schedule.sessions (tenant_id, starts_at, id);
create index sessions_of_class_type on schedule.sessions (tenant_id, class_type_id, starts_at, id);
create index sessions_of_location on schedule.sessions (tenant_id, location_id, starts_at, id) where location_id is not null;
create index sessions_of_coach on schedule.sessions (tenant_id, coach_person_id, starts_at, id) where coach_person_id is not null;
select platform.guard_table('schedule.sessions');
grant select, insert, update on schedule.sessions to guildhall_app;
grant select on schedule.sessions to guildhall_readonly, guildhall_backup;

-- `place` is the number of a booking on the waitlist. `starts_at` and `ends_at` follow the session.
create table schedule.bookings (
    tenant_id           uuid        not null default platform.app_tenant(),
    id                  uuid        not null default uuidv7(),
    external_id         text,
    session_id          uuid        not null,
    person_id           uuid        not null,
    booked_by_person_id uuid,
    consumer_id         uuid,
    state               text        not null constraint bookings_state check (state in
        ('held', 'booked', 'waitlisted', 'offered', 'attended', 'no_show', 'expired', 'declined', 'lapsed', 'ended', 'canceled', 'late_canceled')),
    place               bigint,
    place_order         bigint      not null generated always as (coalesce(place, 0)) stored,
    held_until          timestamptz,
    offered_until       timestamptz,
    booked_at           timestamptz,
    promoted_at         timestamptz,
    canceled_at         timestamptz,
    checked_in_at       timestamptz,
    passed_over_times   integer     not null default 0,
    passed_over_reason  text        constraint bookings_passed_over_reason check (passed_over_reason in
        ('capacity_exhausted', 'age_not_met', 'booking_overlaps', 'person_archived')),
    reference           text        not null constraint bookings_reference_form check (reference ~ '^[2-9A-HJ-NP-Z]{8}$'),
    code_hmac           bytea       not null,
    note                text,
    starts_at           timestamptz not null,
    ends_at             timestamptz not null,
    created_at          timestamptz not null default platform.app_now(),
    updated_at          timestamptz not null default platform.app_now(),
    version             bigint      not null default 1,
    primary key (tenant_id, id),
    constraint bookings_held check (state <> 'held' or held_until is not null),
    constraint bookings_offered check (state <> 'offered' or offered_until is not null),
    constraint bookings_waitlisted check (state not in ('waitlisted', 'offered') or place is not null),
    constraint bookings_booked check (state not in ('booked', 'attended', 'no_show', 'late_canceled') or booked_at is not null),
    constraint bookings_passed_over check ((passed_over_times > 0) = (passed_over_reason is not null)),
    constraint bookings_session foreign key (tenant_id, session_id, starts_at, ends_at)
        references schedule.sessions (tenant_id, id, starts_at, ends_at) on update cascade,
    constraint bookings_person foreign key (tenant_id, person_id) references runtime.persons (tenant_id, id),
    constraint bookings_booked_by foreign key (tenant_id, booked_by_person_id) references runtime.persons (tenant_id, id)
);
create unique index bookings_external_id on schedule.bookings (tenant_id, external_id) where external_id is not null;
create unique index bookings_reference on schedule.bookings (tenant_id, reference);
create unique index bookings_once on schedule.bookings (tenant_id, session_id, person_id)
    where state in ('held', 'booked', 'waitlisted', 'offered', 'attended', 'no_show');
create index bookings_created on schedule.bookings (tenant_id, created_at, id);
create index bookings_starts on schedule.bookings (tenant_id, starts_at, id);
create index bookings_of_session on schedule.bookings (tenant_id, session_id, state, place_order, id);
create index bookings_times on schedule.bookings (tenant_id, session_id, starts_at, ends_at);
create index bookings_of_person on schedule.bookings (tenant_id, person_id, starts_at, id);
select platform.guard_table('schedule.bookings');
grant select, insert, update on schedule.bookings to guildhall_app;
grant select on schedule.bookings to guildhall_readonly, guildhall_backup;
