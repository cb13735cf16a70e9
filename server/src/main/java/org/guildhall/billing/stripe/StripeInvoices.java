package org.guildhall.billing.stripe;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderInvoice.Amounts;
import org.guildhall.billing.events.ProviderInvoice.Dates;
import org.guildhall.billing.events.ProviderInvoice.Line;
import org.guildhall.billing.events.ProviderInvoice.Tax;
import org.guildhall.billing.events.ProviderInvoice;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;
import org.jspecify.annotations.Nullable;

/**
 * Reads Stripe's invoices in each version of its API. In 2025-03-31.basil the subscription, the price and the taxes moved to other members; both places
 * are read, the newer one first.
 *
 * @see <a href="https://docs.stripe.com/changelog/basil/2025-03-31/adds-new-parent-field-to-invoicing-objects">The new members</a>
 */
final class StripeInvoices {

    private static final int WORD_MAX = 60;
    private static final int NUMBER_MAX = 100;
    private static final int DESCRIPTION_MAX = 2_000;
    private static final int ATTEMPTS_MAX = 1_000_000;
    /** More lines than Stripe puts into an event. */
    private static final int LINES_MAX = 1_000;
    private static final int TAXES_MAX = 20;

    private StripeInvoices() {}

    /**
     * The invoice of an event.
     *
     * @throws UnreadableEvent if a member is missing or has the wrong type, or minor units can't express an amount
     */
    static ProviderInvoice read(ProviderEvent event) {
        var invoice = StripeMoney.read(event.object(), "invoice");
        var currency = invoice.currency("currency");
        if (currency == null) {
            throw invoice.wrong("currency", "missing");
        }
        var status = invoice.text("status", WORD_MAX);
        var attempts = invoice.whole("attempt_count");
        return new ProviderInvoice(
                invoice.requiredReference("id"), status, state(event, invoice, status), invoice.reference("customer"), subscription(invoice),
                invoice.text("number", NUMBER_MAX), invoice.text("billing_reason", WORD_MAX), currency, amounts(invoice, currency), dates(invoice),
                attempts == null ? 0 : (int) Math.clamp(attempts, 0, ATTEMPTS_MAX), invoice.instant("next_payment_attempt"),
                invoice.reference("latest_revision"), lines(invoice, currency), linesComplete(invoice),
                invoice.flag("paid_out_of_band"), false, invoice.metadata());
    }

    private static String state(ProviderEvent event, ProviderJson invoice, @Nullable String status) {
        if (event.type().equals("invoice.deleted") || invoice.flag("deleted")) {
            return "deleted";
        }
        return switch (status) {
            case "draft", "open", "paid", "void", "uncollectible" -> status;
            case null -> throw invoice.wrong("status", "missing");
            default -> throw invoice.wrong("status", "unknown");
        };
    }

    private static @Nullable String subscription(ProviderJson invoice) {
        var parent = invoice.child("parent");
        var details = parent == null ? null : parent.child("subscription_details");
        var moved = details == null ? null : details.reference("subscription");
        return moved == null ? invoice.reference("subscription") : moved;
    }

    private static Amounts amounts(ProviderJson invoice, String currency) {
        return new Amounts(
                invoice.amountOrZero("subtotal", currency), sum(invoice, "total_discount_amounts", currency), tax(invoice, currency),
                invoice.amountOrZero("total", currency), invoice.amountOrZero("amount_due", currency), invoice.amountOrZero("amount_paid", currency),
                invoice.amountOrZero("amount_remaining", currency), invoice.amount("amount_overpaid", currency),
                invoice.amountOrZero("starting_balance", currency), invoice.amount("ending_balance", currency));
    }

    /** The total of all taxes; null if the invoice states none. */
    private static @Nullable Long tax(ProviderJson invoice, String currency) {
        for (var member : List.of("total_taxes", "total_tax_amounts")) {
            if (invoice.has(member)) {
                return sum(invoice, member, currency);
            }
        }
        return invoice.amount("tax", currency);
    }

    private static long sum(ProviderJson object, String member, String currency) {
        long sum = 0;
        for (var entry : object.entries(member)) {
            sum += entry.amountOrZero("amount", currency);
        }
        return sum;
    }

    private static Dates dates(ProviderJson invoice) {
        var reached = invoice.child("status_transitions");
        return new Dates(
                reached == null ? null : reached.instant("finalized_at"), invoice.instant("due_date"), reached == null ? null : reached.instant("paid_at"),
                reached == null ? null : reached.instant("voided_at"), reached == null ? null : reached.instant("marked_uncollectible_at"),
                invoice.instant("period_start"), invoice.instant("period_end"));
    }

    private static boolean linesComplete(ProviderJson invoice) {
        var list = invoice.child("lines");
        return list != null && !list.flag("has_more") && invoice.entries("lines").size() <= LINES_MAX;
    }

    private static List<Line> lines(ProviderJson invoice, String currency) {
        var lines = new ArrayList<Line>();
        for (var line : invoice.entries("lines")) {
            if (lines.size() < LINES_MAX) {
                lines.add(line(line, currency));
            }
        }
        var shipping = invoice.child("shipping_cost");
        if (shipping != null) {
            lines.add(shipping(shipping, currency));
        }
        return lines;
    }

    private static Line line(ProviderJson line, String currency) {
        var details = details(line);
        var moved = line.child("pricing");
        var pricing = moved == null ? null : moved.child("price_details");
        var price = line.child("price");
        var plan = line.child("plan");
        var period = line.child("period");
        return new Line(
                line.requiredReference("id"), line.text("description", DESCRIPTION_MAX), line.whole("quantity"), line.amountOrZero("amount", currency),
                sum(line, "discount_amounts", currency), taxes(line, currency),
                first(pricing == null ? null : pricing.reference("price"), line.reference("price"), line.reference("plan")),
                first(pricing == null ? null : pricing.reference("product"), price == null ? null : price.reference("product"),
                        plan == null ? null : plan.reference("product")),
                first(details == null ? null : details.reference("subscription_item"), line.reference("subscription_item"), null),
                details == null ? line.flag("proration") : details.flag("proration"), period == null ? null : period.instant("start"),
                period == null ? null : period.instant("end"));
    }

    /** The origin of a line: an item of a subscription, or an item that was added to the invoice; null before 2025-03-31.basil. */
    private static @Nullable ProviderJson details(ProviderJson line) {
        var parent = line.child("parent");
        if (parent == null) {
            return null;
        }
        var type = parent.text("type", WORD_MAX);
        return type == null ? null : parent.child(type);
    }

    private static @Nullable String first(@Nullable String one, @Nullable String two, @Nullable String three) {
        return one != null ? one : two != null ? two : three;
    }

    private static List<Tax> taxes(ProviderJson line, String currency) {
        boolean moved = line.has("taxes");
        return line.entries(moved ? "taxes" : "tax_amounts").stream()
                .limit(TAXES_MAX)
                .map(tax -> moved ? tax(line, tax, currency) : olderTax(line, tax, currency))
                .toList();
    }

    private static Tax tax(ProviderJson line, ProviderJson tax, String currency) {
        var details = tax.child("tax_rate_details");
        var rate = details == null ? null : details.reference("tax_rate");
        return tax(line, tax, currency, "inclusive".equals(tax.text("tax_behavior", WORD_MAX)), rate);
    }

    private static Tax olderTax(ProviderJson line, ProviderJson tax, String currency) {
        return tax(line, tax, currency, tax.flag("inclusive"), tax.reference("tax_rate"));
    }

    private static Tax tax(ProviderJson line, ProviderJson tax, String currency, boolean inclusive, @Nullable String rate) {
        var expanded = line.entries("tax_rates").stream().filter(known -> rate != null && rate.equals(known.reference("id"))).findFirst().orElse(null);
        return new Tax(
                tax.amountOrZero("amount", currency), inclusive, rate, expanded == null ? null : expanded.text("display_name", NUMBER_MAX),
                expanded == null ? null : expanded.textOrNumber("percentage", WORD_MAX), tax.text("taxability_reason", WORD_MAX));
    }

    /** The shipping is a line of its own, so that the lines make the total. */
    private static Line shipping(ProviderJson shipping, String currency) {
        long amount = shipping.amountOrZero("amount_subtotal", currency);
        long tax = shipping.amountOrZero("amount_tax", currency);
        boolean inclusive = shipping.amountOrZero("amount_total", currency) == amount;
        return new Line(
                "shipping", "Shipping", null, amount, 0, tax == 0 ? List.of() : List.of(new Tax(tax, inclusive, null, null, null, null)), null, null, null,
                false, null, null);
    }
}
