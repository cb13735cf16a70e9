-- The objects that the ledger settles together with some changed ones: payments and the invoices that they pay, in both directions until nothing is
-- added, and the refunds of these payments. Ids are unique over all kinds.
create function billing.settled_together(changed uuid[]) returns setof uuid
    language sql stable
begin atomic
    with recursive named(id) as (
        select unnest(changed)
        union
        select r.payment_id from billing.refunds r where r.id = any(changed)
    ), reached(id) as (
        select n.id from named n
        union
        select linked.id
        from reached
        cross join lateral (
            select p.invoice_id as id from billing.invoice_payments p where p.payment_id = reached.id
            union all
            select p.payment_id from billing.invoice_payments p where p.invoice_id = reached.id) linked
    )
    select reached.id from reached
    union
    select r.id from reached join billing.refunds r on r.payment_id = reached.id;
end;
