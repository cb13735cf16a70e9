package org.guildhall.runtime.plans;

import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The changes of due transitions to the rows of one table, for reads before they are written.
 *
 * @param changed the ids of rows that change
 * @param apply returns the later form of a row; another row is returned unchanged
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
