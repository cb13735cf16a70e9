package org.guildhall.core.data;

import static org.jooq.impl.DSL.noCondition;

import java.time.Instant;
import org.jooq.Condition;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** Conditions of lists. What the caller didn't ask for holds for every row and leaves no trace in the statement. */
public final class Filters {

    private Filters() {}

    public static <T> Condition is(Field<T> field, @Nullable T value) {
        return value == null ? noCondition() : field.eq(value);
    }

    /** Neither instant is included. */
    public static Condition between(Field<Instant> field, @Nullable Instant after, @Nullable Instant before) {
        return (after == null ? noCondition() : field.gt(after)).and(before == null ? noCondition() : field.lt(before));
    }
}
