package org.guildhall.core.data;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;

import java.time.Instant;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;

/**
 * Instants at which effective-dated rows begin and end.
 *
 * <p>A transaction's own instant is the one of its first statement. If it then waited for another one's lock, that one's rows begin
 * later than this instant, and a range that ended at it would end before it began. So what ends or begins a range is the database's
 * clock as it stands when the statement runs, with the lock held.
 */
public final class EffectiveDates {

    /** The clock that {@code app_now()} shows, as far as it has moved on since the transaction began. */
    private static final Field<Instant> PRESENT =
            field("platform.app_now() + (clock_timestamp() - now())", SQLDataType.INSTANT);

    private EffectiveDates() {}

    /** Where a first range begins. */
    public static Field<Instant> present() {
        return PRESENT;
    }

    /** Where a range that began at {@code start} ends: now, and in any case behind its beginning. */
    public static Field<Instant> end(Field<Instant> start) {
        return greatest(PRESENT, field("{0} + interval '1 microsecond'", SQLDataType.INSTANT, start));
    }

    /** When a row is changed that has such ranges: now, and never before it was changed last. */
    public static Field<Instant> touched(Field<Instant> updatedAt) {
        return greatest(PRESENT, updatedAt);
    }

    /** Whether a range holds at an instant: from its start on, and no longer at its end. */
    public static Condition holds(Field<Instant> start, Field<Instant> end, Instant at) {
        return start.le(at).and(end.isNull().or(end.gt(at)));
    }
}
