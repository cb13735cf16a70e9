package org.guildhall.platform;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.guildhall.api.Operation;
import org.guildhall.api.model.RateLimitSetting;
import org.guildhall.core.http.Refusal;
import org.guildhall.core.http.Refusal.Item;
import org.jspecify.annotations.Nullable;

/** A caller that lowers a limit which holds for itself must still be able to raise it again. */
final class OwnLimit {

    /** A limit that gives a request back less often would keep its caller out. */
    private static final int SECONDS_PER_REQUEST_MAX = 60;

    private static final int COST_MAX = Arrays.stream(Operation.values()).mapToInt(Operation::rateCost).max().orElse(1);

    private OwnLimit() {}

    /** What is wrong with a limit under which its caller couldn't go on; nothing if it stays as it is. */
    static List<Item> unusable(@Nullable RateLimitSetting present, @Nullable RateLimitSetting wanted) {
        if (wanted == null || Objects.equals(present, wanted)) {
            return List.of();
        }
        boolean usable = wanted.limit() >= COST_MAX && (long) wanted.limit() * SECONDS_PER_REQUEST_MAX >= wanted.windowSeconds();
        return usable ? List.of()
                : List.of(Item.pointer("/rate_limit", "locks_out", "The limit holds for this caller too and would let less than one request a minute through."));
    }

    /** Refuses such a limit. */
    static void requireUsable(@Nullable RateLimitSetting present, @Nullable RateLimitSetting wanted) {
        Refusal.ifAny(unusable(present, wanted));
    }
}
