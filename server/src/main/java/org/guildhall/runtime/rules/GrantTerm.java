package org.guildhall.runtime.rules;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/**
 * The end of a grant.
 *
 * @param endsAt null for never
 * @param length the calendar length from {@code startsAt} to the end; null if the end was given as an instant
 */
public record GrantTerm(@Nullable Instant endsAt, @Nullable String length, @Nullable Instant startsAt) {

    public static GrantTerm until(@Nullable Instant endsAt) {
        return new GrantTerm(endsAt, null, null);
    }

    /** @throws ProblemException {@code validation_failed} if the end is beyond the year 9999 */
    public static GrantTerm of(CalendarTerm length, Instant startsAt, ZoneId zone) {
        try {
            return new GrantTerm(length.from(startsAt, zone), length.text(), startsAt);
        } catch (DateTimeException beyond) {
            throw Problem.VALIDATION_FAILED.because("The end is beyond the year 9999.")
                    .with(Item.pointer("/duration", "too_long", "The end is beyond the year 9999."));
        }
    }
}
