package org.guildhall.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.guildhall.core.problem.ProblemException;
import org.junit.jupiter.api.Test;

/** A node with a dead background thread is neither alive nor ready, and names the thread. */
class HealthTest {

    private static HealthHandler handler(boolean log, boolean limits, boolean stopping) {
        return new HealthHandler(
                new HealthHandler.Checks(() -> true, () -> true, () -> true, () -> 0, () -> stopping, Map.of("log", () -> log, "rate_limits", () -> limits)), "0", "0");
    }

    private static List<String> failing(Runnable asked) {
        return assertThrows(ProblemException.class, asked::run).items().stream().map(ProblemException.Item::code).toList();
    }

    @Test
    @SuppressWarnings("NullAway") // health doesn't use its call
    void deadThread_isNamedByLivenessAndReadiness() {
        handler(true, true, false).getHealth(null);
        handler(true, true, false).getReadiness(null);
        assertEquals(List.of("log"), failing(() -> handler(false, true, false).getHealth(null)));
        assertEquals(List.of("rate_limits"), failing(() -> handler(true, false, false).getReadiness(null)));
    }

    @Test
    @SuppressWarnings("NullAway")
    void stoppingServer_withEndedThreads_isStillAlive() {
        handler(false, false, true).getHealth(null);
    }
}
