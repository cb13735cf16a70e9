package org.guildhall.core.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Checks a database before the server uses it: the role can't bypass row-level security, and every table has it. */
final class Preflight {

    /** The tables without a tenant; all others have forced row-level security. */
    private static final String UNFORCED =
            "'platform.doors', 'platform.rate_totals', 'platform.scheduled_tasks'";

    private Preflight() {}

    /** @throws IllegalStateException if the database can't be used; its message lists every reason */
    static void check(Connection connection) throws SQLException {
        var wrong = new ArrayList<String>();
        wrong.addAll(texts(connection, """
                select 'the role ' || rolname || ' is privileged (superuser or bypassrls)' from pg_roles
                where rolname = current_user and (rolsuper or rolbypassrls)"""));
        wrong.addAll(texts(connection, """
                select 'the role ' || current_user || ' owns ' || c.oid::regclass from pg_class c
                where c.relowner = (select oid from pg_roles where rolname = current_user) limit 10"""));
        wrong.addAll(texts(connection, """
                select 'the table ' || n.nspname || '.' || c.relname || ' has no forced row-level security'
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
                  and n.nspname in ('platform', 'tasks', 'providers', 'catalog', 'runtime', 'billing', 'schedule')
                  and n.nspname || '.' || c.relname not in (%s)""".formatted(UNFORCED)));
        if (!wrong.isEmpty()) {
            throw new IllegalStateException("this database can't be used: " + String.join("; ", wrong));
        }
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select pg_sequence_last_value(c.oid) from pg_class c join pg_namespace n"
                        + " on n.oid = c.relnamespace where n.nspname = 'platform' and c.relname = 'auth_revision'")) {
            if (!row.next()) {
                throw new IllegalStateException("this database has no Guildhall schema: run the migrations first");
            }
            row.getLong(1);
            if (row.wasNull()) {
                // The result is also null if the role may not read the sequence. Then the server would never notice a revocation.
                throw new IllegalStateException("the revision of credentials can't be read: the role lacks a grant on platform.auth_revision");
            }
        }
    }

    private static List<String> texts(Connection connection, String sql) throws SQLException {
        var texts = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}
