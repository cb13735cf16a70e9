package org.guildhall.providers;

import java.util.LinkedHashMap;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.IncidentEntry;
import org.guildhall.api.model.IncidentEntryId;
import org.guildhall.api.model.IncidentId;
import org.guildhall.api.model.ListIncidentEntriesQuery;
import org.guildhall.api.model.NewIncidentEntry;
import org.guildhall.api.providers.IncidentEntriesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.providers.IncidentEntryStore.Filter;
import org.guildhall.providers.IncidentEntryStore.Values;

/** The timelines of incidents: {@code /providers/incidents/{id}/entries}. */
final class IncidentEntriesHandler implements IncidentEntriesApi<Call> {

    /** The entries of an incident, automatic ones included. */
    private static final int ENTRIES_MAX = 1_000;

    private final IncidentStore incidents;
    private final IncidentEntryStore entries;

    IncidentEntriesHandler(IncidentStore incidents, IncidentEntryStore entries) {
        this.incidents = incidents;
        this.entries = entries;
    }

    @Override
    public Reply<IncidentEntry> createIncidentEntry(Call call, IncidentId incidentId, NewIncidentEntry body) {
        var given = new LinkedHashMap<String, Boolean>();
        given.put("audience", body.audience() != null);
        given.put("channel", body.channel() != null);
        given.put("sent_at", body.sentAt() != null);
        IncidentRules.requireMembers(body.kind().value(), given);
        var incident = Require.found(incidents.lock(call.tx(), incidentId.value()));
        IncidentRules.requireNotClosed(incident.state());
        if (entries.count(call.tx(), incident.id()) >= ENTRIES_MAX) {
            throw Problem.CONFLICT.because("The incident has 1,000 entries.");
        }
        var values = new Values(
                body.kind().value(), body.words(), body.audience() == null ? null : body.audience().value(), body.channel(), body.sentAt());
        var entry = IncidentViews.toApi(entries.insert(call.tx(), incident.id(), values));
        call.created(entry.id(), entry);
        return Reply.created("/api/v1/providers/incidents/" + incidentId + "/entries/" + entry.id(), entry);
    }

    @Override
    public Reply<Page<IncidentEntry>> listIncidentEntries(Call call, IncidentId incidentId, ListIncidentEntriesQuery query) {
        var filter = new Filter(incidentId.value(), query.kind() == null ? null : query.kind().value());
        var page = entries.list(call.tx(), call.page(), filter);
        if (page.data().isEmpty()) {
            Require.found(incidents.get(call.tx(), incidentId.value()));
        }
        return Reply.list(page.map(IncidentViews::toApi));
    }

    @Override
    public Reply<IncidentEntry> getIncidentEntry(Call call, IncidentId incidentId, IncidentEntryId incidentEntryId) {
        return Reply.ok(IncidentViews.toApi(Require.found(entries.get(call.tx(), incidentId.value(), incidentEntryId.value()))));
    }
}
