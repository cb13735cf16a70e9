package org.guildhall.billing.ledger.rules;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.guildhall.billing.ledger.facts.LedgerFacts;
import org.guildhall.billing.ledger.facts.MirroredObject;
import org.guildhall.billing.payments.RefundTax;

/** The transactions that the state of mirrored objects asks for. It depends on the state alone, never on the order in which events came. */
public final class LedgerTarget {

    private final Map<String, TargetTransaction> transactions = new LinkedHashMap<>();
    private final Set<String> left = new LinkedHashSet<>();
    private final Map<UUID, RefundTax> refundTaxes = new LinkedHashMap<>();

    private LedgerTarget() {}

    /**
     * The transactions that some facts ask for.
     *
     * @param posted all transactions of the facts' objects that aren't reversals
     * @throws UnbalancedSource if an invoice doesn't add up
     */
    public static LedgerTarget of(LedgerFacts facts, List<PostedTransaction> posted) {
        var target = new LedgerTarget();
        var applied = AppliedPayments.of(facts);
        var undone = UndoneTax.of(facts, applied);
        facts.invoices().forEach(invoice -> InvoiceRules.addTo(target, invoice, applied.beside(invoice)));
        facts.payments().forEach(payment -> PaymentRules.addTo(target, payment, applied.of(payment.id())));
        facts.refunds().forEach(refund -> {
            RefundRules.addTo(target, refund, undone.of(refund.id()));
            target.refundTaxes.put(refund.id(), RefundRules.tax(refund, facts.creditNotes(), undone));
        });
        facts.disputes().forEach(dispute -> DisputeRules.addTo(target, dispute, undone.of(dispute.id())));
        facts.payouts().forEach(payout -> PayoutRules.addTo(target, payout));
        BalanceRules.leavePosted(target, posted);
        facts.balances().forEach(balance -> BalanceRules.addTo(target, balance, posted));
        facts.creditNotes().forEach(note -> CreditRules.addTo(target, note, undone.of(note.id())));
        return target;
    }

    /** Adds a transaction, unless all of its amounts are zero. */
    void add(MirroredObject entity, String aspect, TransactionKind kind, Instant effectiveAt, Postings postings) {
        var list = postings.list();
        if (!list.isEmpty() && transactions.putIfAbsent(TargetTransaction.key(entity, aspect),
                new TargetTransaction(entity, aspect, kind, effectiveAt, list)) != null) {
            throw new IllegalStateException("two transactions of one key: " + TargetTransaction.key(entity, aspect));
        }
    }

    /** Leaves what is posted as it is, because the mirror doesn't know enough yet. */
    void leave(MirroredObject entity, String aspect) {
        left.add(TargetTransaction.key(entity, aspect));
    }

    boolean isLeft(String key) {
        return left.contains(key);
    }

    /** By key without the generation, in the order of their making. */
    Map<String, TargetTransaction> byKey() {
        return transactions;
    }

    /** The tax of each refund, by its id: as these transactions have it, or as they would have it if the money of a waiting refund left now. */
    public Map<UUID, RefundTax> refundTaxes() {
        return Collections.unmodifiableMap(refundTaxes);
    }

    public List<TargetTransaction> list() {
        return List.copyOf(transactions.values());
    }
}
