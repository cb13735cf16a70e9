package org.guildhall.billing.ledger.rules;

import java.util.UUID;
import org.guildhall.billing.ledger.rules.LedgerChart.Scope;
import org.jspecify.annotations.Nullable;

/**
 * What makes a ledger account unique within a tenant.
 *
 * @param ownerId the account or connection, by the scope of the kind; null for the tenant's own, and for a payment of an unknown account
 * @param currency ISO 4217, upper case
 */
public record LedgerAccountKey(LedgerChart kind, @Nullable UUID ownerId, String currency) {

    public LedgerAccountKey {
        if (kind.scope() == Scope.TENANT && ownerId != null || kind.scope() == Scope.CONNECTION && ownerId == null) {
            throw new IllegalArgumentException("the owner of " + kind.value() + " is wrong");
        }
    }

    /** A ledger account of the tenant. */
    public static LedgerAccountKey of(LedgerChart kind, String currency) {
        return new LedgerAccountKey(kind, null, currency);
    }

    /** A ledger account of a connection or an account. */
    public static LedgerAccountKey of(LedgerChart kind, @Nullable UUID ownerId, String currency) {
        return new LedgerAccountKey(kind, ownerId, currency);
    }
}
