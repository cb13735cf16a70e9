-- A prepared statement keeps one plan for all tenants, made while one of them was set. With statistics of tenant_id, one made for a
-- tenant that has few rows or none takes any index that leads with the tenant to be as good as the key, and a tenant with many rows is
-- then read from end to end by it. Without statistics every tenant is planned for alike: as one of two hundred.
do $$
declare
    tenanted record;
begin
    for tenanted in
        select n.nspname as room, c.relname as name
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where a.attname = 'tenant_id' and c.relkind in ('r', 'p') and not a.attisdropped and a.attstattarget is distinct from 0
          and n.nspname in ('platform', 'tasks', 'providers', 'catalog', 'runtime', 'billing', 'schedule', 'overview')
    loop
        execute format('alter table %I.%I alter column tenant_id set statistics 0', tenanted.room, tenanted.name);
        perform pg_clear_attribute_stats(tenanted.room, tenanted.name, 'tenant_id', false);
    end loop;
end
$$;
