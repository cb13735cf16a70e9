package org.guildhall.billing.ledger.rules;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.billing.ledger.facts.BalanceFacts;
import org.guildhall.billing.ledger.facts.CreditNoteFacts.RefundPart;
import org.guildhall.billing.ledger.facts.CreditNoteFacts;
import org.guildhall.billing.ledger.facts.DisputeFacts;
import org.guildhall.billing.ledger.facts.InvoiceFacts.ImpliedTax;
import org.guildhall.billing.ledger.facts.InvoiceFacts.Instants;
import org.guildhall.billing.ledger.facts.InvoiceFacts.InvoiceLine;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.facts.LedgerFacts;
import org.guildhall.billing.ledger.facts.MoneyMovement.Fee;
import org.guildhall.billing.ledger.facts.MoneyMovement;
import org.guildhall.billing.ledger.facts.PaymentFacts.Application;
import org.guildhall.billing.ledger.facts.PaymentFacts;
import org.guildhall.billing.ledger.facts.PayoutFacts;
import org.guildhall.billing.ledger.facts.RefundFacts;
import org.jspecify.annotations.Nullable;

/** Facts of one account at one connection, with short methods. Day 1 is 1 March 2026; each object's id is its number. */
public final class LedgerWorld {

    static final UUID ACCOUNT = id(1);
    static final UUID CONNECTION = id(2);

    private LedgerWorld() {}

    static UUID id(long number) {
        return new UUID(0x0190_0000_0000_7000L, 0x8000_0000_0000_0000L | number);
    }

    public static Instant day(int day) {
        return Instant.parse("2026-03-01T00:00:00Z").plusSeconds(86_400L * (day - 1));
    }

    static InvoiceLine line(long amount, long discount, long inclusiveTax) {
        return new InvoiceLine(amount, discount, inclusiveTax);
    }

    static InvoiceLine line(long amount) {
        return new InvoiceLine(amount, 0, 0);
    }

    /** A finalized invoice whose tax the provider stated. */
    static InvoiceFacts invoice(long number, String currency, String state, long tax, long total, long remaining, InvoiceLine... lines) {
        return new InvoiceFacts(
                id(number), CONNECTION, ACCOUNT, currency, state, true, List.of(lines), tax, null, total, remaining, 0, 0, 0, 0, at(state));
    }

    /** A finalized invoice whose tax is implied. */
    static InvoiceFacts implied(long number, String currency, @Nullable ImpliedTax tax, long total, InvoiceLine... lines) {
        return new InvoiceFacts(
                id(number), CONNECTION, ACCOUNT, currency, "open", true, List.of(lines), null, tax, total, total, 0, 0, 0, 0, at("open"));
    }

    private static Instants at(String state) {
        return new Instants(day(1), state.equals("paid") ? day(2) : null, state.equals("uncollectible") ? day(20) : null, day(2));
    }

    static InvoiceFacts with(InvoiceFacts invoice, String state, long remaining, long outOfBand, long overpaid, long creditApplied) {
        return new InvoiceFacts(
                invoice.id(), invoice.connectionId(), invoice.accountId(), invoice.currency(), state, invoice.linesComplete(),
                invoice.lines(), invoice.taxMinor(), invoice.impliedTax(), invoice.totalMinor(), remaining, 0, outOfBand, overpaid,
                creditApplied, invoice.at());
    }

    /** The invoice, paid by payments that the mirror doesn't have. */
    static InvoiceFacts received(InvoiceFacts invoice, String state, long paid) {
        return new InvoiceFacts(
                invoice.id(), invoice.connectionId(), invoice.accountId(), invoice.currency(), state, invoice.linesComplete(), invoice.lines(),
                invoice.taxMinor(), invoice.impliedTax(), invoice.totalMinor(), invoice.totalMinor() - paid, paid, 0, 0, 0, invoice.at());
    }

    static InvoiceFacts incomplete(InvoiceFacts invoice) {
        return new InvoiceFacts(
                invoice.id(), invoice.connectionId(), invoice.accountId(), invoice.currency(), invoice.state(), false, List.of(), invoice.taxMinor(),
                invoice.impliedTax(), invoice.totalMinor(), invoice.remainingMinor(), 0, 0, 0, 0, invoice.at());
    }

    static Application pays(long invoice, long amount) {
        return new Application(id(invoice), amount, day(2));
    }

    static PaymentFacts payment(long number, String currency, String state, long captured, Application... applications) {
        return payment(number, currency, state, captured, List.of(), applications);
    }

    static PaymentFacts payment(long number, String currency, String state, long captured, List<MoneyMovement> moved, Application... applications) {
        return new PaymentFacts(
                id(number), CONNECTION, ACCOUNT, currency, state, captured, day(2), List.of(applications), moved,
                day(state.equals("succeeded") ? 2 : 9));
    }

    static MoneyMovement moved(String reference, long amount, long settled, String settledCurrency, long fee, long feeTax) {
        var fees = new ArrayList<Fee>();
        fees.add(new Fee(false, fee));
        fees.add(new Fee(true, feeTax));
        return new MoneyMovement(reference, amount, settled, settledCurrency, fees, day(2));
    }

    static RefundFacts refund(long number, long payment, String currency, String state, long amount, int day) {
        return new RefundFacts(id(number), id(payment), CONNECTION, ACCOUNT, currency, state, amount, day(day), List.of(), day(day));
    }

    static DisputeFacts dispute(long number, long payment, String currency, String state, int day, MoneyMovement... moved) {
        return new DisputeFacts(
                id(number), id(payment), CONNECTION, ACCOUNT, currency, state, state.equals("lost") ? day(day) : null, List.of(moved), day(day));
    }

    static PayoutFacts payout(long number, String currency, String state, long amount, long fee, long feeTax) {
        return new PayoutFacts(id(number), CONNECTION, currency, state, amount, fee, feeTax, day(5), day(5));
    }

    static BalanceFacts balance(long credit, long moved, int day) {
        return new BalanceFacts(ACCOUNT, "AUD", credit, moved, day(day));
    }

    static CreditNoteFacts note(
            long number, long invoice, @Nullable Long tax, boolean active, long reduces, long toBalance, long outOfBand, RefundPart... refunds) {
        return new CreditNoteFacts(
                id(number), ACCOUNT, id(invoice), "AUD", tax, active, reduces, toBalance, outOfBand, List.of(refunds), day(6), day(6));
    }

    /** The paid invoice with more than it asks for, paid by payments that the mirror doesn't have. */
    static InvoiceFacts overpaid(InvoiceFacts invoice, long paid, long overpaid) {
        return new InvoiceFacts(
                invoice.id(), invoice.connectionId(), invoice.accountId(), invoice.currency(), "paid", invoice.linesComplete(), invoice.lines(),
                invoice.taxMinor(), invoice.impliedTax(), invoice.totalMinor(), 0, paid, 0, overpaid, 0, invoice.at());
    }

    /** Facts of any kinds. */
    public static LedgerFacts facts(Object... some) {
        return new LedgerFacts(
                of(InvoiceFacts.class, some), of(PaymentFacts.class, some), of(RefundFacts.class, some), of(DisputeFacts.class, some),
                of(PayoutFacts.class, some), of(BalanceFacts.class, some), of(CreditNoteFacts.class, some));
    }

    private static <T> List<T> of(Class<T> type, Object... some) {
        return List.of(some).stream().filter(type::isInstance).map(type::cast).toList();
    }
}
