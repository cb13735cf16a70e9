package org.guildhall.core.sql;

import static org.jooq.impl.DSL.noCondition;

import java.time.Instant;
import org.jooq.Condition;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** Conditions of lists. A filter that the caller didn't send adds nothing to the statement. */
public final class Filters {

    private Filters() {}

    public static <T> Condition is(Field<T> field, @Nullable T value) {
        return value == null ? noCondition() : field.eq(value);
    }

    /** The condition that an instant is within a window. */
    public static Condition within(Field<Instant> field, TimeWindow window) {
        return (window.after() == null ? noCondition() : field.gt(window.after()))
                .and(window.from() == null ? noCondition() : field.ge(window.from()))
                .and(window.before() == null ? noCondition() : field.lt(window.before()));
    }
}
