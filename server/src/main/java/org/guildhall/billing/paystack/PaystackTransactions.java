package org.guildhall.billing.paystack;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.guildhall.billing.events.ProviderMovement;
import org.guildhall.billing.events.ProviderObject;
import org.guildhall.billing.events.ProviderPayment.Failure;
import org.guildhall.billing.events.ProviderPayment;
import org.guildhall.billing.events.ProviderRefund;
import org.jspecify.annotations.Nullable;

/** Reads Paystack's transactions, refunds and disputes. The first payment of a plan implies an invoice; later ones have one of Paystack. */
final class PaystackTransactions {

    private static final int WORD_MAX = 60;
    private static final int TEXT_MAX = 1_000;

    private PaystackTransactions() {}

    static List<ProviderObject> read(ProviderEvent answer, Context context) {
        var transaction = PaystackMoney.read(answer.object(), "transaction");
        var reference = transaction.requiredReference("reference");
        var currency = transaction.requiredCurrency("currency");
        long amount = PaystackMoney.amount(transaction, "amount", currency);
        var status = transaction.required("status", WORD_MAX);
        var created = transaction.time("created_at");
        var paidAt = transaction.time("paid_at");
        var state = switch (status) {
            case "success" -> "succeeded";
            case "failed" -> "failed";
            case "abandoned" -> "canceled";
            // The money was received, and refunds or a lost dispute, which are objects of their own, have given all of it back.
            case "reversed" -> paidAt == null ? "reversed" : "succeeded";
            case "pending", "ongoing", "processing", "queued", "send_otp", "send_pin" -> "processing";
            default -> throw transaction.wrong("status", "unknown");
        };
        boolean received = state.equals("succeeded") || state.equals("reversed");
        var customer = PaystackCustomers.of(transaction);
        var at = received && paidAt != null ? paidAt : created == null ? answer.at() : created;
        boolean implies = isFirstOfAPlan(transaction);
        var objects = new ArrayList<ProviderObject>();
        if (implies) {
            objects.add(new ImpliedInvoice(
                    reference, status, state.equals("succeeded") ? "paid" : state.equals("canceled") ? "void" : "open", customer, null, null, plan(transaction),
                    currency, amount, at, state.equals("succeeded") ? at : null, state.equals("canceled") ? at : null, received || state.equals("failed") ? 1 : 0, null)
                    .invoice(context.impliedTax()));
        }
        var failure = state.equals("failed") || state.equals("reversed") ? new Failure(status, transaction.text("gateway_response", TEXT_MAX)) : null;
        objects.add(new ProviderPayment(
                reference, status, state, customer, implies ? reference : null, currency, amount, received ? amount : 0, failure, null, null,
                transaction.metadata()));
        if (received || state.equals("failed")) {
            objects.add(new ProviderAttempt(
                    reference, reference, status, received ? "succeeded" : "failed", customer, implies ? reference : null, currency, amount, received ? amount : 0, 0,
                    at, transaction.text("channel", WORD_MAX), received ? null : failure, received ? movement(transaction, reference, currency, amount, at) : null));
        }
        return objects;
    }

    /** The movement with the fee; null while Paystack doesn't tell it. */
    private static @Nullable ProviderMovement movement(ProviderJson transaction, String reference, String currency, long amount, Instant at) {
        return transaction.has("fees")
                ? new ProviderMovement(reference, amount, amount, currency, PaystackMoney.amount(transaction, "fees", currency), 0, at) : null;
    }

    /** A later payment of a subscription has an invoice of Paystack, which its metadata says. */
    private static boolean isFirstOfAPlan(ProviderJson transaction) {
        JsonNode metadata = transaction.member("metadata");
        return plan(transaction) != null && !metadata.path("invoice_action").isTextual();
    }

    private static @Nullable String plan(ProviderJson transaction) {
        for (var member : List.of("plan_object", "plan")) {
            var plan = transaction.child(member);
            if (plan != null && plan.reference("plan_code") != null) {
                return plan.reference("plan_code");
            }
        }
        return transaction.member("plan").isTextual() ? transaction.reference("plan") : null;
    }

    static List<ProviderObject> readRefunds(ProviderEvent answer) {
        var whole = PaystackMoney.read(answer.object(), "answer");
        var transaction = whole.child(PaystackFetches.TRANSACTION);
        if (transaction == null) {
            throw whole.wrong(PaystackFetches.TRANSACTION, "missing");
        }
        var payment = transaction.requiredReference("reference");
        var refunds = new ArrayList<ProviderObject>();
        for (var refund : whole.entries(PaystackFetches.REFUNDS)) {
            var currency = refund.requiredCurrency("currency");
            var status = refund.required("status", WORD_MAX);
            var state = switch (status) {
                case "pending", "processing" -> "pending";
                case "needs-attention" -> "needs_attention";
                case "processed" -> "succeeded";
                case "failed" -> "failed";
                default -> throw refund.wrong("status", "unknown");
            };
            var created = refund.time("created_at") == null ? refund.time("createdAt") : refund.time("created_at");
            refunds.add(new ProviderRefund(
                    String.valueOf(refund.textOrNumber("id", WORD_MAX)), payment, status, state, currency, PaystackMoney.amount(refund, "amount", currency),
                    refund.text("merchant_note", WORD_MAX), state.equals("failed") ? status : null, created == null ? answer.at() : created,
                    state.equals("succeeded") ? refund.time("refunded_at") : null, Map.of()));
        }
        return refunds;
    }

    static ProviderDispute readDispute(ProviderEvent answer) {
        var dispute = PaystackMoney.read(answer.object(), "dispute");
        var transaction = dispute.child(PaystackFetches.TRANSACTION);
        if (transaction == null) {
            throw dispute.wrong(PaystackFetches.TRANSACTION, "missing");
        }
        var reference = String.valueOf(dispute.textOrNumber("id", WORD_MAX));
        var currency = transaction.requiredCurrency("currency");
        var status = dispute.required("status", WORD_MAX);
        var resolution = dispute.text("resolution", WORD_MAX);
        var state = switch (status) {
            case "awaiting-merchant-feedback" -> "needs_response";
            case "awaiting-bank-feedback", "pending" -> "under_review";
            case "resolved", "archived" -> "declined".equals(resolution) ? "won" : resolution == null ? "closed" : "lost";
            default -> throw dispute.wrong("status", "unknown");
        };
        long amount = PaystackMoney.amount(transaction, "amount", currency);
        long refunded = PaystackMoney.amount(dispute, "refund_amount", currency);
        var issued = dispute.time("createdAt");
        var resolved = dispute.time("resolvedAt");
        var movements = state.equals("lost") && refunded > 0
                ? List.of(new ProviderMovement(reference, -refunded, -refunded, currency, 0, 0, resolved == null ? answer.at() : resolved))
                : List.<ProviderMovement>of();
        return new ProviderDispute(
                reference, transaction.requiredReference("reference"), status, state, "dispute", currency, refunded > 0 ? refunded : amount,
                dispute.text("category", WORD_MAX), dispute.time("dueAt"), issued == null ? answer.at() : issued, movements, Map.of());
    }
}
