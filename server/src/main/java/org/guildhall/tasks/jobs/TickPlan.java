package org.guildhall.tasks.jobs;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the ticks of a job up to now lead to: one run for all of them, or none.
 *
 * @param due the tick to run for, the last one; null for no run
 * @param missedTicks the earlier ticks without a run; those of a plan without a run are carried to the next one
 * @param accountedUntil the ticks up to this instant are dealt with
 * @param late true if the run makes up for something: an earlier tick, or its own tick a minute ago or more
 */
record TickPlan(@Nullable Instant due, int missedTicks, Instant accountedUntil, boolean late) {

    /** The shortest and longest default of {@code catch_up_seconds}. */
    static final Duration WINDOW_MIN = Duration.ofSeconds(300);
    static final Duration WINDOW_MAX = Duration.ofDays(1);

    private static final Duration LATE = Duration.ofMinutes(1);

    /**
     * @param last the ticks up to this instant were dealt with earlier
     * @param carried the number of ticks without a run from earlier plans
     * @param window how late a run may begin; null for the time to the next tick, at least five minutes and at most a day
     */
    static TickPlan of(Schedule schedule, Instant last, int carried, Instant now, @Nullable Duration window) {
        @Nullable Instant latest = null;
        int ticks = 0;
        var tick = schedule.next(last);
        while (tick != null && !tick.isAfter(now)) {
            latest = tick;
            ticks++;
            tick = schedule.next(tick);
        }
        if (latest == null) {
            return new TickPlan(null, carried, last, false);
        }
        var age = Duration.between(latest, now);
        if (age.compareTo(window == null ? window(latest, tick) : window) > 0) {
            return new TickPlan(null, carried + ticks, latest, false);
        }
        int missed = carried + ticks - 1;
        return new TickPlan(latest, missed, latest, missed > 0 || age.compareTo(LATE) >= 0);
    }

    /** True if a run for a tick may still begin. */
    static boolean mayBegin(Schedule schedule, Instant tick, Instant now, @Nullable Duration window) {
        return Duration.between(tick, now).compareTo(window == null ? window(tick, schedule.next(tick)) : window) <= 0;
    }

    private static Duration window(Instant tick, @Nullable Instant next) {
        var interval = next == null ? WINDOW_MAX : Duration.between(tick, next);
        return interval.compareTo(WINDOW_MIN) < 0 ? WINDOW_MIN : interval.compareTo(WINDOW_MAX) > 0 ? WINDOW_MAX : interval;
    }
}
