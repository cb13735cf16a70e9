package org.guildhall.billing.gocardless;

import static org.guildhall.billing.GoCardlessBodies.bankAccount;
import static org.guildhall.billing.GoCardlessBodies.customer;
import static org.guildhall.billing.GoCardlessBodies.event;
import static org.guildhall.billing.GoCardlessBodies.failed;
import static org.guildhall.billing.GoCardlessBodies.item;
import static org.guildhall.billing.GoCardlessBodies.mandate;
import static org.guildhall.billing.GoCardlessBodies.payout;
import static org.guildhall.billing.GoCardlessBodies.refund;
import static org.guildhall.billing.GoCardlessFixture.BILLING;
import static org.guildhall.billing.GoCardlessFixture.until;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.guildhall.TestServer;
import org.guildhall.billing.GoCardlessBodies;
import org.guildhall.billing.GoCardlessFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of GoCardless's events: mirror, tasks and ledger, row by row. */
@Execution(ExecutionMode.CONCURRENT)
class GoCardlessMirrorTest {

    private static final String GST = "{\"implied_tax\": {\"rate_bp\": 1000, \"behavior\": \"inclusive\", \"name\": \"GST\"}}";
    private static final String CONFIRMED_AT = "2026-09-08T06:00:00.000Z";
    private static final String PAID_OUT_AT = "2026-09-09T06:00:00.000Z";
    private static final String FAILED_AT = "2026-09-11T05:30:00.000Z";

    private GoCardlessFixture gocardless = new GoCardlessFixture(TestServer.shared().tenant(), GST);

    @BeforeEach
    void known() {
        put(gocardless);
    }

    private static void put(GoCardlessFixture fixture) {
        fixture.account.put("customers", customer("CU1", Map.of())).put("mandates", mandate("MD1", "CU1", "active"))
                .put("customer_bank_accounts", bankAccount("BA1"));
    }

    private void payment(String status) {
        gocardless.account.put("payments", GoCardlessBodies.payment("PM1", "MD1", 12_900, status));
    }

    private void confirm() {
        payment("confirmed");
        gocardless.send(event("EV1", CONFIRMED_AT, "payments.confirmed", "PM1"));
        until("succeeded none", () -> gocardless.shown("payments", "state", "mirror/fetch"));
    }

    private String tasks(String state) {
        var titles = new TreeSet<String>();
        gocardless.http.get("/api/v1/tasks/operational-tasks?state=" + state).expect(200).json().get("data").forEach(
                task -> titles.add(task.get("title").asText()));
        return titles.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "created, pending_submission, pending", "submitted, submitted, pending", "active, active, active", "reinstated, active, active",
        "cancelled, cancelled, ended", "failed, failed, ended", "expired, expired, ended", "blocked, blocked, ended", "consumed, consumed, ended",
    })
    void mandate_isTheMethodOfItsAccount(String action, String status, String state) {
        gocardless.account.put("mandates", mandate("MD1", "CU1", status));
        gocardless.send(event("EV1", CONFIRMED_AT, "mandates." + action, "MD1"));
        until("MD1 HARBOUR BANK 42 " + state, () -> gocardless.shown(
                "accounts", "default_payment_method/provider_reference", "default_payment_method/brand", "default_payment_method/last4",
                "default_payment_method/state"));
    }

    @Test
    void replacedMandate_givesWayToTheNewOne() {
        gocardless.account.put("mandates", mandate("MD1", "CU1", "cancelled"));
        gocardless.account.put("mandates", with(mandate("MD2", "CU1", "active"), "created_at", "2026-09-02T01:00:00.000Z"));
        gocardless.send(with(event("EV1", CONFIRMED_AT, "mandates.replaced", "MD1"), "links", Map.of("mandate", "MD1", "new_mandate", "MD2")));
        until("MD2 active", () -> gocardless.shown("accounts", "default_payment_method/provider_reference", "default_payment_method/state"));
    }

    /** The subscription and the payment that end with the mandate have events of their own. */
    @ParameterizedTest
    @CsvSource({"cancelled", "expired", "failed"})
    void lostMandate_isOneTask_untilThereIsAnother(String action) {
        gocardless.account.put("subscriptions", GoCardlessBodies.subscription("SB1", "MD1", "active", Map.of()));
        gocardless.send(event("EV0", CONFIRMED_AT, "mandates.active", "MD1"), event("EV1", CONFIRMED_AT, "subscriptions.created", "SB1"));
        until("June Park active", () -> gocardless.shown("accounts", "name", "default_payment_method/state"));
        gocardless.account.put("mandates", mandate("MD1", "CU1", action));
        gocardless.account.put("subscriptions", GoCardlessBodies.subscription("SB1", "MD1", "cancelled", Map.of()));
        payment("cancelled");
        gocardless.send(
                event("EV2", PAID_OUT_AT, "mandates." + action, "MD1"), event("EV3", PAID_OUT_AT, "subscriptions.cancelled", "SB1"),
                event("EV4", PAID_OUT_AT, "payments.cancelled", "PM1"), event("EV5", FAILED_AT, "mandates." + action, "MD1"));
        until("[Ask June Park for another mandate]", () -> tasks("open"));
        until("canceled canceled", () -> gocardless.shown("subscriptions", "state") + " " + gocardless.shown("payments", "state"));
        assertEquals(1, gocardless.http.get("/api/v1/tasks/operational-tasks?state=open").expect(200).json().get("data").size());
        gocardless.account.put("mandates", with(mandate("MD2", "CU1", "pending_submission"), "created_at", "2026-09-12T01:00:00.000Z"));
        gocardless.send(event("EV6", "2026-09-12T01:00:00.000Z", "mandates.created", "MD2"));
        until("[Ask June Park for another mandate]", () -> tasks("completed"));
        assertEquals("[]", tasks("open"));
    }

    @ParameterizedTest
    @CsvSource({"created, pending_submission, pending", "submitted, submitted, processing", "customer_approval_granted, pending_customer_approval, requires_action"})
    void waitingPayment_impliesAnOpenInvoice(String action, String status, String state) {
        payment(status);
        gocardless.send(event("EV1", CONFIRMED_AT, "payments." + action, "PM1"));
        until(state, () -> gocardless.shown("payments", "state"));
        assertEquals("open implied implied 12900 1173 12900 2026-09-05T00:00:00.000000Z SB1 HARB-PM1", gocardless.shown(
                "invoices", "state", "origin", "tax_basis", "total/amount_minor", "tax/amount_minor", "amount_remaining/amount_minor", "issued_at",
                "subscription_reference", "number"));
        until("{receivable=12900, revenue=11727, tax_payable=1173}", gocardless::balances);
        assertEquals("2026-09-05T00:00:00.000000Z", gocardless.shown("ledger-transactions", "effective_at"));
    }

    @Test
    void withoutImpliedTax_noneIsPosted() {
        gocardless = new GoCardlessFixture(TestServer.shared().tenant(), "{}");
        put(gocardless);
        confirm();
        assertEquals("none null 12900", gocardless.shown("invoices", "tax_basis", "tax", "total/amount_minor"));
        assertEquals("{clearing=12900, revenue=12900}", gocardless.balances());
    }

    @Test
    void exclusiveTax_isContainedInWhatIsPaid_andLaterSettingsLeaveInvoices() {
        gocardless = new GoCardlessFixture(TestServer.shared().tenant(), GST.replace("inclusive", "exclusive"));
        put(gocardless);
        confirm();
        assertEquals("11727 1173 12900", gocardless.shown("invoices", "subtotal/amount_minor", "tax/amount_minor", "total/amount_minor"));
        gocardless.http.patch(BILLING + "connections/" + gocardless.connection, "{\"settings\": {\"implied_tax\": null}}").expect(200);
        payment("paid_out");
        gocardless.send(event("EV2", PAID_OUT_AT, "payments.paid_out", "PM1"));
        until("paid_out", () -> gocardless.shown("payments", "provider_status"));
        assertEquals("11727 1173 12900 implied", gocardless.shown("invoices", "subtotal/amount_minor", "tax/amount_minor", "total/amount_minor", "tax_basis"));
        assertEquals("{clearing=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
    }

    @Test
    void confirmedPayment_isReceived_andPaysItsInvoice() {
        confirm();
        assertEquals("succeeded 12900 2026-09-08T06:00:00.000000Z direct_debit",
                gocardless.shown("payments", "state", "amount_captured/amount_minor", "paid_at", "method"));
        assertEquals("paid 0 2026-09-08T06:00:00.000000Z", gocardless.shown("invoices", "state", "amount_remaining/amount_minor", "paid_at"));
        assertEquals("{clearing=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
        until("June Park", () -> gocardless.shown("accounts", "name"));
    }

    @Test
    void earlyFailure_isAnAttempt_thatIsTriedAgain() {
        payment("failed");
        gocardless.send(failed("EV1", "2026-09-08T05:30:00.000Z", "PM1", "refer_to_payer", true));
        until("failed refer_to_payer", () -> gocardless.shown("payments", "state", "failure/code"));
        assertEquals("open 1", gocardless.shown("invoices", "state", "attempt_count"));
        until("[Call June Park about failed payment]", () -> tasks("open").replace("CU1", "June Park"));
        gocardless.account.put("payments", with(
                GoCardlessBodies.payment("PM1", "MD1", 12_900, "pending_submission"), "charge_date", "2026-09-12"));
        gocardless.send(event("EV2", "2026-09-08T05:30:01.000Z", "payments.resubmission_requested", "PM1"));
        until("pending null", () -> gocardless.shown("payments", "state", "failure"));
        assertEquals("2026-09-12T00:00:00.000000Z", gocardless.shown("invoices", "next_attempt_at"));
        assertEquals("1 2026-09-12T00:00:00.000000Z", gocardless.shown("payment-attempts", "number", "will_retry_at"));
        payment("failed");
        gocardless.send(failed("EV3", "2026-09-12T05:30:00.000Z", "PM1", "refer_to_payer", false));
        until("2 null", () -> gocardless.shown("invoices", "attempt_count", "next_attempt_at"));
        assertEquals("failed", gocardless.shown("payments", "state"));
        assertEquals("1 null", gocardless.shown("payment-attempts", "number", "will_retry_at"));
        assertEquals("2 null", gocardless.shown("payment-attempts?sort=-attempted_at", "number", "will_retry_at"));
        assertEquals(2, gocardless.http.get(BILLING + "payment-attempts?outcome=failed").expect(200).json().get("data").size());
        assertEquals("{receivable=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
    }

    @Test
    void lateFailure_reversesThePayment_andOpensItsInvoice() {
        confirm();
        payment("paid_out");
        gocardless.send(event("EV2", PAID_OUT_AT, "payments.paid_out", "PM1"));
        payment("failed");
        gocardless.send(failed("EV3", FAILED_AT, "PM1", "bank_account_closed", false));
        until("reversed bank_account_closed", () -> gocardless.shown("payments", "state", "failure/code"));
        assertEquals("open 12900", gocardless.shown("invoices", "state", "amount_remaining/amount_minor"));
        assertEquals("late_failure lost bank_account_closed", gocardless.shown("disputes", "kind", "state", "reason"));
        assertEquals("{receivable=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
        until("[Call June Park about failed payment]", () -> tasks("open").replace("CU1", "June Park"));
        gocardless.send(event("EV4", "2026-09-14T06:00:00.000Z", "payments.late_failure_settled", "PM1"));
        until("late_failure_settled lost", () -> gocardless.shown("disputes", "provider_status", "state"));
        assertEquals("{receivable=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
    }

    @Test
    void chargeback_takesTheMoney_andItsCancellationGivesItAgain() {
        confirm();
        payment("charged_back");
        gocardless.send(event("EV2", FAILED_AT, "payments.charged_back", "PM1"));
        until("reversed", () -> gocardless.shown("payments", "state"));
        assertEquals("chargeback under_review any_cause", gocardless.shown("disputes", "kind", "state", "reason"));
        assertEquals("open", gocardless.shown("invoices", "state"));
        assertEquals("{receivable=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
        payment("confirmed");
        gocardless.send(event("EV3", "2026-09-13T05:30:00.000Z", "payments.chargeback_cancelled", "PM1"));
        until("succeeded", () -> gocardless.shown("payments", "state"));
        assertEquals("won", gocardless.shown("disputes", "state"));
        assertEquals("paid", gocardless.shown("invoices", "state"));
        assertEquals("{clearing=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
        assertEquals(3, gocardless.http.get(BILLING + "ledger-transactions?kind=payment_received").expect(200).json().get("data").size());
        assertEquals("[]", tasks("open"));
    }

    @Test
    void settledChargeback_isLost() {
        confirm();
        payment("charged_back");
        gocardless.send(event("EV2", FAILED_AT, "payments.charged_back", "PM1"), event("EV3", "2026-09-14T06:00:00.000Z", "payments.chargeback_settled", "PM1"));
        until("chargeback lost chargeback_settled", () -> gocardless.shown("disputes", "kind", "state", "provider_status"));
        assertEquals("{receivable=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
    }

    @Test
    void cancelledPayment_voidsItsInvoice() {
        payment("pending_submission");
        gocardless.send(event("EV1", CONFIRMED_AT, "payments.created", "PM1"));
        until("pending", () -> gocardless.shown("payments", "state"));
        payment("cancelled");
        gocardless.send(event("EV2", FAILED_AT, "payments.cancelled", "PM1"));
        until("canceled", () -> gocardless.shown("payments", "state"));
        assertEquals("void 2026-09-11T05:30:00.000000Z", gocardless.shown("invoices", "state", "voided_at"));
        assertEquals("{}", gocardless.balances());
    }

    @Test
    void refund_leavesWhenItIsSettled_andComesBackWhenItFails() {
        confirm();
        gocardless.account.put("refunds", refund("RF1", "PM1", 1_500, "created"));
        gocardless.send(event("EV2", "2026-09-25T02:00:00.000Z", "refunds.created", "RF1"));
        until("pending", () -> gocardless.shown("refunds", "state"));
        assertEquals("{clearing=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
        assertEquals("derived 136 null", gocardless.shown("refunds", "tax_basis", "tax_amount/amount_minor", "settled_at"));
        gocardless.account.put("refunds", refund("RF1", "PM1", 1_500, "submitted"));
        gocardless.send(event("EV3", "2026-09-28T06:00:00.000Z", "refunds.refund_settled", "RF1"));
        until("succeeded", () -> gocardless.shown("refunds", "state"));
        assertEquals("{clearing=11400, refunds=1364, revenue=11727, tax_payable=1037}", gocardless.balances());
        gocardless.account.put("refunds", refund("RF1", "PM1", 1_500, "paid"));
        gocardless.send(event("EV4", "2026-09-28T06:00:00.000Z", "refunds.paid", "RF1"));
        until("paid succeeded", () -> gocardless.shown("refunds", "provider_status", "state"));
        assertEquals("derived 136 2026-09-28T06:00:00.000000Z", gocardless.shown("refunds", "tax_basis", "tax_amount/amount_minor", "settled_at"));
        assertEquals("2026-09-28T06:00:00.000000Z", gocardless.http.get(BILLING + "ledger-transactions?kind=refund_paid").expect(200).at("/data/0/effective_at"));
        assertEquals("{clearing=11400, refunds=1364, revenue=11727, tax_payable=1037}", gocardless.balances());
        gocardless.send(event("EV5", "2026-10-01T05:30:00.000Z", "refunds.failed", "RF1"));
        until("failed", () -> gocardless.shown("refunds", "state"));
        assertEquals("none null null", gocardless.shown("refunds", "tax_basis", "tax_amount/amount_minor", "settled_at"));
        assertEquals("{clearing=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
        gocardless.account.put("refunds", refund("RF1", "PM1", 1_500, "funds_returned"));
        gocardless.send(event("EV6", "2026-10-02T06:00:00.000Z", "refunds.funds_returned", "RF1"));
        until("funds_returned failed", () -> gocardless.shown("refunds", "provider_status", "state"));
        until("[Pay back June Park in another way]", () -> tasks("open").replace("CU1", "June Park"));
    }

    private void threePaidOut() {
        var payments = Map.of("PM1", 12_900L, "PM2", 4_500L, "PM3", 2_500L);
        payments.forEach((id, amount) -> {
            gocardless.account.put("payments", GoCardlessBodies.payment(id, "MD1", amount, "paid_out"));
            gocardless.send(event("EV-" + id, CONFIRMED_AT, "payments.confirmed", id));
            gocardless.account.put("payout_items", item("PO1", "payment_paid_out", amount + ".0", id));
        });
        gocardless.account.put("payout_items", item("PO1", "gocardless_fee", "-169.0", "PM1")).put("payout_items", item("PO1", "gocardless_fee", "-72.4", "PM2"))
                .put("payout_items", item("PO1", "gocardless_fee", "-55.2", "PM3")).put("payouts", payout("PO1", 19_603, 297, "paid"));
        gocardless.send(event("EV-PO1", PAID_OUT_AT, "payouts.paid", "PO1"));
        until("paid 19603 297", () -> gocardless.shown("payouts", "state", "amount/amount_minor", "fee/amount_minor"));
        until("{bank=19603, fees=297, revenue=18091, tax_payable=1809}", gocardless::balances);
    }

    /** Fees of -169.0, -72.4 and -55.2 cents make 297, since 19603 of 19900 arrive. */
    @Test
    void payout_emptiesTheBalance_withoutTenths() {
        threePaidOut();
        assertEquals(List.of("/payout_items", "/payout_items", "/payout_items"), gocardless.account.calls().stream().filter("/payout_items"::equals).toList());
        gocardless.account.put("payouts", payout("PO1", 19_603, 297, "bounced"));
        gocardless.send(event("EV-PO2", FAILED_AT, "payouts.bounced", "PO1"));
        until("failed", () -> gocardless.shown("payouts", "state"));
        assertEquals("{clearing=19900, revenue=18091, tax_payable=1809}", gocardless.balances());
    }

    /** The money is missing at GoCardless until a later payout is smaller. */
    @Test
    void lateFailureAfterThePayout_leavesTheBalanceNegative() {
        threePaidOut();
        payment("failed");
        gocardless.send(failed("EV-late", FAILED_AT, "PM1", "bank_account_closed", false));
        until("{bank=19603, clearing=-12900, fees=297, receivable=12900, revenue=18091, tax_payable=1809}", gocardless::balances);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyOrder_withADoubledEvent_andAReplayedOne_endsEqual(int seed) {
        var events = new ArrayList<>(List.of(
                event("EV1", "2026-09-01T06:00:00.000Z", "payments.created", "PM1"),
                failed("EV2", "2026-09-06T05:30:00.000Z", "PM1", "refer_to_payer", true), event("EV3", CONFIRMED_AT, "payments.confirmed", "PM1"),
                event("EV4", PAID_OUT_AT, "payments.paid_out", "PM1"), failed("EV5", FAILED_AT, "PM1", "bank_account_closed", false),
                event("EV6", "2026-09-14T06:00:00.000Z", "payments.late_failure_settled", "PM1")));
        var random = new Random(seed);
        events.add(events.get(random.nextInt(events.size())));
        Collections.shuffle(events, random);
        payment("failed");
        var deliveries = events.stream().map(event -> gocardless.send(event).at("/deliveries/0/id")).toList();
        var replayed = BILLING + "webhook-deliveries/" + deliveries.get(random.nextInt(deliveries.size()));
        gocardless.http.post(replayed + "/replay", null).expect(200);
        until("processed", () -> String.valueOf(gocardless.http.get(replayed).expect(200).at("/state")));
        until("reversed bank_account_closed none", () -> gocardless.shown("payments", "state", "failure/code", "mirror/fetch"));
        assertEquals("2026-09-08T06:00:00.000000Z 12900", gocardless.shown("payments", "paid_at", "amount_captured/amount_minor"));
        assertEquals("open 2 12900", gocardless.shown("invoices", "state", "attempt_count", "amount_remaining/amount_minor"));
        assertEquals("late_failure lost late_failure_settled", gocardless.shown("disputes", "kind", "state", "provider_status"));
        assertEquals(2, gocardless.http.get(BILLING + "payment-attempts?outcome=failed").expect(200).json().get("data").size());
        assertEquals(1, gocardless.http.get(BILLING + "payment-attempts?outcome=succeeded").expect(200).json().get("data").size());
        assertEquals("{receivable=12900, revenue=11727, tax_payable=1173}", gocardless.balances());
    }

    @Test
    void reconciliation_findsWhatEventsDidntTell() {
        confirm();
        gocardless.account.put("payments", GoCardlessBodies.payment("PM2", "MD1", 4_500, "confirmed"));
        var run = gocardless.http.post(BILLING + "reconciliations", "{\"connection_id\": \"" + gocardless.connection + "\"}").expect(202);
        until("succeeded 1", () -> {
            var shown = gocardless.http.get(BILLING + "reconciliations/" + run.at("/id")).expect(200);
            return shown.at("/state") + " " + shown.at("/missing_here");
        });
        gocardless.http.post(BILLING + "reconciliations/" + run.at("/id") + "/repair", "").expect(200);
        until("{clearing=17400, revenue=15818, tax_payable=1582}", gocardless::balances);
        gocardless.account.remove("payments", "PM1");
        var later = gocardless.http.post(BILLING + "reconciliations", "{\"connection_id\": \"%s\", \"kinds\": [\"payment\"]}".formatted(gocardless.connection)).expect(202);
        until("succeeded 1", () -> {
            var shown = gocardless.http.get(BILLING + "reconciliations/" + later.at("/id")).expect(200);
            return shown.at("/state") + " " + shown.at("/missing_there");
        });
        var difference = gocardless.http.get(BILLING + "reconciliations/" + later.at("/id") + "/differences").expect(200);
        assertEquals("PM1 missing_there", difference.at("/data/0/provider_reference") + " " + difference.at("/data/0/difference"));
        var refused = gocardless.http.post(BILLING + "reconciliations", "{\"connection_id\": \"%s\", \"kinds\": [\"dispute\"]}".formatted(gocardless.connection));
        assertEquals("/kinds", refused.expect(422).at("/errors/0/pointer"));
    }
}
