-- Connections to Paystack. Additive: an older server makes none.
alter table billing.connections
    drop constraint connections_provider,
    add constraint connections_provider check (provider in ('stripe', 'gocardless', 'paystack'));
