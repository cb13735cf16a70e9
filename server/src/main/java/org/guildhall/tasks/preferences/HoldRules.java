package org.guildhall.tasks.preferences;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.guildhall.core.time.QuietHours.Period;
import org.guildhall.core.time.QuietHours;
import org.jspecify.annotations.Nullable;

/**
 * When messages of a tenant are held. Transactional messages and news of incidents never are.
 *
 * @param zone the tenant's time zone, in which quiet hours and days are read
 * @param quiet the quiet hours by category; none for a category that isn't named
 * @param perPersonPerDay the most messages to one recipient in a day; null for no bound
 */
public record HoldRules(ZoneId zone, Map<String, QuietHours> quiet, @Nullable Integer perPersonPerDay) {

    /** The categories whose messages can be held, and count for the cap. */
    public static final List<String> HELD = List.of("reminder", "recovery", "marketing");

    /** True if messages of a category can be held. */
    public static boolean canBeHeld(String category) {
        return HELD.contains(category);
    }

    /** The quiet period that contains an instant, for a category; null if it isn't quiet. */
    public @Nullable Period quietAt(String category, Instant at) {
        var hours = canBeHeld(category) ? quiet.get(category) : null;
        return hours == null ? null : hours.at(at, zone);
    }

    /** The most messages to one recipient in a day, if messages of a category can be held; null for no bound. */
    public @Nullable Integer capOf(String category) {
        return canBeHeld(category) ? perPersonPerDay : null;
    }

    /** The day of the tenant's zone that contains an instant. */
    public Period day(Instant at) {
        var day = LocalDate.ofInstant(at, zone);
        return new Period(day.atStartOfDay(zone).toInstant(), day.plusDays(1).atStartOfDay(zone).toInstant());
    }
}
