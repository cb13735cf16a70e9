package org.guildhall.providers;

import static org.guildhall.core.problem.Problem.ALREADY_EXISTS;
import static org.guildhall.core.problem.Problem.CONFLICT;
import static org.guildhall.core.problem.Problem.VALIDATION_FAILED;

import org.guildhall.core.http.Api;
import org.guildhall.tasks.Tasks;

/** Wires the providers room: signals, incidents, and the summary. */
public final class ProvidersModule {

    private final SignalStore signals = new SignalStore();
    private final IncidentStore incidents = new IncidentStore();
    private final IncidentEntryStore entries = new IncidentEntryStore();
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

    /** The door of the room. */
    public Providers door() {
        return new Providers(summaries);
    }

    /** Registers the room's handlers, and the problems of its constraints. */
    public void bind(Api api) {
        new SignalsHandler(signals, changes).bind(api.routes());
        new IncidentsHandler(signals, incidents, entries, changes).bind(api.routes());
        new IncidentEntriesHandler(incidents, entries).bind(api.routes());
        new PublicIncidentsHandler(new PublicIncidentStore()).bind(api.routes());
        new ProviderSummariesHandler(summaries).bind(api.routes());
        api.constraints()
                .on("signals_bound", CONFLICT, null, "The tenant has 10,000 signals.")
                .on("signals_owner_person", VALIDATION_FAILED, "/owner/person_id", "There is no such person.")
                .on("incidents_owner_person", VALIDATION_FAILED, "/owner/person_id", "There is no such person.")
                .on("incidents_one_open", ALREADY_EXISTS, "/cause", "An incident of the signal with this cause isn't closed.");
    }
}
