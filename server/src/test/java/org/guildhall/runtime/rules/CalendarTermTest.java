package org.guildhall.runtime.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ISO 8601 durations, added on the calendar of a time zone. */
class CalendarTermTest {

    @ParameterizedTest
    @CsvSource({
        // The end of a month stays the end of the month, counted from the beginning.
        "Australia/Sydney, 2026-01-31T09:30+11:00, P1M, 2026-02-28T09:30+11:00",
        "Australia/Sydney, 2026-01-31T09:30+11:00, P2M, 2026-03-31T09:30+11:00",
        "Australia/Sydney, 2026-01-31T09:30+11:00, P3M, 2026-04-30T09:30+10:00",
        "UTC, 2028-01-31T00:00Z, P1M, 2028-02-29T00:00Z",
        "UTC, 2028-02-29T00:00Z, P1Y, 2029-02-28T00:00Z",
        "UTC, 2028-02-29T00:00Z, P4Y, 2032-02-29T00:00Z",
        "UTC, 2026-12-31T23:59:59.999999Z, P2M, 2027-02-28T23:59:59.999999Z",
        // The time zone is the tenant's: one instant can be another day elsewhere.
        "America/Los_Angeles, 2026-01-31T20:00-08:00, P1M, 2026-02-28T20:00-08:00",
        "UTC, 2026-02-01T04:00Z, P1M, 2026-03-01T04:00Z",
        // A day is a calendar day of 23, 24 or 25 hours; hours are exact.
        "Europe/Berlin, 2026-03-28T12:00+01:00, P1D, 2026-03-29T12:00+02:00",
        "Europe/Berlin, 2026-03-28T12:00+01:00, PT24H, 2026-03-29T13:00+02:00",
        "Europe/Berlin, 2026-10-24T12:00+02:00, P1D, 2026-10-25T12:00+01:00",
        "Europe/Berlin, 2026-10-24T12:00+02:00, PT24H, 2026-10-25T11:00+01:00",
        // A skipped time of day moves after the gap; a repeated one keeps the offset of the beginning.
        "Europe/Berlin, 2026-03-28T02:30+01:00, P1D, 2026-03-29T03:30+02:00",
        "Europe/Berlin, 2026-03-28T02:30+01:00, P2D, 2026-03-30T02:30+02:00",
        "Europe/Berlin, 2026-10-24T02:30+02:00, P1D, 2026-10-25T02:30+02:00",
        "Europe/Berlin, 2026-11-25T02:30+01:00, P11M, 2027-10-25T02:30+02:00",
        "Europe/Berlin, 2025-11-25T02:30+01:00, P11M, 2026-10-25T02:30+01:00",
        "Australia/Lord_Howe, 2026-10-03T02:15+10:30, P1D, 2026-10-04T02:45+11:00",
        // Parts add up.
        "UTC, 2026-01-31T00:00Z, P1M1D, 2026-03-01T00:00Z",
        "UTC, 2026-01-31T00:00Z, P1Y2M3W4DT5H6M7S, 2027-04-25T05:06:07Z",
        "UTC, 2026-01-01T00:00Z, P2W, 2026-01-15T00:00Z",
        "UTC, 2026-01-01T00:00Z, PT90M, 2026-01-01T01:30Z",
    })
    void term_fromAnInstant_endsOnTheCalendar(String zone, OffsetDateTime start, String length, OffsetDateTime end) {
        assertEquals(end.toInstant(), CalendarTerm.parse(length).from(start.toInstant(), ZoneId.of(zone)));
    }

    @ParameterizedTest
    @CsvSource({"P1M, P1M, P2M", "P12M, P1D, P1Y1D", "P2W, P1W, P21D", "PT36H, P1M, P1MT36H", "PT59M, PT61S, PT1H1S", "P9999Y, P0D, P9999Y"})
    void terms_addedTogether_haveOneShortestForm(String one, String other, String sum) {
        assertEquals(sum, CalendarTerm.parse(one).plus(CalendarTerm.parse(other)).text());
    }

    @Test
    void term_beyondTheYear9999_isRefused() {
        assertThrows(DateTimeException.class, () -> CalendarTerm.parse("P7974Y").from(Instant.parse("2026-01-01T00:00:00Z"), ZoneId.of("UTC")));
        assertTrue(CalendarTerm.parse("P0Y0DT0S").isZero());
    }
}
