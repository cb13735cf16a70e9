-- The balance that the provider keeps for an account: negative if the account has credit. Null if the provider tells none.
alter table billing.accounts
    add column balance_minor bigint,
    add constraint accounts_balance check (balance_minor is null or currency is not null);
grant update (balance_minor) on billing.accounts to guildhall_app;

-- What was paid beyond what an invoice asks for, and moved to the balance.
alter table billing.invoices add column overpaid_minor bigint;
grant update (overpaid_minor) on billing.invoices to guildhall_app;

-- What a balance grew by without a payment or a credit note is posted for the account itself.
alter table billing.ledger_transactions
    drop constraint ledger_transactions_entity_type,
    add constraint ledger_transactions_entity_type check (entity_type in
        ('invoice', 'payment', 'refund', 'dispute', 'payout', 'credit', 'account'));

-- The ledger settles the accounts of invoices and credit notes with them.
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
    select c.id from reached join billing.credits c on c.invoice_id = reached.id
    union
    select i.account_id from reached join billing.invoices i on i.id = reached.id where i.account_id is not null
    union
    select c.account_id from reached join billing.credits c on c.invoice_id = reached.id where c.account_id is not null;
end;
