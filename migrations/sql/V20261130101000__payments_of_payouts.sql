-- The provider's id of the payout that a payment is part of. The payout can be mirrored later than the payment, or never.
alter table billing.payments add column payout_reference text;
create index payments_of_payout on billing.payments (tenant_id, connection_id, payout_reference, created_at, id) where payout_reference is not null;
grant update (payout_reference) on billing.payments to guildhall_app;

-- The tax in the fees of a payout, and the number of its items; null if the provider doesn't tell it.
alter table billing.payouts
    add column fee_tax_minor bigint not null default 0,
    add column items_count   integer constraint payouts_items_count check (items_count >= 1);
grant update (fee_tax_minor, items_count) on billing.payouts to guildhall_app;
