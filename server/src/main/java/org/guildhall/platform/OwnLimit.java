package org.guildhall.platform;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.guildhall.api.Operation;
import org.guildhall.api.model.RateLimitSetting;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** The bounds of a rate limit that a caller sets for itself: it must be able to raise it again, and stay within the platform's maximum. */
final class OwnLimit {

    /** The slowest allowed refill. A slower limit would lock its caller out. */
    private static final int SECONDS_PER_REQUEST_MAX = 60;

    /** The highest cost of an operation by which a limit can be changed again. */
    private static final int COST_MAX = Arrays.stream(Operation.values())
            .filter(operation -> operation.path().startsWith("/api/v1/platform/"))
            .mapToInt(Operation::rateCost)
            .max()
            .orElse(1);

    private OwnLimit() {}

    /** Returns an item if the wanted limit would lock its caller out. An unchanged limit passes. */
    static List<Item> unusable(String pointer, @Nullable RateLimitSetting present, @Nullable RateLimitSetting wanted) {
        if (wanted == null || Objects.equals(present, wanted)) {
            return List.of();
        }
        boolean usable = wanted.limit() >= COST_MAX && (long) wanted.limit() * SECONDS_PER_REQUEST_MAX >= wanted.windowSeconds();
        return usable ? List.of()
                : List.of(Item.pointer(pointer, "locks_out", "The limit applies to this caller, too: allow at least one request per minute."));
    }

    /** Refuses a limit that would lock its caller out. */
    static void requireUsable(@Nullable RateLimitSetting present, @Nullable RateLimitSetting wanted) {
        ProblemException.ifAny(unusable("/rate_limit", present, wanted));
    }

    /**
     * Returns an item if the wanted limit exceeds the platform's maximum, in its burst or per second. An unchanged limit passes, since the
     * maximum is enforced separately.
     */
    static List<Item> aboveMaximum(@Nullable RateLimitSetting maximum, RateLimitSetting present, RateLimitSetting wanted) {
        if (maximum == null || present.equals(wanted)) {
            return List.of();
        }
        boolean faster = (long) wanted.limit() * maximum.windowSeconds() > (long) maximum.limit() * wanted.windowSeconds();
        return wanted.limit() <= maximum.limit() && !faster ? List.of()
                : List.of(Item.pointer("/rate_limit", "too_large", "`rate_limit` is above the platform's `rate_limit_maximum` of "
                        + maximum.limit() + " requests in " + maximum.windowSeconds() + " seconds. Choose a `limit` of at most "
                        + maximum.limit() + " that allows no more requests per second than the maximum."));
    }
}
