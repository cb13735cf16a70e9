package org.guildhall.smoke.bench;

import com.zaxxer.hikari.HikariDataSource;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.guildhall.core.data.Ids;

/**
 * The rows that the server writes with every effect: the idempotency key with the stored reply, the audit event, and each of its entities. A baseline
 * that writes them too writes the same rows as a request. Their values are those of an earlier request of the same operation; key and ids are new.
 */
final class RecordedRows {

    private static final int KEY_BYTES = 32;
    private static final String KEY = "platform.idempotency_keys";
    private static final String EVENT = "platform.audit_events";
    private static final String ENTITY = "platform.audit_entities";
    private static final String KEY_HMAC = "key_hmac";
    /** The columns that the database fills. */
    private static final Set<String> FILLED = Set.of("created_at", "seq", "xid", "occurred_at", "recorded_at");
    private static final String LATEST = """
            (select e.tenant_id, e.id, e.key_hmac from platform.audit_events e
             join platform.idempotency_keys k on k.tenant_id = e.tenant_id and k.key_hmac = e.key_hmac
             where e.tenant_id = ? and e.operation = ? order by e.id desc limit 1) l""";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final HikariDataSource pool;
    private final Map<String, List<Row>> known = new ConcurrentHashMap<>();

    private record Row(String table, String insert, List<String> columns, List<Object> values) {}

    RecordedRows(HikariDataSource pool) {
        this.pool = pool;
    }

    /**
     * Adds the inserts of the rows, one statement each.
     *
     * @param operation the operation's id in the spec; a request of it with a key must have succeeded before
     */
    Statements addTo(Statements statements, String operation) throws SQLException {
        var rows = known.get(operation);
        if (rows == null) {
            rows = read(operation);
            known.put(operation, rows);
        }
        var event = Ids.next();
        var key = new byte[KEY_BYTES];
        RANDOM.nextBytes(key);
        for (var row : rows) {
            var values = row.values.toArray();
            for (int at = 0; at < values.length; at++) {
                var column = row.columns.get(at);
                if (column.equals(KEY_HMAC)) {
                    values[at] = key;
                } else if (column.equals("event_id") || row.table.equals(EVENT) && column.equals("id")) {
                    values[at] = event;
                }
            }
            statements.add(row.insert, values);
        }
        return statements;
    }

    private List<Row> read(String operation) throws SQLException {
        var rows = new ArrayList<Row>();
        rows.addAll(read(KEY, "r.key_hmac = l.key_hmac", operation));
        rows.addAll(read(EVENT, "r.id = l.id", operation));
        rows.addAll(read(ENTITY, "r.event_id = l.id order by r.position", operation));
        if (rows.isEmpty()) {
            throw new IllegalStateException("no request of " + operation + " with a key has succeeded");
        }
        return List.copyOf(rows);
    }

    private List<Row> read(String table, String condition, String operation) throws SQLException {
        var rows = new ArrayList<Row>();
        var sql = "select r.* from " + LATEST + " join " + table + " r on r.tenant_id = l.tenant_id and " + condition;
        try (var connection = pool.getConnection(); var statement = connection.prepareStatement(sql)) {
            statement.setObject(1, BenchData.CLUB);
            statement.setString(2, operation);
            try (var cells = statement.executeQuery()) {
                while (cells.next()) {
                    var values = new LinkedHashMap<String, Object>();
                    for (int column = 1; column <= cells.getMetaData().getColumnCount(); column++) {
                        var name = cells.getMetaData().getColumnLabel(column);
                        var value = cells.getObject(column);
                        if (value != null && !FILLED.contains(name)) {
                            values.put(name, value);
                        }
                    }
                    rows.add(row(table, values));
                }
            }
        }
        return rows;
    }

    private static Row row(String table, Map<String, Object> values) {
        var columns = List.copyOf(values.keySet());
        var marks = String.join(", ", columns.stream().map(column -> "?").toList());
        return new Row(table, "insert into " + table + " (" + String.join(", ", columns) + ") values (" + marks + ")", columns, List.copyOf(values.values()));
    }
}
