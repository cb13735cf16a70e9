-- Pauses, discounts and billing periods of subscriptions. `discounts` are read and written as a whole, under the lock of their subscription:
-- [{reference, coupon, starts_at, ends_at}]. `period_ends_at` is the earliest end of a billing period of the items.
alter table billing.subscriptions no force row level security;
alter table billing.subscriptions
    add column paused_at      timestamptz,
    add column resumes_at     timestamptz,
    add column discounts      jsonb not null default '[]',
    add column period_ends_at timestamptz;
update billing.subscriptions set period_ends_at = (select min((item ->> 'ends_at')::timestamptz) from jsonb_array_elements(items) item);
alter table billing.subscriptions force row level security;
grant update (paused_at, resumes_at, discounts, period_ends_at) on billing.subscriptions to guildhall_app;

create index subscriptions_of_period on billing.subscriptions (tenant_id, period_ends_at) where period_ends_at is not null;
create index invoices_latest on billing.invoices (tenant_id, connection_id, subscription_reference, issued_at desc, provider_reference desc)
    where subscription_reference is not null;

alter table billing.fetches
    drop constraint fetches_reason,
    add constraint fetches_reason check (reason in ('event', 'stub', 'tie', 'lines', 'fee', 'products', 'discounts', 'difference'));
