-- Sessions of series after a change of the time zone rules. Additive: an older server makes sessions without `original_local`.

alter table schedule.sessions no force row level security;
alter table schedule.series no force row level security;
alter table schedule.series add column zone_rules_version text not null default '';
comment on column schedule.series.zone_rules_version is 'The oldest version of the time zone rules by which sessions of the series were made.';
alter table schedule.sessions
    add column original_local text constraint sessions_original_local check (original_local ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d$'),
    add column move_task_id   uuid,
    add constraint sessions_move_task foreign key (tenant_id, move_task_id) references tasks.operational_tasks (tenant_id, id);
comment on column schedule.sessions.original_local is 'The local start by the rule of the series, in the zone of the series.';
comment on column schedule.sessions.move_task_id is 'The task to move the session, since its local time is another instant by newer rules.';
update schedule.sessions s set original_local = to_char(s.original_starts_at at time zone r.zone, 'YYYY-MM-DD"T"HH24:MI')
from schedule.series r
where (r.tenant_id, r.id) = (s.tenant_id, s.series_id);
alter table schedule.sessions force row level security;
alter table schedule.series force row level security;

create unique index sessions_of_series_local on schedule.sessions (tenant_id, series_id, original_local) where original_local is not null;
create index sessions_to_move on schedule.sessions (tenant_id, starts_at, series_id) where move_task_id is not null;
create index series_over on schedule.series (tenant_id, over_at, zone_rules_version, id);
