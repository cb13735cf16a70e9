package org.guildhall.core.outbound;

import java.time.Duration;
import org.guildhall.core.outbound.OutboundFailure.Code;

/** The end of a whole call, look-up of the name included. */
public final class Deadline {

    private final long start = System.nanoTime();
    private final long nanos;

    private Deadline(Duration after) {
        this.nanos = after.toNanos();
    }

    public static Deadline after(Duration duration) {
        return new Deadline(duration);
    }

    /** The time that is left. @throws OutboundFailure {@code timeout} if there is none */
    public Duration left() throws OutboundFailure {
        long left = nanos - (System.nanoTime() - start);
        if (left <= 0) {
            throw timeout();
        }
        return Duration.ofNanos(left);
    }

    /** The time since the beginning. */
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    static OutboundFailure timeout() {
        return new OutboundFailure(Code.TIMEOUT, "The deadline passed.");
    }
}
