create index subscriptions_to_cancel on billing.subscriptions (tenant_id, cancel_at) where cancel_at is not null;
create index payments_of_amount on billing.payments (tenant_id, amount_minor) where amount_minor is not null;
