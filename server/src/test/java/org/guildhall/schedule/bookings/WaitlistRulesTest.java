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
            entries.add(new Entry(entries.size() + 1, needs));
        }
        return entries;
    }

    private static ClassRules rules(String promotion) {
        return new ClassRules(5, 20_160, 0, 720, 120, promotion, 60, false, false, null, null, null);
    }

    private static Instant offered(String freed) {
        return WaitlistRules.offeredUntil(rules("offer"), SATURDAY_TEN, Instant.parse(freed));
    }

    /** The outcome if nothing hinders an entry. */
    private static Outcome promote(int free, boolean strictOrder, List<Entry> entries) {
        return promote(free, strictOrder, entries, Map.of());
    }

    /** The outcome if entries are hindered. The promoted ones are told in their order. */
    private static Outcome promote(int free, boolean strictOrder, List<Entry> entries, Map<Long, String> hindrances) {
        var told = new ArrayList<Long>();
        var outcome = WaitlistRules.promote(
                free, strictOrder, entries, entry -> hindrances.get(entry.place()), entry -> told.add(entry.place()));
        assertEquals(outcome.promoted(), told);
        return outcome;
    }

    private static Outcome outcome(List<Long> promoted, Map<Long, String> passedOver, int kept) {
        return new Outcome(promoted, passedOver, kept, false);
    }

    @Test
    void onePlace_firstNeedsTwo_secondGetsIt() {
        assertEquals(outcome(List.of(2L), Map.of(1L, "capacity_exhausted"), 0), promote(1, false, entries(2, 1, 1)));
        assertEquals(outcome(List.of(), Map.of(), 1), promote(1, true, entries(2, 1, 1)));
    }

    @Test
    void twoPlaces_firstNeedsTwo_firstGetsThem() {
        assertEquals(outcome(List.of(1L), Map.of(), 0), promote(2, false, entries(2, 1)));
        assertEquals(outcome(List.of(1L), Map.of(), 0), promote(2, true, entries(2, 1)));
    }

    @Test
    void threePlaces_firstAndThirdFit() {
        assertEquals(outcome(List.of(1L, 3L), Map.of(2L, "capacity_exhausted"), 0), promote(3, false, entries(2, 2, 1)));
        assertEquals(outcome(List.of(1L), Map.of(), 1), promote(3, true, entries(2, 2, 1)));
    }

    @Test
    void onePlace_onlyEntryNeedsTwo_nobodyGetsIt() {
        assertEquals(outcome(List.of(), Map.of(), 0), promote(1, false, entries(2)));
        assertEquals(outcome(List.of(), Map.of(), 1), promote(1, true, entries(2)));
    }

    @Test
    void hinderedEntry_isPassedOver_alsoInStrictOrder() {
        for (var reason : List.of("booking_overlaps", "entitlement_exceeded")) {
            var expected = outcome(List.of(2L), Map.of(1L, reason), 0);
            assertEquals(expected, promote(1, false, entries(1, 1), Map.of(1L, reason)));
            assertEquals(expected, promote(1, true, entries(1, 1), Map.of(1L, reason)));
            assertEquals(expected, promote(1, true, entries(2, 1), Map.of(1L, reason)), "a party that can't be promoted at all");
        }
    }

    @Test
    void busyEntry_keepsItsPlaces_andOthersGetTheRest() {
        var busy = Map.of(1L, WaitlistRules.BUSY);
        assertEquals(new Outcome(List.of(), Map.of(), 1, true), promote(1, false, entries(1, 1), busy));
        assertEquals(new Outcome(List.of(2L), Map.of(), 2, true), promote(3, false, entries(2, 1), busy));
        assertEquals(new Outcome(List.of(2L), Map.of(), 2, true), promote(3, true, entries(2, 1), busy));
        assertEquals(new Outcome(List.of(), Map.of(), 1, true), promote(1, true, entries(2, 1), busy));
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
