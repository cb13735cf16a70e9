package org.guildhall.billing.checkout;

import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Reply;
import org.guildhall.api.model.PortalSessionId;
import org.guildhall.billing.checkout.PortalSessionCall.Plan;
import org.guildhall.billing.checkout.PortalSessionStore.Row;
import org.guildhall.billing.connections.Connections.Asked;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.events.ProviderPortals;
import org.guildhall.billing.events.Providers;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.external.ExternalCall;
import org.guildhall.core.external.ExternalFailure;
import org.guildhall.core.problem.Require;
import org.jspecify.annotations.Nullable;

/** Opens portal sessions at the provider. One that was opened and forgotten ends there within minutes, so none is looked up. */
final class PortalSessionCall implements ExternalCall<Plan, ProviderAnswer<ProviderPortals.Session>> {

    static final String BASE = "/api/v1/billing/portal-sessions/";

    private final PortalSessionStore sessions;
    private final Connections connections;
    private final Providers providers;

    PortalSessionCall(PortalSessionStore sessions, Connections connections, Providers providers) {
        this.sessions = sessions;
        this.connections = connections;
        this.providers = providers;
    }

    /** The values of the call. @param asked null if the connection can't be asked any more */
    record Plan(@Nullable Asked asked, Row session) {}

    @Override
    public String action() {
        return "portal_session.answered";
    }

    @Override
    public Plan plan(Tx tx, UUID id) {
        var session = Require.found(sessions.get(tx, id));
        return new Plan(connections.asked(tx, session.connectionId()), session);
    }

    @Override
    public ProviderAnswer<ProviderPortals.Session> ask(Plan plan) throws ExternalFailure {
        var session = plan.session();
        return ProviderAnswer.of(plan.asked(), asked -> {
            var portals = Objects.requireNonNull(providers.of(asked.connection().provider()).portals(), "a session of a provider without portals");
            return portals.open(asked.apiKey(), session.pageOf(), session.returnUrl(), new PortalSessionId(session.id()).toString());
        });
    }

    @Override
    public Recorded record(Tx tx, Changes changes, UUID id, ProviderAnswer<ProviderPortals.Session> answer) {
        var before = Require.found(sessions.lock(tx, id));
        var made = answer.made();
        if (made != null) {
            var after = made.reference().equals(before.reference()) ? before : changed(changes, before, sessions.open(tx, id, made.reference()));
            var session = PortalSessionViews.toApi(after, made.url());
            return Recorded.reply(Reply.created(BASE + session.id(), session));
        }
        var refusal = answer.requireRefusal();
        if (before.state().equals("creating")) {
            changed(changes, before, sessions.fail(tx, id, refusal.code(), refusal.message()));
        }
        return Recorded.refusal(ProviderAnswer.problem(refusal.code(), refusal.message()));
    }

    @Override
    public void abandon(Tx tx, Changes changes, UUID id) {
        var before = Require.found(sessions.lock(tx, id));
        if (before.state().equals("creating")) {
            changed(changes, before, sessions.fail(tx, id, CheckoutState.NO_ANSWER, "The provider gave no answer for more than a day."));
        }
    }

    private static Row changed(Changes changes, Row before, Row after) {
        changes.changed(new PortalSessionId(after.id()), PortalSessionViews.toApi(before), PortalSessionViews.toApi(after));
        return after;
    }
}
