-- A refund whose provider waits for a bank account.
alter table billing.refunds
    drop constraint refunds_state,
    add constraint refunds_state check (state in ('pending', 'needs_attention', 'succeeded', 'failed', 'canceled'));

-- The state that the task of a refund is about, if it has a task.
alter table billing.refunds
    add column task_state text not null default 'failed' constraint refunds_task_state check (task_state in ('needs_attention', 'failed'));
grant update (task_state) on billing.refunds to guildhall_app;
