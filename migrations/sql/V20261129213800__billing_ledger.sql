-- The ledger. A posting moves an amount from one ledger account to another of the same currency, so each posting is balanced by itself, and with it
-- every transaction. Nothing is ever changed or deleted: a correction is a transaction that reverses another one.

create table billing.ledger_accounts (
    tenant_id     uuid        not null default platform.app_tenant(),
    id            uuid        not null,
    kind          text        not null constraint ledger_accounts_kind check (kind in
        ('receivable', 'unapplied', 'credit', 'refund_clearing', 'clearing', 'bank', 'revenue', 'tax_payable', 'tax_receivable', 'refunds', 'disputes',
         'dispute_losses', 'fees', 'bad_debt', 'credits_granted', 'exchange', 'out_of_band', 'rounding')),
    currency      text        not null constraint ledger_accounts_currency check (currency ~ '^[A-Z]{3}$'),
    connection_id uuid,
    account_id    uuid,
    created_at    timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    -- Postings refer to the currency, so that none can mix two.
    constraint ledger_accounts_of_currency unique (tenant_id, id, currency),
    constraint ledger_accounts_once unique nulls not distinct (tenant_id, account_id, connection_id, kind, currency),
    constraint ledger_accounts_owner check (
        (connection_id is not null) = (kind = 'clearing')
        and (account_id is null or kind in ('receivable', 'unapplied', 'credit', 'refund_clearing'))),
    constraint ledger_accounts_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id),
    constraint ledger_accounts_account foreign key (tenant_id, account_id) references billing.accounts (tenant_id, id)
);
create index ledger_accounts_created on billing.ledger_accounts (tenant_id, created_at, id);
create index ledger_accounts_of_kind on billing.ledger_accounts (tenant_id, kind, created_at, id);
create index ledger_accounts_of_connection on billing.ledger_accounts (tenant_id, connection_id, created_at, id) where connection_id is not null;

-- `key` is the entity with its aspect and generation, and `:reversal` for the transaction that undoes it. `recorded_at` is the transaction's own time.
create table billing.ledger_transactions (
    tenant_id    uuid        not null default platform.app_tenant(),
    id           uuid        not null,
    key          text        not null,
    kind         text        not null constraint ledger_transactions_kind check (kind in
        ('invoice_finalized', 'payment_received', 'payment_applied', 'paid_out_of_band', 'provider_fee', 'currency_exchange', 'refund_paid',
         'refund_allocated', 'credit_note', 'write_off', 'credit_granted', 'credit_applied', 'overpayment', 'dispute_withdrawn', 'dispute_reinstated',
         'dispute_lost', 'payout')),
    entity_type  text        not null constraint ledger_transactions_entity_type check (entity_type in
        ('invoice', 'payment', 'refund', 'dispute', 'payout', 'credit')),
    entity_id    uuid        not null,
    aspect       text        not null,
    generation   integer     not null constraint ledger_transactions_generation check (generation > 0),
    account_id   uuid,
    delivery_id  uuid,
    reverses_id  uuid,
    effective_at timestamptz not null,
    recorded_at  timestamptz not null,
    primary key (tenant_id, id),
    constraint ledger_transactions_account foreign key (tenant_id, account_id) references billing.accounts (tenant_id, id),
    constraint ledger_transactions_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id),
    constraint ledger_transactions_reverses foreign key (tenant_id, reverses_id) references billing.ledger_transactions (tenant_id, id)
);
create unique index ledger_transactions_key on billing.ledger_transactions (tenant_id, key);
create unique index ledger_transactions_reversed_once on billing.ledger_transactions (tenant_id, reverses_id) where reverses_id is not null;
create index ledger_transactions_effective on billing.ledger_transactions (tenant_id, effective_at, id);
create index ledger_transactions_recorded on billing.ledger_transactions (tenant_id, recorded_at, id);
create index ledger_transactions_of_entity on billing.ledger_transactions (tenant_id, entity_id, effective_at, id);
create index ledger_transactions_of_account on billing.ledger_transactions (tenant_id, account_id, effective_at, id) where account_id is not null;
create index ledger_transactions_of_kind on billing.ledger_transactions (tenant_id, kind, effective_at, id);

create table billing.ledger_postings (
    tenant_id         uuid    not null default platform.app_tenant(),
    transaction_id    uuid    not null,
    position          integer not null,
    debit_account_id  uuid    not null,
    credit_account_id uuid    not null,
    currency          text    not null,
    amount_minor      bigint  not null constraint ledger_postings_amount check (amount_minor > 0),
    primary key (tenant_id, transaction_id, position),
    constraint ledger_postings_two_accounts check (debit_account_id <> credit_account_id),
    constraint ledger_postings_transaction foreign key (tenant_id, transaction_id) references billing.ledger_transactions (tenant_id, id),
    constraint ledger_postings_debit foreign key (tenant_id, debit_account_id, currency)
        references billing.ledger_accounts (tenant_id, id, currency),
    constraint ledger_postings_credit foreign key (tenant_id, credit_account_id, currency)
        references billing.ledger_accounts (tenant_id, id, currency)
);
create index ledger_postings_debits on billing.ledger_postings (tenant_id, debit_account_id) include (transaction_id, amount_minor);
create index ledger_postings_credits on billing.ledger_postings (tenant_id, credit_account_id) include (transaction_id, amount_minor);

select platform.guard_table('billing.ledger_accounts');
select platform.guard_table('billing.ledger_transactions');
select platform.guard_table('billing.ledger_postings');
grant select, insert on billing.ledger_accounts, billing.ledger_transactions, billing.ledger_postings to guildhall_app;
grant select on billing.ledger_accounts, billing.ledger_transactions, billing.ledger_postings to guildhall_readonly, guildhall_backup;

-- Two entries for each posting. `signed_minor` is positive for a debit.
create view billing.ledger_entries with (security_invoker = true) as
select tenant_id, transaction_id, debit_account_id as ledger_account_id, 'debit' as side, amount_minor, amount_minor as signed_minor
from billing.ledger_postings
union all
select tenant_id, transaction_id, credit_account_id, 'credit', amount_minor, -amount_minor
from billing.ledger_postings;
grant select on billing.ledger_entries to guildhall_app, guildhall_readonly, guildhall_backup;
