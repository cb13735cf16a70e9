-- Calendars of the bookings of one person, read by a secret URL. The URL is an HMAC over the id, so no secret is stored.

create table schedule.calendar_feeds (
    tenant_id  uuid        not null default platform.app_tenant(),
    id         uuid        not null default uuidv7(),
    person_id  uuid        not null,
    state      text        not null default 'active' constraint calendar_feeds_state check (state in ('active', 'revoked')),
    revoked_at timestamptz constraint calendar_feeds_revoked check ((revoked_at is not null) = (state = 'revoked')),
    created_at timestamptz not null default platform.app_now(),
    updated_at timestamptz not null default platform.app_now(),
    version    bigint      not null default 1,
    primary key (tenant_id, id),
    constraint calendar_feeds_person foreign key (tenant_id, person_id) references runtime.persons (tenant_id, id)
);
create index calendar_feeds_created on schedule.calendar_feeds (tenant_id, created_at, id);
create index calendar_feeds_of_person on schedule.calendar_feeds (tenant_id, person_id, created_at, id);
select platform.guard_table('schedule.calendar_feeds');
grant select, insert, update on schedule.calendar_feeds to guildhall_app;
grant select on schedule.calendar_feeds to guildhall_readonly, guildhall_backup;
