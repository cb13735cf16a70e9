package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerWorld.day;
import static org.guildhall.billing.ledger.rules.LedgerWorld.facts;
import static org.guildhall.billing.ledger.rules.LedgerWorld.id;
import static org.guildhall.billing.ledger.rules.LedgerWorld.incomplete;
import static org.guildhall.billing.ledger.rules.LedgerWorld.invoice;
import static org.guildhall.billing.ledger.rules.LedgerWorld.line;
import static org.guildhall.billing.ledger.rules.LedgerWorld.note;
import static org.guildhall.billing.ledger.rules.LedgerWorld.overpaid;
import static org.guildhall.billing.ledger.rules.LedgerWorld.payment;
import static org.guildhall.billing.ledger.rules.LedgerWorld.pays;
import static org.guildhall.billing.ledger.rules.LedgerWorld.received;
import static org.guildhall.billing.ledger.rules.LedgerWorld.refund;
import static org.guildhall.billing.ledger.rules.LedgerWorld.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.guildhall.billing.ledger.facts.CreditNoteFacts.RefundPart;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.facts.PaymentFacts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Posted transactions after the state of their object has changed. */
class LedgerStatesTest {

    private static final InvoiceFacts OPEN = invoice(10, "AUD", "open", 1_173, 12_900, 12_900, line(12_900, 0, 1_173));
    private static final InvoiceFacts PAID = with(OPEN, "paid", 0, 0, 0, 0);
    private static final PaymentFacts PAYMENT = payment(20, "AUD", "succeeded", 12_900, pays(10, 12_900));

    private final PostedLedger ledger = new PostedLedger();

    @Test
    void settledTwice_postsNothingMore() {
        ledger.settle(facts(PAID, PAYMENT));
        assertEquals(List.of(), ledger.settle(facts(PAID, PAYMENT)));
        assertEquals(3, ledger.size());
    }

    @Test
    void draftAndDeletedInvoice_haveNoTransaction() {
        assertEquals(List.of(), ledger.settle(facts(with(OPEN, "draft", 12_900, 0, 0, 0))));
        assertEquals(List.of(), ledger.settle(facts(with(OPEN, "deleted", 12_900, 0, 0, 0))));
    }

    @Test
    void authorization_isNoMoney() {
        assertEquals(List.of(), ledger.settle(facts(payment(20, "AUD", "succeeded", 0, pays(10, 12_900)))));
    }

    @Test
    void voidedInvoice_leavesReceivedMoneyUnapplied() {
        ledger.settle(facts(PAID, PAYMENT));
        assertEquals(List.of("reversal of invoice_finalized: revenue > receivable 11727 AUD, tax_payable > receivable 1173 AUD",
                        "reversal of payment_applied: receivable > unapplied 12900 AUD"),
                ledger.settle(facts(with(OPEN, "void", 0, 0, 0, 0), PAYMENT)));
        assertEquals(Map.of("clearing AUD", 12_900L, "unapplied AUD", -12_900L), ledger.balances());
    }

    @Test
    void refundOfUnappliedMoney_undoesNoRevenue() {
        assertEquals(List.of(
                        "payment_received: clearing > unapplied 12900 AUD",
                        "refund_paid: refund_clearing > clearing 12900 AUD",
                        "refund_allocated: unapplied > refund_clearing 12900 AUD"),
                ledger.settle(facts(with(OPEN, "void", 0, 0, 0, 0), PAYMENT, refund(30, 20, "AUD", "succeeded", 12_900, 4))));
        assertEquals(Map.of(), ledger.balances());
    }

    @Test
    void uncollectibleInvoice_isWrittenOff_andPaidLater() {
        assertEquals(List.of("invoice_finalized: receivable > revenue 11727 AUD, receivable > tax_payable 1173 AUD",
                        "write_off: bad_debt > receivable 12900 AUD"),
                ledger.settle(facts(with(OPEN, "uncollectible", 12_900, 0, 0, 0))));
        assertEquals(List.of(
                        "reversal of write_off: receivable > bad_debt 12900 AUD",
                        "payment_received: clearing > unapplied 12900 AUD",
                        "payment_applied: unapplied > receivable 12900 AUD"),
                ledger.settle(facts(PAID, PAYMENT)));
        assertEquals(0, ledger.balance("receivable AUD"));
    }

    @Test
    void canceledChargeback_isEffectiveAfterTheReversal() {
        ledger.settle(facts(PAID, PAYMENT));
        ledger.settle(facts(OPEN, payment(20, "AUD", "reversed", 12_900, pays(10, 12_900))));
        assertEquals(List.of("payment_received: clearing > unapplied 12900 AUD", "payment_applied: unapplied > receivable 12900 AUD"),
                ledger.settle(facts(PAID, PAYMENT)));
        assertEquals(0, ledger.balance("receivable AUD"));
        assertEquals(0, ledger.balances(day(8)).getOrDefault("receivable AUD", 0L), "paid until the chargeback of day 9");
        assertEquals(12_900, ledger.balances(day(8)).get("clearing AUD"));
    }

    @Test
    void failedRefund_isReversed() {
        ledger.settle(facts(PAID, PAYMENT, refund(30, 20, "AUD", "succeeded", 2_900, 3)));
        ledger.settle(facts(PAID, PAYMENT, refund(30, 20, "AUD", "failed", 2_900, 5)));
        assertEquals(Map.of("clearing AUD", 12_900L, "revenue AUD", -11_727L, "tax_payable AUD", -1_173L), ledger.balances());
    }

    @Test
    void paidOutOfBand_and_overpaid() {
        assertEquals(List.of("invoice_finalized: receivable > revenue 11727 AUD, receivable > tax_payable 1173 AUD",
                        "paid_out_of_band: out_of_band > receivable 12900 AUD"),
                ledger.settle(facts(with(OPEN, "paid", 0, 12_900, 0, 0))));
        var other = with(invoice(11, "AUD", "paid", 0, 1_000, 0, line(1_000)), "paid", 0, 0, 50, 0);
        assertEquals(List.of("invoice_finalized: receivable > revenue 1000 AUD"), ledger.settle(facts(other)), "no money is known yet");
        assertEquals(List.of(
                        "overpayment: unapplied > credit 50 AUD",
                        "payment_received: clearing > unapplied 1050 AUD",
                        "payment_applied: unapplied > receivable 1000 AUD"),
                ledger.settle(facts(other, payment(21, "AUD", "succeeded", 1_050, pays(11, 1_050)))));
        assertEquals(-50, ledger.balance("credit AUD"));
        assertEquals(0, ledger.balance("unapplied AUD"));
    }

    /** The provider's paid amount can contain what was paid too much, or not. */
    @Test
    void overpaidReceipt_isCreditAtOnce_andOnceOnly() {
        var invoice = invoice(11, "AUD", "paid", 0, 1_000, 0, line(1_000));
        assertEquals(List.of(
                        "payment_received: clearing > unapplied 1050 AUD",
                        "payment_applied: unapplied > receivable 1000 AUD",
                        "invoice_finalized: receivable > revenue 1000 AUD",
                        "overpayment: unapplied > credit 50 AUD"),
                ledger.settle(facts(overpaid(invoice, 1_050, 50))));
        ledger.settle(facts(overpaid(invoice, 1_050, 50), payment(21, "AUD", "succeeded", 1_050, pays(11, 1_050))));
        var balances = Map.of("clearing AUD", 1_050L, "revenue AUD", -1_000L, "credit AUD", -50L);
        assertEquals(balances, ledger.balances());
        var without = new PostedLedger();
        without.settle(facts(overpaid(invoice, 1_000, 50)));
        assertEquals(Map.of("clearing AUD", 1_000L, "revenue AUD", -1_000L), without.balances());
        without.settle(facts(overpaid(invoice, 1_000, 50), payment(21, "AUD", "succeeded", 1_050, pays(11, 1_000))));
        assertEquals(balances, without.balances());
    }

    @Test
    void receiptOfAnInvoice_countsUntilItsPaymentIsKnown() {
        assertEquals(List.of(
                        "payment_received: clearing > unapplied 5000 AUD",
                        "payment_applied: unapplied > receivable 5000 AUD",
                        "invoice_finalized: receivable > revenue 11727 AUD, receivable > tax_payable 1173 AUD"),
                ledger.settle(facts(received(OPEN, "open", 5_000))));
        ledger.settle(facts(received(OPEN, "paid", 12_900)));
        assertEquals(Map.of("clearing AUD", 12_900L, "revenue AUD", -11_727L, "tax_payable AUD", -1_173L), ledger.balances());
        ledger.settle(facts(received(OPEN, "void", 12_900)));
        assertEquals(Map.of("clearing AUD", 12_900L, "unapplied AUD", -12_900L), ledger.balances());
        ledger.settle(facts(PAID, PAYMENT));
        assertEquals(Map.of("clearing AUD", 12_900L, "revenue AUD", -11_727L, "tax_payable AUD", -1_173L), ledger.balances());
    }

    @Test
    void negativeTotal_movesToTheBalance() {
        ledger.settle(facts(with(invoice(10, "AUD", "paid", 0, -1_000, 0, line(-1_000)), "paid", 0, 0, 0, -1_000)));
        assertEquals(Map.of("credit AUD", -1_000L, "revenue AUD", 1_000L), ledger.balances());
    }

    @Test
    void creditNote_reducesAnOpenInvoice_andIsVoided() {
        ledger.settle(facts(OPEN));
        var reduced = with(OPEN, "open", 10_000, 0, 0, 0);
        assertEquals(List.of("credit_note: refunds > receivable 2636 AUD, tax_payable > receivable 264 AUD"),
                ledger.settle(facts(reduced, note(70, 10, 264L, true, 2_900, 0, 0))));
        assertEquals(10_000, ledger.balance("receivable AUD"));
        ledger.settle(facts(OPEN, note(70, 10, 264L, false, 2_900, 0, 0)));
        assertEquals(12_900, ledger.balance("receivable AUD"));
    }

    @Test
    void creditNote_withARefund_replacesTheDerivedTax() {
        var refund = refund(30, 20, "AUD", "succeeded", 5_000, 3);
        ledger.settle(facts(PAID, PAYMENT, refund));
        assertEquals(List.of(
                        "reversal of refund_allocated: refund_clearing > refunds 4545 AUD, refund_clearing > tax_payable 455 AUD",
                        "credit_note: refunds > refund_clearing 4546 AUD, tax_payable > refund_clearing 454 AUD"),
                ledger.settle(facts(PAID, PAYMENT, refund, note(70, 10, 454L, true, 0, 0, 0, new RefundPart(id(30), 5_000)))));
        assertEquals(0, ledger.balance("refund_clearing AUD"));
    }

    @Test
    void creditNote_dividesItsTaxExactly() {
        ledger.settle(facts(PAID, PAYMENT));
        assertEquals(List.of("credit_note: refunds > credit 91 AUD, tax_payable > credit 9 AUD, "
                        + "refunds > out_of_band 46 AUD, tax_payable > out_of_band 4 AUD"),
                ledger.settle(facts(PAID, PAYMENT, note(70, 10, 13L, true, 0, 100, 50))));
    }

    @Test
    void creditNoteWithoutTax_derivesIt_refundsUndoTheRest() {
        var half = note(70, 10, null, true, 0, 5_000, 0);
        assertEquals("credit_note: refunds > credit 4545 AUD, tax_payable > credit 455 AUD", ledger.settle(facts(PAID, PAYMENT, half)).getLast());
        ledger.settle(facts(PAID, PAYMENT, half, refund(30, 20, "AUD", "succeeded", 7_900, 8)));
        assertEquals(0, ledger.balance("tax_payable AUD"));
    }

    @Test
    void incompleteLines_leaveThePostedInvoice() {
        assertEquals(List.of(), ledger.settle(facts(incomplete(OPEN))));
        ledger.settle(facts(OPEN));
        assertEquals(List.of(), ledger.settle(facts(incomplete(OPEN))));
        assertEquals(12_900, ledger.balance("receivable AUD"));
    }

    @Test
    void payment_paysNoMoreThanItReceived() {
        var other = invoice(11, "AUD", "open", 0, 900, 900, line(900));
        ledger.settle(facts(OPEN, other, payment(20, "AUD", "succeeded", 13_000, pays(10, 12_900), pays(11, 900))));
        assertEquals(800, ledger.balance("receivable AUD"));
        assertEquals(0, ledger.balance("unapplied AUD"));
    }

    @Test
    void otherCurrency_paysNoInvoice() {
        ledger.settle(facts(OPEN, payment(20, "USD", "succeeded", 12_900, pays(10, 12_900))));
        assertEquals(12_900, ledger.balance("receivable AUD"));
        assertEquals(-12_900, ledger.balance("unapplied USD"));
    }

    @Test
    void disputeInAnotherCurrency_undoesNoTax() {
        ledger.settle(facts(PAID, PAYMENT, LedgerWorld.dispute(40, 20, "USD", "lost", 6, LedgerWorld.moved("txn_9", -8_000, -8_000, "USD", 0, 0))));
        assertEquals(8_000, ledger.balance("dispute_losses USD"));
        assertEquals(-1_173, ledger.balance("tax_payable AUD"));
    }

    @Test
    void refundOfTwoInvoices_undoesTheTaxOfBoth() {
        var first = invoice(10, "AUD", "paid", 1_000, 11_000, 0, line(11_000, 0, 1_000));
        var second = invoice(11, "AUD", "paid", 0, 2_000, 0, line(2_000));
        var payment = payment(20, "AUD", "succeeded", 13_000, pays(10, 11_000), pays(11, 2_000));
        ledger.settle(facts(first, second, payment));
        assertEquals("refund_allocated: refunds > refund_clearing 11000 AUD, tax_payable > refund_clearing 1000 AUD",
                ledger.settle(facts(first, second, payment, refund(30, 20, "AUD", "succeeded", 12_000, 3))).getLast());
    }

    @ParameterizedTest
    @CsvSource({
        "12_900, 1_173, 12_901, rounding", "12_900, 1_173, 12_899, rounding", "12_900, 1_173, 12_902, refused", "12_900, 1_173, 12_898, refused",
    })
    void total_mayDifferByOneMinorUnitPerLine(String amount, String tax, String total, String result) {
        var invoice = invoice(10, "AUD", "open", number(tax), number(total), number(total), line(number(amount), 0, number(tax)));
        if (result.equals("refused")) {
            assertThrows(UnbalancedSource.class, () -> ledger.settle(facts(invoice)));
        } else {
            ledger.settle(facts(invoice));
            assertEquals(number(total), ledger.balance("receivable AUD"));
            assertEquals(number(amount) - number(total), ledger.balance("rounding AUD"));
        }
    }

    private static long number(String text) {
        return Long.parseLong(text.replace("_", ""));
    }

    @ParameterizedTest
    @CsvSource({"1,1,2,1", "-1,1,2,-1", "1,1,3,0", "2,1,3,1", "9223372036854775807,1,1,9223372036854775807",
        "9223372036854775807,3,9,3074457345618258602"})
    void halfUp_roundsAwayFromZero(long amount, long numerator, long denominator, long share) {
        assertEquals(share, HalfUp.share(amount, numerator, denominator));
    }
}
