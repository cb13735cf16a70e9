package org.guildhall.billing.stripe;

import org.guildhall.billing.events.ProviderAccount;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.UnreadableEvent;

/** Reads Stripe's customers. */
final class StripeCustomers {

    private static final int TEXT_MAX = 512;
    private static final int PHONE_MAX = 60;

    private StripeCustomers() {}

    /**
     * The customer of an event. The event {@code customer.deleted} carries the customer as it was, so its type tells of the deletion.
     *
     * @throws UnreadableEvent if a member has the wrong type
     */
    static ProviderAccount read(ProviderEvent event) {
        var customer = StripeMoney.read(event.object(), "customer");
        var currency = customer.currency("currency");
        return new ProviderAccount(
                customer.requiredReference("id"), event.type().equals("customer.deleted") || customer.flag("deleted"), customer.text("name", TEXT_MAX),
                customer.text("email", TEXT_MAX), customer.text("phone", PHONE_MAX), currency,
                currency == null ? null : customer.amount("balance", currency), customer.metadata());
    }
}
