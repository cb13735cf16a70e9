package org.guildhall.billing.coupons;

import java.util.UUID;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.BilledAmount;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.CouponMappingId;
import org.guildhall.api.model.PromotionCode;
import org.guildhall.api.model.PromotionCodeId;
import org.guildhall.api.model.PromotionCodeState;
import org.guildhall.billing.coupons.PromotionCodeStore.Row;
import org.guildhall.billing.events.ProviderPromotionCode;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.MirrorRules;
import org.guildhall.billing.mirror.MirrorViews;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Applies events and fetched answers to promotion codes. Neither the coupon nor the account is needed: events of them come on their own. */
final class PromotionCodeMirror {

    private final PromotionCodeStore codes;

    PromotionCodeMirror(PromotionCodeStore codes) {
        this.codes = codes;
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderPromotionCode code, Origin origin) {
        var before = codes.lock(tx, connectionId, code.reference());
        origin.requireVersion(before == null, before == null ? 0 : before.version());
        var verdict = MirrorRules.verdict(before == null ? null : before.origin().position(), false, origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        if (before == null) {
            var made = toApi(codes.insert(tx, connectionId, code, origin));
            changes.created(made.id(), made);
        } else {
            var shown = toApi(codes.apply(tx, before.id(), code, origin));
            changes.changed(shown.id(), toApi(before), shown);
        }
        return Applied.of(verdict);
    }

    static PromotionCode toApi(Row row) {
        var code = row.code();
        return new PromotionCode(
                new PromotionCodeId(row.id()), new ConnectionId(row.connectionId()), code.reference(), code.code(), PromotionCodeState.fromValue(row.state()),
                code.couponReference(), row.couponId() == null ? null : new CouponMappingId(row.couponId()),
                row.accountId() == null ? null : new AccountId(row.accountId()), code.redemptionsMax(), code.redemptionsTotal(), code.firstPaymentOnly(),
                code.minimumMinor() == null || code.minimumCurrency() == null ? null : new BilledAmount(code.minimumMinor(), code.minimumCurrency()),
                code.redeemableUntil(), code.issuedAt(), MirrorViews.mirror(row.origin(), row.observedAt(), row.fetch()), code.metadata(),
                row.createdAt(), row.updatedAt(), row.version());
    }
}
