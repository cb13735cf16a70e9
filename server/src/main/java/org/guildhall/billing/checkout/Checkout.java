package org.guildhall.billing.checkout;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.api.Operation;
import org.guildhall.api.TypeIds;
import org.guildhall.api.model.CheckoutSessionId;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.events.ProviderCheckout;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.subscriptions.Subscriptions;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.runtime.Runtime;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** Wires the part {@code checkout}: what callers ask payment providers for. */
public final class Checkout {

    private static final String APPLIED = "applied";
    private static final String NO_CHANGE = "no_change";

    private final CheckoutSessionStore sessions = new CheckoutSessionStore();
    private final PortalSessionStore portals = new PortalSessionStore();
    private final PlanChangeStore planChanges = new PlanChangeStore();
    private final Connections connections;
    private final Accounts accounts;
    private final Subscriptions subscriptions;
    private final Runtime runtime;
    private final Catalog catalog = new Catalog();
    private final Providers providers;
    private final PlanChangeConfirmation confirmation;

    public Checkout(Connections connections, Accounts accounts, Subscriptions subscriptions, Runtime runtime, Providers providers) {
        this.connections = connections;
        this.accounts = accounts;
        this.subscriptions = subscriptions;
        this.runtime = runtime;
        this.providers = providers;
        this.confirmation = new PlanChangeConfirmation(planChanges, subscriptions);
    }

    /**
     * The effect of an event of a checkout session.
     *
     * @param outcome applied or no_change
     * @param linkedTo the organization that an account was linked to; null for none
     */
    public record AppliedCheckout(String outcome, @Nullable UUID linkedTo) {}

    /** Applies an event of a checkout session. A session that isn't ours, or is another connection's, changes nothing. @param changes gets the session @param at the instant of the event */
    public AppliedCheckout apply(Tx tx, Changes changes, UUID connectionId, ProviderCheckout event, Instant at) {
        var id = own(event.ownReference());
        var before = id == null ? null : sessions.lock(tx, id);
        if (before == null || !before.connectionId().equals(connectionId)) {
            return new AppliedCheckout(NO_CHANGE, null);
        }
        var state = before.state().shown(event, event.state().equals("completed") ? at : null);
        var account = event.account();
        var paid = account == null || !event.state().equals("completed") ? null : accounts.paid(tx, changes.secondary(), connectionId, account, before.organizationId());
        var accountId = paid == null ? before.accountId() : paid.accountId();
        boolean changed = !state.equals(before.state()) || accountId != null && !accountId.equals(before.accountId());
        if (changed) {
            var after = sessions.save(tx, before.id(), state, accountId);
            changes.changed(new CheckoutSessionId(after.id()), CheckoutSessionViews.toApi(before), CheckoutSessionViews.toApi(after));
        }
        return new AppliedCheckout(changed || paid != null && paid.linkedTo() != null ? APPLIED : NO_CHANGE, paid == null ? null : paid.linkedTo());
    }

    /** Confirms the requested plan changes that a changed subscription shows. @param changes gets the plan changes */
    public void confirmPlanChanges(Tx tx, Changes changes, UUID subscriptionId) {
        confirmation.confirm(tx, changes, subscriptionId);
    }

    private static @Nullable UUID own(@Nullable String reference) {
        try {
            return reference == null ? null : TypeIds.parse("chs", reference);
        } catch (IllegalArgumentException foreign) {
            return null;
        }
    }

    /** The job that this part offers. */
    public Tasks.Job offered() {
        return new PayerAddressJob(sessions).offered();
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        var asked = new AskedConnections(connections);
        var prices = new SoldPrices(catalog);
        new PlanChangesHandler(planChanges, asked, subscriptions, catalog, providers).bind(api.routes());
        var calls = new PlanChangeCalls(planChanges, connections, providers, confirmation);
        api.externalCalls().on(Operation.CREATE_PLAN_CHANGE, calls.new Preview());
        api.externalCalls().on(Operation.REQUEST_PLAN_CHANGE, calls.new Request());
        new PortalSessionsHandler(portals, asked, accounts, subscriptions, providers).bind(api.routes());
        api.externalCalls().on(Operation.CREATE_PORTAL_SESSION, new PortalSessionCall(portals, connections, providers));
        new CheckoutSessionsHandler(sessions, asked, accounts, runtime, prices, providers).bind(api.routes());
        api.externalCalls().on(Operation.CREATE_CHECKOUT_SESSION, new CheckoutSessionCall(sessions, connections, providers));
    }
}
