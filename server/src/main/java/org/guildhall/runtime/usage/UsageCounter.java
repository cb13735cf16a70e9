package org.guildhall.runtime.usage;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.runtime.entitlements.AllowancePeriod;
import org.jspecify.annotations.Nullable;

/**
 * A counter of a pool: the present use of a limit, or the use of an allowance in one period.
 *
 * @param period {@code day}, {@code week}, {@code month} or {@code year}; null for a limit
 * @param span the period's start and end; null for a limit
 */
record UsageCounter(UUID poolId, String resourceKey, @Nullable String period, @Nullable AllowancePeriod span) {

    /** The start of the period; the epoch for a limit, so that the unique key of its thresholds has a value. */
    Instant startsAt() {
        return span == null ? Instant.EPOCH : span.startsAt();
    }

    /** The first day of the period; the epoch for a limit. */
    LocalDate startsOn() {
        return span == null ? LocalDate.EPOCH : span.startsOn();
    }

    /** The end of the period; the epoch for a limit. */
    Instant endsAt() {
        return span == null ? Instant.EPOCH : span.endsAt();
    }

    /** A value of each counter. */
    static <T> List<@Nullable T> each(List<UsageCounter> counters, Function<UsageCounter, @Nullable T> column) {
        var values = new ArrayList<@Nullable T>(counters.size());
        counters.forEach(counter -> values.add(column.apply(counter)));
        return values;
    }
}
