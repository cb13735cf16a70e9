package org.guildhall.core.sql;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.guildhall.core.data.BoundStatement;
import org.guildhall.core.data.Tx;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Queries that are sent together in one round trip. Each sees what was committed before it began, so a query after a lock sees the locked
 * state.
 */
public final class Batch {

    private static final PreparedQuery<Instant> NOW = PreparedQuery.ofValue(DSL.select(Columns.now()));

    private final List<BoundStatement> statements = new ArrayList<>();
    private boolean sent;

    /** Adds a query with at most one row; the supplier gives it after {@link #send}, or null. */
    public <T> Supplier<@Nullable T> one(PreparedQuery<T> query, @Nullable Object... values) {
        var result = query.bound(values);
        statements.add(result);
        return () -> {
            requireSent();
            return result.one();
        };
    }

    /** Adds a query with exactly one row, such as the change of a locked row; the supplier gives it after {@link #send}. */
    public <T> Supplier<T> single(PreparedQuery<T> query, @Nullable Object... values) {
        var result = query.bound(values);
        statements.add(result);
        return () -> {
            requireSent();
            var found = result.one();
            if (found == null) {
                throw new IllegalStateException("no row: " + result.text());
            }
            return found;
        };
    }

    /** Adds a query that tells whether there is a row; the supplier gives it after {@link #send}. */
    public BooleanSupplier exists(PreparedQuery<?> query, @Nullable Object... values) {
        var rows = all(query, values);
        return () -> !rows.get().isEmpty();
    }

    /** Adds the read of the time that the transaction's changes carry; the supplier gives it after {@link #send}. */
    public Supplier<Instant> now() {
        return single(NOW);
    }

    /** Adds a query; the supplier gives its rows after {@link #send}. */
    public <T> Supplier<List<T>> all(PreparedQuery<T> query, @Nullable Object... values) {
        var result = query.bound(values);
        statements.add(result);
        return () -> {
            requireSent();
            return result.rows();
        };
    }

    /** Sends all queries, in the order in which they were added. */
    public void send(Tx tx) {
        if (sent) {
            throw new IllegalStateException("the batch was sent");
        }
        sent = true;
        if (!statements.isEmpty()) {
            tx.send(statements);
        }
    }

    private void requireSent() {
        if (!sent) {
            throw new IllegalStateException("the batch wasn't sent");
        }
    }
}
