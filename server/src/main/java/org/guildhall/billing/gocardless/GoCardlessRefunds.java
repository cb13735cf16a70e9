package org.guildhall.billing.gocardless;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.guildhall.billing.events.Provider.Context;
import org.guildhall.billing.events.Provider.PastEvent;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderObject;
import org.guildhall.billing.events.ProviderRefund;
import org.jspecify.annotations.Nullable;

/**
 * Reads GoCardless's refunds. The money leaves when the refund is settled or paid, and it can come back after that; the status alone doesn't tell a settled
 * refund from one that waits.
 */
final class GoCardlessRefunds {

    private static final int WORD_MAX = 60;
    private static final Set<String> LEFT = Set.of("refunds.refund_settled", "refunds.paid");
    private static final Set<String> RETURNED = Set.of("refunds.failed", "refunds.bounced", "refunds.funds_returned");

    private GoCardlessRefunds() {}

    /** None for a refund of a mandate, which belongs to no payment. */
    static List<ProviderObject> read(ProviderEvent event, Context context) {
        var refund = GoCardlessCustomers.object(event, GoCardlessFetches.REFUND);
        var payment = GoCardlessCustomers.link(refund, "payment");
        if (payment == null) {
            return List.of();
        }
        var reference = refund.requiredReference("id");
        var currency = refund.requiredCurrency("currency");
        var status = refund.required("status", WORD_MAX);
        var past = context.past(reference);
        var last = last(past);
        var state = switch (status) {
            case "cancelled" -> "canceled";
            case "bounced", "funds_returned", "failed" -> "failed";
            case "created", "pending_submission", "submitted", "paid" ->
                last != null && RETURNED.contains(last.type()) ? "failed" : last != null || status.equals("paid") ? "succeeded" : "pending";
            default -> throw refund.wrong("status", "unknown");
        };
        return List.of(new ProviderRefund(
                reference, payment, status, state, currency, refund.amountOrZero("amount", currency), null,
                state.equals("failed") ? last == null ? status : last.details().getOrDefault("cause", status) : null, refund.requiredTime("created_at"),
                state.equals("succeeded") ? left(past) : null, refund.metadata()));
    }

    /** The first event by which the money left; null if there is none, as for the refund of a mirror that began later. */
    private static @Nullable Instant left(List<PastEvent> past) {
        return past.stream().filter(event -> LEFT.contains(event.type())).map(PastEvent::at).min(Instant::compareTo).orElse(null);
    }

    /** The last event that moved the money. Settled and returned can have one instant. */
    private static @Nullable PastEvent last(List<PastEvent> past) {
        PastEvent last = null;
        for (var event : past) {
            boolean returned = RETURNED.contains(event.type());
            if (returned || LEFT.contains(event.type()) && (last == null || event.at().isAfter(last.at()))) {
                last = event;
            }
        }
        return last;
    }
}
