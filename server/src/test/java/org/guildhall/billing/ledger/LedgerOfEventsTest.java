package org.guildhall.billing.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events of Stripe post into the ledger, in each order to the same balances. */
class LedgerOfEventsTest {

    private static final String BILLING = "/api/v1/billing";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final long now = Instant.now().getEpochSecond() - 100;
    private StripeSender stripe = new StripeSender(http, "", "");

    @BeforeEach
    void connect() {
        var connection = String.valueOf(http.post(BILLING + "/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
        stripe = new StripeSender(new Http(tenant.server(), null), connection, StripeSender.SECRET);
    }

    /** An invoice of 129.00 AUD with 11.73 GST in it. */
    private String invoice(String event, String type, int second, String status) {
        return StripeSender.event(event, type, now + second, StripeBodies.invoice("in_1", status));
    }

    private String sent(String body) {
        var receipt = stripe.send(body).expect(200);
        return receipt.at("/deliveries/0/state") + " " + receipt.at("/deliveries/0/id");
    }

    private Map<String, Long> balances() {
        var balances = new TreeMap<String, Long>();
        http.get(BILLING + "/ledger-accounts").expect(200).json().get("data").forEach(
                account -> balances.merge(account.get("kind").asText(), account.at("/balance/amount_minor").asLong(), Long::sum));
        balances.values().removeIf(balance -> balance == 0);
        return balances;
    }

    @Test
    void invoice_isPosted_withItsDelivery() {
        var delivery = sent(invoice("evt_1", "invoice.finalized", 1, "open")).replace("processed ", "");
        assertEquals(Map.of("receivable", 12_900L, "revenue", 11_727L, "tax_payable", 1_173L), balances());
        var posted = http.get(BILLING + "/ledger-transactions?kind=invoice_finalized").expect(200);
        assertEquals(delivery, posted.at("/data/0/delivery_id"));
        var effects = http.get(BILLING + "/webhook-deliveries/" + delivery).expect(200).json().get("effects").toString();
        assertTrue(effects.contains(String.valueOf(posted.at("/data/0/id"))), effects);
        sent(invoice("evt_2", "invoice.voided", 2, "void"));
        assertEquals(Map.of(), balances());
    }

    @Test
    void invoiceThatDoesNotAddUp_failsItsDelivery_andPostsNothing() {
        var wrong = StripeBodies.with(StripeBodies.invoice("in_1", "open"), "total", 13_000);
        var delivery = sent(StripeSender.event("evt_1", "invoice.finalized", now, wrong));
        assertTrue(delivery.startsWith("failed "), delivery);
        var stored = http.get(BILLING + "/webhook-deliveries/" + delivery.replace("failed ", "")).expect(200);
        assertEquals("source_unbalanced", stored.at("/error/code"));
        assertTrue(String.valueOf(stored.at("/error/detail")).endsWith(" is 13000, but its lines and taxes make 12900."), stored.text());
        assertEquals(Map.of(), balances());
        assertEquals(0, http.get(BILLING + "/invoices").expect(200).json().get("data").size());
    }

    @Test
    void everyOrder_withOneEventTwice_givesTheSameBalances() {
        var events = List.of(
                invoice("evt_1", "invoice.created", 0, "draft"), invoice("evt_2", "invoice.finalized", 1, "open"),
                invoice("evt_3", "invoice.marked_uncollectible", 2, "uncollectible"), invoice("evt_4", "invoice.updated", 3, "open"));
        var orders = new ArrayList<List<Integer>>();
        permute(new ArrayList<>(), 4, orders);
        var expected = new TreeMap<String, Long>();
        for (var order : orders) {
            connect();
            order.forEach(at -> sent(events.get(at)));
            sent(events.get(order.getFirst()));
            // Each order has a connection of its own, so the balances of the tenant grow by the same amounts.
            Map.of("receivable", 12_900L, "revenue", 11_727L, "tax_payable", 1_173L)
                    .forEach((kind, amount) -> expected.merge(kind, amount, Long::sum));
            assertEquals(expected, balances(), "order " + order);
        }
    }

    private static void permute(List<Integer> begun, int size, List<List<Integer>> all) {
        if (begun.size() == size) {
            all.add(List.copyOf(begun));
        }
        for (int next = 0; next < size; next++) {
            if (!begun.contains(next)) {
                begun.add(next);
                permute(begun, size, all);
                begun.removeLast();
            }
        }
    }
}
