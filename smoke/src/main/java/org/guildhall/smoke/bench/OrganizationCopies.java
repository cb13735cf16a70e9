package org.guildhall.smoke.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Copies the rows of the runtime of one tenant, so that a large tenant has the rows that the API wrote for a small one. Each copy is a quarter of
 * an hour older than the one before: its instants and its ids, which begin with their time. Ids of other rooms stay.
 */
final class OrganizationCopies {

    private static final long STEP_MILLIS = 900_000;

    private final Connection connection;
    private final UUID tenant;

    /** @param connection a superuser's connection */
    OrganizationCopies(Connection connection, UUID tenant) {
        this.connection = connection;
        this.tenant = tenant;
    }

    private record Column(String name, String type) {}

    /** Adds copies of everything that the tenant's runtime has, without checking foreign keys again. */
    void add(int copies) throws SQLException {
        execute("""
                create function pg_temp.copied(id uuid, copy int) returns uuid language sql immutable as $$
                  select (lpad(to_hex(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint - copy * %d::bigint), 12, '0')
                    || substr(replace(id::text, '-', ''), 13))::uuid
                $$""".formatted(STEP_MILLIS));
        execute("set session_replication_role = replica");
        var tables = strings("""
                select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
                where c.table_schema = 'runtime' and c.column_name = 'tenant_id' and t.table_type = 'BASE TABLE' order by 1""");
        execute("create temp table own_ids (id uuid primary key)");
        for (var table : tables) {
            if (columns(table).stream().anyMatch(column -> column.name.equals("id"))) {
                execute("insert into own_ids select distinct id from runtime.%s where tenant_id = '%s'".formatted(table, tenant));
            }
        }
        for (var table : tables) {
            copy(table, copies);
        }
        execute("set session_replication_role = origin");
    }

    private void copy(String table, int copies) throws SQLException {
        var names = new ArrayList<String>();
        var values = new ArrayList<String>();
        boolean hasOwn = false;
        for (var column : columns(table)) {
            boolean own = column.type.equals("uuid") && isOwn(table, column.name);
            names.add(column.name);
            values.add(own ? "pg_temp.copied(r.%s, n)".formatted(column.name) : value(column));
            hasOwn |= own;
        }
        // A row that refers to nothing that is copied is one of the tenant, which has it once.
        if (hasOwn) {
            execute("""
                    insert into runtime.%1$s (%2$s)
                    select %3$s from generate_series(%4$d, 1, -1) as n, (select * from runtime.%1$s where tenant_id = '%5$s') as r"""
                    .formatted(table, String.join(", ", names), String.join(", ", values), copies, tenant));
        }
    }

    private static String value(Column column) {
        var name = "r." + column.name;
        return switch (column.type) {
            case "timestamptz" -> "%s - n * interval '%d milliseconds'".formatted(name, STEP_MILLIS);
            case "text" -> column.name.equals("external_id") ? name + " || '-' || n" : name;
            default -> name;
        };
    }

    /** True if the column refers to a row that is copied, too. */
    private boolean isOwn(String table, String column) throws SQLException {
        return strings("select 'yes' from runtime.%s where tenant_id = '%s' and %s in (select id from own_ids) limit 1".formatted(table, tenant, column))
                .size() == 1;
    }

    /** The columns that can be written. */
    private List<Column> columns(String table) throws SQLException {
        var columns = new ArrayList<Column>();
        try (var statement = connection.createStatement(); var rows = statement.executeQuery("""
                select column_name, udt_name from information_schema.columns
                where table_schema = 'runtime' and table_name = '%s' and is_generated = 'NEVER' order by ordinal_position""".formatted(table))) {
            while (rows.next()) {
                columns.add(new Column(rows.getString(1), rows.getString(2)));
            }
        }
        return columns;
    }

    private List<String> strings(String sql) throws SQLException {
        var found = new ArrayList<String>();
        try (var statement = connection.createStatement(); var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
