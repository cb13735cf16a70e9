package org.guildhall.billing.coupons;

import java.util.UUID;
import org.guildhall.billing.coupons.CouponMappingStore.Row;
import org.guildhall.billing.events.ProviderCoupon;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.MirrorRules;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.mirror.Verdict;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** Applies events and fetched answers to coupon mappings. */
final class CouponMappingMirror {

    private final CouponMappingStore coupons;
    private final CouponMappingViews views;

    CouponMappingMirror(CouponMappingStore coupons, CouponMappingViews views) {
        this.coupons = coupons;
        this.views = views;
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderCoupon coupon, Origin origin) {
        var before = coupons.lock(tx, connectionId, coupon.reference());
        origin.requireVersion(before == null, before == null ? 0 : before.version());
        var verdict = verdict(before, coupon, origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        if (before == null) {
            var made = views.toApi(tx, coupons.insert(tx, connectionId, coupon, origin));
            changes.created(made.id(), made);
        } else {
            var shown = views.toApi(tx, coupons.apply(tx, before.id(), coupon.withProductsOf(before.coupon()), origin));
            changes.changed(shown.id(), views.toApi(tx, before), shown);
        }
        return Applied.of(verdict);
    }

    /**
     * Of two coupons with one id, the one that was made later counts: the provider gives the id of a deleted coupon to a new one. Events of the same coupon
     * are ordered like all others, and none leaves its deletion.
     */
    private static Verdict verdict(@Nullable Row before, ProviderCoupon coupon, Origin origin) {
        int made = before == null || origin.position().isFetched() ? 0 : coupon.issuedAt().compareTo(before.coupon().issuedAt());
        if (made != 0) {
            return made > 0 ? Verdict.NEWER : Verdict.STALE;
        }
        return MirrorRules.verdict(
                before == null ? null : before.origin().position(), before != null && before.coupon().state().equals("deleted"), origin);
    }
}
