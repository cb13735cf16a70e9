-- A prepared statement keeps one plan for all tenants, made while one of them was set. By statistics that know which tenants have rows,
-- one made for a tenant that has few or none takes any index that leads with the tenant to be as good as the key, and a tenant with
-- many rows is then read from end to end by it. So tenants aren't analyzed, and the planner is told the same of each: that a quarter
-- of all rows is its own, side by side. A small tenant loses nothing by a plan that would be right for a large one. With a smaller share, rows of
-- a table of some thousand rows that are looked up by their ids would be found by reading all entries of such an index.
do $$
declare
    tenanted record;
begin
    for tenanted in
        select n.nspname::text as room, c.relname::text as name, a.attstattarget is distinct from 0 as analyzed
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where a.attname = 'tenant_id' and c.relkind in ('r', 'p') and not a.attisdropped
          and n.nspname in ('platform', 'tasks', 'providers', 'catalog', 'runtime', 'billing', 'schedule', 'overview')
    loop
        if tenanted.analyzed then
            execute format('alter table %I.%I alter column tenant_id set statistics 0', tenanted.room, tenanted.name);
        end if;
        perform pg_clear_attribute_stats(tenanted.room, tenanted.name, 'tenant_id', false);
        perform pg_restore_attribute_stats('schemaname', tenanted.room, 'relname', tenanted.name, 'attname', 'tenant_id'::text, 'inherited', false,
            'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 4::real, 'correlation', 1::real);
    end loop;
end
$$;
