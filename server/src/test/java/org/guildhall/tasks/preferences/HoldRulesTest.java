package org.guildhall.tasks.preferences;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.guildhall.core.time.QuietHours;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When messages of a category are held. */
class HoldRulesTest {

    private static final QuietHours NIGHT = new QuietHours(List.of(new QuietHours.Window(EnumSet.allOf(DayOfWeek.class), 22 * 60, 7 * 60)));
    private static final ZoneId SYDNEY = ZoneId.of("Australia/Sydney");

    /** Rules that also name the categories that are never held. */
    private static final HoldRules RULES =
            new HoldRules(SYDNEY, Map.of("reminder", NIGHT, "marketing", NIGHT, "transactional", NIGHT, "incident", NIGHT), 2);

    @ParameterizedTest
    @CsvSource(nullValues = "", value = {
            "reminder, 2026-11-20T11:00:00Z, 2026-11-20T20:00:00Z", "marketing, 2026-11-20T19:59:59Z, 2026-11-20T20:00:00Z",
            "reminder, 2026-11-20T20:00:00Z, ", "reminder, 2026-11-20T10:59:59Z, ", "recovery, 2026-11-20T12:00:00Z, ",
            "transactional, 2026-11-20T12:00:00Z, ", "incident, 2026-11-20T12:00:00Z, ",
            // The nights of the clock changes: 8 and 10 hours.
            "reminder, 2026-10-03T12:00:00Z, 2026-10-03T20:00:00Z", "reminder, 2027-04-03T20:59:59Z, 2027-04-03T21:00:00Z"})
    void quietHours_areReadByCategory(String category, Instant at, @Nullable Instant until) {
        var period = RULES.quietAt(category, at);
        assertEquals(until, period == null ? null : period.until());
    }

    @ParameterizedTest
    @CsvSource(nullValues = "", value = {"reminder, 2", "recovery, 2", "marketing, 2", "transactional, ", "incident, "})
    void cap_countsCategoriesThatCanBeHeld(String category, @Nullable Integer cap) {
        assertEquals(cap, RULES.capOf(category));
        assertNull(new HoldRules(SYDNEY, Map.of(), null).capOf(category));
    }

    @ParameterizedTest
    @CsvSource({
            "2026-11-20T12:59:59Z, 2026-11-19T13:00:00Z, 2026-11-20T13:00:00Z", "2026-11-20T13:00:00Z, 2026-11-20T13:00:00Z, 2026-11-21T13:00:00Z",
            "2026-10-04T00:00:00Z, 2026-10-03T14:00:00Z, 2026-10-04T13:00:00Z", "2027-04-04T00:00:00Z, 2027-04-03T13:00:00Z, 2027-04-04T14:00:00Z"})
    void day_isOfTheTenantsZone(Instant at, Instant from, Instant until) {
        assertEquals(new QuietHours.Period(from, until), RULES.day(at));
    }
}
