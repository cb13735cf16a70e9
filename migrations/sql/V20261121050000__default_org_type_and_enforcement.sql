-- What the runtime room asks of the catalog: which type a personal organization is of, and what a rule means for use.

-- At most one type of the tenant is the default; an archived one can't be.
alter table catalog.org_types add column is_default boolean not null default false;
alter table catalog.org_types add constraint org_types_default_active check (state = 'active' or not is_default);
create unique index org_types_one_default on catalog.org_types (tenant_id) where is_default;
grant update (is_default) on catalog.org_types to guildhall_app;

-- A hard rule refuses what goes beyond limit and grace, a soft one only tells. At each threshold, in percent of the limit, it is told once.
alter table catalog.entitlement_rules
    add column enforcement        text      not null default 'hard' constraint entitlement_rules_enforcement check (enforcement in ('hard', 'soft')),
    add column grace_percent      integer   not null default 0 constraint entitlement_rules_grace check (grace_percent between 0 and 1000),
    add column threshold_percents integer[] not null default '{}'
        constraint entitlement_rules_thresholds check (cardinality(threshold_percents) <= 10 and 1 <= all (threshold_percents) and 1000 >= all (threshold_percents));

-- What a published product gives never changes by another set: its set's rules are dated, the reference isn't.
create function catalog.products_set_fixed() returns trigger
    language plpgsql as
$$
begin
    raise exception 'the entitlement set of a product that was published stays'
        using errcode = 'check_violation', schema = 'catalog', table = 'products', constraint = 'products_set_fixed';
end
$$;
create trigger products_set_fixed before update of entitlement_set_id on catalog.products
    for each row when (old.lifecycle_status <> 'draft' and old.entitlement_set_id is distinct from new.entitlement_set_id)
    execute function catalog.products_set_fixed();
