package org.guildhall.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.guildhall.core.json.Json;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/**
 * The bound of a token's lifetime, counted from its creation, so that repeated patches can't extend it.
 *
 * @param daysMax the tenant's {@code token_lifetime_days_max}; null for no bound
 */
record TokenLifetime(@Nullable Integer daysMax) {

    /** The resulting expiry (null for none), or the mistake in the wanted one. */
    record Expiry(@Nullable Instant end, @Nullable Item wrong) {}

    /** The expiry of a token created at {@code created}: the wanted one if it is allowed, or the bound, if any, without a wanted one. */
    Expiry expiry(@Nullable Instant wanted, Instant created, Instant now) {
        var latest = latest(created);
        var end = wanted == null ? latest : wanted.truncatedTo(ChronoUnit.MICROS);
        if (end != null && !end.isAfter(now)) {
            return new Expiry(null, Item.pointer("/expires_at", "in_the_past", wanted == null
                    ? "The tenant limits the lifetime of tokens to " + daysMax + " days, which are over: issue a new token."
                    : "`expires_at` must be in the future."));
        }
        if (end != null && latest != null && end.isAfter(latest)) {
            return new Expiry(null, Item.pointer("/expires_at", "too_late", "The tenant limits the lifetime of tokens to " + daysMax + " days."));
        }
        return new Expiry(end, null);
    }

    /** True if the bound allows this lifetime. */
    boolean allows(Duration length) {
        return daysMax == null || length.compareTo(Duration.ofDays(daysMax)) <= 0;
    }

    /** The expiry of a token that replaces another one: the other's planned lifetime from now on, within the bound. */
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
