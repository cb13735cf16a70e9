-- Parties: several persons who are booked with one request. Additive: an older server makes none, and reads bookings without their party.

create table schedule.parties (
    tenant_id  uuid        not null default platform.app_tenant(),
    id         uuid        not null default uuidv7(),
    session_id uuid        not null,
    mode       text        not null constraint parties_mode check (mode in ('all_or_nothing', 'as_many_as_fit')),
    created_at timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint parties_session foreign key (tenant_id, session_id) references schedule.sessions (tenant_id, id)
);
-- A session that is deleted looks for its parties.
create index parties_of_session on schedule.parties (tenant_id, session_id);
select platform.guard_table('schedule.parties');
grant select, insert on schedule.parties to guildhall_app;
grant select on schedule.parties to guildhall_readonly, guildhall_backup;

alter table schedule.bookings
    add column party_id uuid,
    add constraint bookings_party foreign key (tenant_id, party_id) references schedule.parties (tenant_id, id);
create index bookings_of_party on schedule.bookings (tenant_id, party_id, starts_at, id) where party_id is not null;
