package org.guildhall.billing.accounts;

import org.guildhall.api.model.Account;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.AccountPaymentMethod;
import org.guildhall.api.model.AccountPaymentMethodKind;
import org.guildhall.api.model.AccountPaymentMethodState;
import org.guildhall.api.model.AccountState;
import org.guildhall.api.model.BilledAmount;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.LinkSource;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.billing.events.ProviderMandate;
import org.guildhall.billing.mirror.MirrorViews;
import org.jspecify.annotations.Nullable;

/** Turns accounts into their API form. */
final class AccountViews {

    private AccountViews() {}

    static Account toApi(AccountStore.Row row) {
        return new Account(
                new AccountId(row.id()), new ConnectionId(row.connectionId()), row.reference(), row.providerStatus(), AccountState.fromValue(row.state()),
                row.organizationId() == null ? null : new OrganizationId(row.organizationId()), LinkSource.fromValue(row.linkSource()), row.name(), row.email(),
                row.phone(), row.currency(), row.currency() == null || row.balanceMinor() == null ? null : new BilledAmount(row.balanceMinor(), row.currency()),
                method(AccountRules.defaultOf(row.mandates())),
                MirrorViews.mirror(row.deliveryId(), row.position(), row.apiVersion(), row.observedAt(), row.fetch()), row.metadata(), row.createdAt(),
                row.updatedAt(), row.version());
    }

    private static @Nullable AccountPaymentMethod method(@Nullable ProviderMandate mandate) {
        return mandate == null ? null : new AccountPaymentMethod(
                AccountPaymentMethodKind.fromValue(mandate.kind()), mandate.reference(), mandate.brand(), mandate.last4(), AccountPaymentMethodState.fromValue(mandate.state()));
    }
}
