package org.guildhall.tasks.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.guildhall.tasks.jobs.ProviderStates.Signal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What degraded and blocked providers mean for ticks and requests. */
class JobDependenciesTest {

    @ParameterizedTest
    @CsvSource({
            // signals, mutating, when_degraded, tick, request, request with force
            "operational, true, skip, NONE, NONE, NONE",
            "operational, false, skip, NONE, NONE, NONE",
            "degraded, false, skip, NONE, NONE, NONE",
            "degraded, true, skip, DEGRADED, DEGRADED, NONE",
            "degraded, true, run, NONE, NONE, NONE",
            "blocked, true, skip, BLOCKED, BLOCKED, BLOCKED",
            "blocked, true, run, BLOCKED, BLOCKED, BLOCKED",
            "blocked, false, run, BLOCKED, BLOCKED, BLOCKED",
            "degraded blocked, true, run, BLOCKED, BLOCKED, BLOCKED"})
    void providers_holdRunsBack(String states, boolean mutating, String whenDegraded, String tick, String request, String forced) {
        var signals = Arrays.stream(states.split(" "))
                .filter(state -> !state.equals("operational"))
                .map(state -> new Signal(UUID.randomUUID(), "Stripe", "payments", state.equals("blocked")))
                .toList();
        var dependencies = new JobDependencies(List.of("payments"), List.of(), whenDegraded, mutating);
        assertEquals(tick, dependencies.hold(signals, false).name());
        assertEquals(request, dependencies.hold(signals, false).name());
        assertEquals(forced, dependencies.hold(signals, true).name());
    }
}
