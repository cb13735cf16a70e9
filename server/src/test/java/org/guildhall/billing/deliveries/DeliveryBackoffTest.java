package org.guildhall.billing.deliveries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The waits between the attempts to process a delivery. */
class DeliveryBackoffTest {

    @ParameterizedTest
    @CsvSource({
        "1, PT8S, PT12S", "2, PT48S, PT72S", "3, PT8M, PT12M", "4, PT48M, PT72M", "5, PT4H48M, PT7H12M", "6, PT19H12M, PT28H48M",
    })
    void waits_followTheTable(int attempts, Duration shortest, Duration longest) {
        assertEquals(shortest, DeliveryBackoff.after(attempts, 0));
        assertEquals(longest, DeliveryBackoff.after(attempts, 1));
    }

    @Test
    void seventhFailure_isTheLast() {
        assertNull(DeliveryBackoff.after(7, 0.5));
    }
}
