package org.guildhall.tasks.messages;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The waits between the attempts to send a message: 1, 5, 30, 120 and 360 minutes, each up to 20 % shorter or longer. */
final class RetryBackoff {

    private static final List<Integer> MINUTES = List.of(1, 5, 30, 120, 360);
    private static final double SPREAD = 0.2;

    /** The attempts until a message counts as failed. */
    static final int TRIES_MAX = MINUTES.size() + 1;

    private RetryBackoff() {}

    /**
     * The wait after a failed attempt; null if no further attempt follows.
     *
     * @param tries the number of attempts so far, at least 1
     * @param random from 0 to 1, so that the messages of an outage don't all come back at once
     */
    static @Nullable Duration after(int tries, double random) {
        if (tries >= TRIES_MAX) {
            return null;
        }
        double factor = 1 - SPREAD + 2 * SPREAD * random;
        return Duration.ofMillis(Math.round(MINUTES.get(tries - 1) * 60_000 * factor));
    }
}
