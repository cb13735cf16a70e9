-- What the payment providers call a product or a price stands in its own row, where every read of it finds it without looking further.
-- The table of references follows: it has them by the providers' names, and lets no two things have the same.

alter table catalog.products add provider_references jsonb not null default '{}'
    constraint products_provider_references check (jsonb_typeof(provider_references) = 'object');
alter table catalog.prices add provider_references jsonb not null default '{}'
    constraint prices_provider_references check (jsonb_typeof(provider_references) = 'object');

-- For this transaction their owner may see all of them.
alter table catalog.provider_references no force row level security;
alter table catalog.products no force row level security;
alter table catalog.prices no force row level security;
update catalog.products p set provider_references = r.those
from (
    select tenant_id, product_id, jsonb_object_agg(provider, reference) as those from catalog.provider_references where product_id is not null group by 1, 2) r
where (p.tenant_id, p.id) = (r.tenant_id, r.product_id);
update catalog.prices p set provider_references = r.those
from (
    select tenant_id, price_id, jsonb_object_agg(provider, reference) as those from catalog.provider_references where price_id is not null group by 1, 2) r
where (p.tenant_id, p.id) = (r.tenant_id, r.price_id);
alter table catalog.provider_references force row level security;
alter table catalog.products force row level security;
alter table catalog.prices force row level security;

create function catalog.products_provider_references() returns trigger
    language plpgsql as
$$
begin
    delete from catalog.provider_references where tenant_id = new.tenant_id and product_id = new.id;
    insert into catalog.provider_references (tenant_id, provider, reference, product_id)
    select new.tenant_id, key, value, new.id from jsonb_each_text(new.provider_references);
    return null;
end
$$;
create trigger products_provider_references_insert after insert on catalog.products
    for each row when (new.provider_references <> '{}') execute function catalog.products_provider_references();
create trigger products_provider_references_update after update of provider_references on catalog.products
    for each row when (old.provider_references <> new.provider_references) execute function catalog.products_provider_references();

create function catalog.prices_provider_references() returns trigger
    language plpgsql as
$$
begin
    delete from catalog.provider_references where tenant_id = new.tenant_id and price_id = new.id;
    insert into catalog.provider_references (tenant_id, provider, reference, price_id)
    select new.tenant_id, key, value, new.id from jsonb_each_text(new.provider_references);
    return null;
end
$$;
create trigger prices_provider_references_insert after insert on catalog.prices
    for each row when (new.provider_references <> '{}') execute function catalog.prices_provider_references();
create trigger prices_provider_references_update after update of provider_references on catalog.prices
    for each row when (old.provider_references <> new.provider_references) execute function catalog.prices_provider_references();

grant update (provider_references) on catalog.prices to guildhall_app;
