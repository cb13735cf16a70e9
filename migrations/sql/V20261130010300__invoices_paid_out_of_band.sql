-- True for an invoice that was paid without the provider.
alter table billing.invoices add column paid_out_of_band boolean not null default false;
grant update (paid_out_of_band) on billing.invoices to guildhall_app;
