-- The task about a refund or payout that has failed.
alter table billing.refunds
    add column task_id uuid,
    add constraint refunds_task foreign key (tenant_id, task_id) references tasks.operational_tasks (tenant_id, id);
alter table billing.payouts
    add column task_id uuid,
    add constraint payouts_task foreign key (tenant_id, task_id) references tasks.operational_tasks (tenant_id, id);
grant update (task_id) on billing.refunds, billing.payouts to guildhall_app;
