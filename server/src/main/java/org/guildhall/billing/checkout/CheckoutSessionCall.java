package org.guildhall.billing.checkout;

import java.util.UUID;
import org.guildhall.api.Reply;
import org.guildhall.api.model.CheckoutSessionId;
import org.guildhall.billing.checkout.CheckoutSessionCall.Plan;
import org.guildhall.billing.checkout.CheckoutSessionStore.Row;
import org.guildhall.billing.connections.Connections.Asked;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.events.ProviderCheckout;
import org.guildhall.billing.events.ProviderCheckouts;
import org.guildhall.billing.events.Providers;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.external.ExternalCall;
import org.guildhall.core.external.ExternalFailure;
import org.guildhall.core.problem.Require;
import org.jspecify.annotations.Nullable;

/** Makes checkout sessions at the provider. Our id of the session is the provider's idempotency key. */
final class CheckoutSessionCall implements ExternalCall<Plan, ProviderAnswer<ProviderCheckout>> {

    static final String BASE = "/api/v1/billing/checkout-sessions/";

    private final CheckoutSessionStore sessions;
    private final Connections connections;
    private final Providers providers;

    CheckoutSessionCall(CheckoutSessionStore sessions, Connections connections, Providers providers) {
        this.sessions = sessions;
        this.connections = connections;
        this.providers = providers;
    }

    /** The values of the call. @param asked null if the connection can't be asked any more */
    record Plan(@Nullable Asked asked, Row session) {

        String ownReference() {
            return new CheckoutSessionId(session.id()).toString();
        }
    }

    @Override
    public String action() {
        return "checkout_session.answered";
    }

    @Override
    public Plan plan(Tx tx, UUID id) {
        var session = Require.found(sessions.get(tx, id));
        return new Plan(connections.asked(tx, session.connectionId()), session);
    }

    @Override
    public ProviderAnswer<ProviderCheckout> ask(Plan plan) throws ExternalFailure {
        var session = plan.session();
        return ProviderAnswer.of(plan.asked(), asked -> providers.of(asked.connection().provider()).checkouts().open(asked.apiKey(), new ProviderCheckouts.Asked(
                plan.ownReference(), session.state().reference(), ProviderAnswer.isForgotten(session.createdAt(), session.now()), session.createdAt(),
                session.now(), session.request())));
    }

    @Override
    public Recorded record(Tx tx, Changes changes, UUID id, ProviderAnswer<ProviderCheckout> answer) {
        var before = Require.found(sessions.lock(tx, id));
        var made = answer.made();
        if (made != null) {
            return opened(changed(tx, changes, before, before.state().shown(made, null)), made.url());
        }
        var refusal = answer.requireRefusal();
        var after = changed(tx, changes, before, before.state().refused(refusal.code(), refusal.message()));
        var failure = after.state().failure();
        return failure == null ? opened(after, null) : Recorded.refusal(ProviderAnswer.problem(failure.code(), failure.message()));
    }

    private static Recorded opened(Row row, @Nullable String url) {
        var session = CheckoutSessionViews.toApi(row, row.state().isOpen() ? url : null);
        return Recorded.reply(Reply.created(BASE + session.id(), session));
    }

    @Override
    public void abandon(Tx tx, Changes changes, UUID id) {
        var before = Require.found(sessions.lock(tx, id));
        changed(tx, changes, before, before.state().refused(
                CheckoutState.NO_ANSWER, "The provider gave no answer for more than a day. The session can exist there."));
    }

    private Row changed(Tx tx, Changes changes, Row before, CheckoutState state) {
        if (state.equals(before.state())) {
            return before;
        }
        var after = sessions.save(tx, before.id(), state, before.accountId());
        changes.changed(new CheckoutSessionId(after.id()), CheckoutSessionViews.toApi(before), CheckoutSessionViews.toApi(after));
        return after;
    }
}
