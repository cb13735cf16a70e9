package org.guildhall.billing.stripe;

import static org.guildhall.billing.StripeBodies.creditNote;
import static org.guildhall.billing.StripeBodies.dispute;
import static org.guildhall.billing.StripeBodies.movement;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.payout;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.events.ProviderCredit;
import org.guildhall.billing.events.ProviderCredit.RefundPart;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.core.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Disputes, payouts and credit notes in the forms of several versions of Stripe's API. */
class StripeMovementsTest {

    private static ProviderEvent event(Map<String, Object> object) {
        return StripeEvents.read(Json.parse(StripeSender.event("evt_1", "any.updated", 1_795_600_300, object).getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource({
        "warning_needs_response, needs_response, inquiry", "warning_under_review, under_review, inquiry", "warning_closed, closed, inquiry",
        "needs_response, needs_response, dispute", "under_review, under_review, dispute", "charge_refunded, closed, dispute", "won, won, dispute",
        "lost, lost, dispute",
    })
    void dispute_hasAStateAndAKind(String status, String state, String kind) {
        var read = StripeDisputes.read(event(dispute("du_1", "pi_1", status)));
        assertEquals(state + " " + kind, read.state() + " " + read.kind());
    }

    @Test
    void movement_hasItsFees_andItsOwnCurrency() {
        var moved = with(dispute("du_1", "pi_1", "lost"), "balance_transactions", List.of(
                movement("txn_1", -12_900, 1_500, 150), with(movement("txn_2", 8_400, -1_500, 0), "currency", "usd")));
        var movements = StripeDisputes.read(event(moved)).movements();
        var out = movements.getFirst();
        assertEquals("-12900 1500 150", out.amountMinor() + " " + out.feeMinor() + " " + out.feeTaxMinor());
        var back = movements.getLast();
        assertEquals("12900 8400 USD", back.amountMinor() + " " + back.settledMinor() + " " + back.settledCurrency());
    }

    @Test
    void payoutOnItsWay_isPending() {
        assertEquals("pending", StripePayouts.read(event(payout("po_1", 500, "in_transit"))).state());
        assertThrows(UnreadableEvent.class, () -> StripePayouts.read(event(payout("po_1", 500, "lost"))));
    }

    private static String parts(ProviderCredit note) {
        return note.reducesInvoiceMinor() + " " + note.toBalanceMinor() + " " + note.outOfBandMinor() + " " + note.refundedMinor();
    }

    @Test
    void creditNote_hasFourParts() {
        var note = with(creditNote("cn_1", "in_1", 2_900, 264), "pre_payment_amount", 1_000, "out_of_band_amount", 300,
                "refunds", List.of(object("refund", "re_1", "amount_refunded", 600)));
        assertEquals("1000 1000 300 600", parts(StripeCredits.read(event(note))));
        assertThrows(UnreadableEvent.class, () -> StripeCredits.read(event(with(note, "amount", 1_800))));
    }

    @Test
    void olderCreditNote_namesOneRefund_andOtherTaxes() {
        var older = with(creditNote("cn_1", "in_1", 2_900, 264), "type", "post_payment", "refund", "re_1",
                "tax_amounts", List.of(object("amount", 200, "inclusive", true), object("amount", 64, "inclusive", true)));
        List.of("pre_payment_amount", "post_payment_amount", "refunds", "total_taxes").forEach(older::remove);
        var read = StripeCredits.read(event(older));
        assertEquals("0 0 0 2900", parts(read));
        assertEquals(List.of(new RefundPart("re_1", 2_900)), read.refunds());
        assertEquals(264L, read.taxMinor());
        older.remove("tax_amounts");
        assertNull(StripeCredits.read(event(older)).taxMinor());
        assertEquals("0 2900 0 0", parts(StripeCredits.read(event(with(older, "refund", null, "customer_balance_transaction", "cbtxn_1")))));
    }
}
