package org.guildhall.billing.checkout;

import java.time.Instant;
import org.guildhall.billing.events.ProviderCheckout;
import org.jspecify.annotations.Nullable;

/**
 * The state of a checkout session. Answers and events of the provider lead to the same state in any order and number.
 *
 * @param state creating, open, completed, expired or failed
 * @param reference the provider's id; null until it is known
 * @param subscription the provider's id of the subscription; null until it is known
 */
record CheckoutState(
        String state, @Nullable String reference, @Nullable String subscription, @Nullable String paymentStatus, @Nullable Instant expiresAt,
        @Nullable Instant completedAt, @Nullable Failure failure) {

    /** The code for a provider that gave no answer for too long. */
    static final String NO_ANSWER = "no_answer";
    private static final String PAYMENT_FAILED = "payment_failed";
    private static final String PAID = "paid";

    /** The reason of a failure. @param code the provider's, or ours */
    record Failure(String code, @Nullable String message) {}

    boolean isOpen() {
        return state.equals("open");
    }

    /** The state after the provider has shown the session. @param at the instant of an event by the provider's clock; null for an answer */
    CheckoutState shown(ProviderCheckout session, @Nullable Instant at) {
        var known = new CheckoutState(
                state, session.reference(), subscription == null ? session.subscription() : subscription, paymentStatus,
                session.expiresAt() == null ? expiresAt : session.expiresAt(), completedAt, failure);
        if (session.paymentFailed()) {
            return PAID.equals(paymentStatus) ? known : known.to("failed", session.paymentStatus(), at, new Failure(PAYMENT_FAILED, null));
        }
        if (failure != null && failure.code().equals(PAYMENT_FAILED) && !PAID.equals(session.paymentStatus())) {
            // The event of the completion comes after that of the failed payment.
            return known;
        }
        return switch (session.state()) {
            case "completed" -> known.to("completed", PAID.equals(paymentStatus) ? PAID : session.paymentStatus(), at, null);
            case "expired" -> isCompleted() ? known : known.to("expired", null, null, null);
            default -> isCompleted() || state.equals("expired") ? known : known.to("open", null, null, null);
        };
    }

    /** The state after a refusal of the provider. A session that the provider has shown isn't refused. */
    CheckoutState refused(String code, @Nullable String message) {
        return reference != null ? this : to("failed", null, null, new Failure(code, message));
    }

    private boolean isCompleted() {
        return state.equals("completed");
    }

    private CheckoutState to(String next, @Nullable String status, @Nullable Instant at, @Nullable Failure reason) {
        return new CheckoutState(next, reference, subscription, status, expiresAt, completedAt == null ? at : completedAt, reason);
    }
}
