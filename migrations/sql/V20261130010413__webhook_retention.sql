-- Bodies of webhooks are erased after a time that the tenant sets; their hashes stay.
alter table platform.settings add column webhook_retention_days integer not null default 400
    constraint settings_webhook_retention check (webhook_retention_days between 30 and 3650);
alter table billing.webhook_payloads alter column body drop not null;
alter table billing.webhook_deliveries add column payload_erased_at timestamptz;
create index webhook_deliveries_with_body on billing.webhook_deliveries (tenant_id, created_at, id) where payload_erased_at is null;
grant update (body) on billing.webhook_payloads to guildhall_app;
grant update (payload_erased_at) on billing.webhook_deliveries to guildhall_app;
