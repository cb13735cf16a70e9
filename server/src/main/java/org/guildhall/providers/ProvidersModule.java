package org.guildhall.providers;

import static org.guildhall.core.problem.Problem.CONFLICT;
import static org.guildhall.core.problem.Problem.VALIDATION_FAILED;

import org.guildhall.core.http.Api;
import org.guildhall.tasks.Tasks;

/** Wires the providers room: signals and their summary. */
public final class ProvidersModule {

    private final SignalStore signals = new SignalStore();
    private final ProviderSummaryStore summaries = new ProviderSummaryStore();
    private final SignalStateStore states = new SignalStateStore();
    private final Tasks.ProviderChanges changes;

    /** @param changes gets a signal when the status of a signal can have changed; implemented by the tasks room */
    public ProvidersModule(Tasks.ProviderChanges changes) {
        this.changes = changes;
    }

    /** The state of the providers that jobs depend on. */
    public Tasks.ProviderStates states() {
        return states::notOperational;
    }

    /** Registers the room's handlers, and the problems of its constraints. */
    public void bind(Api api) {
        new SignalsHandler(signals, changes).bind(api.routes());
        new ProviderSummariesHandler(summaries).bind(api.routes());
        api.constraints()
                .on("signals_bound", CONFLICT, null, "The tenant has 10,000 signals.")
                .on("signals_owner_person", VALIDATION_FAILED, "/owner/person_id", "There is no such person.");
    }
}
