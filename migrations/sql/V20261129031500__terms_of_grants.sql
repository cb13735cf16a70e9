-- Grants that begin later, are extended and are renewed, and products that allow one trial.

-- A term of calendar length is kept with its anchor: an extension is computed from there, so that a month's end stays the month's end.
alter table runtime.grants
    add term text,
    add term_starts_at timestamptz,
    add renews_grant_id uuid,
    drop constraint grants_dates,
    add constraint grants_dates check (starts_at < ends_at and (starts_at < ended_at or ended_by in ('revoked', 'canceled'))),
    drop constraint grants_ended_by,
    add constraint grants_ended_by check (ended_by in ('revoked', 'superseded', 'expired', 'canceled')),
    add constraint grants_term check ((term is null) = (term_starts_at is null) and (term is null or ends_at is not null)),
    add constraint grants_renews foreign key (tenant_id, renews_grant_id) references runtime.grants (tenant_id, id);
create unique index grants_renewed_once on runtime.grants (tenant_id, renews_grant_id)
    where renews_grant_id is not null and (ended_by is null or ended_by not in ('revoked', 'canceled'));
create index grants_of_renewed on runtime.grants (tenant_id, renews_grant_id) where renews_grant_id is not null;
create index grants_trials on runtime.grants (tenant_id, organization_id, product_id) where kind = 'trial';
grant update (ends_at, term, term_starts_at) on runtime.grants to guildhall_app;

alter table runtime.transitions
    drop constraint transitions_kind,
    add constraint transitions_kind check (kind in ('initiate', 'upgrade', 'downgrade', 'renew', 'end'));

-- Where a grant ends, another plan may begin at the same instant: it comes in the place of what would have followed. Nothing else moves twice.
drop index runtime.transitions_one_at_an_instant;
create unique index transitions_one_at_an_instant on runtime.transitions (tenant_id, pool_id, ladder_id, effective_at)
    where state <> 'canceled' and not (kind = 'end' and grant_id is not null);

-- What is held beside the ladders may begin later; if it is taken back before, it has no duration at all.
alter table runtime.provisions
    drop constraint provisions_dates,
    add constraint provisions_dates check (starts_at < ends_at or (starts_at = ends_at and ladder_id is null));

-- An end that is still to come may be moved either way. What is over is neither revived nor prolonged.
create or replace function runtime.provisions_end() returns trigger
    language plpgsql as
$$
begin
    raise exception 'a provision that is over is neither prolonged nor revived'
        using errcode = 'check_violation', schema = 'runtime', table = 'provisions', constraint = 'provisions_end_only_nearer';
end
$$;
drop trigger provisions_end on runtime.provisions;
create trigger provisions_end before update of ends_at on runtime.provisions
    for each row when (old.ends_at is not null and (new.ends_at is null or new.ends_at > old.ends_at)
        and (old.ends_at <= platform.app_now() or old.ends_at = old.starts_at))
    execute function runtime.provisions_end();

alter table catalog.products add trial_eligibility text not null default 'unlimited'
    constraint products_trial_eligibility check (trial_eligibility in ('unlimited', 'once_per_organization'));
