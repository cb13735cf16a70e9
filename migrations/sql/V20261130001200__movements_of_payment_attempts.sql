-- The movement of the provider's balance that an attempt has caused, with its fees, as an array of one; null while the provider doesn't tell it.
alter table billing.payment_attempts add column movement jsonb;
grant update (movement) on billing.payment_attempts to guildhall_app;
