-- The address of a payer is erased from the parameters of a checkout session when the provider is no longer asked for it. The condition is that of the statement.
create index checkout_sessions_with_address on billing.checkout_sessions (tenant_id, created_at, id)
    where jsonb_exists_any(request, array['customer_email', 'email']);
grant update (request) on billing.checkout_sessions to guildhall_app;
