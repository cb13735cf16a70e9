package org.guildhall.runtime.plans;

import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The changes that due transitions will make to the rows of one table, for reads that come before they are written.
 *
 * @param changed the ids of rows that change
 * @param apply turns a row into its later form; gives back every other row as it is
 * @param added rows that will be inserted
 * @param isNothing true if nothing is due
 */
record Projection<R>(Set<UUID> changed, UnaryOperator<R> apply, Collection<R> added, boolean isNothing) {

    /** The later form of a row. */
    R of(R row) {
        return apply.apply(row);
    }

    /** A row that will be inserted; null if there is none of this id. */
    @Nullable R added(Predicate<R> wanted) {
        return added.stream().filter(wanted).findFirst().orElse(null);
    }
}
