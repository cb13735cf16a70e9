package org.guildhall.billing.gocardless;

import static org.guildhall.billing.GoCardlessBodies.bankAccount;
import static org.guildhall.billing.GoCardlessBodies.customer;
import static org.guildhall.billing.GoCardlessBodies.event;
import static org.guildhall.billing.GoCardlessBodies.item;
import static org.guildhall.billing.GoCardlessBodies.mandate;
import static org.guildhall.billing.GoCardlessBodies.payment;
import static org.guildhall.billing.GoCardlessBodies.payout;
import static org.guildhall.billing.GoCardlessFixture.BILLING;
import static org.guildhall.billing.GoCardlessFixture.until;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.guildhall.TestServer;
import org.guildhall.billing.GoCardlessFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** GoCardless's payouts: their items, the taxes of their fees, and the payments that are part of them. */
class GoCardlessPayoutsTest {

    private static final String AT = "2026-09-09T06:00:00.000Z";
    private static final String BALANCES = "{bank=17144, fees=233, revenue=15818, tax_payable=1582, tax_receivable=23}";

    private final GoCardlessFixture gocardless = new GoCardlessFixture(
            TestServer.shared().tenant(), "{\"implied_tax\": {\"rate_bp\": 1000, \"behavior\": \"inclusive\", \"name\": \"GST\"}}");

    @BeforeEach
    void paidOut() {
        gocardless.account.put("customers", customer("CU1", Map.of())).put("mandates", mandate("MD1", "CU1", "active"))
                .put("customer_bank_accounts", bankAccount("BA1")).put("payouts", payout("PO1", 17_144, 256, "paid"));
        Map.of("PM1", 12_900L, "PM2", 4_500L).forEach((id, amount) -> {
            gocardless.account.put("payments", with(payment(id, "MD1", amount, "paid_out"), "links", Map.of("mandate", "MD1", "payout", "PO1")))
                    .put("payout_items", item("PO1", "payment_paid_out", amount + ".0", id));
            gocardless.send(event("EV-" + id, AT, "payments.paid_out", id));
        });
        gocardless.account.put("payout_items", with(item("PO1", "gocardless_fee", "-300.8", "PM1"), "taxes", List.of(tax("27.3", "AUD"), tax("9.0", "EUR"))))
                .put("payout_items", with(item("PO1", "app_fee", "44.4", "PM2"), "taxes", List.of(tax("4.0", "AUD"))));
        until("succeeded succeeded", () -> states("payments"));
    }

    private static Map<String, Object> tax(String amount, String currency) {
        return Map.of("amount", amount, "currency", currency, "tax_rate_id", "AU_GST_1");
    }

    private String states(String list) {
        var reply = gocardless.http.get(BILLING + list).expect(200);
        return reply.at("/data/0/state") + " " + reply.at("/data/1/state");
    }

    private void arrive(String event) {
        gocardless.send(event(event, AT, "payouts.paid", "PO1"));
        until("paid 17144 256 23 4 none", () -> gocardless.shown(
                "payouts", "state", "amount/amount_minor", "fee/amount_minor", "fee_tax/amount_minor", "items_count", "mirror/fetch"));
        until(BALANCES, gocardless::balances);
    }

    /** Fees of -300.8 and 44.4 cents contain taxes of 27.3 and -4.0 cents. The tax in another currency is a part of the fee. */
    @Test
    void taxesOfFees_areReceivable() {
        arrive("EV1");
    }

    @Test
    void payment_namesItsPayout_alsoIfThatIsMirroredLater() {
        var before = gocardless.http.get(BILLING + "payments").expect(200);
        assertEquals("null null", before.at("/data/0/payout_id") + " " + before.at("/data/1/payout_id"));
        gocardless.account.put("payments", payment("PM3", "MD1", 100, "confirmed"));
        gocardless.send(event("EV-PM3", AT, "payments.confirmed", "PM3"));
        until("1", () -> String.valueOf(gocardless.http.get(BILLING + "payments?provider_reference=PM3").expect(200).json().get("data").size()));
        gocardless.send(event("EV1", AT, "payouts.paid", "PO1"));
        until("paid", () -> gocardless.shown("payouts", "state"));
        var payout = gocardless.shown("payouts", "id");
        var found = gocardless.http.get(BILLING + "payments?payout_id=" + payout + "&include_total=true").expect(200);
        assertEquals("2", found.at("/page/total"));
        assertEquals(payout, gocardless.http.get(BILLING + "payments/" + found.at("/data/1/id")).expect(200).at("/payout_id"));
    }

    /** GoCardless answers 410 for the items of a payout of more than six months ago. */
    @Test
    void itemsThatAreGone_stayAsTheyWere() {
        arrive("EV1");
        gocardless.account.gone("payout_items").put("payouts", with(payout("PO1", 17_144, 256, "paid"), "metadata", Map.of("seen", "again")));
        gocardless.send(event("EV2", "2027-09-09T06:00:00.000Z", "payouts.tax_exchange_rates_confirmed", "PO1"));
        until("again", () -> gocardless.shown("payouts", "metadata/seen"));
        arrive("EV3");
    }

    @Test
    void payoutWhoseItemsAreGone_hasItsDeductedFees() {
        gocardless.account.gone("payout_items");
        gocardless.send(event("EV1", AT, "payouts.paid", "PO1"));
        until("paid 256 0 null", () -> gocardless.shown("payouts", "state", "fee/amount_minor", "fee_tax/amount_minor", "items_count"));
        assertEquals("{bank=17144, fees=256, revenue=15818, tax_payable=1582}", gocardless.balances());
    }
}
