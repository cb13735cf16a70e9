package org.guildhall.billing.gocardless;

import static org.guildhall.billing.GoCardlessBodies.customer;
import static org.guildhall.billing.GoCardlessBodies.event;
import static org.guildhall.billing.GoCardlessBodies.failed;
import static org.guildhall.billing.GoCardlessBodies.mandate;
import static org.guildhall.billing.GoCardlessFixture.BILLING;
import static org.guildhall.billing.GoCardlessFixture.until;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.stream.IntStream;
import org.guildhall.TestServer;
import org.guildhall.billing.GoCardlessBodies;
import org.guildhall.billing.GoCardlessFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Payments that GoCardless tries to take again. */
@Execution(ExecutionMode.CONCURRENT)
class GoCardlessRetriesTest {

    private static final String CONFIRMED_AT = "2026-09-08T06:00:00.000Z";
    private static final String PAID_OUT_AT = "2026-09-09T06:00:00.000Z";
    private static final String FAILED_AT = "2026-09-11T05:30:00.000Z";

    private final GoCardlessFixture gocardless = new GoCardlessFixture(
            TestServer.shared().tenant(), "{\"implied_tax\": {\"rate_bp\": 1000, \"behavior\": \"inclusive\", \"name\": \"GST\"}}");

    @BeforeEach
    void known() {
        gocardless.account.put("customers", customer("CU1", Map.of())).put("mandates", mandate("MD1", "CU1", "active"));
    }

    private void payment(String status) {
        gocardless.account.put("payments", GoCardlessBodies.payment("PM1", "MD1", 12_900, status));
    }

    private void confirm() {
        payment("confirmed");
        gocardless.send(event("EV1", CONFIRMED_AT, "payments.confirmed", "PM1"));
        until("succeeded none", () -> gocardless.shown("payments", "state", "mirror/fetch"));
    }

    /** The answer's payout is that of the second attempt. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void failureBeforeTheMoney_isAnAttempt_alsoInAPaidOutPayment(boolean isAnnounced) {
        var paidOut = GoCardlessBodies.payment("PM1", "MD1", 12_900, "paid_out");
        gocardless.account.put("payments", with(paidOut, "links", Map.of("mandate", "MD1", "subscription", "SB1", "payout", "PO1")));
        gocardless.send(
                failed("EV1", "2026-09-06T05:30:00.000Z", "PM1", "refer_to_payer", isAnnounced),
                event("EV2", "2026-09-06T05:30:01.000Z", "payments.resubmission_requested", "PM1"), event("EV3", CONFIRMED_AT, "payments.confirmed", "PM1"),
                event("EV4", PAID_OUT_AT, "payments.paid_out", "PM1"));
        until("succeeded paid_out none", () -> gocardless.shown("payments", "state", "provider_status", "mirror/fetch"));
        assertEquals("paid 2 2026-09-08T06:00:00.000000Z", gocardless.shown("invoices", "state", "attempt_count", "paid_at"));
        assertEquals(0, gocardless.http.get(BILLING + "disputes").expect(200).json().get("data").size());
        assertEquals("{clearing=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
    }

    @Test
    void paymentThatIsTriedAgain_leavesItsLateFailure() {
        confirm();
        payment("failed");
        gocardless.send(failed("EV2", FAILED_AT, "PM1", "refer_to_payer", true));
        until("reversed", () -> gocardless.shown("payments", "state"));
        gocardless.account.put("payments", with(GoCardlessBodies.payment("PM1", "MD1", 12_900, "pending_submission"), "charge_date", "2026-09-16"));
        gocardless.send(event("EV3", "2026-09-11T05:30:01.000Z", "payments.resubmission_requested", "PM1"));
        until("pending null 0", () -> gocardless.shown("payments", "state", "failure", "amount_captured/amount_minor"));
        assertEquals("open 1 2026-09-16T00:00:00.000000Z", gocardless.shown("invoices", "state", "attempt_count", "next_attempt_at"));
        assertEquals("{receivable=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
        payment("confirmed");
        gocardless.send(event("EV4", "2026-09-19T06:00:00.000Z", "payments.confirmed", "PM1"));
        until("succeeded 2026-09-19T06:00:00.000000Z", () -> gocardless.shown("payments", "state", "paid_at"));
        assertEquals("paid 2 2026-09-19T06:00:00.000000Z null", gocardless.shown("invoices", "state", "attempt_count", "paid_at", "next_attempt_at"));
        assertEquals("{clearing=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
        payment("failed");
        gocardless.send(failed("EV5", "2026-09-21T05:30:00.000Z", "PM1", "refer_to_payer", false));
        until("reversed", () -> gocardless.shown("payments", "state"));
        assertEquals(2, gocardless.http.get(BILLING + "disputes?state=lost").expect(200).json().get("data").size());
        assertEquals("{receivable=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
    }

    @Test
    void secondAttemptThatFails_isNoSecondLateFailure() {
        confirm();
        payment("failed");
        gocardless.send(
                failed("EV2", FAILED_AT, "PM1", "refer_to_payer", true), event("EV3", "2026-09-11T05:30:01.000Z", "payments.resubmission_requested", "PM1"),
                failed("EV4", "2026-09-16T05:30:00.000Z", "PM1", "bank_account_closed", false));
        until("failed bank_account_closed none", () -> gocardless.shown("payments", "state", "failure/code", "mirror/fetch"));
        assertEquals("open 2", gocardless.shown("invoices", "state", "attempt_count"));
        assertEquals(1, gocardless.http.get(BILLING + "disputes").expect(200).json().get("data").size());
        assertEquals("{receivable=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
    }

    @Test
    void manyEvents_dontHideTheNewest() {
        payment("confirmed");
        for (int sent = 0; sent < 500; sent += 250) {
            gocardless.sender.send(GoCardlessBodies.body(IntStream.range(sent, sent + 250)
                    .mapToObj(number -> event("EV-" + number, "2026-09-05T06:00:00.000Z", "payments.surcharge_fee_debited", "PM1")).toList())).expect(200);
        }
        gocardless.send(event("EV1", CONFIRMED_AT, "payments.confirmed", "PM1"));
        until("succeeded 2026-09-08T06:00:00.000000Z", () -> gocardless.shown("payments", "state", "paid_at"));
    }
}
