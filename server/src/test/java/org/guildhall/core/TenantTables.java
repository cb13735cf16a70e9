package org.guildhall.core;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.TestServer;

/** The tables of the database with rows of tenants, as the catalog of PostgreSQL lists them. */
public final class TenantTables {

    /** The time at which a job last looked at a tenant: it changes without any request. */
    private static final String LOOKS = "runtime.surplus_looks";

    private TenantTables() {}

    /** Their names, with the schema. */
    public static List<String> names(TestServer.Tenant tenant) throws SQLException {
        return tenant.found("""
                select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
                where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not like 'pg%' order by 1""");
    }

    /** The count and the hash of a tenant's rows in each table, without the time at which a token was last used. */
    static Map<String, String> content(TestServer.Tenant tenant) throws SQLException {
        var content = new TreeMap<String, String>();
        for (var table : names(tenant)) {
            if (!table.equals(LOOKS)) {
                content.put(table, tenant.found("select count(*) || ' ' || coalesce(md5(string_agg(r, '|' order by r)), '') from (select (to_jsonb(t) - 'last_used_at')::text r from "
                        + table + " t where tenant_id = ?) x", tenant.id()).getFirst());
            }
        }
        return content;
    }
}
