-- What was reported together: the audit event of a report tells of the report, and the events are found by it.

create table runtime.usage_reports (
    tenant_id  uuid        not null default platform.app_tenant(),
    id         uuid        not null default uuidv7(),
    recorded   integer     not null constraint usage_reports_recorded check (recorded >= 0),
    duplicates integer     not null constraint usage_reports_duplicates check (duplicates >= 0),
    created_at timestamptz not null default platform.app_now(),
    primary key (tenant_id, id)
);
alter table runtime.usage_reports enable row level security;
alter table runtime.usage_reports force row level security;
create policy usage_reports_tenant on runtime.usage_reports
    using (tenant_id = platform.app_tenant()) with check (tenant_id = platform.app_tenant());
grant select, insert on runtime.usage_reports to guildhall_app;
grant select on runtime.usage_reports to guildhall_readonly, guildhall_backup;

alter table runtime.usage_events
    add column report_id uuid not null,
    add constraint usage_events_report foreign key (tenant_id, report_id) references runtime.usage_reports (tenant_id, id);
create index usage_events_of_report on runtime.usage_events (tenant_id, report_id, occurred_at, id);

-- A site reaches thresholds, too, and no report is to be named then.
alter table runtime.usage_thresholds
    add column report_id uuid,
    add constraint usage_thresholds_report foreign key (tenant_id, report_id) references runtime.usage_reports (tenant_id, id);
create index usage_thresholds_of_report on runtime.usage_thresholds (tenant_id, report_id, created_at, id) where report_id is not null;

-- One that was never active may have nothing behind it.
alter table runtime.sites
    add column activated_at timestamptz,
    add constraint sites_activated check (state <> 'active' or activated_at is not null);
grant update (activated_at) on runtime.sites to guildhall_app;
