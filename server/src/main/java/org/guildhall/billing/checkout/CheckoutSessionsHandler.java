package org.guildhall.billing.checkout;

import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.CheckoutSessionsApi;
import org.guildhall.api.model.CheckoutSession;
import org.guildhall.api.model.CheckoutSessionId;
import org.guildhall.api.model.ListCheckoutSessionsQuery;
import org.guildhall.api.model.NewCheckoutSession;
import org.guildhall.api.model.PriceId;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.accounts.Payer;
import org.guildhall.billing.checkout.CheckoutSessionStore.Filter;
import org.guildhall.billing.checkout.CheckoutSessionStore.New;
import org.guildhall.billing.events.ProviderCheckouts.NewCheckout;
import org.guildhall.billing.events.Providers;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.Runtime;
import org.jspecify.annotations.Nullable;

/** Checkout sessions: {@code /billing/checkout-sessions}. {@link CheckoutSessionCall} makes them at the provider. */
final class CheckoutSessionsHandler implements CheckoutSessionsApi<Call> {

    private final CheckoutSessionStore sessions;
    private final AskedConnections connections;
    private final Accounts accounts;
    private final Runtime runtime;
    private final SoldPrices prices;
    private final Providers providers;

    CheckoutSessionsHandler(
            CheckoutSessionStore sessions, AskedConnections connections, Accounts accounts, Runtime runtime, SoldPrices prices, Providers providers) {
        this.sessions = sessions;
        this.connections = connections;
        this.accounts = accounts;
        this.runtime = runtime;
        this.prices = prices;
        this.providers = providers;
    }

    @Override
    public Reply<CheckoutSession> createCheckoutSession(Call call, NewCheckoutSession body) {
        var connection = connections.require(call.tx(), body.connectionId().value(), "/connection_id");
        var payer = payer(call.tx(), body, connection.id());
        var ids = body.priceIds().stream().map(PriceId::value).toList();
        var id = Ids.next();
        var wanted = new NewCheckout(
                new CheckoutSessionId(id).toString(), prices.require(call.tx(), connection.provider(), ids, at -> "/price_ids/" + at),
                payer == null ? null : payer.reference(), payer == null || payer.email() == null ? body.payerEmail() : payer.email(), body.successUrl(),
                body.cancelUrl());
        var checkouts = providers.of(connection.provider()).checkouts();
        SoldPrices.requireSupported(checkouts.unsupported(wanted));
        var organization = body.organizationId() != null ? body.organizationId().value() : payer == null ? null : payer.organizationId();
        var session = CheckoutSessionViews.toApi(sessions.insert(call.tx(), new New(
                id, body.externalId(), connection.id(), organization, payer == null ? null : payer.id(), ids, wanted.isSubscription() ? "subscription" : "payment",
                body.successUrl(), body.cancelUrl(), checkouts.parameters(wanted))));
        call.created(session.id(), session);
        return Reply.created(CheckoutSessionCall.BASE + session.id(), session);
    }

    /** The account that pays; null if the provider makes it. */
    private @Nullable Payer payer(Tx tx, NewCheckoutSession body, UUID connection) {
        if ((body.organizationId() == null) == (body.accountId() == null)) {
            var detail = "Either `organization_id` or `account_id` is needed.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/organization_id", "one_of", detail));
        }
        if (body.organizationId() != null) {
            var organization = Require.named(runtime.organization(tx, body.organizationId().value()), "/organization_id", "organization");
            return accounts.payerOf(tx, organization, connection);
        }
        var payer = Require.named(accounts.payer(tx, body.accountId().value()), "/account_id", "account");
        return AskedConnections.requirePayer(payer, connection, "/account_id");
    }

    @Override
    public Reply<Page<CheckoutSession>> listCheckoutSessions(Call call, ListCheckoutSessionsQuery query) {
        var filter = new Filter(
                query.externalId(), query.organizationId() == null ? null : query.organizationId().value(),
                query.state() == null ? null : query.state().value(), new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(sessions.list(call.tx(), call.page(), filter).map(CheckoutSessionViews::toApi));
    }

    @Override
    public Reply<CheckoutSession> getCheckoutSession(Call call, CheckoutSessionId checkoutSessionId) {
        return Reply.ok(CheckoutSessionViews.toApi(Require.found(sessions.get(call.tx(), checkoutSessionId.value()))));
    }
}
