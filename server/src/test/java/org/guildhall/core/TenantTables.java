package org.guildhall.core;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The tables of the database with rows of tenants, as the catalog of PostgreSQL lists them. */
public final class TenantTables {

    /** The time at which a job last looked at a tenant: it changes without any request. */
    private static final String LOOKS = "runtime.surplus_looks";

    private TenantTables() {}

    /** Their names, with the schema. */
    public static List<String> names(Connection superuser) throws SQLException {
        return column(superuser, """
                select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
                where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not like 'pg%' order by 1""");
    }

    /** The count and the hash of a tenant's rows in each table, without the time at which a token was last used. */
    static List<String> content(Connection superuser, UUID tenant) throws SQLException {
        var tables = new ArrayList<String>();
        for (var table : names(superuser)) {
            if (!table.equals(LOOKS)) {
                tables.add("""
                        select '%1$s ' || count(*) || ' ' || coalesce(md5(string_agg(r, '|' order by r)), '')
                        from (select (to_jsonb(t) - 'last_used_at')::text r from %1$s t where tenant_id = '%2$s') x""".formatted(table, tenant));
            }
        }
        return column(superuser, String.join(" union all ", tables) + " order by 1");
    }

    private static List<String> column(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            var values = new ArrayList<String>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }
}
