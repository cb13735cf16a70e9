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
 * @param receivedAt the instant at which the money was received, by the last attempt that followed a late failure if there is one; null if no event
 *     told of it
 * @param lostReceiptAt the instant of the receipt that a late failure undid, if another attempt follows and hasn't received the money; else null
 * @param attempts the number of attempts to take the money
 * @param taken the times that the money was taken back
 * @param isTakenBack true if the money was taken back, and neither given again nor asked for again
 * @param retriedAfter the failure that another attempt follows; null if none follows
 * @param lastFailure the details of the last failure or chargeback; null if no event told of one
 * @param endedAt the instant of the cancellation, or of the answer
 */
record PaymentHistory(
        List<PastEvent> failures, @Nullable Instant receivedAt, @Nullable Instant lostReceiptAt, int attempts, List<Taken> taken, boolean isTakenBack,
        @Nullable Instant retriedAfter, @Nullable Map<String, String> lastFailure, Instant endedAt) {

    private static final String PREFIX = "payments.";
    private static final String LATE_FAILURE = "late_failure";

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

    /** What the events told so far. */
    private static final class Told {

        private final List<PastEvent> failures = new ArrayList<>();
        private final List<Taken> taken = new ArrayList<>();
        private @Nullable Instant receivedAt;
        private @Nullable Instant lostReceiptAt;
        private @Nullable Instant retriedAfter;
        private @Nullable Map<String, String> lastFailure;
        private int attempts;
        private boolean isTakenBack;

        /** A late failure ends the attempt that had received the money: what follows is another attempt. */
        private void leaveLateFailure() {
            if (isTakenBack && taken.getLast().kind().equals(LATE_FAILURE)) {
                isTakenBack = false;
                lostReceiptAt = receivedAt;
                receivedAt = null;
            }
        }

        void received(Instant at) {
            leaveLateFailure();
            if (receivedAt == null) {
                receivedAt = at;
                attempts++;
            }
            lostReceiptAt = null;
            retriedAfter = null;
        }

        /** A failure before the money was received is only an attempt. */
        void failed(PastEvent event) {
            leaveLateFailure();
            failures.add(event);
            lastFailure = event.details();
            if (receivedAt == null) {
                attempts++;
            } else {
                takenByLateFailure(event.at(), event.details());
            }
            retriedAfter = event.details().containsKey("will_attempt_retry") ? event.at() : null;
        }

        void takenByLateFailure(Instant at, Map<String, String> details) {
            taken.add(new Taken(name(LATE_FAILURE), LATE_FAILURE, "failed", "lost", at, details));
            isTakenBack = true;
        }

        void chargedBack(Instant at, Map<String, String> details) {
            taken.add(new Taken(name("chargeback"), "chargeback", "charged_back", "under_review", at, details));
            isTakenBack = true;
        }

        private String name(String kind) {
            boolean isFirst = taken.stream().noneMatch(each -> each.kind().equals(kind));
            return isFirst ? kind : kind + "-" + (taken.size() + 1);
        }

        void resubmitted() {
            leaveLateFailure();
            if (receivedAt == null && !failures.isEmpty()) {
                retriedAfter = failures.getLast().at();
            }
        }

        void decide(String kind, String status, String state) {
            if (!taken.isEmpty() && taken.getLast().kind().equals(kind)) {
                taken.add(taken.removeLast().decided(status, state));
                isTakenBack &= !state.equals("won");
            }
        }
    }

    /**
     * Reads the events. The status stands in for events that weren't received.
     *
     * @param isPaidOut true if the payment was in a payout
     * @param answeredAt the instant of the answer
     */
    static PaymentHistory of(List<PastEvent> past, boolean isPaidOut, String status, Instant answeredAt) {
        var events = past.stream().sorted(Comparator.comparing(PastEvent::at).thenComparing(event -> rank(event.type()))).toList();
        var told = new Told();
        var endedAt = answeredAt;
        for (var event : events) {
            switch (action(event)) {
                case "confirmed", "paid_out" -> told.received(event.at());
                case "failed" -> told.failed(event);
                case "resubmission_requested" -> told.resubmitted();
                case "charged_back" -> {
                    told.lastFailure = event.details();
                    told.chargedBack(event.at(), event.details());
                }
                case "chargeback_cancelled" -> told.decide("chargeback", "chargeback_cancelled", "won");
                case "chargeback_settled" -> told.decide("chargeback", "chargeback_settled", "lost");
                case "late_failure_settled" -> told.decide(LATE_FAILURE, "late_failure_settled", "lost");
                case "cancelled", "customer_approval_denied" -> endedAt = event.at();
                default -> { }
            }
        }
        if (told.taken.isEmpty() && status.equals("charged_back")) {
            told.chargedBack(answeredAt, Map.of());
        }
        if (told.taken.isEmpty() && status.equals("failed") && isPaidOut) {
            var last = told.failures.isEmpty() || told.retriedAfter != null ? null : told.failures.getLast();
            told.takenByLateFailure(last == null ? answeredAt : last.at(), last == null ? Map.of() : last.details());
        }
        return new PaymentHistory(
                List.copyOf(told.failures), told.receivedAt, told.lostReceiptAt, told.attempts, List.copyOf(told.taken), told.isTakenBack, told.retriedAfter,
                told.lastFailure, endedAt);
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
