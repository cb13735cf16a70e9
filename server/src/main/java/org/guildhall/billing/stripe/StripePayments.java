package org.guildhall.billing.stripe;

import org.guildhall.billing.events.ProviderAttempt;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderInvoicePayment;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderPayment.Failure;
import org.guildhall.billing.events.ProviderPayment;
import org.guildhall.billing.events.ProviderRefund;
import org.guildhall.billing.events.UnreadableEvent;
import org.jspecify.annotations.Nullable;

/**
 * Reads Stripe's payment intents, charges, refunds and payments of invoices, in each version of its API. A payment intent is a payment, a charge is one of
 * its attempts. A charge of its own, without a payment intent, is a payment with one attempt.
 */
final class StripePayments {

    private static final int WORD_MAX = 60;
    private static final int CODE_MAX = 100;
    private static final int MESSAGE_MAX = 1_000;

    private StripePayments() {}

    /** The payment intent of an event. @throws UnreadableEvent if a member is missing or has the wrong type */
    static ProviderPayment readIntent(ProviderEvent event) {
        var intent = StripeMoney.read(event.object(), "payment_intent");
        var currency = intent.requiredCurrency("currency");
        var status = intent.required("status", WORD_MAX);
        var error = intent.child("last_payment_error");
        var failure = error == null ? null : new Failure(code(error, "decline_code", "code"), error.text("message", MESSAGE_MAX));
        return new ProviderPayment(
                intent.requiredReference("id"), status, state(intent, status, failure), intent.reference("customer"), intent.reference("invoice"),
                currency, intent.amountOrZero("amount", currency), intent.amountOrZero("amount_received", currency), failure, invoicePrefix(intent), null,
                intent.metadata());
    }

    /** Since 2025-03-31.basil a payment intent doesn't name its invoice, but its order is one. */
    private static @Nullable String invoicePrefix(ProviderJson intent) {
        var details = intent.child("payment_details");
        var order = details == null ? null : details.text("order_reference", ProviderPayment.INVOICE_PREFIX_LENGTH);
        return order != null && order.startsWith("in_") ? order : null;
    }

    private static String state(ProviderJson intent, String status, @Nullable Failure failure) {
        return switch (status) {
            case "succeeded", "processing", "requires_action", "canceled" -> status;
            case "requires_source_action" -> "requires_action";
            case "requires_payment_method", "requires_source" -> failure == null ? "pending" : "failed";
            case "requires_confirmation", "requires_capture" -> "pending";
            default -> throw intent.wrong("status", "unknown");
        };
    }

    /** The charge of an event. @throws UnreadableEvent if a member is missing or has the wrong type */
    static ProviderAttempt readCharge(ProviderEvent event) {
        var charge = StripeMoney.read(event.object(), "charge");
        var currency = charge.requiredCurrency("currency");
        var status = charge.required("status", WORD_MAX);
        var reference = charge.requiredReference("id");
        var intent = charge.reference("payment_intent");
        var outcome = switch (status) {
            case "succeeded", "failed", "pending" -> status;
            default -> throw charge.wrong("status", "unknown");
        };
        long amount = charge.amountOrZero("amount", currency);
        long refunded = charge.amountOrZero("amount_refunded", currency);
        // Before 2020-08-27 the captured amount wasn't stated: it is the amount of a captured charge.
        boolean received = outcome.equals("succeeded") && charge.flag("captured");
        long captured = !received ? 0 : charge.has("amount_captured") ? charge.amountOrZero("amount_captured", currency) : amount;
        var details = charge.child("payment_method_details");
        // Events have its id only.
        var moved = charge.child("balance_transaction");
        var at = charge.requiredInstant("created");
        return new ProviderAttempt(
                reference, intent == null ? reference : intent, status, outcome, charge.reference("customer"), charge.reference("invoice"), currency,
                amount, captured, refunded, at, details == null ? null : details.text("type", WORD_MAX), failure(charge, outcome),
                moved == null || captured == 0 ? null : StripeBalances.movement(moved, currency, captured));
    }

    /** True if an event tells of received money, and of its movement the id only: without the fee. */
    static boolean lacksFee(ProviderEvent event) {
        if (!"charge".equals(event.objectKind())) {
            return false;
        }
        var charge = StripeMoney.read(event.object(), "charge");
        return charge.flag("captured") && charge.reference("balance_transaction") != null && charge.child("balance_transaction") == null;
    }

    private static @Nullable Failure failure(ProviderJson charge, String outcome) {
        if (!outcome.equals("failed")) {
            return null;
        }
        var bank = charge.child("outcome");
        var reason = bank == null ? null : bank.text("reason", CODE_MAX);
        return new Failure(reason == null ? charge.text("failure_code", CODE_MAX) : reason, charge.text("failure_message", MESSAGE_MAX));
    }

    private static @Nullable String code(ProviderJson error, String first, String second) {
        var code = error.text(first, CODE_MAX);
        return code == null ? error.text(second, CODE_MAX) : code;
    }

    /** The refund of an event. @throws UnreadableEvent if a member is missing or has the wrong type */
    static ProviderRefund readRefund(ProviderEvent event) {
        var refund = StripeMoney.read(event.object(), "refund");
        var currency = refund.requiredCurrency("currency");
        var status = refund.required("status", WORD_MAX);
        var state = switch (status) {
            case "pending", "succeeded", "failed", "canceled" -> status;
            case "requires_action" -> "pending";
            default -> throw refund.wrong("status", "unknown");
        };
        var intent = refund.reference("payment_intent");
        var at = refund.requiredInstant("created");
        // Events have its id only.
        var moved = refund.child("balance_transaction");
        return new ProviderRefund(
                refund.requiredReference("id"), intent == null ? refund.requiredReference("charge") : intent, status, state, currency,
                refund.amountOrZero("amount", currency), refund.text("reason", WORD_MAX), refund.text("failure_reason", WORD_MAX), at,
                moved == null || !state.equals("succeeded") ? null : moved.requiredInstant("created"), refund.metadata());
    }

    /** The payment of an invoice of an event; null if it names no payment. @throws UnreadableEvent if a member is missing or has the wrong type */
    static @Nullable ProviderInvoicePayment readInvoicePayment(ProviderEvent event) {
        var part = StripeMoney.read(event.object(), "invoice_payment");
        var payment = part.child("payment");
        var intent = payment == null ? null : payment.reference("payment_intent");
        var reference = payment == null || intent != null ? intent : payment.reference("charge");
        if (reference == null) {
            return null;
        }
        var currency = part.requiredCurrency("currency");
        var reached = part.child("status_transitions");
        var paidAt = reached == null ? null : reached.instant("paid_at");
        return new ProviderInvoicePayment(
                part.requiredReference("invoice"), reference, part.amountOrZero("amount_paid", currency), paidAt == null ? event.at() : paidAt);
    }
}
