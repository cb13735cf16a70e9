package org.guildhall.billing.stripe;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.billing.events.ProviderCredit.RefundPart;
import org.guildhall.billing.events.ProviderCredit;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;
import org.jspecify.annotations.Nullable;

/** Reads Stripe's credit notes, in each version of its API: in 2025-03-31.basil the refund and the taxes moved to other members. */
final class StripeCredits {

    private static final int WORD_MAX = 60;
    private static final int NUMBER_MAX = 100;

    private StripeCredits() {}

    /** The credit note of an event. @throws UnreadableEvent if a member is missing or has the wrong type, or its parts don't make its amount */
    static ProviderCredit read(ProviderEvent event) {
        var note = StripeMoney.read(event.object(), "credit_note");
        var currency = note.requiredCurrency("currency");
        var status = note.required("status", WORD_MAX);
        if (!status.equals("issued") && !status.equals("void")) {
            throw note.wrong("status", "unknown");
        }
        long amount = note.amountOrZero("amount", currency);
        var type = note.required("type", WORD_MAX);
        long reduces = note.has("pre_payment_amount")
                ? note.amountOrZero("pre_payment_amount", currency)
                : type.equals("pre_payment") ? amount : 0;
        long outOfBand = note.amountOrZero("out_of_band_amount", currency);
        var refunds = refunds(note, currency, amount - reduces - outOfBand);
        long toBalance = amount - reduces - outOfBand - refunds.stream().mapToLong(RefundPart::amountMinor).sum();
        if (amount < 0 || reduces < 0 || outOfBand < 0 || toBalance < 0) {
            throw note.wrong("amount", "less than its parts");
        }
        return new ProviderCredit(
                note.requiredReference("id"), status, status, note.reference("customer"), note.requiredReference("invoice"),
                note.text("number", NUMBER_MAX), currency, amount, tax(note, currency), reduces, toBalance, outOfBand, refunds,
                note.text("reason", WORD_MAX), note.requiredInstant("created"), note.metadata());
    }

    /** @param restMinor what a single refund of the older versions can be */
    private static List<RefundPart> refunds(ProviderJson note, String currency, long restMinor) {
        var refunds = new ArrayList<RefundPart>();
        for (var part : note.entries("refunds")) {
            var reference = part.reference("refund");
            if (reference != null) {
                refunds.add(new RefundPart(reference, part.amountOrZero("amount_refunded", currency)));
            }
        }
        var single = note.reference("refund");
        if (refunds.isEmpty() && single != null && !note.has("customer_balance_transaction")) {
            refunds.add(new RefundPart(single, restMinor));
        }
        return refunds;
    }

    private static @Nullable Long tax(ProviderJson note, String currency) {
        for (var member : List.of("total_taxes", "tax_amounts")) {
            if (note.has(member)) {
                return note.entries(member).stream().mapToLong(tax -> tax.amountOrZero("amount", currency)).sum();
            }
        }
        return null;
    }
}
