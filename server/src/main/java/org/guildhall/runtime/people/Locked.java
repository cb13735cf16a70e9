package org.guildhall.runtime.people;

import java.time.Instant;
import java.util.function.Supplier;
import org.guildhall.core.sql.Batch;
import org.jspecify.annotations.Nullable;

/**
 * A row that is locked until the transaction ends. Its changes are known without reading it again.
 *
 * @param now the time that the transaction's changes carry
 */
record Locked<R>(R row, Instant now) {

    /** Adds the read of the time to a batch that locks a row; null if there is no such row. */
    static <R> Supplier<@Nullable Locked<R>> in(Batch batch, Supplier<@Nullable R> row) {
        var now = batch.now();
        return () -> {
            var found = row.get();
            return found == null ? null : new Locked<>(found, now.get());
        };
    }
}
