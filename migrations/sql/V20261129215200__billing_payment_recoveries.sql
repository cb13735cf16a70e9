-- The task about the failed payment of an invoice. `ended_at` is the instant at which the invoice no longer needed it.
create table billing.payment_recoveries (
    tenant_id  uuid        not null default platform.app_tenant(),
    invoice_id uuid        not null,
    task_id    uuid        not null,
    ended_at   timestamptz,
    created_at timestamptz not null default platform.app_now(),
    primary key (tenant_id, invoice_id),
    constraint payment_recoveries_invoice foreign key (tenant_id, invoice_id) references billing.invoices (tenant_id, id),
    constraint payment_recoveries_task foreign key (tenant_id, task_id) references tasks.operational_tasks (tenant_id, id)
);
select platform.guard_table('billing.payment_recoveries');
grant select, insert, update (task_id, ended_at) on billing.payment_recoveries to guildhall_app;
grant select on billing.payment_recoveries to guildhall_readonly, guildhall_backup;
