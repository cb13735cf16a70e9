package org.guildhall.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class TokenLifetimeTest {

    private static final Instant CREATED = Instant.parse("2026-11-21T00:00:00Z");
    private static final Instant NOW = CREATED.plus(5, ChronoUnit.DAYS);

    private final TokenLifetime unbounded = new TokenLifetime(null);
    private final TokenLifetime tenDays = new TokenLifetime(10);

    @Test
    void noMaximum_anyFutureExpiryOrNone_isAccepted() {
        assertEquals(new TokenLifetime.Expiry(null, null), unbounded.expiry(null, CREATED, NOW));
        assertEquals(NOW.plusSeconds(1), unbounded.expiry(NOW.plusSeconds(1), CREATED, NOW).end());
        assertNotNull(unbounded.expiry(NOW, CREATED, NOW).wrong());
        assertTrue(unbounded.allows(Duration.ofDays(100_000)));
    }

    @Test
    void maximum_countsFromTheTokensCreation() {
        var latest = CREATED.plus(10, ChronoUnit.DAYS);
        assertEquals(latest, tenDays.expiry(latest, CREATED, NOW).end());
        assertNotNull(tenDays.expiry(latest.plus(1, ChronoUnit.MICROS), CREATED, NOW).wrong());
        assertEquals(latest, tenDays.expiry(null, CREATED, NOW).end());
        assertNotNull(tenDays.expiry(null, CREATED, latest).wrong());
        assertTrue(tenDays.allows(Duration.ofDays(10)));
        assertFalse(tenDays.allows(Duration.ofDays(10).plusSeconds(1)));
    }

    @Test
    void expiry_hasThePrecisionOfTheDatabase() {
        assertEquals(NOW.plusSeconds(1), unbounded.expiry(NOW.plusSeconds(1).plusNanos(999), CREATED, NOW).end());
    }

    @Test
    void successor_hasTheOldLifetime_upToTheMaximum() {
        assertEquals(NOW.plus(3, ChronoUnit.DAYS), unbounded.ofSuccessor(CREATED.plus(3, ChronoUnit.DAYS), CREATED, NOW));
        assertEquals(NOW.plus(3, ChronoUnit.DAYS), tenDays.ofSuccessor(CREATED.plus(3, ChronoUnit.DAYS), CREATED, NOW));
        assertEquals(NOW.plus(10, ChronoUnit.DAYS), tenDays.ofSuccessor(CREATED.plus(30, ChronoUnit.DAYS), CREATED, NOW));
        assertNull(unbounded.ofSuccessor(null, CREATED, NOW));
        assertEquals(NOW.plus(10, ChronoUnit.DAYS), tenDays.ofSuccessor(null, CREATED, NOW));
    }

    @Test
    void successor_endsByTheLastValidInstant() {
        var last = Instant.parse("9999-12-31T23:59:59.999999Z");
        assertEquals(last, new TokenLifetime(null).ofSuccessor(last, Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-06-01T00:00:00Z")));
    }
}
