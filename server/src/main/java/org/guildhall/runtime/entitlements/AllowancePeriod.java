package org.guildhall.runtime.entitlements;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;

/** A calendar period of an allowance, in a tenant's time zone; weeks begin on Monday. */
public record AllowancePeriod(LocalDate startsOn, Instant startsAt, Instant endsAt) {

    /** The period that contains an instant. */
    static AllowancePeriod of(String period, Instant at, ZoneId zone) {
        return on(period, at.atZone(zone).toLocalDate(), zone);
    }

    /** The period that contains a day. */
    public static AllowancePeriod on(String period, LocalDate day, ZoneId zone) {
        var start = start(period, day);
        return new AllowancePeriod(start, start.atStartOfDay(zone).toInstant(), next(period, start).atStartOfDay(zone).toInstant());
    }

    /** The first day of the period that contains a day. */
    public static LocalDate start(String period, LocalDate day) {
        return switch (period) {
            case "day" -> day;
            case "week" -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case "month" -> day.withDayOfMonth(1);
            case "year" -> day.withDayOfYear(1);
            default -> throw new IllegalArgumentException(period);
        };
    }

    /** The first day of the period after the one that begins on a day. */
    public static LocalDate next(String period, LocalDate start) {
        return switch (period) {
            case "day" -> start.plusDays(1);
            case "week" -> start.plusWeeks(1);
            case "month" -> start.plusMonths(1);
            case "year" -> start.plusYears(1);
            default -> throw new IllegalArgumentException(period);
        };
    }
}
