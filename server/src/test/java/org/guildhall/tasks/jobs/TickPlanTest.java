package org.guildhall.tasks.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What missed ticks lead to. All instants are of one month, in UTC. */
class TickPlanTest {

    private static Instant instant(String dayAndTime) {
        return Instant.parse("2026-11-" + dayAndTime + "Z");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            // cron        | last tick dealt with | carried | now | window | run for | missed ticks | dealt with until | late
            "*/15 * * * *  | 10T00:45:00 | 0 | 10T00:59:59 | -   | -           | 0  | 10T00:45:00 | false",
            "*/15 * * * *  | 10T00:45:00 | 0 | 10T01:00:00 | -   | 10T01:00:00 | 0  | 10T01:00:00 | false",
            "*/15 * * * *  | 10T00:45:00 | 0 | 10T01:00:59 | -   | 10T01:00:00 | 0  | 10T01:00:00 | false",
            "*/15 * * * *  | 10T00:45:00 | 0 | 10T01:01:00 | -   | 10T01:00:00 | 0  | 10T01:00:00 | true",
            "*/15 * * * *  | 10T00:45:00 | 0 | 10T05:03:00 | -   | 10T05:00:00 | 16 | 10T05:00:00 | true",
            "10 2 * * *    | 09T02:10:00 | 0 | 10T09:00:00 | -   | 10T02:10:00 | 0  | 10T02:10:00 | true",
            "10 2 * * *    | 07T02:10:00 | 0 | 10T09:00:00 | -   | 10T02:10:00 | 2  | 10T02:10:00 | true",
            "10 2 * * *    | 09T02:10:00 | 0 | 10T02:20:00 | 600 | 10T02:10:00 | 0  | 10T02:10:00 | true",
            "10 2 * * *    | 09T02:10:00 | 0 | 10T02:20:01 | 600 | -           | 1  | 10T02:10:00 | false",
            "10 2 * * *    | 10T02:10:00 | 1 | 11T02:10:05 | 600 | 11T02:10:00 | 1  | 11T02:10:00 | true",
            // The default window: at least five minutes, at most a day.
            "* * * * *     | 10T00:00:00 | 0 | 10T00:04:59 | -   | 10T00:04:00 | 3  | 10T00:04:00 | true",
            "0 0 1 * *     | 01T00:00:00 | 0 | 30T00:00:00 | -   | -           | 0  | 01T00:00:00 | false",
            "0 0 10 * *    | 01T00:00:00 | 0 | 11T00:00:00 | -   | 10T00:00:00 | 0  | 10T00:00:00 | true",
            "0 0 10 * *    | 01T00:00:00 | 0 | 11T00:00:01 | -   | -           | 1  | 10T00:00:00 | false"})
    void missedTicks_leadToOneRunWithinTheWindow(
            String cron, String last, int carried, String now, @Nullable Integer window, @Nullable String due, int missed, String until, boolean late)
            throws CronExpression.Malformed {
        var schedule = new Schedule(CronExpression.parse(cron), ZoneId.of("UTC"));
        assertEquals(
                new TickPlan(due == null ? null : instant(due), missed, instant(until), late),
                TickPlan.of(schedule, instant(last), carried, instant(now), window == null ? null : Duration.ofSeconds(window)));
    }
}
