-- Tasks about lost mandates and expiring cards, dunning that waits for disputes and announced retries, and the end of old reconciliations. Additive: an older server
-- writes none of the new values.

-- The open task about the account's way to pay. No answer shows it.
alter table billing.accounts
    add column payment_method_task_id uuid,
    add constraint accounts_payment_method_task foreign key (tenant_id, payment_method_task_id) references tasks.operational_tasks (tenant_id, id);
grant update (payment_method_task_id) on billing.accounts to guildhall_app;

alter table billing.dunning_cases
    drop constraint dunning_cases_held_reason,
    add constraint dunning_cases_held_reason check (held_reason in
        ('operator', 'providers_degraded', 'no_transport', 'template_unusable', 'dispute', 'provider_retry'));

grant delete on billing.reconciliations, billing.reconciliation_differences to guildhall_app;
