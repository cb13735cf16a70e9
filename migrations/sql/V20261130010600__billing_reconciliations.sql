-- Comparisons of the mirror with a provider.

-- `kind_position` and `last_reference` are the place of a run in the provider's lists; `attempts` counts failed calls in a row.
create table billing.reconciliations (
    tenant_id      uuid        not null default platform.app_tenant(),
    id             uuid        not null default uuidv7(),
    external_id    text,
    connection_id  uuid        not null,
    kinds          text[]      not null
        constraint reconciliations_kinds check (kinds <@ array['account', 'subscription', 'invoice', 'payment', 'refund', 'dispute', 'payout'] and cardinality(kinds) > 0),
    objects_from   timestamptz,
    objects_before timestamptz,
    repair         boolean     not null,
    state          text        not null default 'queued' constraint reconciliations_state check (state in ('queued', 'running', 'succeeded', 'failed')),
    kind_position  integer     not null default 0,
    last_reference text,
    attempts       integer     not null default 0,
    compared       bigint      not null default 0,
    missing_here   bigint      not null default 0,
    missing_there  bigint      not null default 0,
    differing      bigint      not null default 0,
    unreadable     bigint      not null default 0,
    requested      bigint      not null default 0,
    failure        text,
    started_at     timestamptz,
    finished_at    timestamptz,
    created_at     timestamptz not null default platform.app_now(),
    updated_at     timestamptz not null default platform.app_now(),
    version        bigint      not null default 1,
    primary key (tenant_id, id),
    constraint reconciliations_finished check ((state in ('succeeded', 'failed')) = (finished_at is not null)),
    constraint reconciliations_connection foreign key (tenant_id, connection_id) references billing.connections (tenant_id, id)
);
create index reconciliations_created on billing.reconciliations (tenant_id, created_at, id);
create index reconciliations_of_connection on billing.reconciliations (tenant_id, connection_id, created_at, id);
create index reconciliations_in_state on billing.reconciliations (tenant_id, state, created_at, id);
create unique index reconciliations_external_id on billing.reconciliations (tenant_id, external_id) where external_id is not null;

-- `fields` are objects with pointer, here and there.
create table billing.reconciliation_differences (
    tenant_id          uuid        not null default platform.app_tenant(),
    id                 uuid        not null default uuidv7(),
    reconciliation_id  uuid        not null,
    kind               text        not null,
    provider_reference text        not null,
    entity_id          uuid,
    difference         text        not null
        constraint reconciliation_differences_difference check (difference in ('missing_here', 'missing_there', 'differs', 'unreadable')),
    fields             jsonb       not null default '[]',
    requested_at       timestamptz,
    created_at         timestamptz not null default platform.app_now(),
    primary key (tenant_id, id),
    constraint reconciliation_differences_reconciliation
        foreign key (tenant_id, reconciliation_id) references billing.reconciliations (tenant_id, id)
);
create unique index reconciliation_differences_object
    on billing.reconciliation_differences (tenant_id, reconciliation_id, kind, provider_reference);
create index reconciliation_differences_created on billing.reconciliation_differences (tenant_id, reconciliation_id, created_at, id);

-- The objects that a run has seen at the provider; the others are missing there. Deleted when a kind is compared.
create table billing.reconciled_objects (
    tenant_id          uuid not null default platform.app_tenant(),
    reconciliation_id  uuid not null,
    kind               text not null,
    provider_reference text not null,
    primary key (tenant_id, reconciliation_id, kind, provider_reference),
    constraint reconciled_objects_reconciliation
        foreign key (tenant_id, reconciliation_id) references billing.reconciliations (tenant_id, id)
);

select platform.guard_table('billing.reconciliations');
select platform.guard_table('billing.reconciliation_differences');
select platform.guard_table('billing.reconciled_objects');
grant select, insert, update (state, kind_position, last_reference, attempts, compared, missing_here, missing_there, differing, unreadable, requested, failure,
    started_at, finished_at, updated_at, version) on billing.reconciliations to guildhall_app;
grant select, insert, update (requested_at) on billing.reconciliation_differences to guildhall_app;
grant select, insert, delete on billing.reconciled_objects to guildhall_app;
grant select on billing.reconciliations, billing.reconciliation_differences, billing.reconciled_objects to guildhall_readonly, guildhall_backup;
