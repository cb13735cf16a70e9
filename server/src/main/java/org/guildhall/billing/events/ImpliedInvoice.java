package org.guildhall.billing.events;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.events.Provider.ImpliedTax;
import org.guildhall.billing.events.ProviderInvoice.Amounts;
import org.guildhall.billing.events.ProviderInvoice.Dates;
import org.guildhall.billing.events.ProviderInvoice.Line;
import org.guildhall.billing.events.ProviderInvoice.Tax;
import org.jspecify.annotations.Nullable;

/**
 * The invoice that a payment implies, for providers without invoices. It has one line, and its total is the amount of the payment.
 *
 * @param state open, paid or void
 * @param issuedAt the instant from which it is a claim, which is also when it is due
 */
public record ImpliedInvoice(
        String reference, @Nullable String status, String state, @Nullable String accountReference, @Nullable String subscriptionReference,
        @Nullable String number, @Nullable String description, String currency, long amountMinor, Instant issuedAt, @Nullable Instant paidAt,
        @Nullable Instant voidedAt, int attemptCount, @Nullable Instant nextAttemptAt) {

    /** The invoice with the tax that the connection implies. @param tax null for none */
    public ProviderInvoice invoice(@Nullable ImpliedTax tax) {
        boolean isPaid = state.equals("paid");
        long taxMinor = tax == null ? 0 : tax.of(amountMinor);
        long lineMinor = tax == null || tax.inclusive() ? amountMinor : amountMinor - taxMinor;
        List<Tax> taxes = tax == null ? List.of() : List.of(new Tax(taxMinor, tax.inclusive(), null, tax.name(), tax.percentage(), "implied"));
        return new ProviderInvoice(
                reference, status, state, accountReference, subscriptionReference, number, null, currency,
                new Amounts(
                        lineMinor, 0, tax == null ? null : taxMinor, amountMinor, amountMinor, isPaid ? amountMinor : 0,
                        isPaid || state.equals("void") ? 0 : amountMinor, null, 0, null),
                new Dates(issuedAt, issuedAt, paidAt, voidedAt, null, null, null), attemptCount, nextAttemptAt, null,
                List.of(new Line(reference, description, 1L, lineMinor, 0, taxes, null, null, null, false, null, null)), true, false, true, Map.of());
    }
}
