package org.guildhall.schedule.bookings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guildhall.schedule.bookings.WaitlistRules.Entry;
import org.guildhall.schedule.bookings.WaitlistRules.Outcome;
import org.guildhall.schedule.classes.ClassRules;
import org.junit.jupiter.api.Test;

class WaitlistRulesTest {

    private static final Instant SATURDAY_TEN = Instant.parse("2026-12-05T10:00:00Z");

    /** Entries with the places that they need, numbered from 1 on. */
    private static List<Entry> entries(int... needed) {
        var entries = new ArrayList<Entry>();
        for (int needs : needed) {
            entries.add(new Entry(entries.size() + 1, needs, null));
        }
        return entries;
    }

    private static ClassRules rules(String promotion) {
        return new ClassRules(5, 20_160, 0, 720, 120, promotion, 60, false, false, null, null);
    }

    private static Instant offered(String freed) {
        return WaitlistRules.offeredUntil(rules("offer"), SATURDAY_TEN, Instant.parse(freed));
    }

    @Test
    void onePlace_firstNeedsTwo_secondGetsIt() {
        assertEquals(new Outcome(List.of(2L), Map.of(1L, "capacity_exhausted"), false), WaitlistRules.promote(1, false, entries(2, 1, 1)));
        assertEquals(new Outcome(List.of(), Map.of(), true), WaitlistRules.promote(1, true, entries(2, 1, 1)));
    }

    @Test
    void twoPlaces_firstNeedsTwo_firstGetsThem() {
        assertEquals(new Outcome(List.of(1L), Map.of(), false), WaitlistRules.promote(2, false, entries(2, 1)));
        assertEquals(new Outcome(List.of(1L), Map.of(), false), WaitlistRules.promote(2, true, entries(2, 1)));
    }

    @Test
    void threePlaces_firstAndThirdFit() {
        assertEquals(new Outcome(List.of(1L, 3L), Map.of(2L, "capacity_exhausted"), false), WaitlistRules.promote(3, false, entries(2, 2, 1)));
        assertEquals(new Outcome(List.of(1L), Map.of(), true), WaitlistRules.promote(3, true, entries(2, 2, 1)));
    }

    @Test
    void onePlace_onlyEntryNeedsTwo_nobodyGetsIt() {
        assertEquals(new Outcome(List.of(), Map.of(), false), WaitlistRules.promote(1, false, entries(2)));
        assertEquals(new Outcome(List.of(), Map.of(), true), WaitlistRules.promote(1, true, entries(2)));
    }

    @Test
    void hinderedEntry_isPassedOver_alsoInStrictOrder() {
        var entries = List.of(new Entry(1, 1, "booking_overlaps"), new Entry(2, 1, null));
        var expected = new Outcome(List.of(2L), Map.of(1L, "booking_overlaps"), false);
        assertEquals(expected, WaitlistRules.promote(1, false, entries));
        assertEquals(expected, WaitlistRules.promote(1, true, entries));
    }

    @Test
    void offer_lastsAnHour_orUntilTheWaitlistCloses() {
        assertEquals(Instant.parse("2026-12-04T21:00:00Z"), offered("2026-12-04T20:00:00Z"));
        assertEquals(Instant.parse("2026-12-05T08:00:00Z"), offered("2026-12-05T07:30:00Z"));
    }

    @Test
    void offer_ofLessThanFiveMinutes_isABookingAtOnce() {
        assertNull(offered("2026-12-05T07:57:00Z"));
        assertEquals(Instant.parse("2026-12-05T08:00:00Z"), offered("2026-12-05T07:55:00Z"));
        assertNull(WaitlistRules.offeredUntil(rules("at_once"), SATURDAY_TEN, Instant.parse("2026-12-04T20:00:00Z")));
    }

    @Test
    void waitlist_closesTwoHoursBefore() {
        assertFalse(WaitlistRules.isClosed(rules("offer"), SATURDAY_TEN, Instant.parse("2026-12-05T07:59:59.999999Z")));
        assertTrue(WaitlistRules.isClosed(rules("offer"), SATURDAY_TEN, Instant.parse("2026-12-05T08:00:00Z")));
    }
}
