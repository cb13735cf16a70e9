package org.guildhall.billing.deliveries;

import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The mirror and the ledger are made again from the stored bodies alone. */
class RebuiltMirrorTest {

    private static final String BILLING = "/api/v1/billing";
    private static final int CUSTOMERS = 25;
    private static final long WAIT_NANOS = 60_000_000_000L;
    private static final List<String> MIRROR = List.of("accounts", "invoices", "payments", "refunds");
    /** All that follows from deliveries. */
    private static final List<String> TABLES = List.of(
            "accounts", "subscriptions", "subscription_changes", "invoices", "invoice_lines", "payments", "payment_attempts", "invoice_payments", "refunds",
            "payment_recoveries", "fetches", "ledger_postings", "ledger_transactions", "ledger_accounts");
    /** The members that belong to the row, or to the moment at which it was written. */
    private static final List<String> OF_THE_ROW = List.of("id", "created_at", "updated_at", "version", "mirror", "account_id", "invoice_ids", "payment_id",
            "subscription_id", "latest_invoice_id");

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

    /** An invoice of a customer that is paid by a payment, of which 29.00 are refunded. */
    private List<String> paidAndRefunded(int number) {
        var customer = "cus_" + number;
        var invoice = "in_" + number;
        var intent = "pi_" + number;
        return List.of(
                event(number, "customer.created", 0, object("id", customer, "object", "customer", "name", "Member " + number, "email", "m" + number + "@members.example")),
                event(number, "invoice.finalized", 1, with(StripeBodies.invoice(invoice, "open"), "customer", customer)),
                event(number, "invoice.paid", 3, with(StripeBodies.invoice(invoice, "paid"), "customer", customer)),
                event(number, "payment_intent.succeeded", 2, with(StripeBodies.intent(intent, "succeeded"), "customer", customer)),
                event(number, "charge.succeeded", 2, with(StripeBodies.charge("ch_" + number, intent, "succeeded", now + 2), "customer", customer)),
                event(number, "invoice_payment.paid", 3, object(
                        "id", "inpay_" + number, "object", "invoice_payment", "invoice", invoice, "currency", "aud", "amount_paid", 12_900,
                        "payment", object("type", "payment_intent", "payment_intent", intent))),
                event(number, "refund.created", 4, with(StripeBodies.refund("re_" + number, intent, 2_900, "succeeded"), "charge", "ch_" + number)));
    }

    private String event(int number, String type, int second, Map<String, Object> object) {
        return StripeSender.event("evt_" + number + "_" + type, type, now + second, object);
    }

    private Map<String, Long> balances() {
        var balances = new TreeMap<String, Long>();
        http.get(BILLING + "/ledger-accounts?limit=200").expect(200).json().get("data").forEach(
                account -> balances.merge(account.get("kind").asText(), account.at("/balance/amount_minor").asLong(), Long::sum));
        return balances;
    }

    /** The objects of each kind by the provider's reference, without what belongs to the row. */
    private Map<String, JsonNode> mirrored() {
        var found = new TreeMap<String, JsonNode>();
        for (var kind : MIRROR) {
            http.get(BILLING + "/" + kind + "?limit=200").expect(200).json().get("data").forEach(
                    one -> found.put(kind + " " + one.get("provider_reference").asText(), ((ObjectNode) one).remove(OF_THE_ROW)));
        }
        return found;
    }

    private void deleteMirrorAndLedger() throws SQLException {
        try (var connection = tenant.server().superuser(); var statement = connection.createStatement()) {
            // The rows refer to each other; without their triggers no order is needed.
            statement.execute("set session_replication_role = replica");
            for (var table : TABLES) {
                statement.execute("delete from billing." + table + " where tenant_id = '" + tenant.id() + "'");
            }
        }
    }

    @Test
    void deletedMirrorAndLedger_areTheSame_afterAReplay() throws SQLException {
        var events = new ArrayList<String>();
        for (int number = 0; number < CUSTOMERS; number++) {
            events.addAll(paidAndRefunded(number));
        }
        Collections.shuffle(events, new Random(7));
        events.forEach(event -> stripe.send(event).expect(200));
        var mirrored = mirrored();
        var balances = balances();
        assertEquals(CUSTOMERS * 10_000L, balances.get("clearing"));
        assertEquals(CUSTOMERS * MIRROR.size(), mirrored.size());
        deleteMirrorAndLedger();
        assertEquals(Map.of(), mirrored());
        var replay = http.post(BILLING + "/delivery-replays", "{\"filter\": {}}").expect(202);
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && replay.at("/finished_at") == null;) {
            replay = http.get(BILLING + "/delivery-replays/" + replay.at("/id")).expect(200);
        }
        assertEquals("succeeded " + events.size(), replay.at("/state") + " " + replay.at("/processed"));
        assertEquals(mirrored.toString(), mirrored().toString());
        assertEquals(balances, balances());
    }
}
