package org.guildhall.billing.checkout;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.PortalSessionsApi;
import org.guildhall.api.model.ListPortalSessionsQuery;
import org.guildhall.api.model.NewPortalSession;
import org.guildhall.api.model.PortalSession;
import org.guildhall.api.model.PortalSessionId;
import org.guildhall.billing.checkout.PortalSessionStore.Filter;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.core.data.Ids;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Portal sessions: {@code /billing/portal-sessions}. {@link PortalSessionCall} opens them at the provider. */
final class PortalSessionsHandler implements PortalSessionsApi<Call> {

    private static final String ACCOUNT = "/account_id";

    private final PortalSessionStore sessions;
    private final AskedConnections connections;
    private final Mirroring mirror;

    PortalSessionsHandler(PortalSessionStore sessions, AskedConnections connections, Mirroring mirror) {
        this.sessions = sessions;
        this.connections = connections;
        this.mirror = mirror;
    }

    @Override
    public Reply<PortalSession> createPortalSession(Call call, NewPortalSession body) {
        var payer = Require.named(mirror.payer(call.tx(), body.accountId().value()), ACCOUNT, "account");
        var connection = connections.require(call.tx(), payer.connectionId(), ACCOUNT);
        AskedConnections.requirePayer(payer, connection, ACCOUNT);
        var session = PortalSessionViews.toApi(sessions.insert(
                call.tx(), Ids.next(), body.externalId(), connection, payer.id(), body.returnUrl(), payer.reference()));
        call.created(session.id(), session);
        return Reply.created(PortalSessionCall.BASE + session.id(), session);
    }

    @Override
    public Reply<Page<PortalSession>> listPortalSessions(Call call, ListPortalSessionsQuery query) {
        var filter = new Filter(
                query.externalId(), query.accountId() == null ? null : query.accountId().value(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(sessions.list(call.tx(), call.page(), filter).map(PortalSessionViews::toApi));
    }

    @Override
    public Reply<PortalSession> getPortalSession(Call call, PortalSessionId portalSessionId) {
        return Reply.ok(PortalSessionViews.toApi(Require.found(sessions.get(call.tx(), portalSessionId.value()))));
    }
}
