package org.guildhall.billing.mirror;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.COUPON_MAPPINGS;
import static org.guildhall.schema.billing.Tables.DISPUTES;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.guildhall.schema.billing.Tables.PAYOUTS;
import static org.guildhall.schema.billing.Tables.PROMOTION_CODES;
import static org.guildhall.schema.billing.Tables.REFUNDS;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
import static org.jooq.impl.DSL.select;

import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.jooq.TableField;

/** The versions of mirrored objects, by the provider's ids. */
final class MirrorVersionStore {

    private static final Map<String, PreparedQuery<Long>> BY_KIND = Map.of(
            "account", version(ACCOUNTS.VERSION, ACCOUNTS.CONNECTION_ID, ACCOUNTS.PROVIDER_REFERENCE),
            "subscription", version(SUBSCRIPTIONS.VERSION, SUBSCRIPTIONS.CONNECTION_ID, SUBSCRIPTIONS.PROVIDER_REFERENCE),
            "invoice", version(INVOICES.VERSION, INVOICES.CONNECTION_ID, INVOICES.PROVIDER_REFERENCE),
            "payment", version(PAYMENTS.VERSION, PAYMENTS.CONNECTION_ID, PAYMENTS.PROVIDER_REFERENCE),
            "dispute", version(DISPUTES.VERSION, DISPUTES.CONNECTION_ID, DISPUTES.PROVIDER_REFERENCE),
            "payout", version(PAYOUTS.VERSION, PAYOUTS.CONNECTION_ID, PAYOUTS.PROVIDER_REFERENCE),
            "coupon_mapping", version(COUPON_MAPPINGS.VERSION, COUPON_MAPPINGS.CONNECTION_ID, COUPON_MAPPINGS.PROVIDER_REFERENCE),
            "promotion_code", version(PROMOTION_CODES.VERSION, PROMOTION_CODES.CONNECTION_ID, PROMOTION_CODES.PROVIDER_REFERENCE),
            "refund", version(REFUNDS.VERSION, REFUNDS.CONNECTION_ID, REFUNDS.PROVIDER_REFERENCE));

    private static PreparedQuery<Long> version(TableField<?, Long> version, TableField<?, UUID> connectionId, TableField<?, String> reference) {
        return PreparedQuery.ofValue(select(version)
                .from(Objects.requireNonNull(version.getTable()))
                .where(connectionId.eq(param(connectionId)))
                .and(reference.eq(param(reference))));
    }

    /** The version of an object; 0 if the mirror doesn't have it. */
    long get(Tx tx, String kind, UUID connectionId, String reference) {
        if (kind.equals("mandate") || kind.equals("checkout")) {
            // Only fetches change the mandates of an account, and a connection has one at a time. A checkout session isn't of the mirror.
            return 0;
        }
        var version = Objects.requireNonNull(BY_KIND.get(kind), kind).one(tx, connectionId, reference);
        return version == null ? 0 : version;
    }
}
