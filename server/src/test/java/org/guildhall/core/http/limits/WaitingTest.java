package org.guildhall.core.http.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WaitingTest {

    private static final int MOST = 50;

    private final UUID tenant = UUID.randomUUID();
    private final Waiting waiting = new Waiting();

    @Test
    void requestsOfATenant_areBounded_othersAreNotConcerned() {
        assertEquals(MOST, IntStream.range(0, MOST + 10).filter(at -> waiting.enter(tenant)).count());
        assertTrue(waiting.enter(UUID.randomUUID()));
        waiting.leave(tenant);
        assertTrue(waiting.enter(tenant));
        assertFalse(waiting.enter(tenant));
    }

    @Test
    void pause_endsWithTheTime_andWhenTheServerStops() {
        assertFalse(waiting.pause(Duration.ZERO));
        assertTrue(waiting.pause(Duration.ofMillis(1)));
        waiting.close();
        assertFalse(waiting.pause(Duration.ofHours(1)));
    }
}
