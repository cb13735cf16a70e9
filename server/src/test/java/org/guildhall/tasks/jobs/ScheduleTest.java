package org.guildhall.tasks.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ticks of schedules over clock changes. */
class ScheduleTest {

    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("dd HH:mmx");
    private static final int YEARS = 10;

    private static Schedule cron(String expression, String zone) {
        try {
            return new Schedule(CronExpression.parse(expression), ZoneId.of(zone));
        } catch (CronExpression.Malformed malformed) {
            throw new AssertionError(malformed);
        }
    }

    /** The ticks from an instant on, that instant included, until another one. */
    private static List<Instant> ticks(Schedule schedule, Instant from, Instant until) {
        var ticks = new ArrayList<Instant>();
        for (var tick = schedule.next(from.minusSeconds(1)); tick != null && tick.isBefore(until); tick = schedule.next(tick)) {
            ticks.add(tick);
        }
        return ticks;
    }

    private static String shown(Instant tick, String zone) {
        return tick.atZone(ZoneId.of(zone)).format(LOCAL);
    }

    /** The first ticks from the beginning of a local day on, with the day of month and the offset. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "Australia/Sydney    | 10 2 * * *    | 2026-10-04 | 04 03:00+11, 05 02:10+11",
            "Australia/Sydney    | 10 2 * * *    | 2027-04-04 | 04 02:10+11, 05 02:10+10",
            "Australia/Sydney    | 0,30 2 * * *  | 2026-10-04 | 04 03:00+11, 05 02:00+11, 05 02:30+11",
            "Australia/Sydney    | 0,30 2 * * *  | 2027-04-04 | 04 02:00+11, 04 02:30+11, 05 02:00+10",
            "Australia/Sydney    | 0 3 * * *     | 2026-10-04 | 04 03:00+11, 05 03:00+11",
            "Australia/Sydney    | 0 3 * * *     | 2027-04-04 | 04 03:00+10, 05 03:00+10",
            "Australia/Sydney    | 30 2,3 * * *  | 2026-10-04 | 04 03:00+11, 04 03:30+11, 05 02:30+11",
            "Australia/Sydney    | 0 2,3 * * *   | 2026-10-04 | 04 03:00+11, 05 02:00+11, 05 03:00+11",
            "Australia/Sydney    | 0 9 1 * 1     | 2026-11-20 | 23 09:00+11, 30 09:00+11, 01 09:00+11, 07 09:00+11",
            // Half an hour: 02:00 to 02:30 is skipped, 01:30 to 02:00 occurs twice.
            "Australia/Lord_Howe | 10 2 * * *    | 2026-10-04 | 04 02:30+11, 05 02:10+11",
            "Australia/Lord_Howe | 40 1 * * *    | 2027-04-04 | 04 01:40+11, 05 01:40+1030",
            "Australia/Lord_Howe | 10 2 * * *    | 2027-04-04 | 04 02:10+1030, 05 02:10+1030",
            "Europe/London       | 10 1 * * *    | 2027-03-28 | 28 02:00+01, 29 01:10+01",
            "Europe/London       | 10 1 * * *    | 2026-10-25 | 25 01:10+01, 26 01:10+00",
            "Europe/London       | 0,30 1 * * *  | 2026-10-25 | 25 01:00+01, 25 01:30+01, 26 01:00+00",
            // Ramadan of 2026: from 15 February 03:00 to 22 March 02:00 the clock is one hour back.
            "Africa/Casablanca   | 10 2 * * *    | 2026-02-15 | 15 02:10+01, 16 02:10+00",
            "Africa/Casablanca   | 10 2 * * *    | 2026-03-22 | 22 03:00+01, 23 02:10+01",
            // Midnight itself: 00:00 to 01:00 is skipped in March and occurs twice in November.
            "America/Havana      | 10 0 * * *    | 2027-03-14 | 14 01:00-04, 15 00:10-04",
            "America/Havana      | 0 0 * * *     | 2027-03-14 | 14 01:00-04, 15 00:00-04",
            "America/Havana      | 10 0 * * *    | 2026-11-01 | 01 00:10-04, 02 00:10-05"})
    void fixedHours_overAClockChange_tickOnceADay(String zone, String expression, LocalDate day, String expected) {
        var schedule = cron(expression, zone);
        var start = day.atStartOfDay(ZoneId.of(zone)).toInstant();
        var found = new ArrayList<String>();
        var tick = schedule.next(start.minusSeconds(1));
        while (found.size() < expected.split(", ").length) {
            assertNotNull(tick);
            found.add(shown(tick, zone));
            tick = schedule.next(tick);
        }
        assertEquals(expected, String.join(", ", found));
    }

    /** The number of ticks on a local day, and the tick after one of them. */
    @ParameterizedTest
    @CsvSource({
            "Australia/Sydney, 2026-10-04, 92, 2026-10-04T01:45+10:00, 2026-10-04T03:00+11:00",
            "Australia/Sydney, 2026-10-04, 92, 2026-10-04T03:00+11:00, 2026-10-04T03:15+11:00",
            "Australia/Sydney, 2027-04-04, 100, 2027-04-04T02:45+11:00, 2027-04-04T02:00+10:00",
            "Australia/Sydney, 2027-04-04, 100, 2027-04-04T02:00+10:00, 2027-04-04T02:15+10:00",
            "Australia/Lord_Howe, 2026-10-04, 94, 2026-10-04T01:45+10:30, 2026-10-04T02:30+11:00",
            "Australia/Lord_Howe, 2027-04-04, 98, 2027-04-04T01:45+11:00, 2027-04-04T01:30+10:30",
            "Europe/London, 2027-03-28, 92, 2027-03-28T00:45Z, 2027-03-28T02:00+01:00",
            "Europe/London, 2026-10-25, 100, 2026-10-25T01:45+01:00, 2026-10-25T01:00Z",
            "Africa/Casablanca, 2026-02-15, 100, 2026-02-15T02:45+01:00, 2026-02-15T02:00Z",
            "Africa/Casablanca, 2026-03-22, 92, 2026-03-22T01:45Z, 2026-03-22T03:00+01:00",
            "America/Havana, 2027-03-14, 92, 2027-03-13T23:45-05:00, 2027-03-14T01:00-04:00",
            "America/Havana, 2026-11-01, 100, 2026-11-01T00:45-04:00, 2026-11-01T00:00-05:00"})
    void everyHour_overAClockChange_goesOnByInstants(String zone, LocalDate day, int count, OffsetDateTime tick, OffsetDateTime next) {
        var schedule = cron("*/15 * * * *", zone);
        var start = day.atStartOfDay(ZoneId.of(zone)).toInstant();
        assertEquals(count, ticks(schedule, start, day.plusDays(1).atStartOfDay(ZoneId.of(zone)).toInstant()).size());
        assertEquals(next.toInstant(), schedule.next(tick.toInstant()));
    }

    /** Over ten years: each local day has its ticks, whichever instant after a tick the next one is asked from. */
    @ParameterizedTest
    @ValueSource(strings = {
            "Australia/Sydney", "Australia/Lord_Howe", "Europe/London", "Africa/Casablanca", "America/Havana", "America/New_York", "America/Santiago",
            "Africa/Cairo", "Asia/Kathmandu"})
    void everyDay_hasItsTicksOnce(String zone) {
        var random = new Random(zone.hashCode());
        var start = LocalDate.of(2024, 1, 1).atStartOfDay(ZoneId.of(zone)).toInstant();
        var end = LocalDate.of(2024 + YEARS, 1, 1).atStartOfDay(ZoneId.of(zone)).toInstant();
        for (var expression : List.of("10 2 * * *", "0 0 * * *", "30 1 * * *", "59 23 * * *", "5 3 * * *")) {
            var schedule = cron(expression, zone);
            var day = LocalDate.of(2024, 1, 1);
            for (var tick : ticks(schedule, start, end)) {
                assertEquals(day, tick.atZone(ZoneId.of(zone)).toLocalDate(), expression);
                var next = schedule.next(tick);
                assertEquals(next, schedule.next(tick.plusSeconds(random.nextInt(7_200))), expression + " after " + tick);
                day = day.plusDays(1);
            }
            assertEquals(LocalDate.of(2024 + YEARS, 1, 1), day, expression);
        }
    }

    @Test
    void expressionWithoutAnyTime_hasNoTick() {
        assertNull(cron("0 0 31 2 *", "UTC").next(Instant.parse("2026-01-01T00:00:00Z")));
        assertNull(cron("* * 30 FEB *", "UTC").next(Instant.parse("2026-01-01T00:00:00Z")));
        assertEquals(Instant.parse("2104-02-29T00:00:00Z"), cron("0 0 29 2 *", "UTC").next(Instant.parse("2096-02-29T00:00:00Z")));
        assertEquals(Instant.parse("2028-02-29T00:00:00Z"), cron("* * 29 2 *", "UTC").next(Instant.parse("2026-01-01T00:00:00Z")));
    }

    @Test
    void everyMinuteOfAYear_isATick() {
        int count = ticks(cron("* * * * *", "Australia/Sydney"), Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-12-31T00:00:00Z")).size();
        assertEquals(364 * 24 * 60, count);
    }
}
