package org.guildhall.billing.deliveries;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The waits between the attempts to process a delivery: 10 seconds, 1, 10 and 60 minutes, 6 and 24 hours, each up to 20 % shorter or longer. */
final class DeliveryBackoff {

    private static final List<Integer> SECONDS = List.of(10, 60, 600, 3_600, 21_600, 86_400);
    private static final double SPREAD = 0.2;

    private DeliveryBackoff() {}

    /**
     * The wait after a failed attempt; null if no further attempt follows.
     *
     * @param attempts the number of attempts so far, at least 1
     * @param random from 0 to 1, so that the deliveries of an outage don't all come back at once
     */
    static @Nullable Duration after(int attempts, double random) {
        if (attempts > SECONDS.size()) {
            return null;
        }
        return Duration.ofMillis(Math.round(SECONDS.get(attempts - 1) * 1_000 * (1 - SPREAD + 2 * SPREAD * random)));
    }
}
