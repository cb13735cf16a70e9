package org.guildhall.providers;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Texts;
import org.guildhall.core.sql.Batch;
import org.guildhall.providers.alerts.SignalIncidents;
import org.jspecify.annotations.Nullable;

/** The incidents that alerts open or belong to. */
final class RuleIncidents implements SignalIncidents {

    /** The bound of a title. */
    private static final int TITLE_MAX = 200;
    /** Alerts add no more entries to a timeline than this, so that operators always can. */
    private static final int ENTRIES_MAX = 900;

    private final SignalStore signals;
    private final IncidentStore incidents;
    private final IncidentEntryStore entries;
    private final SignalChanges changes;

    RuleIncidents(SignalStore signals, IncidentStore incidents, IncidentEntryStore entries, SignalChanges changes) {
        this.signals = signals;
        this.incidents = incidents;
        this.entries = entries;
        this.changes = changes;
    }

    @Override
    public @Nullable UUID open(Tx tx, UUID signalId, String cause) {
        var batch = new Batch();
        var found = incidents.ofCause(batch, signalId, cause);
        batch.send(tx);
        return found.get();
    }

    @Override
    public UUID create(Tx tx, Changes event, UUID signalId, UUID ruleId, String ruleName, String cause, String severity) {
        var signal = Objects.requireNonNull(signals.lock(tx, signalId));
        var open = open(tx, signalId, cause);
        if (open != null) {
            return open;
        }
        var title = signal.name() + ": " + ruleName;
        var row = incidents.insert(tx, new IncidentStore.Origin(signalId, cause, null, ruleId, null), new IncidentStore.Values(
                null, Texts.cut(title, TITLE_MAX),
                signal.impact(), severity, signal.owner(), signal.recoveryAction(), List.of(), null, List.of(), null));
        entries.insertLater(tx, row.id(), true, IncidentEntryStore.Values.of("status", "The incident was opened by the rule \"" + ruleName + "\"."));
        var incident = IncidentViews.toApi(row);
        event.created(incident.id(), incident);
        changes.record(tx, event, signal);
        return row.id();
    }

    @Override
    public void note(Tx tx, UUID incidentId, String words) {
        var incident = incidents.lock(tx, incidentId);
        if (incident != null && !incident.state().equals("closed") && entries.count(tx, incidentId) < ENTRIES_MAX) {
            entries.insertLater(tx, incidentId, true, IncidentEntryStore.Values.of("note", words));
        }
    }
}
