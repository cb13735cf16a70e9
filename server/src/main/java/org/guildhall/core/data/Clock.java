package org.guildhall.core.data;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The database's clock, as this node knows it: its own clock and the offset measured last. Limits, expiries and leases ask it, so
 * that nodes whose clocks disagree still agree with each other.
 */
public final class Clock {

    private volatile Duration offset = Duration.ZERO;

    /** The database's time, to the microsecond, as exact as the last measurement was. */
    public Instant now() {
        return Instant.now().plus(offset).truncatedTo(ChronoUnit.MICROS);
    }

    /** Takes what the database just said for now. */
    public void measured(Instant databaseTime) {
        offset = Duration.between(Instant.now(), databaseTime);
    }
}
