package org.guildhall.platform;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.guildhall.api.Operation;
import org.guildhall.api.model.RateLimitSetting;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** What a caller may set as a limit of its own: one that it can raise again, and none above the platform's maximum. */
final class OwnLimit {

    /** A limit that gives a request back less often would keep its caller out. */
    private static final int SECONDS_PER_REQUEST_MAX = 60;

    private static final int COST_MAX = Arrays.stream(Operation.values()).mapToInt(Operation::rateCost).max().orElse(1);

    private OwnLimit() {}

    /** What is wrong with a limit under which its caller couldn't go on; nothing if it stays as it is. */
    static List<Item> unusable(String pointer, @Nullable RateLimitSetting present, @Nullable RateLimitSetting wanted) {
        if (wanted == null || Objects.equals(present, wanted)) {
            return List.of();
        }
        boolean usable = wanted.limit() >= COST_MAX && (long) wanted.limit() * SECONDS_PER_REQUEST_MAX >= wanted.windowSeconds();
        return usable ? List.of()
                : List.of(Item.pointer(pointer, "locks_out", "The limit holds for this caller too and would let less than one request a minute through."));
    }

    /** Refuses such a limit. */
    static void requireUsable(@Nullable RateLimitSetting present, @Nullable RateLimitSetting wanted) {
        ProblemException.ifAny(unusable("/rate_limit", present, wanted));
    }

    /**
     * What is wrong with a limit above the platform's maximum: more requests at once, or more per second. A limit that stays as it is isn't
     * refused: the maximum holds beside it.
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
