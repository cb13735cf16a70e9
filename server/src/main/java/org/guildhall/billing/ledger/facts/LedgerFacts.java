package org.guildhall.billing.ledger.facts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The mirrored objects whose transactions are settled together. They must be complete: a payment comes with its invoices, an invoice with all
 * of its payments, its credit notes and the balance of its account, and each payment with its refunds and disputes.
 */
public record LedgerFacts(
        List<InvoiceFacts> invoices, List<PaymentFacts> payments, List<RefundFacts> refunds, List<DisputeFacts> disputes,
        List<PayoutFacts> payouts, List<BalanceFacts> balances, List<CreditNoteFacts> creditNotes) {

    public LedgerFacts {
        invoices = List.copyOf(invoices);
        payments = List.copyOf(payments);
        refunds = List.copyOf(refunds);
        disputes = List.copyOf(disputes);
        payouts = List.copyOf(payouts);
        balances = List.copyOf(balances);
        creditNotes = List.copyOf(creditNotes);
    }

    /** The objects whose posted transactions are compared with the target. */
    public List<MirroredObject> entities() {
        var entities = new ArrayList<MirroredObject>();
        invoices.forEach(invoice -> entities.add(invoice.entity()));
        payments.forEach(payment -> entities.add(payment.entity()));
        refunds.forEach(refund -> entities.add(refund.entity()));
        disputes.forEach(dispute -> entities.add(dispute.entity()));
        payouts.forEach(payout -> entities.add(payout.entity()));
        balances.forEach(balance -> entities.add(balance.entity()));
        creditNotes.forEach(note -> entities.add(note.entity()));
        return entities;
    }

    /** The account of each object, as far as it is known. */
    public Map<UUID, UUID> accounts() {
        var accounts = new HashMap<UUID, UUID>();
        invoices.forEach(invoice -> accounts.put(invoice.id(), invoice.accountId()));
        payments.forEach(payment -> accounts.put(payment.id(), payment.accountId()));
        refunds.forEach(refund -> accounts.put(refund.id(), refund.accountId()));
        disputes.forEach(dispute -> accounts.put(dispute.id(), dispute.accountId()));
        balances.forEach(balance -> accounts.put(balance.id(), balance.id()));
        creditNotes.forEach(note -> accounts.put(note.id(), note.accountId()));
        return accounts;
    }

    /** The newest instant of all states that can be corrected: corrections are effective from then on. {@link Instant#EPOCH} without any fact. */
    public Instant changedAt() {
        return Stream.of(
                        invoices.stream().map(invoice -> invoice.at().changed()), payments.stream().map(PaymentFacts::changedAt),
                        refunds.stream().map(RefundFacts::changedAt), disputes.stream().map(DisputeFacts::changedAt),
                        payouts.stream().map(PayoutFacts::changedAt), creditNotes.stream().map(CreditNoteFacts::changedAt))
                .flatMap(instants -> instants).max(Instant::compareTo).orElse(Instant.EPOCH);
    }
}
