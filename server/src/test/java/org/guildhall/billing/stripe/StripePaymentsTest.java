package org.guildhall.billing.stripe;

import static org.guildhall.billing.StripeBodies.charge;
import static org.guildhall.billing.StripeBodies.intent;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.refund;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.core.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Payments, attempts and refunds in the forms of several versions of Stripe's API. */
class StripePaymentsTest {

    private static ProviderEvent event(String type, Map<String, Object> object) {
        return StripeEvents.read(Json.parse(StripeSender.event("evt_1", type, 1_795_600_300, object).getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource({
        "requires_payment_method, failed", "requires_source_action, requires_action", "requires_capture, pending", "requires_confirmation, pending",
        "processing, processing", "canceled, canceled", "succeeded, succeeded",
    })
    void intent_hasAState(String status, String state) {
        assertEquals(state, StripePayments.readIntent(event("payment_intent.created", intent("pi_1", status))).state());
    }

    @Test
    void newIntent_isPending() {
        assertEquals("pending", StripePayments.readIntent(event(
                "payment_intent.created", with(intent("pi_1", "requires_payment_method"), "last_payment_error", null))).state());
    }

    @Test
    void authorization_isNoMoney_andOlderChargesHaveNoCapturedAmount() {
        var charge = charge("ch_1", "pi_1", "succeeded", 1_795_600_000);
        assertEquals(0, StripePayments.readCharge(event("charge.succeeded", with(charge, "captured", false, "amount_captured", 0))).capturedMinor());
        charge.remove("amount_captured");
        assertEquals(12_900, StripePayments.readCharge(event("charge.succeeded", charge)).capturedMinor());
    }

    @Test
    void chargeOfItsOwn_isItsPayment_andTheBankTellsTheReason() {
        var failed = StripePayments.readCharge(event("charge.failed", with(charge("ch_1", "pi_1", "failed", 1_795_600_000), "payment_intent", null)));
        assertEquals("ch_1 expired_card", failed.paymentReference() + " " + (failed.failure() == null ? null : failed.failure().code()));
    }

    @Test
    void refund_namesItsPayment() {
        var read = StripePayments.readRefund(event("refund.created", refund("re_1", "pi_1", 2_900, "requires_action")));
        assertEquals("pi_1 pending 2900 requested_by_customer", read.paymentReference() + " " + read.state() + " " + read.amountMinor() + " " + read.reason());
        assertEquals("ch_1", StripePayments.readRefund(event("charge.refund.updated", with(refund("re_1", "pi_1", 1, "failed"), "payment_intent", null)))
                .paymentReference());
    }

    @Test
    void paymentOfAnInvoice_outOfBand_namesNoPayment() {
        var part = object(
                "id", "inpay_1", "object", "invoice_payment", "invoice", "in_1", "currency", "aud", "amount_paid", 9_000, "status", "paid",
                "payment", object("type", "payment_intent", "payment_intent", "pi_1"), "status_transitions", object("paid_at", 1_795_600_200));
        var read = StripePayments.readInvoicePayment(event("invoice_payment.paid", part));
        assertEquals("in_1 pi_1 9000", read == null ? "" : read.invoiceReference() + " " + read.paymentReference() + " " + read.amountMinor());
        assertNull(StripePayments.readInvoicePayment(event("invoice_payment.paid", with(part, "payment", object("type", "payment_record")))));
    }

    @Test
    void unknownStatus_isUnreadable() {
        for (var wrong : List.of("reversed", "")) {
            assertThrows(UnreadableEvent.class, () -> StripePayments.readIntent(event("payment_intent.created", intent("pi_1", wrong))));
            assertThrows(UnreadableEvent.class, () -> StripePayments.readRefund(event("refund.created", refund("re_1", "pi_1", 1, wrong))));
            assertThrows(UnreadableEvent.class, () -> StripePayments.readCharge(event("charge.updated", charge("ch_1", "pi_1", wrong, 1))));
        }
    }
}
