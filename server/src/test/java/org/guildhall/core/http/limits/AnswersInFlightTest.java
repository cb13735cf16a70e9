package org.guildhall.core.http.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.junit.jupiter.api.Test;

/** The memory for answers is bounded, for the node and for each tenant. */
class AnswersInFlightTest {

    @Test
    void reservedBytes_areBoundedInAllAndPerTenant() {
        var answers = new AnswersInFlight(16);
        var tenant = UUID.randomUUID();
        var first = answers.take(tenant, 8);
        // The tenant's share is used up; another tenant's share is free.
        assertEquals(Problem.UNAVAILABLE, assertThrows(ProblemException.class, () -> answers.take(tenant, 1)).problem());
        var other = answers.take(UUID.randomUUID(), 8);
        assertThrows(ProblemException.class, () -> answers.take(UUID.randomUUID(), 1));
        var waiting = CompletableFuture.supplyAsync(() -> answers.take(tenant, 8));
        first.close();
        first.close();
        waiting.join().close();
        other.close();
        // A response larger than the total is admitted alone. The response of a committed change is always admitted.
        var alone = answers.take(tenant, 100);
        answers.force(tenant, 100).close();
        alone.close();
        assertEquals(0, answers.taken());
    }
}
