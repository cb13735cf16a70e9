package org.guildhall.schedule.sessions;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListPublicSessionsQuery;
import org.guildhall.api.model.PublicSession;
import org.guildhall.api.schedule.PublicSessionsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.sessions.SessionStore.Filter;

/** Sessions for everybody: {@code /schedule/public-sessions}. */
final class PublicSessionsHandler implements PublicSessionsApi<Call> {

    private final SessionStore sessions;

    PublicSessionsHandler(SessionStore sessions) {
        this.sessions = sessions;
    }

    @Override
    public Reply<Page<PublicSession>> listPublicSessions(Call call, ListPublicSessionsQuery query) {
        var filter = new Filter(
                null, query.classTypeId() == null ? null : query.classTypeId().value(), query.locationId() == null ? null : query.locationId().value(),
                null, null, null, new TimeWindow(query.startsAfter(), query.startsFrom(), query.startsBefore()));
        return Reply.list(sessions.list(call.tx(), call.page(), filter).map(SessionViews::toPublic));
    }
}
