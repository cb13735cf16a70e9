package org.guildhall.billing.calls;

import java.time.Duration;

/** The time that is left for the calls of one request: a caller waits for them, and a lease holds for them. */
public final class CallTime {

    /** Shorter than the lease of a call outside. */
    private static final Duration ALL = Duration.ofSeconds(24);
    private static final Duration ONE = Duration.ofSeconds(10);

    private final long end = System.nanoTime() + ALL.toNanos();

    /** The time that the next call may take; negative if there is none left. */
    public Duration left() {
        var left = Duration.ofNanos(end - System.nanoTime());
        return left.compareTo(ONE) > 0 ? ONE : left;
    }
}
