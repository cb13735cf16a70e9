package org.guildhall.billing.ledger.rules;

import static org.guildhall.billing.ledger.rules.LedgerWorld.balance;
import static org.guildhall.billing.ledger.rules.LedgerWorld.dispute;
import static org.guildhall.billing.ledger.rules.LedgerWorld.facts;
import static org.guildhall.billing.ledger.rules.LedgerWorld.implied;
import static org.guildhall.billing.ledger.rules.LedgerWorld.invoice;
import static org.guildhall.billing.ledger.rules.LedgerWorld.line;
import static org.guildhall.billing.ledger.rules.LedgerWorld.moved;
import static org.guildhall.billing.ledger.rules.LedgerWorld.payment;
import static org.guildhall.billing.ledger.rules.LedgerWorld.payout;
import static org.guildhall.billing.ledger.rules.LedgerWorld.pays;
import static org.guildhall.billing.ledger.rules.LedgerWorld.refund;
import static org.guildhall.billing.ledger.rules.LedgerWorld.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.guildhall.billing.ledger.facts.InvoiceFacts.ImpliedTax;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.facts.PaymentFacts;
import org.junit.jupiter.api.Test;

/** The worked examples of the ledger, posting by posting. Amounts are minor units. */
class LedgerRulesTest {

    private static final ImpliedTax GST_INCLUSIVE = new ImpliedTax(1_000, true);
    /** 129.00 AUD with 11.73 GST in it. */
    private static final InvoiceFacts OPEN = invoice(10, "AUD", "open", 1_173, 12_900, 12_900, line(12_900, 0, 1_173));
    private static final InvoiceFacts PAID = with(OPEN, "paid", 0, 0, 0, 0);
    private static final PaymentFacts PAYMENT = payment(20, "AUD", "succeeded", 12_900, pays(10, 12_900));

    private final PostedLedger ledger = new PostedLedger();

    @Test
    void inclusiveTax_isTakenAsTheProviderStatesIt() {
        assertEquals(List.of("invoice_finalized: receivable > revenue 11727 AUD, receivable > tax_payable 1173 AUD"), ledger.settle(facts(OPEN)));
        assertEquals(List.of("payment_received: clearing > unapplied 12900 AUD", "payment_applied: unapplied > receivable 12900 AUD"),
                ledger.settle(facts(PAID, PAYMENT)));
        assertEquals(Map.of("clearing AUD", 12_900L, "revenue AUD", -11_727L, "tax_payable AUD", -1_173L), ledger.balances());
    }

    @Test
    void exclusiveTax_isAddedToTheTotal() {
        assertEquals(List.of("invoice_finalized: receivable > revenue 12900 AUD, receivable > tax_payable 1290 AUD"),
                ledger.settle(facts(invoice(10, "AUD", "open", 1_290, 14_190, 14_190, line(12_900)))));
        assertEquals(14_190, ledger.balance("receivable AUD"));
    }

    @Test
    void impliedTax_isRoundedPerLine() {
        assertEquals(List.of("invoice_finalized: receivable > revenue 5 AUD, receivable > revenue 5 AUD, receivable > revenue 5 AUD, "
                        + "receivable > revenue 5 AUD, receivable > revenue 5 AUD"),
                ledger.settle(facts(implied(10, "AUD", GST_INCLUSIVE, 25, line(5), line(5), line(5), line(5), line(5)))));
    }

    @Test
    void impliedTax_isAddedOrContainedOrAbsent() {
        assertEquals(List.of("invoice_finalized: receivable > revenue 11727 AUD, receivable > tax_payable 1173 AUD"),
                ledger.settle(facts(implied(10, "AUD", GST_INCLUSIVE, 12_900, line(12_900)))));
        assertEquals(List.of("invoice_finalized: receivable > revenue 12900 AUD, receivable > tax_payable 1290 AUD"),
                ledger.settle(facts(implied(11, "AUD", new ImpliedTax(1_000, false), 14_190, line(12_900)))));
        assertEquals(List.of("invoice_finalized: receivable > revenue 12900 AUD"),
                ledger.settle(facts(implied(12, "AUD", null, 12_900, line(12_900)))));
    }

    @Test
    void discounts_lowerTheirLines() {
        assertEquals(List.of("invoice_finalized: receivable > revenue 15660 USD, receivable > revenue 7047 USD, receivable > tax_payable 1805 USD"),
                ledger.settle(facts(invoice(10, "USD", "open", 1_805, 24_512, 24_512, line(17_400, 1_740, 0), line(8_700, 870 + 783, 0)))));
        assertEquals(24_512, ledger.balance("receivable USD"));
    }

    @Test
    void prorationCredit_isPostedTheOtherWayRound() {
        assertEquals(List.of("invoice_finalized: revenue > receivable 2500 USD, receivable > revenue 25000 USD"),
                ledger.settle(facts(invoice(10, "USD", "open", 0, 22_500, 22_500, line(-2_500), line(25_000)))));
        assertEquals(22_500, ledger.balance("receivable USD"));
    }

    @Test
    void partialRefunds_undoExactlyTheTax() {
        ledger.settle(facts(PAID, PAYMENT));
        assertEquals(List.of(
                        "refund_paid: refund_clearing > clearing 5000 AUD",
                        "refund_allocated: refunds > refund_clearing 4545 AUD, tax_payable > refund_clearing 455 AUD",
                        "refund_paid: refund_clearing > clearing 5000 AUD",
                        "refund_allocated: refunds > refund_clearing 4546 AUD, tax_payable > refund_clearing 454 AUD",
                        "refund_paid: refund_clearing > clearing 2900 AUD",
                        "refund_allocated: refunds > refund_clearing 2636 AUD, tax_payable > refund_clearing 264 AUD"),
                ledger.settle(facts(PAID, PAYMENT, refund(30, 20, "AUD", "succeeded", 5_000, 3), refund(31, 20, "AUD", "succeeded", 5_000, 4),
                        refund(32, 20, "AUD", "succeeded", 2_900, 5))));
        assertEquals(Map.of("refunds AUD", 11_727L, "revenue AUD", -11_727L), ledger.balances());
    }

    @Test
    void dispute_isWithdrawnAndGivenBack() {
        var taken = moved("txn_1", -1_000, -1_000, "USD", 1_500, 0);
        assertEquals(List.of("dispute_withdrawn: disputes > clearing 1000 USD, fees > clearing 1500 USD"),
                ledger.settle(facts(dispute(40, 20, "USD", "under_review", 6, taken))));
        var back = moved("txn_2", 1_000, 1_000, "USD", -1_500, 0);
        assertEquals(List.of("dispute_reinstated: clearing > disputes 1000 USD, clearing > fees 1500 USD"),
                ledger.settle(facts(dispute(40, 20, "USD", "won", 7, taken, back))));
        assertEquals(Map.of(), ledger.balances());
    }

    @Test
    void disputeLost_afterARefund_undoesTheRestOfTheTax() {
        var refund = refund(30, 20, "AUD", "succeeded", 2_900, 3);
        ledger.settle(facts(PAID, PAYMENT, refund));
        assertEquals(List.of(
                        "dispute_withdrawn: disputes > clearing 10000 AUD, fees > clearing 2500 AUD",
                        "dispute_lost: dispute_losses > disputes 9091 AUD, tax_payable > disputes 909 AUD"),
                ledger.settle(facts(PAID, PAYMENT, refund, dispute(40, 20, "AUD", "lost", 6, moved("txn_9", -10_000, -10_000, "AUD", 2_500, 0)))));
        assertEquals(0, ledger.balance("tax_payable AUD"));
        assertEquals(0, ledger.balance("disputes AUD"));
    }

    @Test
    void disputeLost_ofTheWhole_undoesNoMoreThanTheTax() {
        var refund = refund(30, 20, "AUD", "succeeded", 2_900, 3);
        ledger.settle(facts(PAID, PAYMENT, refund));
        assertEquals(List.of(
                        "dispute_withdrawn: disputes > clearing 12900 AUD, fees > clearing 2500 AUD",
                        "dispute_lost: dispute_losses > disputes 11991 AUD, tax_payable > disputes 909 AUD"),
                ledger.settle(facts(PAID, PAYMENT, refund, dispute(40, 20, "AUD", "lost", 6, moved("txn_9", -12_900, -12_900, "AUD", 2_500, 0)))));
        assertEquals(0, ledger.balance("tax_payable AUD"));
    }

    @Test
    void payout_andLateFailure_leaveTheDebtWithTheProvider() {
        var invoices = new InvoiceFacts[] {
            implied(10, "AUD", null, 12_900, line(12_900)), implied(11, "AUD", null, 4_500, line(4_500)), implied(12, "AUD", null, 2_500, line(2_500))
        };
        var second = payment(21, "AUD", "succeeded", 4_500, pays(11, 4_500));
        var third = payment(22, "AUD", "succeeded", 2_500, pays(12, 2_500));
        ledger.settle(facts(invoices[0], invoices[1], invoices[2], PAYMENT, second, third));
        assertEquals(List.of("provider_fee: fees > clearing 297 AUD", "payout: bank > clearing 19603 AUD"),
                ledger.settle(facts(payout(50, "AUD", "paid", 19_603, 297, 0))));
        assertEquals(0, ledger.balance("clearing AUD"));
        assertEquals(List.of(
                        "reversal of payment_applied: receivable > unapplied 12900 AUD",
                        "reversal of payment_received: unapplied > clearing 12900 AUD"),
                ledger.settle(facts(invoices[0], payment(20, "AUD", "reversed", 12_900, pays(10, 12_900)))));
        assertEquals(-12_900, ledger.balance("clearing AUD"));
        assertEquals(12_900, ledger.balance("receivable AUD"));
        assertEquals(0, ledger.balances(LedgerWorld.day(8)).getOrDefault("receivable AUD", 0L), "the failure is effective on day 9");
    }

    @Test
    void payoutThatFailed_isReversed() {
        assertEquals(List.of("provider_fee: fees > clearing 233 AUD, tax_receivable > clearing 23 AUD", "payout: bank > clearing 1000 AUD"),
                ledger.settle(facts(payout(50, "AUD", "paid", 1_000, 256, 23))));
        assertEquals(List.of(
                        "reversal of payout: clearing > bank 1000 AUD",
                        "reversal of provider_fee: clearing > fees 233 AUD, clearing > tax_receivable 23 AUD"),
                ledger.settle(facts(payout(50, "AUD", "failed", 1_000, 256, 23))));
        assertEquals(Map.of(), ledger.balances());
    }

    @Test
    void currencies_haveTheirOwnMinorUnits() {
        assertEquals(List.of("invoice_finalized: receivable > revenue 1364 JPY, receivable > tax_payable 136 JPY",
                        "payment_received: clearing > unapplied 10500 KWD"),
                ledger.settle(facts(implied(10, "JPY", GST_INCLUSIVE, 1_500, line(1_500)), payment(20, "KWD", "succeeded", 10_500))));
    }

    @Test
    void fee_isPostedWhenItIsKnown() {
        assertEquals(List.of("payment_received: clearing > unapplied 110000 NGN"), ledger.settle(facts(payment(20, "NGN", "succeeded", 110_000))));
        var known = payment(20, "NGN", "succeeded", 110_000, List.of(moved("T1", 110_000, 110_000, "NGN", 1_650, 0)));
        assertEquals(List.of("provider_fee: fees > clearing 1650 NGN"), ledger.settle(facts(known)));
        assertEquals(108_350, ledger.balance("clearing NGN"));
    }

    @Test
    void otherSettlementCurrency_showsTheOpenPosition() {
        assertEquals(List.of(
                        "payment_received: clearing > unapplied 10000 USD",
                        "provider_fee: fees > clearing 536 AUD",
                        "currency_exchange: exchange > clearing 10000 USD, clearing > exchange 15321 AUD"),
                ledger.settle(facts(payment(20, "USD", "succeeded", 10_000, List.of(moved("txn_3", 10_000, 15_321, "AUD", 536, 0))))));
        assertEquals(Map.of("clearing AUD", 14_785L, "exchange AUD", -15_321L, "exchange USD", 10_000L, "fees AUD", 536L, "unapplied USD", -10_000L),
                ledger.balances());
    }

    @Test
    void invoiceOfNothing_hasNoTransaction() {
        assertEquals(List.of(), ledger.settle(facts(invoice(10, "AUD", "paid", 0, 0, 0, line(0)))));
    }

    @Test
    void balance_paysAPartOfAnInvoice() {
        assertEquals(List.of("credit_granted: credits_granted > credit 500 AUD"), ledger.settle(facts(balance(500, 0, 1))));
        assertEquals(List.of(
                        "invoice_finalized: receivable > revenue 11727 AUD, receivable > tax_payable 1173 AUD",
                        "credit_applied: credit > receivable 500 AUD",
                        "payment_received: clearing > unapplied 12400 AUD",
                        "payment_applied: unapplied > receivable 12400 AUD"),
                ledger.settle(facts(with(OPEN, "paid", 0, 0, 0, 500), payment(20, "AUD", "succeeded", 12_400, pays(10, 12_400)))));
        assertEquals(0, ledger.balance("receivable AUD"));
        assertEquals(0, ledger.balance("credit AUD"));
    }

    /** A balance is the provider's figure: what invoices and credit notes don't make of it was given or taken by hand. */
    @Test
    void balance_givenAndTakenByHand_isPostedAsADifference() {
        ledger.settle(facts(balance(500, 0, 1)));
        assertEquals(List.of(), ledger.settle(facts(balance(500, 0, 2))));
        assertEquals(List.of(), ledger.settle(facts(balance(100, -400, 3))));
        assertEquals(List.of("credit_granted: credits_granted > credit 200 AUD"), ledger.settle(facts(balance(350, -350, 4))));
        assertEquals(List.of("credit_granted: credit > credits_granted 700 AUD"), ledger.settle(facts(balance(-350, -350, 5))));
        assertEquals(-700, ledger.balances(LedgerWorld.day(4)).get("credit AUD"));
        assertEquals(Map.of(), ledger.balances());
    }

    @Test
    void feeWithTax_isSplit() {
        assertEquals(List.of(
                        "payment_received: clearing > unapplied 12900 AUD",
                        "provider_fee: fees > clearing 233 AUD, tax_receivable > clearing 23 AUD"),
                ledger.settle(facts(payment(20, "AUD", "succeeded", 12_900, List.of(moved("txn_4", 12_900, 12_900, "AUD", 233, 23))))));
    }

    @Test
    void payment_paysTwoInvoices() {
        var first = invoice(10, "AUD", "paid", 0, 9_000, 0, line(9_000));
        var second = invoice(11, "AUD", "paid", 0, 3_900, 0, line(3_900));
        assertEquals(List.of(
                        "invoice_finalized: receivable > revenue 9000 AUD",
                        "invoice_finalized: receivable > revenue 3900 AUD",
                        "payment_received: clearing > unapplied 12900 AUD",
                        "payment_applied: unapplied > receivable 9000 AUD",
                        "payment_applied: unapplied > receivable 3900 AUD"),
                ledger.settle(facts(first, second, payment(20, "AUD", "succeeded", 12_900, pays(10, 9_000), pays(11, 3_900)))));
        assertEquals(0, ledger.balance("receivable AUD"));
    }
}
