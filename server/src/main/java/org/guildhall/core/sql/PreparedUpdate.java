package org.guildhall.core.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.guildhall.core.data.BoundStatement;
import org.guildhall.core.data.Tx;
import org.jooq.Query;
import org.jspecify.annotations.Nullable;

/**
 * A change without a result, rendered once. Its parameters are named; the values are given in the order of the parameters' first places in
 * the statement.
 */
public final class PreparedUpdate {

    private final StatementText text;

    private PreparedUpdate(Query query) {
        this.text = new StatementText(query);
    }

    public static PreparedUpdate of(Query query) {
        return new PreparedUpdate(query);
    }

    /** Sends the change, and returns the number of changed rows. */
    public int execute(Tx tx, @Nullable Object... values) {
        var count = new AtomicInteger();
        var plain = text.bound(values);
        tx.send(new BoundStatement() {
            @Override
            public String text() {
                return plain.text();
            }

            @Override
            public int bind(PreparedStatement statement, int first) throws SQLException {
                return plain.bind(statement, first);
            }

            @Override
            public void take(PreparedStatement result) throws SQLException {
                count.set(result.getUpdateCount());
            }
        });
        return count.get();
    }

    /**
     * Sends the change together with the transaction's next statement, at the latest with the commit, so that it costs no round trip of its
     * own. A constraint that it violates is reported by that statement.
     */
    public void later(Tx tx, @Nullable Object... values) {
        tx.sendLater(text.bound(values));
    }
}
