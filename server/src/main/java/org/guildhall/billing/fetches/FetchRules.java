package org.guildhall.billing.fetches;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The waits between the attempts to fetch an object: 1, 10 and 60 seconds, 10 minutes, 1, 6 and 24 hours, each up to 20 % shorter or longer. */
public final class FetchRules {

    private static final List<Integer> SECONDS = List.of(1, 10, 60, 600, 3_600, 21_600, 86_400);
    private static final double SPREAD = 0.2;
    /** The longest wait that a provider can ask for. */
    private static final Duration ASKED_MAX = Duration.ofHours(1);

    private FetchRules() {}

    /**
     * The wait after a failed attempt; null if no further attempt follows.
     *
     * @param attempts the number of attempts so far, at least 1
     * @param asked the wait that the provider asks for; null for none
     * @param random from 0 to 1, so that the fetches of an outage don't all come back at once
     */
    public static @Nullable Duration after(int attempts, @Nullable Duration asked, double random) {
        if (attempts > SECONDS.size()) {
            return null;
        }
        var wait = Duration.ofMillis(Math.round(SECONDS.get(attempts - 1) * 1_000 * (1 - SPREAD + 2 * SPREAD * random)));
        if (asked == null || asked.compareTo(wait) <= 0) {
            return wait;
        }
        return asked.compareTo(ASKED_MAX) > 0 ? ASKED_MAX : asked;
    }
}
