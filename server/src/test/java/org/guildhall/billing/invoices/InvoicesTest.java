package org.guildhall.billing.invoices;

import static org.guildhall.billing.StripeBodies.invoice;
import static org.guildhall.billing.StripeBodies.line;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.olderInvoice;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Invoices from signed events to the API. */
class InvoicesTest {

    private static final String URL = "/api/v1/billing/invoices";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final long now = Instant.now().getEpochSecond();
    private StripeSender stripe;
    private int events;

    @BeforeEach
    void connect() {
        stripe = connected();
    }

    private StripeSender connected() {
        var connection = http.post("/api/v1/billing/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id");
        return new StripeSender(new Http(tenant.server(), null), String.valueOf(connection), StripeSender.SECRET);
    }

    private String outcome(String body) {
        return outcome(stripe, body);
    }

    private String outcome(StripeSender sender, String body) {
        var id = sender.send(body).expect(200).at("/deliveries/0/id");
        return String.valueOf(http.get("/api/v1/billing/webhook-deliveries/" + id).expect(200).at("/outcome"));
    }

    private String send(String type, long at, Map<String, Object> object) {
        events++;
        return outcome(StripeSender.event("evt_" + events, type, at, object));
    }

    private Reply found(String query) {
        return http.get(URL + "?" + query).expect(200);
    }

    private String references(String query) {
        var references = new ArrayList<String>();
        found(query).json().get("data").forEach(invoice -> references.add(invoice.get("provider_reference").asText()));
        return String.join(" ", references);
    }

    @Test
    void line_hasThePriceAndTheProductOfTheCatalog_asSoonAsTheyAreMapped() {
        send("invoice.finalized", now, invoice("in_1", "open"));
        var path = URL + "/" + found("").at("/data/0/id") + "/lines?expand=product";
        var line = http.get(path).expect(200);
        assertEquals("null null null price_harbour prod_harbour", line.at("/data/0/price_id") + " " + line.at("/data/0/product_id") + " " + line.at("/data/0/product")
                + " " + line.at("/data/0/price_reference") + " " + line.at("/data/0/product_reference"));
        var other = http.post("/api/v1/catalog/products", "{\"name\": \"Harbour\", \"provider_references\": {\"stripe\": \"prod_harbour\"}}").expect(201).at("/id");
        assertEquals("null " + other, http.get(path).at("/data/0/price_id") + " " + http.get(path).at("/data/0/product_id"));
        var product = http.post("/api/v1/catalog/products", "{\"name\": \"Winter Street\"}").expect(201).at("/id");
        var price = http.post("/api/v1/catalog/products/" + product + "/prices", """
                {"unit_amount": {"amount_minor": 12900, "currency": "AUD"}, "tax_behavior": "inclusive", "provider_references": {"stripe": "price_harbour"}}""")
                .expect(201).at("/id");
        line = http.get(path).expect(200);
        assertEquals(price + " " + product + " Winter Street", line.at("/data/0/price_id") + " " + line.at("/data/0/product_id") + " "
                + line.at("/data/0/product/name"), "the product of the price goes before");
    }

    @Test
    void subscriptionOfAnInvoice_isKnown_asSoonAsItIsMirrored() {
        send("invoice.finalized", now, invoice("in_1", "open"));
        assertNull(found("").at("/data/0/subscription_id"));
        assertTrue(found("expand=subscription").json().at("/data/0/subscription").isNull());
        send("customer.subscription.updated", now, object(
                "id", "sub_harbour", "object", "subscription", "customer", "cus_harbour", "status", "active", "start_date", now, "items", Map.of("data", List.of())));
        var subscription = http.get("/api/v1/billing/subscriptions").expect(200).at("/data/0/id");
        assertEquals(subscription, found("expand=subscription").at("/data/0/subscription_id"));
        assertEquals("sub_harbour active", found("expand=subscription").at("/data/0/subscription/provider_reference") + " "
                + found("expand=subscription").at("/data/0/subscription/state"));
        assertEquals("in_1", references("subscription_id=" + subscription));
        // The same ids of another connection are another subscription.
        outcome(connected(), StripeSender.event("evt_other", "invoice.finalized", now, invoice("in_1", "open")));
        assertEquals("in_1", references("subscription_id=" + subscription));
        assertEquals("", references("subscription_id=sub_01m7yy9s2dq91k5gqapenecfs0"));
    }

    @Test
    void invoice_isMirroredWithItsLines_andMakesItsAccount() {
        assertEquals("applied", send("invoice.finalized", now, invoice("in_1", "open")));
        var mirrored = found("number=HARB-0007").json().at("/data/0");
        assertEquals("in_1 open open sub_harbour 12900 AUD 1173 1 true", mirrored.at("/provider_reference").asText() + " " + mirrored.at("/provider_status").asText()
                + " " + mirrored.at("/state").asText() + " " + mirrored.at("/subscription_reference").asText() + " " + mirrored.at("/total/amount_minor").asText()
                + " " + mirrored.at("/total/currency").asText() + " " + mirrored.at("/tax/amount_minor").asText() + " " + mirrored.at("/lines_total").asText()
                + " " + mirrored.at("/mirror/complete").asText());
        var lines = http.get(URL + "/" + mirrored.at("/id").asText() + "/lines").expect(200);
        assertEquals("il_harbour_1 1 12900 11727 1173 inclusive", lines.at("/data/0/provider_reference") + " " + lines.at("/data/0/position") + " "
                + lines.at("/data/0/amount/amount_minor") + " " + lines.at("/data/0/net_amount/amount_minor") + " "
                + lines.at("/data/0/taxes/0/amount/amount_minor") + " " + lines.at("/data/0/taxes/0/behavior"));
        var account = http.get("/api/v1/billing/accounts/" + mirrored.at("/account_id").asText()).expect(200);
        assertEquals("stub cus_harbour false", account.at("/state") + " " + account.at("/provider_reference") + " " + account.at("/mirror/complete"));
        assertEquals("applied", send("customer.created", now - 60, object("id", "cus_harbour", "object", "customer", "name", "Harbour Club")));
        assertEquals("active Harbour Club", http.get("/api/v1/billing/accounts/" + mirrored.at("/account_id").asText()).at("/state") + " "
                + http.get("/api/v1/billing/accounts/" + mirrored.at("/account_id").asText()).at("/name"));
    }

    /** Each order of the events, with one of them sent twice, leads to the same invoice. */
    @Test
    void orderOfArrival_doesNotMatter() {
        var draft = with(invoice("in_1", "draft"), "lines", object("data", List.of(line("il_harbour_1", 9_900, 900), line("il_harbour_2", 3_000, 273))));
        var bodies = List.of(
                StripeSender.event("evt_a", "invoice.created", now - 3, draft), StripeSender.event("evt_b", "invoice.finalized", now, olderInvoice("in_1", "open")),
                StripeSender.event("evt_c", "invoice.paid", now, invoice("in_1", "paid")));
        var seen = new ArrayList<String>();
        for (var order : List.of("abca", "acbb", "bacc", "bcab", "cabc", "cbaa")) {
            var sender = connected();
            order.chars().forEach(letter -> outcome(sender, bodies.get(letter - 'a')));
        }
        found("provider_reference=in_1").json().get("data").forEach(invoice -> {
            var lines = http.get(URL + "/" + invoice.get("id").asText() + "/lines").expect(200).json().get("data");
            seen.add(invoice.at("/state").asText() + " " + invoice.at("/amount_paid/amount_minor").asText() + " " + invoice.at("/paid_at").asText() + " "
                    + invoice.at("/mirror/provider_event_reference").asText() + " " + lines.size() + " " + lines.at("/0/amount/amount_minor").asText());
        });
        assertEquals(6, seen.size());
        assertEquals(List.of("paid 12900 2026-11-25T09:50:00.000000Z evt_c 1 12900"), seen.stream().distinct().toList());
    }

    @Test
    void olderEvent_isStale_andEndedStatesStay() {
        send("invoice.finalized", now, invoice("in_1", "open"));
        assertEquals("stale", send("invoice.updated", now - 1, invoice("in_1", "draft")));
        assertEquals("applied", send("invoice.voided", now + 1, with(invoice("in_1", "void"), "latest_revision", "in_2")));
        assertEquals("stale", send("invoice.updated", now + 9, invoice("in_1", "open")));
        var voided = found("state=void").json().at("/data/0");
        var replacement = http.get(URL + "/" + voided.at("/replaced_by_id").asText()).expect(200);
        assertEquals("in_2 stub", replacement.at("/provider_reference") + " " + replacement.at("/state"));
        assertNull(replacement.at("/total"));
        assertEquals("applied", send("invoice.finalized", now, with(invoice("in_2", "open"), "number", "HARB-0008")));
        assertEquals("open", http.get(URL + "/" + replacement.at("/id")).at("/state"));
        assertEquals("applied", send("invoice.marked_uncollectible", now + 2, with(invoice("in_2", "uncollectible"), "number", "HARB-0008")));
        assertEquals("applied", send("invoice.paid", now + 3, with(invoice("in_2", "paid"), "number", "HARB-0008")));
        assertEquals("in_2", references("state=paid"));
    }

    @Test
    void lines_keepTheirIds_andThoseBeyondTheEventStay() {
        var two = List.of(line("il_1", 9_900, 900), line("il_2", 3_000, 273));
        send("invoice.created", now, with(invoice("in_1", "draft"), "lines", object("data", two)));
        var url = URL + "/" + found("").json().at("/data/0/id").asText();
        var first = http.get(url + "/lines").at("/data/0/id");
        send("invoice.updated", now + 1, with(invoice("in_1", "draft"), "lines", object("has_more", true, "data", List.of(line("il_1", 9_800, 890)))));
        assertEquals("false 2", http.get(url).at("/lines_complete") + " " + http.get(url + "/lines").json().get("data").size());
        send("invoice.updated", now + 2, with(invoice("in_1", "draft"), "lines", object("data", List.of(line("il_1", 9_700, 881)))));
        var lines = http.get(url + "/lines");
        assertEquals(first + " 1 9700", lines.at("/data/0/id") + " " + lines.json().get("data").size() + " " + lines.at("/data/0/amount/amount_minor"));
    }

    @Test
    void filters_findTheirInvoices() {
        send("invoice.finalized", now, with(invoice("in_due", "open"), "due_date", now - 10, "customer", "cus_pier", "number", "PIER-1"));
        send("invoice.finalized", now, with(invoice("in_later", "open"), "due_date", now + 1_000));
        send("invoice.paid", now, with(invoice("in_paid", "paid"), "due_date", now - 10, "parent", null));
        assertEquals("in_due", references("overdue=true"));
        assertEquals("in_later in_paid", references("overdue=false"));
        assertEquals("in_due in_later", references("state=open"));
        assertEquals("in_due in_paid", references("due_before=" + Instant.ofEpochSecond(now)));
        assertEquals("in_due in_later", references("subscription_reference=sub_harbour"));
        assertEquals("in_due in_later in_paid", references("issued_from=" + Instant.ofEpochSecond(1_795_600_100)));
        assertEquals("", references("issued_after=" + Instant.ofEpochSecond(1_795_600_100)));
        var pier = found("number=PIER-1").json().at("/data/0/account_id").asText();
        assertEquals("in_due", references("account_id=" + pier));
        var type = http.post("/api/v1/catalog/org-types", "{\"key\": \"club\", \"name\": \"Club\"}").expect(201).at("/id");
        var organization = http.post("/api/v1/runtime/organizations", "{\"name\": \"Pier\", \"org_type_id\": \"" + type + "\"}").expect(201).at("/id");
        assertEquals("", references("organization_id=" + organization));
        http.post("/api/v1/billing/accounts/" + pier + "/link", "{\"organization_id\": \"" + organization + "\"}").expect(200);
        assertEquals("in_due", references("organization_id=" + organization));
    }

    @Test
    void unreadableInvoice_isStored_andTriedAgain() {
        var id = stripe.send(StripeSender.event("evt_1", "invoice.updated", now, with(invoice("in_1", "open"), "total", "much"))).expect(200).at("/deliveries/0/id");
        var delivery = http.get("/api/v1/billing/webhook-deliveries/" + id).expect(200);
        assertEquals("failed unreadable `invoice.total` is no whole number.", delivery.at("/state") + " " + delivery.at("/error/code") + " " + delivery.at("/error/detail"));
        assertEquals(0, found("").json().get("data").size());
    }
}
