package org.guildhall.core.sql;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;

/**
 * Instants at which effective-dated rows begin and end.
 *
 * <p>{@code now()} is the instant of the transaction's first statement. If the transaction then waits for a lock, the rows of the lock's
 * previous holder begin after that instant, and a range that ended at it would end before its beginning. So ranges begin and end at the
 * database's clock at the moment of the statement, with the lock held.
 */
public final class EffectiveDates {

    /** {@code app_now()} plus the time since the transaction began. */
    private static final Field<Instant> PRESENT =
            field("platform.app_now() + (clock_timestamp() - now())", SQLDataType.INSTANT);

    private static final PreparedQuery<Instant> READ_PRESENT = PreparedQuery.ofValue(select(PRESENT));

    private EffectiveDates() {}

    /** The beginning of a first range. */
    public static Field<Instant> present() {
        return PRESENT;
    }

    /** The end of a range that began at {@code start}: now, and at least a microsecond after its beginning. */
    public static Field<Instant> end(Field<Instant> start) {
        return greatest(PRESENT, field("{0} + interval '1 microsecond'", SQLDataType.INSTANT, start));
    }

    /** The {@code updated_at} of a changed row with such ranges: now, and never before the previous change. */
    public static Field<Instant> touched(Field<Instant> updatedAt) {
        return greatest(PRESENT, updatedAt);
    }

    /** Adds the read of the present instant, after the locks that were added before. */
    public static Supplier<Instant> present(Batch batch) {
        return batch.single(READ_PRESENT);
    }

    /** The end of a range that began at {@code start}: {@code now}, and at least a microsecond after its beginning. */
    public static Instant end(Instant start, Instant now) {
        return now.isAfter(start) ? now : start.plusNanos(1_000);
    }

    /** The {@code updated_at} of a row that changes {@code now}, never before the previous change. */
    public static Instant touched(Instant updatedAt, Instant now) {
        return now.isAfter(updatedAt) ? now : updatedAt;
    }

    /** The condition that a range contains an instant: its start inclusive, its end exclusive. */
    public static Condition holds(Field<Instant> start, Field<Instant> end, Field<Instant> at) {
        return start.le(at).and(end.isNull().or(end.gt(at)));
    }
}
