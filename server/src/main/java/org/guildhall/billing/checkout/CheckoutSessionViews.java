package org.guildhall.billing.checkout;

import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.CheckoutMode;
import org.guildhall.api.model.CheckoutSession;
import org.guildhall.api.model.CheckoutSessionId;
import org.guildhall.api.model.CheckoutSessionState;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.PriceId;
import org.guildhall.api.model.ProviderRefusal;
import org.guildhall.api.model.SubscriptionId;
import org.guildhall.billing.checkout.CheckoutSessionStore.Row;
import org.jspecify.annotations.Nullable;

/** Checkout sessions in the form of the API. */
final class CheckoutSessionViews {

    private CheckoutSessionViews() {}

    /** A session without its url. */
    static CheckoutSession toApi(Row row) {
        return toApi(row, null);
    }

    /** @param url null in every answer but the one that opens the session */
    static CheckoutSession toApi(Row row, @Nullable String url) {
        var state = row.state();
        return new CheckoutSession(
                new CheckoutSessionId(row.id()), row.externalId(), new ConnectionId(row.connectionId()),
                row.organizationId() == null ? null : new OrganizationId(row.organizationId()), row.accountId() == null ? null : new AccountId(row.accountId()),
                row.priceIds().stream().map(PriceId::new).toList(), CheckoutMode.fromValue(row.mode()), CheckoutSessionState.fromValue(state.state()),
                row.successUrl(), row.cancelUrl(), url, state.expiresAt(), state.reference(), state.paymentStatus(),
                row.subscriptionId() == null ? null : new SubscriptionId(row.subscriptionId()),
                state.failure() == null ? null : new ProviderRefusal(state.failure().code(), state.failure().message()), state.completedAt(), row.createdAt(),
                row.updatedAt(), row.version());
    }
}
