-- Disputes of payments, and their tasks. `movements` are the withdrawals and reinstatements, with their fees; `decided_at` is the instant of the event that told
-- of the end.
create table billing.disputes (
    tenant_id                uuid        not null default platform.app_tenant(),
    id                       uuid        not null,
    connection_id            uuid        not null,
    payment_id               uuid        not null,
    provider_reference       text        not null,
    provider_status          text        not null,
    state                    text        not null constraint disputes_state check (state in ('needs_response', 'under_review', 'won', 'lost', 'closed')),
    kind                     text        not null constraint disputes_kind check (kind in ('inquiry', 'dispute')),
    currency                 text        not null,
    amount_minor             bigint      not null,
    reason                   text,
    evidence_due_at          timestamptz,
    issued_at                timestamptz not null,
    decided_at               timestamptz,
    movements                jsonb       not null,
    metadata                 jsonb       not null,
    delivery_id              uuid        not null,
    provider_event_reference text        not null,
    provider_at              timestamptz not null,
    mirror_rank              integer     not null,
    api_version              text,
    observed_at              timestamptz not null default platform.app_now(),
    created_at               timestamptz not null default platform.app_now(),
    updated_at               timestamptz not null default platform.app_now(),
    version                  bigint      not null default 1,
    primary key (tenant_id, id),
    constraint disputes_decided check ((decided_at is not null) = (state in ('won', 'lost', 'closed'))),
    constraint disputes_payment foreign key (tenant_id, payment_id) references billing.payments (tenant_id, id),
    constraint disputes_delivery foreign key (tenant_id, delivery_id) references billing.webhook_deliveries (tenant_id, id)
);
create unique index disputes_provider_reference on billing.disputes (tenant_id, connection_id, provider_reference);
create index disputes_created on billing.disputes (tenant_id, created_at, id);
create index disputes_of_payment on billing.disputes (tenant_id, payment_id, created_at, id);
create index disputes_in_state on billing.disputes (tenant_id, state, created_at, id);

-- The task about a dispute. `ended_at` is the instant at which the dispute no longer needed it.
create table billing.dispute_tasks (
    tenant_id  uuid        not null default platform.app_tenant(),
    dispute_id uuid        not null,
    task_id    uuid        not null,
    ended_at   timestamptz,
    created_at timestamptz not null default platform.app_now(),
    primary key (tenant_id, dispute_id),
    constraint dispute_tasks_dispute foreign key (tenant_id, dispute_id) references billing.disputes (tenant_id, id),
    constraint dispute_tasks_task foreign key (tenant_id, task_id) references tasks.operational_tasks (tenant_id, id)
);

select platform.guard_table('billing.disputes');
select platform.guard_table('billing.dispute_tasks');
grant select, insert on billing.disputes, billing.dispute_tasks to guildhall_app;
grant update (provider_status, state, kind, currency, amount_minor, reason, evidence_due_at, issued_at, decided_at, movements, metadata, delivery_id,
    provider_event_reference, provider_at, mirror_rank, api_version, observed_at, updated_at, version) on billing.disputes to guildhall_app;
grant update (task_id, ended_at) on billing.dispute_tasks to guildhall_app;
grant select on billing.disputes, billing.dispute_tasks to guildhall_readonly, guildhall_backup;

-- The ledger settles a payment with its disputes, too.
create or replace function billing.settled_together(changed uuid[]) returns setof uuid
    language sql stable
begin atomic
    with recursive named(id) as (
        select unnest(changed)
        union
        select r.payment_id from billing.refunds r where r.id = any(changed)
        union
        select d.payment_id from billing.disputes d where d.id = any(changed)
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
    select r.id from reached join billing.refunds r on r.payment_id = reached.id
    union
    select d.id from reached join billing.disputes d on d.payment_id = reached.id;
end;
