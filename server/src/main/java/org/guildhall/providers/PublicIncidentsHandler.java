package org.guildhall.providers;

import static org.guildhall.providers.PublicIncidentStore.UPDATES_MAX;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.IncidentAudience;
import org.guildhall.api.model.IncidentId;
import org.guildhall.api.model.IncidentSeverity;
import org.guildhall.api.model.IncidentState;
import org.guildhall.api.model.ListPublicIncidentsQuery;
import org.guildhall.api.model.PublicIncident;
import org.guildhall.api.model.PublicIncidentUpdate;
import org.guildhall.api.providers.PublicIncidentsApi;
import org.guildhall.core.http.Call;
import org.guildhall.providers.PublicIncidentStore.Filter;
import org.guildhall.providers.PublicIncidentStore.Row;
import org.guildhall.providers.PublicIncidentStore.Update;

/** Incidents for everybody: {@code /providers/public-incidents}. */
final class PublicIncidentsHandler implements PublicIncidentsApi<Call> {

    private final PublicIncidentStore incidents;

    PublicIncidentsHandler(PublicIncidentStore incidents) {
        this.incidents = incidents;
    }

    @Override
    public Reply<Page<PublicIncident>> listPublicIncidents(Call call, ListPublicIncidentsQuery query) {
        var filter = new Filter(query.state() == null ? null : query.state().value());
        return Reply.list(incidents.list(call.tx(), call.page(), filter).map(PublicIncidentsHandler::toApi));
    }

    private static PublicIncident toApi(Row row) {
        return new PublicIncident(
                new IncidentId(row.id()), row.title(), IncidentState.fromValue(row.state()), IncidentSeverity.fromValue(row.severity()),
                row.impact(), row.explanation(), row.openedAt(), row.monitoringAt(), row.resolvedAt(), row.closedAt(),
                row.updates().stream().limit(UPDATES_MAX).map(PublicIncidentsHandler::toApi).toList(), row.updates().size() > UPDATES_MAX);
    }

    private static PublicIncidentUpdate toApi(Update update) {
        return new PublicIncidentUpdate(update.words(), IncidentAudience.fromValue(update.audience()), update.channel(), update.sentAt());
    }
}
