package org.guildhall.core.data;

import java.security.SecureRandom;
import java.util.UUID;

/** UUIDs of version 7 (RFC 9562) for what the server names before the database sees it; rows get theirs from the database. */
public final class Ids {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private Ids() {}

    /** The next one: milliseconds of this node's clock, and 74 random bits. */
    public static UUID next() {
        long high = System.currentTimeMillis() << 16 | VERSION | RANDOM.nextInt(1 << 12);
        long low = VARIANT | RANDOM.nextLong() >>> 2;
        return new UUID(high, low);
    }
}
