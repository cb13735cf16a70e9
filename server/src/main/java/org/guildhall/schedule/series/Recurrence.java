package org.guildhall.schedule.series;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.guildhall.core.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The occurrences of a rule in a zone. A local time that doesn't exist has none and doesn't count (RFC 5545, section 3.3.10).
 *
 * @param exceptions the local dates without a session; they count
 */
record Recurrence(RecurrenceRule rule, LocalDateTime start, ZoneId zone, Set<LocalDate> exceptions) {

    /** No occurrence is later than this after the start. */
    private static final int YEARS_MAX = 100;
    /** In a hundred years a zone has at most a few hundred gaps. */
    private static final int DATES_MAX = RecurrenceRule.COUNT_MAX + 400;

    /** One occurrence. @param exceptional true if its date is an exception, which has no session */
    record Occurrence(LocalDateTime local, Instant startsAt, boolean exceptional) {}

    /** All occurrences in their order, at most 730. */
    List<Occurrence> all() {
        var found = new ArrayList<Occurrence>();
        var until = rule.until();
        int count = rule.count();
        for (var local : dates()) {
            var instant = instant(local, zone);
            if (instant == null) {
                continue;
            }
            if (found.size() == count || until != null && instant.isAfter(until)) {
                break;
            }
            found.add(new Occurrence(local, instant, exceptions.contains(local.toLocalDate())));
        }
        return found;
    }

    private List<LocalDateTime> dates() {
        var first = start.toLocalDate();
        return RuleDates.of(rule.parts(), first).until(first.plusYears(YEARS_MAX), DATES_MAX).stream()
                .map(date -> date.atTime(start.toLocalTime()))
                .toList();
    }

    /** All occurrences of a rule whose start must be one. @throws org.guildhall.core.problem.ProblemException {@code validation_failed} if it isn't */
    List<Occurrence> checked() {
        if (instant(start, zone) == null) {
            throw Problem.VALIDATION_FAILED.at("/starts_local", "This local time doesn't exist in " + zone + ": clocks go forward over it.");
        }
        var all = all();
        if (all.isEmpty() || !all.getFirst().local().equals(start)) {
            throw Problem.VALIDATION_FAILED.at("/rrule", "The start, " + start + ", must be an occurrence of the rule.");
        }
        return all;
    }

    /** The instant of a local time, the first one if it happens twice; null if it doesn't exist. */
    static @Nullable Instant instant(LocalDateTime local, ZoneId zone) {
        var offsets = zone.getRules().getValidOffsets(local);
        return offsets.isEmpty() ? null : local.toInstant(offsets.getFirst());
    }
}
