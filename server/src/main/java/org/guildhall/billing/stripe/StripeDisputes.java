package org.guildhall.billing.stripe;

import java.util.ArrayList;
import org.guildhall.billing.events.ProviderDispute;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderMovement;
import org.guildhall.billing.events.UnreadableEvent;

/** Reads Stripe's disputes. Their amounts come from their balance transactions, which the events carry whole. */
final class StripeDisputes {

    private static final int WORD_MAX = 60;

    private StripeDisputes() {}

    /** The dispute of an event. @throws UnreadableEvent if a member is missing or has the wrong type */
    static ProviderDispute read(ProviderEvent event) {
        var dispute = StripeMoney.read(event.object(), "dispute");
        var currency = dispute.requiredCurrency("currency");
        var status = dispute.required("status", WORD_MAX);
        var state = switch (status) {
            case "needs_response", "under_review", "won", "lost" -> status;
            case "warning_needs_response" -> "needs_response";
            case "warning_under_review" -> "under_review";
            case "warning_closed", "charge_refunded", "prevented" -> "closed";
            default -> throw dispute.wrong("status", "unknown");
        };
        var issuedAt = dispute.requiredInstant("created");
        long amount = dispute.amountOrZero("amount", currency);
        var intent = dispute.reference("payment_intent");
        var evidence = dispute.child("evidence_details");
        var movements = new ArrayList<ProviderMovement>();
        dispute.entries("balance_transactions").forEach(moved -> movements.add(StripeBalances.movement(moved, currency, amount)));
        return new ProviderDispute(
                dispute.requiredReference("id"), intent == null ? dispute.requiredReference("charge") : intent, status, state,
                status.startsWith("warning_") ? "inquiry" : "dispute", currency, amount, dispute.text("reason", WORD_MAX),
                evidence == null ? null : evidence.instant("due_by"), issuedAt, movements, dispute.metadata());
    }
}
