package org.guildhall.billing.mirror;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.api.model.Account;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.AccountPaymentMethod;
import org.guildhall.api.model.AccountPaymentMethodKind;
import org.guildhall.api.model.AccountPaymentMethodState;
import org.guildhall.api.model.AccountState;
import org.guildhall.api.model.BilledAmount;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.FetchState;
import org.guildhall.api.model.LinkSource;
import org.guildhall.api.model.Mirror;
import org.guildhall.api.model.MirrorSource;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.WebhookDeliveryId;
import org.guildhall.billing.events.ProviderMandate;
import org.guildhall.billing.fetches.FetchStatus;
import org.guildhall.billing.mirror.MirrorRules.Position;
import org.jspecify.annotations.Nullable;

/** Turns mirrored rows into their API form. */
final class MirrorViews {

    private MirrorViews() {}

    static Account toApi(AccountStore.Row row) {
        return new Account(
                new AccountId(row.id()), new ConnectionId(row.connectionId()), row.reference(), row.providerStatus(), AccountState.fromValue(row.state()),
                row.organizationId() == null ? null : new OrganizationId(row.organizationId()), LinkSource.fromValue(row.linkSource()), row.name(), row.email(),
                row.phone(), row.currency(), row.currency() == null || row.balanceMinor() == null ? null : new BilledAmount(row.balanceMinor(), row.currency()),
                method(AccountRules.defaultOf(row.mandates())), mirror(row.deliveryId(), row.position(), row.apiVersion(), row.observedAt(), row.fetch()),
                row.metadata(), row.createdAt(), row.updatedAt(), row.version());
    }

    private static @Nullable AccountPaymentMethod method(@Nullable ProviderMandate mandate) {
        return mandate == null ? null : new AccountPaymentMethod(
                AccountPaymentMethodKind.fromValue(mandate.kind()), mandate.reference(), mandate.brand(), mandate.last4(), AccountPaymentMethodState.fromValue(mandate.state()));
    }

    static Mirror mirror(@Nullable UUID deliveryId, @Nullable Position position, @Nullable String apiVersion, Instant observedAt, FetchStatus fetch) {
        return new Mirror(
                position != null, position != null && position.isFetched() ? MirrorSource.FETCH : MirrorSource.EVENT,
                deliveryId == null ? null : new WebhookDeliveryId(deliveryId),
                position == null ? null : position.eventReference(), position == null ? null : position.at(), observedAt, apiVersion, FetchState.fromValue(fetch.state()),
                fetch.error());
    }
}
