package org.guildhall.billing.gocardless;

import static org.guildhall.billing.GoCardlessBodies.customer;
import static org.guildhall.billing.GoCardlessBodies.event;
import static org.guildhall.billing.GoCardlessBodies.mandate;
import static org.guildhall.billing.GoCardlessBodies.payment;
import static org.guildhall.billing.GoCardlessBodies.subscription;
import static org.guildhall.billing.GoCardlessFixture.until;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.guildhall.billing.GoCardlessFixture;
import org.guildhall.runtime.plans.PlanFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Subscriptions of GoCardless, and the plans that follow from them. */
class GoCardlessSubscriptionsTest {

    private final PlanFixture plans = new PlanFixture();
    private final String organization = plans.organization();
    private final GoCardlessFixture gocardless = new GoCardlessFixture(plans.tenant, "{}");

    private void put(String status, Map<String, String> metadata) {
        gocardless.account.put("subscriptions", subscription("SB1", "MD1", status, metadata));
    }

    /** Connects the customer with the organization. */
    private void link() {
        gocardless.account.put("customers", customer("CU1", Map.of("guildhall_organization_id", organization)))
                .put("mandates", mandate("MD1", "CU1", "active"));
        gocardless.send(event("EV0", "2026-09-01T01:00:00.000Z", "mandates.active", "MD1"));
        until("active metadata", () -> gocardless.shown("accounts", "state", "link_source"));
    }

    private String price() {
        return String.valueOf(plans.http.post("/api/v1/catalog/products/" + plans.product(plans.flexible) + "/prices", """
                {"unit_amount": {"amount_minor": 12900, "currency": "AUD"}, "billing_interval": "month", "tax_behavior": "inclusive"}""").expect(201).at("/id"));
    }

    @ParameterizedTest
    @CsvSource({
        "created, active, active", "created, pending_customer_approval, incomplete", "customer_approval_denied, customer_approval_denied, expired",
        "paused, paused, paused", "resumed, active, active", "cancelled, cancelled, canceled", "finished, finished, canceled", "amended, active, active",
        "scheduled_pause, active, active",
    })
    void subscription_hasAState(String action, String status, String state) {
        link();
        put(status, Map.of());
        gocardless.send(event("EV1", "2026-09-08T06:00:00.000Z", "subscriptions." + action, "SB1"));
        until(state + " " + status + " 12900 month", () -> gocardless.shown(
                "subscriptions", "state", "provider_status", "items/0/unit_amount/amount_minor", "items/0/billing_interval"));
        if (state.equals("canceled")) {
            assertEquals("2026-09-08T06:00:00.000000Z", gocardless.shown("subscriptions", "ended_at"));
        }
    }

    @Test
    void plan_followsFromThePriceInTheMetadata() {
        link();
        var price = price();
        put("active", Map.of("price_id", price));
        gocardless.send(event("EV1", "2026-09-08T06:00:00.000Z", "subscriptions.created", "SB1"));
        until("drives", () -> gocardless.shown("subscriptions", "items/0/entitlement"));
        until("Flexible subscription", () -> plans.plans(organization));
        // The pause ends the plan, not its schedule.
        gocardless.send(event("EV2", "2026-09-09T06:00:00.000Z", "subscriptions.scheduled_pause", "SB1"));
        until("active none", () -> gocardless.shown("subscriptions", "state", "mirror/fetch"));
        assertEquals("Flexible subscription", plans.plans(organization));
        put("paused", Map.of("price_id", price));
        gocardless.send(event("EV3", "2026-09-10T06:00:00.000Z", "subscriptions.paused", "SB1"));
        until("Public default", () -> plans.plans(organization));
        put("active", Map.of("price_id", price));
        gocardless.send(event("EV4", "2026-09-12T06:00:00.000Z", "subscriptions.resumed", "SB1"));
        until("Flexible subscription", () -> plans.plans(organization));
        put("finished", Map.of("price_id", price));
        gocardless.send(event("EV5", "2026-10-12T06:00:00.000Z", "subscriptions.finished", "SB1"));
        until("Public default", () -> plans.plans(organization));
    }

    /** GoCardless tells the instant of a pause by its event only, whatever comes after it. */
    @Test
    void pause_hasTheInstantOfItsEvent() {
        link();
        put("paused", Map.of());
        gocardless.send(
                event("EV3", "2026-09-14T06:00:00.000Z", "subscriptions.amended", "SB1"), event("EV1", "2026-09-09T06:00:00.000Z", "subscriptions.paused", "SB1"),
                event("EV2", "2026-09-12T06:00:00.000Z", "subscriptions.paused", "SB1"));
        until("paused 2026-09-12T06:00:00.000000Z null", () -> gocardless.shown("subscriptions", "collection", "paused_at", "resumes_at"));
        put("active", Map.of());
        gocardless.send(event("EV4", "2026-09-15T06:00:00.000Z", "subscriptions.resumed", "SB1"));
        until("automatic null null", () -> gocardless.shown("subscriptions", "collection", "paused_at", "resumes_at"));
    }

    @Test
    void withoutAPrice_thePlanIsUnmapped() {
        link();
        put("active", Map.of());
        gocardless.send(event("EV1", "2026-09-08T06:00:00.000Z", "subscriptions.created", "SB1"));
        until("unmapped", () -> gocardless.shown("subscriptions", "items/0/entitlement"));
        until("[Map the prices of subscription SB1]", () -> {
            var task = plans.http.get("/api/v1/tasks/operational-tasks?workflow=billing_prices").expect(200);
            return "[" + task.at("/data/0/title") + "]";
        });
    }

    @Test
    void paymentOfASubscription_isFetched() {
        link();
        put("active", Map.of());
        gocardless.account.put("payments", payment("PM1", "MD1", 12_900, "pending_submission"));
        gocardless.send(with(event("EV1", "2026-09-08T06:00:00.000Z", "subscriptions.payment_created", "SB1"), "links", Map.of(
                "subscription", "SB1", "payment", "PM1")));
        until("pending", () -> gocardless.shown("payments", "state"));
        assertEquals("SB1", gocardless.shown("invoices", "subscription_reference"));
        until("true", () -> String.valueOf(gocardless.shown("subscriptions", "latest_invoice_id").equals(gocardless.shown("invoices", "id"))));
    }
}
