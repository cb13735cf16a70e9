package org.guildhall.core.data;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** UUIDs of version 7 (RFC 9562) for ids that are needed before a row exists. The database makes the ids of rows. */
public final class Ids {

    private static final SecureRandom RANDOM = new SecureRandom();
    /** The time in the last id: milliseconds, followed by twelve bits for the fraction of a millisecond. */
    private static final AtomicLong LAST = new AtomicLong();
    private static final int FRACTION_BITS = 12;
    private static final int NANOS_OF_MILLI = 1_000_000;
    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private Ids() {}

    /** The next id, greater than all earlier ones of this node: its clock to a quarter of a microsecond, and 62 random bits. */
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
