package org.guildhall.billing.checkout;

import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.PortalSession;
import org.guildhall.api.model.PortalSessionId;
import org.guildhall.api.model.PortalSessionState;
import org.guildhall.api.model.ProviderRefusal;
import org.guildhall.api.model.SubscriptionId;
import org.guildhall.billing.checkout.PortalSessionStore.Row;
import org.jspecify.annotations.Nullable;

/** Portal sessions in the form of the API. */
final class PortalSessionViews {

    private PortalSessionViews() {}

    /** A session without its url. */
    static PortalSession toApi(Row row) {
        return toApi(row, null);
    }

    /** @param url null in every answer but the one that opens the session */
    static PortalSession toApi(Row row, @Nullable String url) {
        return new PortalSession(
                new PortalSessionId(row.id()), row.externalId(), new ConnectionId(row.connectionId()), new AccountId(row.accountId()),
                row.subscriptionId() == null ? null : new SubscriptionId(row.subscriptionId()),
                PortalSessionState.fromValue(row.state()), row.returnUrl(), url, row.reference(),
                row.failureCode() == null ? null : new ProviderRefusal(row.failureCode(), row.failureMessage()), row.createdAt(), row.updatedAt(),
                row.version());
    }
}
