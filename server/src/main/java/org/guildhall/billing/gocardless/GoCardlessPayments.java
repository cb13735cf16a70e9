package org.guildhall.billing.gocardless;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.events.ImpliedInvoice;
import org.guildhall.billing.events.Provider.Context;
import org.guildhall.billing.events.ProviderAttempt;
import org.guildhall.billing.events.ProviderDispute;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderObject;
import org.guildhall.billing.events.ProviderPayment.Failure;
import org.guildhall.billing.events.ProviderPayment;
import org.jspecify.annotations.Nullable;

/**
 * Reads GoCardless's payments. What they are follows from the answer and from all events that were received, whatever came first: the answer has the
 * status, the events have the failures and their instants. Each payment implies an invoice, since GoCardless has none.
 */
final class GoCardlessPayments {

    private static final int WORD_MAX = 60;
    private static final int TEXT_MAX = 1_000;
    private static final String METHOD = "direct_debit";

    private final ProviderEvent answer;
    private final Context context;
    private final ProviderJson payment;
    private final PaymentHistory history;
    private final String reference;
    private final String currency;
    private final long amount;
    private final String status;
    private final String state;
    private final @Nullable String account;
    private final @Nullable String payout;

    private GoCardlessPayments(ProviderEvent answer, Context context) {
        this.answer = answer;
        this.context = context;
        this.payment = GoCardlessCustomers.object(answer, GoCardlessFetches.PAYMENT);
        this.reference = payment.requiredReference("id");
        this.currency = payment.requiredCurrency("currency");
        this.amount = payment.amountOrZero("amount", currency);
        this.status = payment.required("status", WORD_MAX);
        this.payout = GoCardlessCustomers.link(payment, "payout");
        this.history = PaymentHistory.of(context.past(reference), payout != null, status, answer.at());
        this.state = state();
        this.account = GoCardlessCustomers.customer(answer);
    }

    static List<ProviderObject> read(ProviderEvent answer, Context context) {
        return new GoCardlessPayments(answer, context).objects();
    }

    /** An answer can be older than an event that says that the money was taken back or given again. */
    private String state() {
        if (history.isTakenBack()) {
            return "reversed";
        }
        return switch (status) {
            case "pending_customer_approval" -> "requires_action";
            case "pending_submission" -> "pending";
            case "submitted" -> "processing";
            case "confirmed", "paid_out", "charged_back" -> "succeeded";
            case "cancelled", "customer_approval_denied" -> "canceled";
            case "failed" -> "failed";
            default -> throw payment.wrong("status", "unknown");
        };
    }

    private List<ProviderObject> objects() {
        var objects = new ArrayList<ProviderObject>();
        objects.add(invoice());
        objects.add(new ProviderPayment(
                reference, status, state, account, reference, currency, amount, isReceived() ? amount : 0, failure(), null, payout,
                payment.metadata()));
        for (var failed : history.failures()) {
            objects.add(new ProviderAttempt(
                    failed.reference(), reference, "failed", "failed", account, reference, currency, amount, 0, 0, failed.at(), METHOD, failure(failed.details()),
                    null));
        }
        if (history.receivedAt() != null) {
            objects.add(new ProviderAttempt(
                    reference, reference, "confirmed", "succeeded", account, reference, currency, amount, amount,
                    payment.amountOrZero("amount_refunded", currency), history.receivedAt(), METHOD, null, null));
        } else if (history.lostReceiptAt() != null) {
            objects.add(new ProviderAttempt(
                    reference, reference, "failed", "failed", account, reference, currency, amount, 0, 0, history.lostReceiptAt(), METHOD, lastFailure(), null));
        }
        for (var taken : history.taken()) {
            objects.add(new ProviderDispute(
                    reference + "-" + taken.name(), reference, taken.status(), taken.state(), taken.kind(), currency, amount, taken.details().get("cause"), null,
                    taken.at(), List.of(), Map.of()));
        }
        return objects;
    }

    private boolean isReceived() {
        return state.equals("succeeded") || state.equals("reversed");
    }

    private @Nullable Failure failure() {
        if (!state.equals("failed") && !state.equals("reversed")) {
            return null;
        }
        return lastFailure();
    }

    private Failure lastFailure() {
        var last = history.lastFailure();
        return last == null ? new Failure(status, null) : failure(last);
    }

    private static Failure failure(Map<String, String> details) {
        return new Failure(details.get("cause"), details.get("description"));
    }

    private ProviderObject invoice() {
        var charged = payment.day("charge_date");
        var created = payment.requiredTime("created_at");
        var issued = charged == null ? created : charged;
        boolean isPaid = state.equals("succeeded");
        boolean isVoid = state.equals("canceled");
        int attempts = Math.max(history.attempts(), state.equals("failed") || isReceived() ? 1 : 0);
        return new ImpliedInvoice(
                reference, status, isPaid ? "paid" : isVoid ? "void" : "open", account, GoCardlessCustomers.link(payment, "subscription"),
                payment.text("reference", WORD_MAX), payment.text("description", TEXT_MAX), currency, amount, issued,
                isPaid ? history.receivedAt() == null ? answer.at() : history.receivedAt() : null, isVoid ? history.endedAt() : null, attempts,
                nextAttemptAt(charged)).invoice(context.impliedTax());
    }

    /** A failed payment that is tried again has the day of the next attempt as its day. */
    private @Nullable Instant nextAttemptAt(@Nullable Instant charged) {
        var failed = history.retriedAfter();
        return failed == null || charged == null || !charged.isAfter(failed) || state.equals("succeeded") ? null : charged;
    }
}
