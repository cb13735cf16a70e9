package org.guildhall.billing.deliveries;

import java.util.UUID;
import org.guildhall.api.model.Account;
import org.guildhall.api.model.AccountState;
import org.guildhall.api.model.CouponMapping;
import org.guildhall.api.model.CouponMappingState;
import org.guildhall.api.model.Invoice;
import org.guildhall.api.model.InvoiceState;
import org.guildhall.api.model.Payment;
import org.guildhall.api.model.PaymentState;
import org.guildhall.api.model.Subscription;
import org.guildhall.billing.events.Provider;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.fetches.Fetches;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.payments.Payments;
import org.guildhall.billing.subscriptions.Subscriptions;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Requests what the mirror lacks after a change. */
final class LackingObjects {

    private final Fetches fetches;
    private final Subscriptions subscriptions;
    private final Payments payments;

    LackingObjects(Fetches fetches, Subscriptions subscriptions, Payments payments) {
        this.fetches = fetches;
        this.subscriptions = subscriptions;
        this.payments = payments;
    }

    /**
     * Requests new stubs, invoices whose lines didn't all come, subscriptions with unknown discounts, coupons whose products aren't known, and the
     * subscriptions of deleted accounts.
     */
    void request(Tx tx, Changes changes, UUID connectionId, Origin origin) {
        for (var change : changes.all()) {
            boolean isNew = change.before() == null;
            switch (change.after()) {
                case Account account when isNew && account.state() == AccountState.STUB ->
                    fetches.request(tx, connectionId, "account", account.providerReference(), Fetches.Reason.STUB);
                case Account account when account.state() == AccountState.DELETED
                        && !(change.before() instanceof Account before && before.state() == AccountState.DELETED) -> requestSubscriptions(tx, connectionId, change.id());
                case Payment payment when isNew && payment.state() == PaymentState.STUB ->
                    fetches.request(tx, connectionId, "payment", payment.providerReference(), Fetches.Reason.STUB);
                case Invoice invoice when isNew && invoice.state() == InvoiceState.STUB ->
                    fetches.request(tx, connectionId, "invoice", invoice.providerReference(), Fetches.Reason.STUB);
                // A fetch has asked for all lines up to a bound.
                case Invoice invoice when invoice.state() != InvoiceState.STUB && !invoice.linesComplete() && origin.deliveryId() != null ->
                    fetches.request(tx, connectionId, "invoice", invoice.providerReference(), Fetches.Reason.LINES);
                case Subscription subscription when origin.deliveryId() != null && subscription.discounts().stream().anyMatch(one -> one.couponReference() == null) ->
                    fetches.request(tx, connectionId, "subscription", subscription.providerReference(), Fetches.Reason.DISCOUNTS);
                case CouponMapping coupon when coupon.isLimited() == null && coupon.state() != CouponMappingState.DELETED && origin.deliveryId() != null ->
                    fetches.request(tx, connectionId, "coupon_mapping", coupon.providerReference(), Fetches.Reason.PRODUCTS);
                case null, default -> { }
            }
        }
    }

    /** A provider ends the subscriptions of a customer that is deleted. */
    private void requestSubscriptions(Tx tx, UUID connectionId, UUID accountId) {
        for (var subscription : subscriptions.ofAccount(tx, accountId)) {
            if (!subscription.state().equals("canceled") && !subscription.state().equals("expired")) {
                fetches.request(tx, connectionId, "subscription", subscription.reference(), Fetches.Reason.EVENT);
            }
        }
    }

    /** Requests what an applied event doesn't tell: the fee of a charge, the other items of a subscription, and the refunds that make a refunded amount. */
    void request(Tx tx, Changes changes, UUID connectionId, Provider provider, ProviderEvent event) {
        var reason = provider.lacksFee(event) ? Fetches.Reason.FEE
                : provider.lacksItems(event) ? Fetches.Reason.LINES
                : provider.tellsOfRefunds(event) && lacksRefunds(tx, changes) ? Fetches.Reason.EVENT : null;
        var target = reason == null ? null : provider.target(event);
        if (reason != null && target != null) {
            fetches.request(tx, connectionId, target.kind(), target.reference(), reason);
        }
    }

    private boolean lacksRefunds(Tx tx, Changes changes) {
        for (var change : changes.all()) {
            if (change.after() instanceof Payment payment && payment.amountRefunded() != null
                    && payments.refunded(tx, change.id()) != payment.amountRefunded().amountMinor()) {
                return true;
            }
        }
        return false;
    }
}
