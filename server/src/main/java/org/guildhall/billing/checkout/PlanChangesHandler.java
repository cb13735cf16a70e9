package org.guildhall.billing.checkout;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.PlanChangesApi;
import org.guildhall.api.model.ListPlanChangesQuery;
import org.guildhall.api.model.NewPlanChange;
import org.guildhall.api.model.PlanChange;
import org.guildhall.api.model.PlanChangeId;
import org.guildhall.api.model.PlanChangeTiming;
import org.guildhall.billing.checkout.PlanChangeStore.Filter;
import org.guildhall.billing.checkout.PlanChangeStore.Subject;
import org.guildhall.billing.events.ProviderPlanChanges.Change;
import org.guildhall.billing.events.ProviderPrice;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.subscriptions.SubscriptionItem;
import org.guildhall.billing.subscriptions.Subscriptions.Changeable;
import org.guildhall.billing.subscriptions.Subscriptions;
import org.guildhall.catalog.Catalog.ReferencedProduct;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Plan changes: {@code /billing/plan-changes}. {@link PlanChangeCalls} asks the provider. */
final class PlanChangesHandler implements PlanChangesApi<Call> {

    private final PlanChangeStore planChanges;
    private final AskedConnections connections;
    private final Subscriptions subscriptions;
    private final Catalog catalog;
    private final SoldPrices prices;
    private final Providers providers;

    PlanChangesHandler(
            PlanChangeStore planChanges, AskedConnections connections, Subscriptions subscriptions, Catalog catalog, Providers providers) {
        this.planChanges = planChanges;
        this.connections = connections;
        this.subscriptions = subscriptions;
        this.catalog = catalog;
        this.prices = new SoldPrices(catalog);
        this.providers = providers;
    }

    @Override
    public Reply<PlanChange> createPlanChange(Call call, NewPlanChange body) {
        var subscription = Require.named(subscriptions.changeable(call.tx(), body.subscriptionId().value()), "/subscription_id", "subscription");
        if (subscription.isStub() || subscription.hasEnded()) {
            throw Problem.INVALID_STATE.at("/subscription_id", subscription.isStub()
                    ? "The content of the subscription isn't known yet." : "The subscription has ended.");
        }
        var provider = connections.require(call.tx(), subscription.connectionId(), "/subscription_id").provider();
        var item = item(subscription, body);
        var price = price(call.tx(), provider, body);
        var timing = body.timing() == null ? PlanChangeTiming.NOW : body.timing();
        var offered = providers.of(provider).planChanges();
        SoldPrices.requireSupported(offered.unsupported(
                new Change(subscription.reference(), item.facts().reference(), price, timing.value(), body.proration().value(), Instant.EPOCH), item.facts()));
        var named = Objects.requireNonNull(offered.itemPrice(price));
        var current = item.facts().price();
        if (named.equals(current)) {
            throw Problem.INVALID_STATE.at("/price_id", "The item has this price already.");
        }
        var from = current == null ? null : catalog.referencedProducts(call.tx(), provider, List.of(current)).stream()
                .map(ReferencedProduct::priceId).findFirst().orElse(null);
        var planChange = PlanChangeViews.toApi(planChanges.insert(call.tx(), Ids.next(), body.externalId(), new Subject(
                subscription.connectionId(), subscription.id(), subscription.version(), subscription.reference(), item.id(), item.facts().reference(), from,
                body.priceId().value(), named, price, timing.value(), body.proration().value())));
        call.created(planChange.id(), planChange);
        return Reply.created(PlanChangeCalls.BASE + planChange.id(), planChange);
    }

    private static SubscriptionItem item(Changeable subscription, NewPlanChange body) {
        var pointer = "/subscription_item_id";
        if (body.subscriptionItemId() == null) {
            if (subscription.items().size() != 1) {
                throw wrong(pointer, "required", "The subscription has " + subscription.items().size() + " items. Name the one to change.");
            }
            return subscription.items().getFirst();
        }
        return subscription.items().stream().filter(one -> one.id().equals(body.subscriptionItemId().value())).findFirst()
                .orElseThrow(() -> wrong(pointer, "unknown_reference", "The subscription has no such item."));
    }

    private ProviderPrice price(Tx tx, String provider, NewPlanChange body) {
        var pointer = "/price_id";
        var price = prices.require(tx, provider, List.of(body.priceId().value()), at -> pointer).getFirst();
        if (!price.recurs()) {
            throw wrong(pointer, "not_recurring", "The price has no billing interval.");
        }
        return price;
    }

    private static ProblemException wrong(String pointer, String code, String detail) {
        return Problem.VALIDATION_FAILED.because(detail).with(Item.pointer(pointer, code, detail));
    }

    @Override
    public Reply<PlanChange> requestPlanChange(Call call, PlanChangeId planChangeId) {
        var before = Require.found(planChanges.lock(call.tx(), planChangeId.value()));
        call.expect(before.version());
        if (!before.state().equals("previewed")) {
            throw Problem.INVALID_STATE.because("The plan change is " + before.state() + ".");
        }
        if (!before.expiresAt().isAfter(before.now())) {
            throw Problem.INVALID_STATE.because("The preview is older than 10 minutes. Make a new one.");
        }
        var subscription = Require.found(subscriptions.changeable(call.tx(), before.subject().subscriptionId()));
        if (subscription.version() != before.subject().subscriptionVersion()) {
            throw Problem.INVALID_STATE.because("The subscription has changed since the preview. Make a new one.");
        }
        connections.require(call.tx(), before.subject().connectionId());
        return Reply.ok(PlanChangeViews.toApi(PlanChangeViews.changed(call.changes(), before, planChanges.request(call.tx(), before.id()))));
    }

    @Override
    public Reply<Page<PlanChange>> listPlanChanges(Call call, ListPlanChangesQuery query) {
        var filter = new Filter(
                query.externalId(), query.subscriptionId() == null ? null : query.subscriptionId().value(),
                query.state() == null ? null : query.state().value(), new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(planChanges.list(call.tx(), call.page(), filter).map(PlanChangeViews::toApi));
    }

    @Override
    public Reply<PlanChange> getPlanChange(Call call, PlanChangeId planChangeId) {
        return Reply.ok(PlanChangeViews.toApi(Require.found(planChanges.get(call.tx(), planChangeId.value()))));
    }
}
