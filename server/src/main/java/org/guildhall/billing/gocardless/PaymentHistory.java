package org.guildhall.billing.gocardless;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.events.Provider.PastEvent;
import org.jspecify.annotations.Nullable;

/**
 * The received events of a payment in GoCardless's order.
 *
 * @param failures all failures, late ones included
 * @param receivedAt the instant at which the money was received first; null if no event told of it
 * @param attempts the number of attempts to take the money
 * @param taken the times that the money was taken back
 * @param retriedAfter the failure that another attempt follows; null if none follows
 * @param lastFailure the details of the last failure or chargeback; null if no event told of one
 * @param endedAt the instant of the cancellation, or of the answer
 */
record PaymentHistory(
        List<PastEvent> failures, @Nullable Instant receivedAt, int attempts, List<Taken> taken, @Nullable Instant retriedAfter,
        @Nullable Map<String, String> lastFailure, Instant endedAt) {

    private static final String PREFIX = "payments.";

    /**
     * Money that was taken back after it was received.
     *
     * @param name unique in the payment
     * @param kind late_failure or chargeback
     * @param state under_review, won or lost
     */
    record Taken(String name, String kind, String status, String state, Instant at, Map<String, String> details) {

        Taken decided(String newStatus, String newState) {
            return new Taken(name, kind, newStatus, newState, at, details);
        }
    }

    /** True if the money was taken back, and not given again. */
    boolean isTakenBack() {
        return !taken.isEmpty() && !taken.getLast().state().equals("won");
    }

    /**
     * Reads the events. The status stands in for events that weren't received.
     *
     * @param isPaidOut true if the payment was in a payout
     * @param answeredAt the instant of the answer
     */
    static PaymentHistory of(List<PastEvent> past, boolean isPaidOut, String status, Instant answeredAt) {
        var events = past.stream().sorted(Comparator.comparing(PastEvent::at).thenComparing(event -> rank(event.type()))).toList();
        var failures = new ArrayList<PastEvent>();
        var taken = new ArrayList<Taken>();
        Instant receivedAt = null;
        Instant retriedAfter = null;
        var endedAt = answeredAt;
        Map<String, String> last = null;
        for (var event : events) {
            switch (action(event)) {
                case "confirmed", "paid_out" -> {
                    receivedAt = receivedAt == null ? event.at() : receivedAt;
                    retriedAfter = null;
                }
                case "failed" -> {
                    failures.add(event);
                    last = event.details();
                    if (receivedAt != null || isPaidOut) {
                        taken.add(lateFailure(event.at(), event.details()));
                    }
                    retriedAfter = event.details().containsKey("will_attempt_retry") ? event.at() : null;
                }
                case "charged_back" -> {
                    last = event.details();
                    taken.add(chargeback(taken.size(), event.at(), event.details()));
                }
                case "chargeback_cancelled" -> decide(taken, "chargeback", "chargeback_cancelled", "won");
                case "chargeback_settled" -> decide(taken, "chargeback", "chargeback_settled", "lost");
                case "late_failure_settled" -> decide(taken, "late_failure", "late_failure_settled", "lost");
                case "cancelled", "customer_approval_denied" -> endedAt = event.at();
                default -> { }
            }
        }
        if (taken.isEmpty() && status.equals("charged_back")) {
            taken.add(chargeback(0, answeredAt, Map.of()));
        }
        if (taken.isEmpty() && status.equals("failed") && isPaidOut) {
            taken.add(lateFailure(answeredAt, Map.of()));
        }
        int late = (int) taken.stream().filter(each -> each.kind().equals("late_failure")).count();
        int attempts = Math.max(0, failures.size() - late) + (receivedAt == null ? 0 : 1);
        return new PaymentHistory(List.copyOf(failures), receivedAt, attempts, List.copyOf(taken), retriedAfter, last, endedAt);
    }

    private static Taken lateFailure(Instant at, Map<String, String> details) {
        return new Taken("late_failure", "late_failure", "failed", "lost", at, details);
    }

    private static Taken chargeback(int before, Instant at, Map<String, String> details) {
        return new Taken(before == 0 ? "chargeback" : "chargeback-" + (before + 1), "chargeback", "charged_back", "under_review", at, details);
    }

    private static void decide(List<Taken> taken, String kind, String status, String state) {
        if (!taken.isEmpty() && taken.getLast().kind().equals(kind)) {
            taken.add(taken.removeLast().decided(status, state));
        }
    }

    private static String action(PastEvent event) {
        return event.type().startsWith(PREFIX) ? event.type().substring(PREFIX.length()) : "";
    }

    /** The events of a body can have one instant. */
    private static int rank(String type) {
        return switch (type.substring(type.indexOf('.') + 1)) {
            case "created" -> 0;
            case "confirmed" -> 2;
            case "paid_out" -> 3;
            case "failed", "charged_back" -> 4;
            case "chargeback_cancelled", "chargeback_settled", "late_failure_settled", "resubmission_requested" -> 5;
            default -> 1;
        };
    }
}
