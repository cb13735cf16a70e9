package org.guildhall.runtime.entitlements;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowancePeriodTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            day   | 2026-11-21T02:15:00Z | UTC              | 2026-11-21 | 2026-11-21T00:00:00Z | 2026-11-22T00:00:00Z
            day   | 2026-11-21T22:15:00Z | Australia/Sydney | 2026-11-22 | 2026-11-21T13:00:00Z | 2026-11-22T13:00:00Z
            week  | 2026-11-21T02:15:00Z | UTC              | 2026-11-16 | 2026-11-16T00:00:00Z | 2026-11-23T00:00:00Z
            week  | 2026-11-22T13:00:00Z | Australia/Sydney | 2026-11-23 | 2026-11-22T13:00:00Z | 2026-11-29T13:00:00Z
            month | 2026-02-28T23:59:59Z | UTC              | 2026-02-01 | 2026-02-01T00:00:00Z | 2026-03-01T00:00:00Z
            month | 2026-10-31T13:00:00Z | Australia/Sydney | 2026-11-01 | 2026-10-31T13:00:00Z | 2026-11-30T13:00:00Z
            month | 2026-10-15T00:00:00Z | Australia/Sydney | 2026-10-01 | 2026-09-30T14:00:00Z | 2026-10-31T13:00:00Z
            day   | 2026-03-29T12:00:00Z | Asia/Beirut      | 2026-03-29 | 2026-03-28T22:00:00Z | 2026-03-29T21:00:00Z
            day   | 2026-11-01T04:30:00Z | America/Havana   | 2026-11-01 | 2026-11-01T04:00:00Z | 2026-11-02T05:00:00Z
            day   | 2026-11-01T05:30:00Z | America/Havana   | 2026-11-01 | 2026-11-01T04:00:00Z | 2026-11-02T05:00:00Z
            week  | 2026-11-01T05:30:00Z | America/Havana   | 2026-10-26 | 2026-10-26T04:00:00Z | 2026-11-02T05:00:00Z
            year  | 2026-12-31T23:30:00Z | Europe/Berlin    | 2027-01-01 | 2026-12-31T23:00:00Z | 2027-12-31T23:00:00Z
            """)
    void period_followsCalendarOfTimeZone(String period, Instant at, String zone, LocalDate startsOn, Instant startsAt, Instant endsAt) {
        assertEquals(new AllowancePeriod(startsOn, startsAt, endsAt), AllowancePeriod.of(period, at, ZoneId.of(zone)));
    }
}
