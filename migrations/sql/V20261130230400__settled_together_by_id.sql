-- The planner knows how many invoices a tenant has on average. If these are few, it would read the whole index of the tenant's accounts, which has an invoice's
-- account and id, instead of looking the invoice up. "version" isn't in that index, and is positive in every row.
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
            where i.id = reached.id
            offset 0) linked
    )
    select reached.id from reached
    union
    select linked.id
    from reached
    cross join lateral (
        select r.id from billing.refunds r where r.payment_id = reached.id
        union all
        select d.id from billing.disputes d where d.payment_id = reached.id
        union all
        select c.id from billing.credits c where c.invoice_id = reached.id
        union all
        select i.account_id from billing.invoices i where i.id = reached.id and i.account_id is not null and i.version > 0
        union all
        select c.account_id from billing.credits c where c.invoice_id = reached.id and c.account_id is not null
        offset 0) linked;
end;
