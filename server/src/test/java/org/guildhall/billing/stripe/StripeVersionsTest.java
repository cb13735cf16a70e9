package org.guildhall.billing.stripe;

import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.Test;

/** One story in the forms of several versions of Stripe's API: the mirror and the ledger are the same. */
class StripeVersionsTest {

    private static final String BILLING = "/api/v1/billing/";
    private static final String PRESENT = "2026-07-29.dahlia";
    private static final long AT = 1_795_600_100;
    private static final List<String> LISTS = List.of("accounts", "subscriptions", "invoices", "payments", "payment-attempts", "refunds", "credits");
    /** Members that aren't the provider's content, or that have ids of the server. */
    private static final List<String> OWN = List.of(
            "id", "connection_id", "account_id", "subscription_id", "invoice_id", "payment_id", "latest_invoice_id", "mirror", "created_at", "updated_at", "version");

    /** The events of the same story in the form of one version. */
    private record Form(String version, Map<String, Object> subscription, Map<String, Object> invoice, Map<String, Object> charge, Map<String, Object> note) {}

    private static Map<String, Object> noteOf(Object... members) {
        return with(StripeBodies.creditNote("cn_1", "in_1", 2_900, 264), members);
    }

    private static Form form(String version) {
        var subscription = StripeBodies.subscription("sub_harbour", "cus_harbour", "active", "prod_harbour");
        var charge = StripeBodies.charge("ch_1", "pi_1", "succeeded", AT);
        var note = noteOf("type", "post_payment", "pre_payment_amount", 0, "post_payment_amount", 2_900,
                "refunds", List.of(object("refund", "re_1", "amount_refunded", 2_900)));
        var present = new Form(version, subscription, StripeBodies.invoice("in_1", "paid"), charge, note);
        return switch (version) {
            case "2020-08-27" -> older(version, subscription, charge);
            case "2029-01-31.zephyr" -> new Form(
                    version, strange(present.subscription(), "collection_method", "by_carrier_pigeon"), strange(present.invoice(), "collection_method", "by_carrier_pigeon"),
                    strange(present.charge(), "outcome", object("type", "blessed", "reason", "moon_phase")), strange(present.note(), "memo", 7));
            default -> present;
        };
    }

    /** Before 2025-03-31.basil: the period belongs to the subscription, the charge names its invoice, a credit note has one refund. */
    private static Form older(String version, Map<String, Object> subscription, Map<String, Object> charge) {
        var item = with(StripeBodies.subscriptionItem("sub_harbour", "prod_harbour"));
        item.keySet().removeIf(member -> member.startsWith("current_period"));
        var note = noteOf("type", "post_payment", "refund", "re_1", "tax_amounts", List.of(object("amount", 264, "inclusive", true)));
        List.of("pre_payment_amount", "post_payment_amount", "refunds", "total_taxes").forEach(note::remove);
        return new Form(
                version, with(subscription, "items", object("data", List.of(item)), "current_period_start", 1_795_600_000, "current_period_end", 1_798_200_000),
                StripeBodies.olderInvoice("in_1", "paid"), with(charge, "invoice", "in_1"), note);
    }

    /** A future form: members that nobody knows, and a known member with a value that nobody knows. */
    private static Map<String, Object> strange(Map<String, Object> object, String member, Object value) {
        return with(object, member, value, "of_the_future", List.of(object("deep", List.of(1, 2.5, "x")), true), "amount_in_beads", Long.MAX_VALUE);
    }

    private static String event(String id, String type, Form form, Map<String, Object> object) {
        return StripeSender.event(id, type, AT, object).replace(PRESENT, form.version());
    }

    private static List<String> story(Form form) {
        var events = new ArrayList<>(List.of(
                event("evt_1", "customer.created", form, object(
                        "id", "cus_harbour", "object", "customer", "name", "Harbour", "currency", "aud", "balance", 0, "metadata", object("club", "harbour"))),
                event("evt_2", "customer.subscription.created", form, form.subscription()), event("evt_3", "invoice.paid", form, form.invoice()),
                event("evt_4", "payment_intent.succeeded", form, StripeBodies.intent("pi_1", "succeeded")),
                event("evt_5", "charge.succeeded", form, form.charge()),
                event("evt_6", "refund.created", form, StripeBodies.refund("re_1", "pi_1", 2_900, "succeeded")),
                event("evt_7", "credit_note.created", form, form.note())));
        if (!form.version().startsWith("2020")) {
            events.add(event("evt_8", "invoice_payment.paid", form, object(
                    "id", "inpay_1", "object", "invoice_payment", "invoice", "in_1", "currency", "aud", "amount_paid", 12_900,
                    "payment", object("type", "payment_intent", "payment_intent", "pi_1"))));
        }
        return events;
    }

    /** Plays the story in a tenant of its own. @return the content of each list, and the balances */
    private static Map<String, String> played(String version) {
        var tenant = TestServer.shared().tenant();
        var http = new Http(tenant.server(), tenant.token());
        var connection = http.post(BILLING + "connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id");
        var stripe = new StripeSender(new Http(tenant.server(), null), String.valueOf(connection), StripeSender.SECRET);
        for (var event : story(form(version))) {
            assertEquals("processed", stripe.send(event).expect(200).at("/deliveries/0/state"), event);
        }
        var seen = new TreeMap<String, String>();
        for (var list : LISTS) {
            var data = http.get(BILLING + list).expect(200).json().get("data");
            assertEquals(1, data.size(), list);
            seen.put(list, content(data.get(0)));
            assertEquals(version, data.at("/0/mirror/api_version").asText(), list);
        }
        var invoices = http.get(BILLING + "invoices").expect(200);
        var invoice = invoices.at("/data/0/id");
        assertEquals(http.get(BILLING + "subscriptions").expect(200).at("/data/0/id"), invoices.at("/data/0/subscription_id"), version);
        seen.put("lines", content(http.get(BILLING + "invoices/" + invoice + "/lines").expect(200).json().at("/data/0")));
        assertEquals(invoice, http.get(BILLING + "payments").expect(200).at("/data/0/invoice_ids/0"));
        var balances = new TreeMap<String, Long>();
        http.get(BILLING + "ledger-accounts").expect(200).json().get("data").forEach(
                account -> balances.merge(account.get("kind").asText(), account.at("/balance/amount_minor").asLong(), Long::sum));
        seen.put("balances", balances.toString());
        return seen;
    }

    /** The provider's content of an object, without what is the server's own. */
    private static String content(JsonNode object) {
        var copy = (ObjectNode) object.deepCopy();
        copy.remove(OWN);
        copy.remove("invoice_ids");
        copy.path("items").forEach(item -> ((ObjectNode) item).remove("id"));
        return copy.toString();
    }

    @Test
    void eachVersion_givesTheSameRowsAndBalances() {
        var expected = played(PRESENT);
        for (var version : List.of("2020-08-27", "2025-10-29.clover", "2029-01-31.zephyr")) {
            var seen = played(version);
            expected.forEach((list, content) -> assertEquals(content, seen.get(list), version + " " + list));
        }
    }
}
