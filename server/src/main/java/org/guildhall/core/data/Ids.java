package org.guildhall.core.data;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** UUIDs of version 7 (RFC 9562) for what the server names before the database sees it; rows get theirs from the database. */
public final class Ids {

    private static final SecureRandom RANDOM = new SecureRandom();
    /** What the last one began with: milliseconds, and behind them twelve bits of what had passed of the next one. */
    private static final AtomicLong LAST = new AtomicLong();
    private static final int FRACTION_BITS = 12;
    private static final int NANOS_OF_MILLI = 1_000_000;
    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private Ids() {}

    /** The next one, behind all that this node made before: this node's clock to a quarter of a microsecond, and 62 random bits. */
    public static UUID next() {
        var now = Instant.now();
        long fraction = ((long) now.getNano() % NANOS_OF_MILLI << FRACTION_BITS) / NANOS_OF_MILLI;
        long present = now.toEpochMilli() << FRACTION_BITS | fraction;
        long mine = LAST.updateAndGet(last -> Math.max(last + 1, present));
        long high = mine >>> FRACTION_BITS << 16 | VERSION | mine & (1 << FRACTION_BITS) - 1;
        long low = VARIANT | RANDOM.nextLong() >>> 2;
        return new UUID(high, low);
    }
}
