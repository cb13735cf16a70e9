-- Checkout and portal sessions and plan changes of GoCardless and Paystack, and plan changes at the end of a period. Additive: an older server writes none of the
-- new values.

-- A billing request of GoCardless is fetched when its payer has finished it.
alter table billing.fetches
    drop constraint fetches_kind,
    add constraint fetches_kind check (kind in ('account', 'mandate', 'subscription', 'invoice', 'payment', 'refund', 'dispute', 'payout', 'checkout'));

-- Paystack's page is that of a subscription. `customer_reference` is the provider's id of what the page is of.
alter table billing.portal_sessions
    add column subscription_id uuid,
    add constraint portal_sessions_subscription foreign key (tenant_id, subscription_id) references billing.subscriptions (tenant_id, id);

-- `to_price` is the price as it was previewed. A provider that can't change a subscription begins another one.
alter table billing.plan_changes
    add column to_price              jsonb,
    add column timing                text not null default 'now' constraint plan_changes_timing check (timing in ('now', 'period_end')),
    add column replacement_reference text;
grant update (replacement_reference) on billing.plan_changes to guildhall_app;
create index plan_changes_of_replacement on billing.plan_changes (tenant_id, connection_id, replacement_reference) where replacement_reference is not null;
