package org.guildhall.tasks.jobs;

import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.tasks.jobs.ProviderStates.Signal;

/**
 * What a job depends on, and what degraded and blocked providers mean for it.
 *
 * @param lanes all signals of these lanes
 * @param whenDegraded {@code run} or {@code skip}
 * @param mutating false for a job that only reads, which degraded providers don't hold back
 */
record JobDependencies(List<String> lanes, List<UUID> signalIds, String whenDegraded, boolean mutating) {

    /** Why a run isn't begun. */
    enum Hold {
        NONE, DEGRADED, BLOCKED;

        /** The reason of a skipped run. */
        String skipReason() {
            return this == BLOCKED ? "provider_blocked" : "provider_degraded";
        }
    }

    boolean isEmpty() {
        return lanes.isEmpty() && signalIds.isEmpty();
    }

    /** The signals that are degraded or blocked now; none without a read if the job depends on nothing. */
    List<Signal> signals(Tx tx, ProviderStates providers) {
        return isEmpty() ? List.of() : providers.of(tx, lanes, signalIds);
    }

    /** The ones of these signals that the job depends on. */
    List<Signal> among(List<Signal> signals) {
        return signals.stream().filter(signal -> lanes.contains(signal.lane()) || signalIds.contains(signal.id())).toList();
    }

    /** @param forced true for a request that accepts degraded providers; nothing overrides a blocked one */
    Hold hold(List<Signal> signals, boolean forced) {
        if (signals.stream().anyMatch(Signal::blocked)) {
            return Hold.BLOCKED;
        }
        return signals.isEmpty() || !mutating || forced || whenDegraded.equals("run") ? Hold.NONE : Hold.DEGRADED;
    }
}
