package org.guildhall.core.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What all nodes together have spent of each rate limit, as the instant until which it is used up: spending moves it on, and time
 * catches up with it.
 */
public final class RateTotals {

    // Sorted, so that two nodes take the rows' locks in the same order. The inserted value is now and what is spent; where a row
    // is there already, the second part of it counts.
    private static final String EXCHANGE = """
            insert into platform.rate_totals as s (id, used_until)
            select id, now() + make_interval(secs => spent) from unnest(?::text[], ?::float8[]) as t (id, spent) order by 1
            on conflict (id) do update set used_until = greatest(s.used_until, now()) + (excluded.used_until - now())
            returning id, extract(epoch from used_until - now())::float8, ?::int8""";

    private final Db db;

    public RateTotals(Db db) {
        this.db = db;
    }

    /**
     * Adds what this node spent since its last call.
     *
     * @param spentSeconds by limit, in seconds that the limit takes to give as much again
     * @return how much of each is used now by all nodes, this one included, in the same seconds
     */
    public Map<String, Double> exchange(Map<String, Double> spentSeconds) {
        var ids = List.copyOf(spentSeconds.keySet());
        return db.unguarded(connection -> send(connection, ids, spentSeconds));
    }

    private static Map<String, Double> send(Connection connection, List<String> ids, Map<String, Double> spent) throws SQLException {
        try (var statement = connection.prepareStatement(EXCHANGE)) {
            statement.setArray(1, connection.createArrayOf("text", ids.toArray()));
            statement.setArray(2, connection.createArrayOf("float8", ids.stream().map(spent::get).toArray()));
            long number = ThreadLocalRandom.current().nextLong();
            statement.setLong(3, number);
            var used = new HashMap<String, Double>();
            try (var rows = statement.executeQuery()) {
                for (int count = 0; count < ids.size(); count++) {
                    Db.requireOwn(rows, 3, number);
                    used.put(rows.getString(1), rows.getDouble(2));
                }
            }
            return used;
        }
    }
}
