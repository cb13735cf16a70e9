package org.guildhall.core.data;

import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What all nodes together have spent of each rate limit. */
public final class RateTotals {

    // Sorted, so that two nodes take the rows' locks in the same order.
    private static final String EXCHANGE = """
            insert into platform.rate_totals as s (id, spent)
            select * from unnest(?::text[], ?::bigint[]) order by 1
            on conflict (id) do update set spent = s.spent + excluded.spent
            returning id, spent""";

    private final Db db;

    public RateTotals(Db db) {
        this.db = db;
    }

    /** Adds what this node spent since its last call and returns what all nodes, this one included, have spent ever. */
    public Map<String, Long> exchange(Map<String, Long> spent) {
        var ids = List.copyOf(spent.keySet());
        return db.unguarded(connection -> send(connection, ids, spent));
    }

    private static Map<String, Long> send(Connection connection, List<String> ids, Map<String, Long> spent) throws java.sql.SQLException {
        try (var statement = connection.prepareStatement(EXCHANGE)) {
            statement.setArray(1, connection.createArrayOf("text", ids.toArray()));
            statement.setArray(2, connection.createArrayOf("bigint", ids.stream().map(spent::get).toArray()));
            var totals = new HashMap<String, Long>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    totals.put(rows.getString(1), rows.getLong(2));
                }
            }
            return totals;
        }
    }
}
