package org.guildhall.providers;

import static org.guildhall.core.problem.Problem.ALREADY_EXISTS;
import static org.guildhall.core.problem.Problem.CONFLICT;
import static org.guildhall.core.problem.Problem.VALIDATION_FAILED;

import java.util.List;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.providers.alerts.AlertsModule;
import org.guildhall.providers.checks.ChecksModule;
import org.guildhall.providers.domains.DomainsModule;
import org.guildhall.tasks.Tasks;

/** Wires the providers room: signals, checks, incidents, alerts, domains, and the summary. */
public final class ProvidersModule implements AutoCloseable {

    private final SignalStore signals = new SignalStore();
    private final IncidentStore incidents = new IncidentStore();
    private final IncidentEntryStore entries = new IncidentEntryStore();
    private final ProviderSummaryStore summaries = new ProviderSummaryStore();
    private final SignalStateStore states = new SignalStateStore();
    private final SignalChanges changes;
    private final ChecksModule checks;
    private final DomainsModule domains;
    private final AlertsModule alerts;

    /**
     * @param jobs the database for background work
     * @param queue runs the checks
     * @param changes gets a signal when the status of a signal can have changed; implemented by the tasks room
     * @param tasks sends messages and creates tasks for alerts
     */
    public ProvidersModule(Db jobs, TaskQueue queue, Keys keys, Outbound outbound, Tasks.ProviderChanges changes, Tasks tasks) {
        this.changes = new SignalChanges(signals, changes, this::signalChanged);
        this.alerts = new AlertsModule(jobs, queue, tasks, new RuleIncidents(signals, incidents, entries, this.changes),
                new StaleSignals(signals, this.changes));
        this.domains = new DomainsModule(jobs, queue, outbound);
        this.checks = new ChecksModule(jobs, queue, keys, outbound, new SignalsOfChecks(signals, this.changes));
    }

    private void signalChanged(Tx tx) {
        alerts.signalChanged(tx);
    }

    /** The state of the providers that jobs depend on. */
    public Tasks.ProviderStates states() {
        return states::notOperational;
    }

    /** The door of the room. */
    public Providers door() {
        return new Providers(summaries);
    }

    /** Registers the room's jobs. */
    public void schedule() {
        checks.schedule();
        alerts.schedule();
        domains.schedule();
    }

    /** The jobs that this room offers. */
    public List<Tasks.Job> jobs() {
        return List.of(domains.offered());
    }

    /** Registers the room's handlers, and the problems of its constraints. */
    public void bind(Api api) {
        new SignalsHandler(signals, changes, checks::request).bind(api.routes());
        checks.bind(api);
        new IncidentsHandler(signals, incidents, entries, changes).bind(api.routes());
        new IncidentEntriesHandler(incidents, entries).bind(api.routes());
        new PublicIncidentsHandler(new PublicIncidentStore()).bind(api.routes());
        new ProviderSummariesHandler(summaries).bind(api.routes());
        domains.bind(api);
        alerts.bind(api);
        api.constraints()
                .on("signals_bound", CONFLICT, null, "The tenant has 10,000 signals.")
                .on("signals_owner_person", VALIDATION_FAILED, "/owner/person_id", "There is no such person.")
                .on("incidents_owner_person", VALIDATION_FAILED, "/owner/person_id", "There is no such person.")
                .on("incidents_one_open", ALREADY_EXISTS, "/cause", "An incident of the signal with this cause isn't closed.");
    }

    /** Ends the running checks and looks. */
    @Override
    public void close() {
        checks.close();
        domains.close();
    }
}
