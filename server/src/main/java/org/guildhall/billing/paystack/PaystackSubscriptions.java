package org.guildhall.billing.paystack;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.guildhall.billing.events.ImpliedInvoice;
import org.guildhall.billing.events.Provider.Context;
import org.guildhall.billing.events.Provider.PastEvent;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderInvoicePayment;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderMandate;
import org.guildhall.billing.events.ProviderObject;
import org.guildhall.billing.events.ProviderSubscription.Item;
import org.guildhall.billing.events.ProviderSubscription;
import org.jspecify.annotations.Nullable;

/** Reads Paystack's subscriptions with their invoices, which only events tell of. */
final class PaystackSubscriptions {

    private static final int WORD_MAX = 60;
    private static final String PAID = "paid";
    private static final int DIGITS_MAX = 4;
    /** The states in which the card is charged again. */
    private static final Set<String> RUNNING = Set.of("active", "attention");

    private PaystackSubscriptions() {}

    static List<ProviderObject> read(ProviderEvent answer, Context context) {
        var subscription = PaystackMoney.read(answer.object(), "subscription");
        var reference = subscription.requiredReference("subscription_code");
        var customer = PaystackCustomers.of(subscription);
        var plan = subscription.child("plan");
        if (customer == null || plan == null) {
            throw subscription.wrong("customer", "missing, or `plan` is");
        }
        var currency = plan.requiredCurrency("currency");
        var past = context.past(reference);
        var objects = new ArrayList<ProviderObject>();
        objects.add(subscription(subscription, reference, customer, plan, currency, past, answer.at()));
        var card = card(subscription, reference, customer, answer.at());
        if (card != null) {
            objects.add(card);
        }
        for (var events : invoices(past).entrySet()) {
            addInvoice(objects, events.getKey(), events.getValue(), reference, customer, currency, context);
        }
        return objects;
    }

    private static ProviderSubscription subscription(
            ProviderJson subscription, String reference, String customer, ProviderJson plan, String currency, List<PastEvent> past, Instant answeredAt) {
        var status = subscription.required("status", WORD_MAX);
        var state = switch (status) {
            case "active", "non-renewing" -> "active";
            case "attention" -> "past_due";
            case "complete", "completed", "cancelled", "canceled" -> "canceled";
            default -> throw subscription.wrong("status", "unknown");
        };
        boolean ends = status.equals("non-renewing");
        var next = subscription.time("next_payment_date");
        var ended = !state.equals("canceled") ? null : past.stream().filter(event -> event.type().equals("subscription.disable")).map(PastEvent::at)
                .findFirst().orElse(answeredAt);
        var item = new Item(
                reference, plan.reference("plan_code"), null, 1, currency, PaystackMoney.amount(subscription, "amount", currency), interval(plan), count(plan), null,
                next);
        return new ProviderSubscription(
                reference, customer, status, state, "automatic", List.of(item), true, subscription.time("createdAt"), null, ends ? next : null, ends, ended, ended,
                null, null, List.of(), subscription.metadata());
    }

    /** The card of a subscription; null if it has none. A card works until the end of its month. */
    private static @Nullable ProviderMandate card(ProviderJson subscription, String reference, String customer, Instant answeredAt) {
        var card = subscription.child("authorization");
        var month = card == null ? null : card.textOrNumber("exp_month", 2);
        var year = card == null ? null : card.textOrNumber("exp_year", 4);
        if (card == null || month == null || year == null || !month.matches("0?[1-9]|1[0-2]") || !year.matches("[0-9]{4}")) {
            return null;
        }
        var expires = YearMonth.of(Integer.parseInt(year), Integer.parseInt(month));
        var status = subscription.required("status", WORD_MAX);
        boolean ended = !RUNNING.contains(status);
        boolean expiring = !expires.isAfter(YearMonth.from(answeredAt.atOffset(ZoneOffset.UTC)));
        return new ProviderMandate(
                "card", reference, customer, "expires " + expires, ended ? "ended" : expiring ? "expiring" : "active", card.text("brand", WORD_MAX),
                card.text("last4", DIGITS_MAX), Objects.requireNonNullElse(subscription.time("createdAt"), answeredAt));
    }

    private static @Nullable String interval(ProviderJson plan) {
        var interval = plan.text("interval", WORD_MAX);
        return switch (interval) {
            case null -> null;
            case "hourly" -> "hour";
            case "daily" -> "day";
            case "weekly" -> "week";
            case "monthly", "quarterly", "biannually" -> "month";
            case "annually" -> "year";
            default -> interval;
        };
    }

    private static int count(ProviderJson plan) {
        var interval = plan.text("interval", WORD_MAX);
        return "quarterly".equals(interval) ? 3 : "biannually".equals(interval) ? 6 : 1;
    }

    /** The events of each invoice, by its code. */
    private static Map<String, List<PastEvent>> invoices(List<PastEvent> past) {
        var invoices = new TreeMap<String, List<PastEvent>>();
        for (var event : past) {
            var code = event.details().get("invoice_code");
            if (event.type().startsWith("invoice.") && code != null) {
                invoices.computeIfAbsent(code, any -> new ArrayList<>()).add(event);
            }
        }
        return invoices;
    }

    /** The state of an invoice. It follows from all events of the invoice, since they have no order. A paid invoice stays paid. */
    private static void addInvoice(
            List<ProviderObject> objects, String code, List<PastEvent> events, String subscription, String customer, String currency, Context context) {
        var known = new LinkedHashMap<String, String>();
        events.forEach(event -> event.details().forEach(known::putIfAbsent));
        boolean isPaid = known.containsKey(PAID);
        int failed = (int) events.stream().filter(event -> event.type().equals("invoice.payment_failed")).count();
        var paidAt = isPaid ? time(known.get("paid_at"), events.getFirst().at()) : null;
        var created = time(known.get("created_at"), events.getFirst().at());
        long amount = PaystackMoney.minor(number(known.get("amount")), currency);
        objects.add(new ImpliedInvoice(
                code, isPaid ? PAID : "pending", isPaid ? PAID : "open", customer, subscription, null, known.get("description"), currency, amount, created, paidAt, null,
                failed + (isPaid ? 1 : 0), null).invoice(context.impliedTax()));
        var transaction = known.get("transaction");
        if (isPaid && transaction != null) {
            objects.add(new ProviderInvoicePayment(code, transaction, amount, paidAt == null ? created : paidAt));
        }
    }

    private static long number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,15}") ? Long.parseLong(text) : 0;
    }

    private static Instant time(@Nullable String text, Instant otherwise) {
        try {
            var time = text == null ? otherwise : OffsetDateTime.parse(text).toInstant();
            return ProviderJson.isShown(time) ? time : otherwise;
        } catch (DateTimeException otherForm) {
            return otherwise;
        }
    }
}
