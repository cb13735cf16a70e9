package org.guildhall.core.data;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The database's time: this node's clock plus the offset measured last. Limits, expiries and leases use it, so that nodes with
 * different clocks agree.
 */
public final class Clock {

    private volatile Duration offset = Duration.ZERO;

    /** The database's time in microseconds, as exact as the last measurement. */
    public Instant now() {
        return Instant.now().plus(offset).truncatedTo(ChronoUnit.MICROS);
    }

    /** Measures the offset by the database's time, just received. */
    public void measured(Instant databaseTime) {
        offset = Duration.between(Instant.now(), databaseTime);
    }
}
