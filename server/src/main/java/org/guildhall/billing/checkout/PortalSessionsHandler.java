package org.guildhall.billing.checkout;

import java.util.Set;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.PortalSessionsApi;
import org.guildhall.api.model.ListPortalSessionsQuery;
import org.guildhall.api.model.NewPortalSession;
import org.guildhall.api.model.PortalSession;
import org.guildhall.api.model.PortalSessionId;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.checkout.PortalSessionStore.Filter;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.subscriptions.Subscriptions.Mirrored;
import org.guildhall.billing.subscriptions.Subscriptions;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.jspecify.annotations.Nullable;

/** Portal sessions: {@code /billing/portal-sessions}. {@link PortalSessionCall} opens them at the provider. */
final class PortalSessionsHandler implements PortalSessionsApi<Call> {

    private static final String ACCOUNT = "/account_id";
    /** The states of subscriptions that have ended, or aren't known yet. */
    private static final Set<String> ENDED = Set.of("canceled", "expired", "stub");

    private final PortalSessionStore sessions;
    private final AskedConnections connections;
    private final Accounts accounts;
    private final Subscriptions subscriptions;
    private final Providers providers;

    PortalSessionsHandler(
            PortalSessionStore sessions, AskedConnections connections, Accounts accounts, Subscriptions subscriptions, Providers providers) {
        this.sessions = sessions;
        this.connections = connections;
        this.accounts = accounts;
        this.subscriptions = subscriptions;
        this.providers = providers;
    }

    @Override
    public Reply<PortalSession> createPortalSession(Call call, NewPortalSession body) {
        var payer = Require.named(accounts.payer(call.tx(), body.accountId().value()), ACCOUNT, "account");
        var connection = connections.require(call.tx(), payer.connectionId(), ACCOUNT);
        AskedConnections.requirePayer(payer, connection.id(), ACCOUNT);
        var subscription = subscription(call.tx(), body, connection);
        var session = PortalSessionViews.toApi(sessions.insert(
                call.tx(), Ids.next(), body.externalId(), connection.id(), payer.id(), subscription == null ? null : subscription.id(), body.returnUrl(),
                subscription == null ? payer.reference() : subscription.reference()));
        call.created(session.id(), session);
        return Reply.created(PortalSessionCall.BASE + session.id(), session);
    }

    /** The subscription whose page is to be opened; null if the provider has one page for the whole account. */
    private @Nullable Mirrored subscription(Tx tx, NewPortalSession body, Connected connection) {
        var portals = providers.of(connection.provider()).portals();
        if (portals == null) {
            throw Problem.INVALID_STATE.at(ACCOUNT, "The provider of the account has no page on which customers change what they pay.");
        }
        var named = body.subscriptionId();
        if (!portals.isOfSubscription()) {
            if (named != null) {
                throw wrong("not_supported", "The provider has one page for the whole account. Leave `subscription_id` out.");
            }
            return null;
        }
        var running = subscriptions.ofAccount(tx, body.accountId().value()).stream().filter(one -> !ENDED.contains(one.state())).toList();
        if (named != null) {
            return running.stream().filter(one -> one.id().equals(named.value())).findFirst()
                    .orElseThrow(() -> wrong("unknown_reference", "The account has no such subscription that runs."));
        }
        if (running.size() > 1) {
            throw wrong("required", "The provider has a page for each of the account's " + running.size() + " subscriptions. Name one.");
        }
        if (running.isEmpty()) {
            throw Problem.INVALID_STATE.at(ACCOUNT, "The provider's page is that of a subscription, and the account has none that runs.");
        }
        return running.getFirst();
    }

    private static ProblemException wrong(String code, String detail) {
        return Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/subscription_id", code, detail));
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
