package org.guildhall.schedule.bookings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.guildhall.schedule.classes.ClassRules;
import org.guildhall.schedule.sessions.SessionStore.Places;
import org.guildhall.schedule.sessions.SessionStore.Row;
import org.guildhall.schedule.sessions.SessionStore.Values;
import org.junit.jupiter.api.Test;

/** Rules of time and age in Sydney, also on the days on which the clock changes. */
class BookingRulesTest {

    private static final ClassRules RULES = new ClassRules(5, 20_160, 0, 720, 120, "at_once", 60, false, false, 16, 18, null);

    private static Row session(String starts) {
        var at = Instant.parse(starts);
        return new Row(
                new UUID(0, 1), new UUID(0, 2), null, new Values(null, "Judo", null, null, at, at.plus(Duration.ofHours(1)), 20, RULES), null, "Australia/Sydney",
                new Places(0, 0, 0, 0), "scheduled", null, null, at, at, 1);
    }

    private static void assertCutOff(String starts, String cutOff) {
        var at = Instant.parse(cutOff);
        assertFalse(BookingRules.isLate(session(starts), at.minusNanos(1_000)));
        assertTrue(BookingRules.isLate(session(starts), at), "at the instant itself it is late");
    }

    @Test
    void cutOff_beforeTheGap_isThirteenHoursByTheWallClock() {
        assertCutOff("2026-10-03T19:00:00Z", "2026-10-03T07:00:00Z");
    }

    @Test
    void cutOff_beforeTheOverlap_isElevenHoursByTheWallClock() {
        assertCutOff("2027-04-03T20:00:00Z", "2027-04-03T08:00:00Z");
    }

    @Test
    void age_countsOnTheLocalDateOfTheSession() {
        assertEquals(LocalDate.parse("2026-12-05"), BookingRules.day(session("2026-12-04T19:00:00Z")));
        var day = LocalDate.parse("2026-12-05");
        assertNull(BookingRules.wrongAge(RULES, day, LocalDate.parse("2010-12-05")));
        assertNotNull(BookingRules.wrongAge(RULES, day, LocalDate.parse("2010-12-06")));
        assertNull(BookingRules.wrongAge(RULES, day, LocalDate.parse("2007-12-06")));
        assertNotNull(BookingRules.wrongAge(RULES, day, LocalDate.parse("2007-12-05")));
        assertNotNull(BookingRules.wrongAge(RULES, day, null));
    }
}
