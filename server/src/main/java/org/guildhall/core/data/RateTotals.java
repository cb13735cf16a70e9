package org.guildhall.core.data;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The use of each rate limit by all nodes, stored as the instant until which the limit is used up. Spending moves the instant forward;
 * passing time refills the limit.
 */
public final class RateTotals {

    // Sorted, so that two nodes lock the rows in the same order. An inserted row starts at now plus the spent time; an existing row is
    // moved forward by the spent time.
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
     * @param spentSeconds by limit: the time in which the limit refills the spent units
     * @return by limit: the use of all nodes, including this one, in the same unit
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
