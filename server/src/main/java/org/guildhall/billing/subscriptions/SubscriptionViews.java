package org.guildhall.billing.subscriptions;

import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.CouponMappingId;
import org.guildhall.api.model.InvoiceId;
import org.guildhall.api.model.ItemEntitlement;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.OverviewSubscription;
import org.guildhall.api.model.PriceId;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.Subscription;
import org.guildhall.api.model.SubscriptionChange;
import org.guildhall.api.model.SubscriptionChangeId;
import org.guildhall.api.model.SubscriptionChangeKind;
import org.guildhall.api.model.SubscriptionCollection;
import org.guildhall.api.model.SubscriptionId;
import org.guildhall.api.model.SubscriptionItemId;
import org.guildhall.api.model.SubscriptionState;
import org.guildhall.api.model.UnitAmount;
import org.guildhall.api.model.WebhookDeliveryId;
import org.guildhall.billing.mirror.MirrorViews;

/** Turns subscriptions and their changes into their API form. */
final class SubscriptionViews {

    private SubscriptionViews() {}

    static Subscription toApi(SubscriptionStore.Row row, CatalogMapping mapping) {
        return new Subscription(
                new SubscriptionId(row.id()), new ConnectionId(row.connectionId()), row.reference(), row.providerStatus(),
                SubscriptionState.fromValue(row.state()), new AccountId(row.accountId()),
                row.organizationId() == null ? null : new OrganizationId(row.organizationId()),
                row.items().stream().map(item -> toApi(item, mapping)).toList(), SubscriptionCollection.fromValue(row.collection()), row.startsAt(),
                row.trialEndsAt(), row.cancelAt(), row.cancelAtPeriodEnd(), row.canceledAt(), row.endedAt(),
                row.pausedAt(), row.resumesAt(), row.suspendedAt(), row.discounts().stream().map(SubscriptionViews::toApi).toList(),
                row.latestInvoiceId() == null ? null : new InvoiceId(row.latestInvoiceId()),
                MirrorViews.mirror(row.deliveryId(), row.position(), row.apiVersion(), row.observedAt(), row.fetch()), row.metadata(), row.createdAt(), row.updatedAt(),
                row.version());
    }

    private static org.guildhall.api.model.SubscriptionItem toApi(SubscriptionItem item, CatalogMapping mapping) {
        var facts = item.facts();
        var product = mapping.of(facts);
        return new org.guildhall.api.model.SubscriptionItem(
                new SubscriptionItemId(item.id()), facts.reference(), facts.price(), facts.product(),
                product == null || product.priceId() == null ? null : new PriceId(product.priceId()),
                product == null ? null : new ProductId(product.productId()), facts.quantity(),
                facts.amountMinor() == null || facts.currency() == null ? null : new UnitAmount(facts.amountMinor(), facts.currency()), facts.interval(),
                facts.intervalCount(), facts.periodStartsAt(), facts.periodEndsAt(), ItemEntitlement.fromValue(mapping.entitlement(facts)));
    }

    private static org.guildhall.api.model.SubscriptionDiscount toApi(SubscriptionDiscount discount) {
        var facts = discount.facts();
        return new org.guildhall.api.model.SubscriptionDiscount(
                facts.reference(), facts.coupon(), discount.couponMappingId() == null ? null : new CouponMappingId(discount.couponMappingId()),
                facts.startsAt(), facts.endsAt());
    }

    static OverviewSubscription toOverview(SubscriptionStore.Row row) {
        return new OverviewSubscription(
                new SubscriptionId(row.id()), new AccountId(row.accountId()), row.reference(), SubscriptionState.fromValue(row.state()),
                SubscriptionCollection.fromValue(row.collection()), row.startsAt(), row.trialEndsAt(), row.cancelAt(), row.cancelAtPeriodEnd(),
                row.canceledAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    static SubscriptionChange toApi(SubscriptionChangeStore.Row row) {
        var change = row.change();
        return new SubscriptionChange(
                new SubscriptionChangeId(row.id()), new SubscriptionId(row.subscriptionId()), SubscriptionChangeKind.fromValue(change.kind()),
                change.itemId() == null ? null : new SubscriptionItemId(change.itemId()), change.before(), change.after(),
                row.deliveryId() == null ? null : new WebhookDeliveryId(row.deliveryId()), row.providerAt(), row.observedAt());
    }
}
