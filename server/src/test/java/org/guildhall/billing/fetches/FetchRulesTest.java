package org.guildhall.billing.fetches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The waits between attempts to fetch an object. */
class FetchRulesTest {

    @Test
    void waits_grow_andEnd() {
        assertEquals(List.of(1L, 10L, 60L, 600L, 3_600L, 21_600L, 86_400L),
                IntStream.rangeClosed(1, 7).mapToObj(attempts -> FetchRules.after(attempts, null, 0.5).toSeconds()).toList());
        assertNull(FetchRules.after(8, null, 0.5));
        assertEquals("PT0.8S PT1.2S", FetchRules.after(1, null, 0) + " " + FetchRules.after(1, null, 1));
    }

    @Test
    void providersWait_isObeyed_upToAnHour() {
        assertEquals(Duration.ofSeconds(30), FetchRules.after(1, Duration.ofSeconds(30), 0.5));
        assertEquals(Duration.ofSeconds(10), FetchRules.after(2, Duration.ofSeconds(3), 0.5));
        assertEquals(Duration.ofHours(1), FetchRules.after(1, Duration.ofDays(1), 0.5));
        assertNull(FetchRules.after(8, Duration.ofSeconds(1), 0.5));
    }
}
