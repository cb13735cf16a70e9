package org.guildhall.tasks.jobs;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ticks of a job: the instants at which it is due, by a cron expression in a time zone.
 *
 * <p>An expression for every hour goes on by instants, so {@code *}{@code /15} ticks each quarter of an hour through a clock change. Every other
 * expression follows the local clock: a time that a clock change skips is due at the first instant after it, a time that occurs twice is due the
 * first time only, and several times that are due at one instant are one tick.
 */
record Schedule(CronExpression expression, ZoneId zone) {

    /** The longest wait for a day that matches: 29 February, over a year such as 2100. */
    private static final int YEARS_MAX = 8;
    private static final int HOURS = 24;
    private static final int MINUTES = 60;

    /** The first tick after an instant; null if there is none within eight years. */
    @Nullable Instant next(Instant after) {
        var end = after.atZone(zone).plusYears(YEARS_MAX);
        return expression.everyHour() ? byInstants(after, end) : byLocalClock(after, end.toLocalDate());
    }

    private @Nullable Instant byInstants(Instant after, ZonedDateTime end) {
        var at = after.truncatedTo(ChronoUnit.MINUTES).plus(Duration.ofMinutes(1)).atZone(zone);
        while (at.isBefore(end)) {
            if (!expression.hasDay(at.toLocalDate())) {
                at = at.toLocalDate().plusDays(1).atStartOfDay(zone);
            } else if (!expression.hasHour(at.getHour())) {
                at = later(at, Duration.ofMinutes(MINUTES - at.getMinute()));
            } else if (!expression.hasMinute(at.getMinute())) {
                at = later(at, Duration.ofMinutes(1));
            } else {
                return at.toInstant();
            }
        }
        return null;
    }

    /** The instant after a wait, or the next clock change if that comes first. */
    private ZonedDateTime later(ZonedDateTime at, Duration wait) {
        var then = at.toInstant().plus(wait);
        var change = zone.getRules().nextTransition(at.toInstant());
        return (change != null && change.getInstant().isBefore(then) ? change.getInstant() : then).atZone(zone);
    }

    private @Nullable Instant byLocalClock(Instant after, LocalDate end) {
        // A clock change can skip the rest of a day, whose times are then due on the next day.
        for (var day = after.atZone(zone).toLocalDate().minusDays(1); !day.isAfter(end); day = day.plusDays(1)) {
            if (expression.hasDay(day)) {
                var found = onDay(day, after);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private @Nullable Instant onDay(LocalDate day, Instant after) {
        for (int hour = 0; hour < HOURS; hour++) {
            for (int minute = 0; expression.hasHour(hour) && minute < MINUTES; minute++) {
                if (expression.hasMinute(minute)) {
                    var at = due(day, LocalTime.of(hour, minute));
                    if (at.isAfter(after)) {
                        return at;
                    }
                }
            }
        }
        return null;
    }

    /** The instant of a local time: the first one if it occurs twice, and the first one after the gap if it is skipped. */
    private Instant due(LocalDate day, LocalTime time) {
        var local = day.atTime(time);
        var offsets = zone.getRules().getValidOffsets(local);
        return offsets.isEmpty() ? zone.getRules().getTransition(local).getInstant() : local.toInstant(offsets.getFirst());
    }
}
