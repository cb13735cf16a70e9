package org.guildhall.billing.payments;

import java.util.Set;
import java.util.UUID;
import org.guildhall.billing.events.ProviderPayout;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.MirrorRules;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Applies events to payouts. */
final class PayoutMirror {

    /** A paid payout isn't at its end: the bank can send the money back. */
    private static final Set<String> ENDED = Set.of("failed", "canceled");

    private final PayoutStore payouts;

    PayoutMirror(PayoutStore payouts) {
        this.payouts = payouts;
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderPayout payout, Origin origin) {
        var before = payouts.lock(tx, connectionId, payout.reference());
        origin.requireVersion(before == null, before == null ? 0 : before.version());
        var verdict = MirrorRules.verdict(
                before == null ? null : before.origin().position(), before != null && ENDED.contains(before.payout().state()), origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        if (before == null) {
            var made = PaymentViews.toApi(payouts.insert(tx, connectionId, payout, origin));
            changes.created(made.id(), made);
        } else {
            var shown = PaymentViews.toApi(payouts.apply(tx, before.id(), payout.withItemsOf(before.payout()), origin));
            changes.changed(shown.id(), PaymentViews.toApi(before), shown);
        }
        return Applied.of(verdict);
    }
}
