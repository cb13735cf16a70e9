package org.guildhall.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.guildhall.core.json.Json;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/**
 * How long a token may be good for, counted from its creation: no patch makes it live on forever.
 *
 * @param daysMax the tenant's {@code token_lifetime_days_max}; null for no bound
 */
record TokenLifetime(@Nullable Integer daysMax) {

    /** What was wished for, as far as it is possible: an end (null for never), or what is wrong with it. */
    record Wish(@Nullable Instant end, @Nullable Item wrong) {}

    /** When a token made at {@code created} ends if its owner asks for {@code wanted}; without a wish at the bound, if there is one. */
    Wish wish(@Nullable Instant wanted, Instant created, Instant now) {
        var latest = latest(created);
        var end = wanted == null ? latest : wanted.truncatedTo(ChronoUnit.MICROS);
        if (end != null && !end.isAfter(now)) {
            return new Wish(null, Item.pointer("/expires_at", "in_the_past", wanted == null
                    ? "The tenant lets a token be good for " + daysMax + " days, and these are over: issue a new one."
                    : "The end must be in the future."));
        }
        if (end != null && latest != null && end.isAfter(latest)) {
            return new Wish(null, Item.pointer("/expires_at", "too_late", "The tenant lets a token be good for " + daysMax + " days at most."));
        }
        return new Wish(end, null);
    }

    /** Whether a token may be good for that long. */
    boolean allows(Duration length) {
        return daysMax == null || length.compareTo(Duration.ofDays(daysMax)) <= 0;
    }

    /** When a token ends that replaces another one: as long after its own creation as the other was meant to, within the bound. */
    @Nullable Instant ofSuccessor(@Nullable Instant end, Instant created, Instant now) {
        var latest = latest(now);
        if (end == null) {
            return latest;
        }
        var same = now.plus(Duration.between(created, end));
        var bound = latest == null ? Json.LAST : latest;
        return same.isBefore(bound) ? same : bound;
    }

    private @Nullable Instant latest(Instant created) {
        return daysMax == null ? null : created.plus(Duration.ofDays(daysMax));
    }
}
