package org.guildhall.core.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.guildhall.core.time.QuietHours.Window;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quiet hours over days and clock changes. */
class QuietHoursTest {

    private static final ZoneId SYDNEY = ZoneId.of("Australia/Sydney");
    private static final Set<DayOfWeek> DAILY = EnumSet.allOf(DayOfWeek.class);

    private static int minutes(String time) {
        return Integer.parseInt(time.substring(0, 2)) * 60 + Integer.parseInt(time.substring(3));
    }

    private static Window window(Set<DayOfWeek> days, String starts, String ends) {
        return new Window(days, minutes(starts), minutes(ends));
    }

    @ParameterizedTest
    @CsvSource({
            "Australia/Sydney, 2026-11-20, 22:00, 07:00, 2026-11-20T11:00:00Z, 2026-11-20T20:00:00Z, PT9H",
            "Australia/Sydney, 2026-10-03, 22:00, 07:00, 2026-10-03T12:00:00Z, 2026-10-03T20:00:00Z, PT8H",
            "Australia/Sydney, 2027-04-03, 22:00, 07:00, 2027-04-03T11:00:00Z, 2027-04-03T21:00:00Z, PT10H",
            "Australia/Sydney, 2026-10-04, 02:30, 06:00, 2026-10-03T16:00:00Z, 2026-10-03T19:00:00Z, PT3H",
            "Australia/Sydney, 2027-04-04, 01:00, 02:30, 2027-04-03T14:00:00Z, 2027-04-03T16:30:00Z, PT2H30M",
            "Australia/Sydney, 2027-04-04, 02:15, 02:45, 2027-04-03T15:15:00Z, 2027-04-03T16:45:00Z, PT1H30M",
            // Half an hour of change.
            "Australia/Lord_Howe, 2026-10-03, 22:00, 07:00, 2026-10-03T11:30:00Z, 2026-10-03T20:00:00Z, PT8H30M",
            "Europe/London, 2026-03-28, 22:00, 07:00, 2026-03-28T22:00:00Z, 2026-03-29T06:00:00Z, PT8H",
            "Europe/London, 2026-10-24, 22:00, 07:00, 2026-10-24T21:00:00Z, 2026-10-25T07:00:00Z, PT10H",
            // Midnight doesn't exist on 8 March 2026 in Havana.
            "America/Havana, 2026-03-08, 00:00, 06:00, 2026-03-08T05:00:00Z, 2026-03-08T10:00:00Z, PT5H",
            "America/Havana, 2026-03-07, 12:00, 24:00, 2026-03-07T17:00:00Z, 2026-03-08T05:00:00Z, PT12H",
            "Australia/Sydney, 2026-11-20, 00:00, 24:00, 2026-11-19T13:00:00Z, 2026-11-20T13:00:00Z, PT24H"})
    void window_lastsFromItsDay(String zone, LocalDate day, String starts, String ends, Instant from, Instant until, Duration lasts) {
        var hours = new QuietHours(List.of(window(Set.of(day.getDayOfWeek()), starts, ends)));
        assertEquals(List.of(new QuietHours.Period(from, until)), hours.on(day, ZoneId.of(zone)));
        assertEquals(lasts, Duration.between(from, until));
        assertEquals(new QuietHours.Period(from, until), hours.at(from, ZoneId.of(zone)));
        assertEquals(new QuietHours.Period(from, until), hours.at(until.minusNanos(1_000), ZoneId.of(zone)));
        assertNull(hours.at(until, ZoneId.of(zone)));
        assertNull(hours.at(from.minusNanos(1_000), ZoneId.of(zone)));
    }

    @Test
    void windowWithinAGap_isEmpty() {
        var hours = new QuietHours(List.of(window(DAILY, "02:15", "02:45")));
        assertEquals(List.of(), hours.on(LocalDate.of(2026, 10, 4), SYDNEY));
        assertNull(hours.at(Instant.parse("2026-10-03T16:00:00Z"), SYDNEY));
        assertEquals(1, hours.on(LocalDate.of(2026, 10, 5), SYDNEY).size());
    }

    @Test
    void window_belongsToTheDayOnWhichItBegins() {
        var friday = new QuietHours(List.of(window(Set.of(DayOfWeek.FRIDAY), "22:00", "07:00")));
        assertNotNull(friday.at(Instant.parse("2026-11-20T19:59:59Z"), SYDNEY));
        // Friday at 06:00 belongs to Thursday.
        assertNull(friday.at(Instant.parse("2026-11-19T19:00:00Z"), SYDNEY));
    }

    @Test
    void touchingWindows_areOnePeriod() {
        var hours = new QuietHours(List.of(
                window(Set.of(DayOfWeek.FRIDAY), "22:00", "24:00"), window(Set.of(DayOfWeek.SATURDAY), "00:00", "07:00")));
        var period = hours.at(Instant.parse("2026-11-20T12:00:00Z"), SYDNEY);
        assertEquals(new QuietHours.Period(Instant.parse("2026-11-20T11:00:00Z"), Instant.parse("2026-11-20T20:00:00Z")), period);
    }

    @Test
    void sameTimes_areNoWindow() {
        assertThrows(IllegalArgumentException.class, () -> window(DAILY, "07:00", "07:00"));
    }
}
