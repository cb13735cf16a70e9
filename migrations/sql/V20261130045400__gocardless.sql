-- GoCardless: its connections, the events that only name what has changed, and what its objects have beside those of Stripe. Additive: an older server writes none of
-- the new values.

-- The tax of invoices that the server implies, since the provider states none.
alter table billing.connections
    drop constraint connections_provider,
    add constraint connections_provider check (provider in ('stripe', 'gocardless')),
    add column implied_tax_rate_bp  integer,
    add column implied_tax_behavior text,
    add column implied_tax_name     text,
    add constraint connections_implied_tax check (num_nulls(implied_tax_rate_bp, implied_tax_behavior, implied_tax_name) in (0, 3)),
    add constraint connections_implied_tax_rate check (implied_tax_rate_bp between 1 and 10000),
    add constraint connections_implied_tax_behavior check (implied_tax_behavior in ('inclusive', 'exclusive'));
grant update (implied_tax_rate_bp, implied_tax_behavior, implied_tax_name) on billing.connections to guildhall_app;

-- `details` is what an event says and its object doesn't, such as the reason of a failure. It stays when the body is erased.
alter table billing.webhook_deliveries
    add column details jsonb not null default '{}',
    drop constraint webhook_deliveries_outcome,
    add constraint webhook_deliveries_outcome check (outcome in ('applied', 'stale', 'no_change', 'tie_fetched', 'fetch_requested'));

alter table billing.fetches
    drop constraint fetches_kind,
    add constraint fetches_kind check (kind in ('account', 'mandate', 'subscription', 'invoice', 'payment', 'refund', 'dispute', 'payout')),
    drop constraint fetches_reason,
    add constraint fetches_reason check (reason in ('event', 'stub', 'tie', 'lines', 'fee', 'difference'));

-- The mandates of a customer, as an array.
alter table billing.accounts add column mandates jsonb not null default '[]';
grant update (mandates) on billing.accounts to guildhall_app;

alter table billing.invoices add column implied boolean not null default false;
grant update (implied) on billing.invoices to guildhall_app;

alter table billing.payments
    drop constraint payments_state,
    add constraint payments_state check (state in
        ('pending', 'processing', 'requires_action', 'succeeded', 'failed', 'canceled', 'reversed', 'stub'));

alter table billing.disputes
    drop constraint disputes_kind,
    add constraint disputes_kind check (kind in ('inquiry', 'dispute', 'chargeback', 'late_failure'));

-- The fees that the provider kept from a payout.
alter table billing.payouts add column fee_minor bigint not null default 0;
grant update (fee_minor) on billing.payouts to guildhall_app;
