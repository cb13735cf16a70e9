package org.guildhall.billing.payments;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.guildhall.billing.events.ProviderAttempt;
import org.guildhall.billing.events.ProviderPayment.Failure;
import org.jspecify.annotations.Nullable;

/** The state of a payment: a function of what the provider says of the payment and of its attempts, whatever came first. */
final class PaymentRules {

    private PaymentRules() {}

    /**
     * What the provider says of the payment itself.
     *
     * @param state pending, processing, requires_action, succeeded, failed, canceled or reversed
     * @param at the instant of the statement
     */
    record Intent(String state, long receivedMinor, @Nullable Failure failure, Instant at) {}

    /** The state that follows. @param failure given if and only if {@code failedAt} is */
    record Progress(
            String state, long capturedMinor, long refundedMinor, @Nullable String method, @Nullable Instant paidAt, @Nullable Instant failedAt,
            @Nullable Failure failure) {}

    /** @param intent null if the provider has told of attempts only */
    static Progress progress(@Nullable Intent intent, List<ProviderAttempt> attempts) {
        var ordered = attempts.stream()
                .sorted(Comparator.comparing(ProviderAttempt::attemptedAt).thenComparing(ProviderAttempt::reference))
                .toList();
        var received = ordered.stream().filter(attempt -> attempt.capturedMinor() > 0).toList();
        var last = ordered.isEmpty() ? null : ordered.getLast();
        long captured = received.stream().mapToLong(ProviderAttempt::capturedMinor).sum();
        long refunded = ordered.stream().mapToLong(ProviderAttempt::refundedMinor).sum();
        var method = !received.isEmpty() ? received.getFirst().method() : last == null ? null : last.method();
        if (intent != null && intent.state().equals("reversed")) {
            var paidAt = received.isEmpty() ? intent.at() : received.getFirst().attemptedAt();
            var reason = intent.failure() == null ? new Failure(null, null) : intent.failure();
            return new Progress("reversed", received.isEmpty() ? intent.receivedMinor() : captured, refunded, method, paidAt, intent.at(), reason);
        }
        if (!received.isEmpty()) {
            return new Progress("succeeded", captured, refunded, method, received.getFirst().attemptedAt(), null, null);
        }
        if (intent != null && intent.state().equals("succeeded")) {
            return new Progress("succeeded", intent.receivedMinor(), refunded, method, intent.at(), null, null);
        }
        boolean lastFailed = last != null && last.outcome().equals("failed");
        var state = intent != null ? intent.state() : lastFailed ? "failed" : "pending";
        // A provider that says so after the failure tries again.
        if (state.equals("pending") && lastFailed && (intent == null || !intent.at().isAfter(last.attemptedAt()))) {
            state = "failed";
        }
        if (!state.equals("failed")) {
            return new Progress(state, 0, refunded, method, null, null, null);
        }
        var known = lastFailed ? last.failure() : intent == null ? null : intent.failure();
        var at = lastFailed || intent == null ? last == null ? null : last.attemptedAt() : intent.at();
        return new Progress(state, 0, refunded, method, null, at, known == null ? new Failure(null, null) : known);
    }

    /** The category of a failure. */
    static String category(Failure failure) {
        return switch (failure.code()) {
            case null -> "declined";
            case "insufficient_funds", "withdrawal_count_limit_exceeded", "card_velocity_exceeded" -> "insufficient_funds";
            case "expired_card" -> "expired_method";
            case "authentication_required", "authentication_not_handled", "payment_intent_authentication_failure" -> "authentication_required";
            case "processing_error", "try_again_later", "issuer_not_available", "reenter_transaction", "approve_with_id" -> "temporary";
            default -> "declined";
        };
    }
}
