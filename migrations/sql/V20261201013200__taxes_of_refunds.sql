-- When the money of a refund left, as far as providers tell it.
alter table billing.refunds add column settled_at timestamptz
    constraint refunds_settled check (settled_at is null or state = 'succeeded');
grant update (settled_at) on billing.refunds to guildhall_app;

-- The tax of each refund, as the ledger has posted it or would post it. The ledger alone writes it, under its locks: the rows of refunds are locked before these.
create table billing.refund_taxes (
    tenant_id uuid   not null default platform.app_tenant(),
    refund_id uuid   not null,
    basis     text   not null constraint refund_taxes_basis check (basis in ('provider', 'derived', 'none')),
    tax_minor bigint,
    primary key (tenant_id, refund_id),
    constraint refund_taxes_tax check ((tax_minor is null) = (basis = 'none')),
    constraint refund_taxes_refund foreign key (tenant_id, refund_id) references billing.refunds (tenant_id, id)
);
select platform.guard_table('billing.refund_taxes');
grant select, insert on billing.refund_taxes to guildhall_app;
grant update (basis, tax_minor) on billing.refund_taxes to guildhall_app;
grant select on billing.refund_taxes to guildhall_readonly, guildhall_backup;

-- What is posted already; a refund that a credit note explains gets its row with the next event of either. For this transaction the owner of the tables may see all of their rows.
alter table billing.ledger_transactions no force row level security;
alter table billing.ledger_postings no force row level security;
alter table billing.ledger_accounts no force row level security;
alter table billing.refunds no force row level security;
alter table billing.credits no force row level security;
alter table billing.refund_taxes no force row level security;
insert into billing.refund_taxes (tenant_id, refund_id, basis, tax_minor)
select t.tenant_id, t.entity_id, 'derived', sum(p.amount_minor)
from billing.ledger_transactions t
join billing.ledger_postings p on p.tenant_id = t.tenant_id and p.transaction_id = t.id
join billing.ledger_accounts a on a.tenant_id = p.tenant_id and a.id = p.debit_account_id and a.kind = 'tax_payable'
join billing.refunds r on r.tenant_id = t.tenant_id and r.id = t.entity_id
where t.entity_type = 'refund' and t.aspect = 'allocation' and t.reverses_id is null
  and not exists (select from billing.ledger_transactions u where u.tenant_id = t.tenant_id and u.reverses_id = t.id)
  and not exists (
    select from billing.credits c
    where c.tenant_id = r.tenant_id and c.connection_id = r.connection_id
      and c.refunds @> jsonb_build_array(jsonb_build_object('reference', r.provider_reference)))
group by 1, 2;
alter table billing.ledger_transactions force row level security;
alter table billing.ledger_postings force row level security;
alter table billing.ledger_accounts force row level security;
alter table billing.refunds force row level security;
alter table billing.credits force row level security;
alter table billing.refund_taxes force row level security;
