-- The beginning of the provider's id of the invoice that a payment is for: providers cut the id after 25 characters.
alter table billing.payments add column invoice_prefix text;
create index payments_of_invoice_prefix on billing.payments (tenant_id, connection_id, invoice_prefix) where invoice_prefix is not null;
alter table billing.invoices add column reference_prefix text generated always as (left(provider_reference, 25)) stored;
create index invoices_of_prefix on billing.invoices (tenant_id, connection_id, reference_prefix);
grant update (invoice_prefix) on billing.payments to guildhall_app;

-- The ledger settles a payment with the invoice that it is for, too.
create or replace function billing.settled_together(changed uuid[]) returns setof uuid
    language sql stable
begin atomic
    with recursive named(id) as (
        select unnest(changed)
        union
        select r.payment_id from billing.refunds r where r.id = any(changed)
        union
        select d.payment_id from billing.disputes d where d.id = any(changed)
        union
        select c.invoice_id from billing.credits c where c.id = any(changed)
    ), reached(id) as (
        select n.id from named n
        union
        select linked.id
        from reached
        cross join lateral (
            select p.invoice_id as id from billing.invoice_payments p where p.payment_id = reached.id
            union all
            select p.payment_id from billing.invoice_payments p where p.invoice_id = reached.id
            union all
            select i.id
            from billing.payments p join billing.invoices i on i.connection_id = p.connection_id and i.reference_prefix = p.invoice_prefix
            where p.id = reached.id
            union all
            select p.id
            from billing.invoices i join billing.payments p on p.connection_id = i.connection_id and p.invoice_prefix = i.reference_prefix
            where i.id = reached.id) linked
    )
    select reached.id from reached
    union
    select r.id from reached join billing.refunds r on r.payment_id = reached.id
    union
    select d.id from reached join billing.disputes d on d.payment_id = reached.id
    union
    select c.id from reached join billing.credits c on c.invoice_id = reached.id;
end;
