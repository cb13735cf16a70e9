package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerWorld.facts;
import static org.guildhall.billing.ledger.rules.LedgerWorld.id;
import static org.guildhall.billing.ledger.rules.LedgerWorld.invoice;
import static org.guildhall.billing.ledger.rules.LedgerWorld.line;
import static org.guildhall.billing.ledger.rules.LedgerWorld.note;
import static org.guildhall.billing.ledger.rules.LedgerWorld.payment;
import static org.guildhall.billing.ledger.rules.LedgerWorld.pays;
import static org.guildhall.billing.ledger.rules.LedgerWorld.refund;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.guildhall.billing.ledger.facts.CreditNoteFacts.RefundPart;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.facts.PaymentFacts;
import org.guildhall.billing.payments.RefundTax;
import org.junit.jupiter.api.Test;

/** The tax that a refund tells is the one that is posted, or would be. */
class RefundTaxTest {

    private static final InvoiceFacts PAID = invoice(10, "AUD", "paid", 1_173, 12_900, 0, line(12_900, 0, 1_173));
    private static final PaymentFacts PAYMENT = payment(20, "AUD", "succeeded", 12_900, pays(10, 12_900));

    /** The taxes of refunds 30, 31 and so on. */
    private static List<String> taxes(Object... more) {
        var all = new ArrayList<Object>(List.of(PAID, PAYMENT));
        all.addAll(Arrays.asList(more));
        var taxes = LedgerTarget.of(facts(all.toArray()), List.of()).refundTaxes();
        return taxes.keySet().stream().sorted().map(refund -> shown(taxes.get(refund))).toList();
    }

    private static String shown(RefundTax tax) {
        return tax.basis() + " " + tax.taxMinor();
    }

    @Test
    void partialRefunds_haveTheirCumulativeTaxes() {
        assertEquals(List.of("derived 455", "derived 454", "derived 264"), taxes(
                refund(30, 20, "AUD", "succeeded", 5_000, 3), refund(31, 20, "AUD", "succeeded", 5_000, 4), refund(32, 20, "AUD", "succeeded", 2_900, 5)));
    }

    @Test
    void waitingRefund_hasTheTaxThatFollowsThePaidOnes() {
        assertEquals(List.of("derived 454", "derived 455", "derived 264"), taxes(
                refund(30, 20, "AUD", "pending", 5_000, 3), refund(31, 20, "AUD", "succeeded", 5_000, 4),
                refund(32, 20, "AUD", "needs_attention", 2_900, 5)));
    }

    @Test
    void failedAndCanceledRefunds_haveNone() {
        assertEquals(List.of("none null", "none null", "derived 455"), taxes(
                refund(30, 20, "AUD", "failed", 5_000, 3), refund(31, 20, "AUD", "canceled", 5_000, 4), refund(32, 20, "AUD", "succeeded", 5_000, 5)));
    }

    @Test
    void creditNotes_stateTheTaxesOfTheirRefunds() {
        var note = note(70, 10, 700L, true, 0, 0, 0, new RefundPart(id(30), 5_000), new RefundPart(id(31), 2_701));
        assertEquals(List.of("provider 454", "provider 246"),
                taxes(refund(30, 20, "AUD", "succeeded", 5_000, 3), refund(31, 20, "AUD", "pending", 2_701, 4), note));
    }

    @Test
    void creditNoteOfAPart_leavesADerivedTax() {
        var note = note(70, 10, 100L, true, 0, 0, 0, new RefundPart(id(30), 1_000));
        assertEquals(List.of("derived 546"), taxes(refund(30, 20, "AUD", "succeeded", 6_000, 7), note));
        assertEquals(List.of("derived 546"), taxes(
                refund(30, 20, "AUD", "succeeded", 6_000, 7), note(70, 10, null, true, 0, 0, 0, new RefundPart(id(30), 6_000))), "a note without a tax");
    }

    @Test
    void moneyOfNoTaxedInvoice_hasNone() {
        assertEquals(List.of("none null"), taxes(payment(21, "AUD", "succeeded", 900), refund(30, 21, "AUD", "succeeded", 900, 3)));
        var plain = invoice(11, "AUD", "paid", 0, 900, 0, line(900));
        assertEquals(List.of("none null"), taxes(plain, payment(21, "AUD", "succeeded", 900, pays(11, 900)), refund(30, 21, "AUD", "succeeded", 900, 3)));
    }
}
