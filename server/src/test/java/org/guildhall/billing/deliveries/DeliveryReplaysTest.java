package org.guildhall.billing.deliveries;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.billing.StripeSender;
import org.guildhall.core.audit.JobTransactions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replays of the deliveries of a filter, over HTTP. */
class DeliveryReplaysTest {

    private static final String REPLAYS = "/api/v1/billing/delivery-replays";
    private static final String DELIVERIES = "/api/v1/billing/webhook-deliveries";
    private static final String ACCOUNTS = "/api/v1/billing/accounts";
    private static final long WAIT_NANOS = 30_000_000_000L;

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final long now = Instant.now().getEpochSecond();
    private String connection = "";
    private StripeSender stripe = new StripeSender(http, "", "");

    @BeforeEach
    void connect() {
        connection = String.valueOf(http.post("/api/v1/billing/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
        stripe = new StripeSender(new Http(tenant.server(), null), connection, StripeSender.SECRET);
    }

    private void send(String event, String type, long created, Object name) {
        stripe.send(StripeSender.event(event, type, created, Map.of("id", "cus_1", "object", "customer", "name", name))).expect(200);
    }

    /** Applied, applied, stale, skipped and failed. */
    private void sendFive() {
        send("evt_1", "customer.created", now, "A");
        send("evt_2", "customer.updated", now + 2, "C");
        send("evt_3", "customer.updated", now + 1, "B");
        send("evt_4", "radar.early_fraud_warning.created", now, "A");
        send("evt_5", "customer.updated", now + 3, 7);
    }

    private Reply run(String filter) {
        return finished(http.post(REPLAYS, "{\"filter\": " + filter + "}").expect(202).at("/id"));
    }

    private Reply finished(Object id) {
        var path = REPLAYS + "/" + id;
        var reply = http.get(path).expect(200);
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && reply.at("/finished_at") == null;) {
            reply = http.get(path).expect(200);
        }
        return reply;
    }

    private static String counts(Reply replay) {
        return replay.at("/state") + " " + replay.at("/total") + ": " + replay.at("/processed") + " = " + replay.at("/applied") + " + "
                + replay.at("/unchanged") + " + " + replay.at("/skipped") + " + " + replay.at("/failed");
    }

    @Test
    void everyDelivery_isProcessedAgain_andChangesNothing() {
        sendFive();
        var before = http.get(ACCOUNTS).expect(200).text();
        assertEquals("succeeded 5: 5 = 0 + 3 + 1 + 1", counts(run("{}")));
        assertEquals(before, http.get(ACCOUNTS).expect(200).text());
        var deliveries = http.get(DELIVERIES).expect(200);
        assertEquals("stale stale null", deliveries.at("/data/0/outcome") + " " + deliveries.at("/data/2/outcome") + " " + deliveries.at("/data/3/outcome"));
        assertEquals("failed 1 true", deliveries.at("/data/4/state") + " " + deliveries.at("/data/4/attempts") + " " + (deliveries.at("/data/4/next_attempt_at") != null));
        assertEquals(5, http.get("/api/v1/platform/audit-events?action=payment_provider_event.processed").expect(200).json().get("data").size());
    }

    @Test
    void lostAccount_isMadeAgain_fromTheBodies() throws SQLException {
        sendFive();
        tenant.sql("delete from billing.accounts where tenant_id = ?", tenant.id());
        var replay = finished(http.post(REPLAYS, "{\"external_id\": \"mend-1\", \"filter\": {\"connection_id\": \"%s\", \"state\": \"processed\"}}".formatted(connection)).expect(202).at("/id"));
        assertEquals("succeeded 3: 3 = 2 + 1 + 0 + 0", counts(replay));
        assertEquals("C evt_2", http.get(ACCOUNTS).expect(200).at("/data/0/name") + " " + http.get(ACCOUNTS).expect(200).at("/data/0/mirror/provider_event_reference"));
        assertEquals(replay.at("/id"), http.get(REPLAYS + "?state=succeeded&external_id=mend-1").expect(200).at("/data/0/id"));
    }

    @Test
    void eachFilter_narrows() {
        sendFive();
        var second = http.get(DELIVERIES).expect(200).at("/data/1/created_at");
        for (var chosen : Map.of(
                "\"state\": \"failed\"", 1, "\"outcome\": \"stale\"", 1, "\"event_type\": \"customer.updated\"", 3, "\"object_reference\": \"cus_2\"", 0,
                "\"connection_id\": \"" + connection + "\"", 5, "\"created_from\": \"" + second + "\"", 4, "\"created_before\": \"" + second + "\"", 1,
                "\"event_type\": \"customer.updated\", \"state\": \"processed\"", 2).entrySet()) {
            var dry = http.post(REPLAYS + "?dry_run=true", "{\"filter\": {" + chosen.getKey() + "}}").expect(202);
            assertEquals(chosen.getValue().toString(), String.valueOf(dry.at("/total")), chosen.getKey());
        }
        assertEquals(0, http.get(REPLAYS).expect(200).json().get("data").size());
        assertEquals("422 validation_failed", http.post(REPLAYS, "{\"filter\": {\"state\": \"received\"}}").outcome());
        assertEquals("422 validation_failed", http.post(REPLAYS, "{\"filter\": {\"connection_id\": \"cnn_01m84a2c4e6g8j0m2p4r6t8v0x\"}}").outcome());
    }

    @Test
    void interruptedReplay_continues_afterTheLastDelivery() throws SQLException {
        sendFive();
        var replay = run("{}");
        var id = TypeIds.parse("rpl", String.valueOf(replay.at("/id")));
        // As after a crash: three deliveries are counted, and the task is taken over.
        tenant.sql("""
                update billing.delivery_replays r set state = 'running', finished_at = null, processed = 3, unchanged = 3, skipped = 0, failed = 0,
                    last_created_at = d.created_at, last_delivery_id = d.id
                from billing.webhook_deliveries d where d.tenant_id = r.tenant_id and d.event_reference = 'evt_3' and r.tenant_id = ?""", tenant.id());
        new JobTransactions(tenant.server().db()).runAll(tenant.id(), (tx, events) -> {
            tx.request("replay-deliveries", id, null, 0);
            return true;
        });
        assertEquals("succeeded 5: 5 = 0 + 3 + 1 + 1", counts(finished(replay.at("/id"))));
        assertEquals(7, http.get("/api/v1/platform/audit-events?action=payment_provider_event.processed").expect(200).json().get("data").size());
    }

    @Test
    void oldBodies_areErased_andCantBeReplayed() throws SQLException {
        sendFive();
        var second = http.get(DELIVERIES).expect(200).at("/data/1/id");
        tenant.sql("update billing.webhook_deliveries set created_at = created_at - interval '31 days' where tenant_id = ? and event_reference in ('evt_1', 'evt_2')",
                tenant.id());
        assertEquals("succeeded 0", retention("validate"));
        http.patch("/api/v1/platform/settings", "{\"webhook_retention_days\": 30}").expect(200);
        assertEquals("succeeded 2", retention("validate"));
        http.get(DELIVERIES + "/" + second + "/payload").expect(200);
        assertEquals("succeeded 2", retention("run"));
        var delivery = http.get(DELIVERIES + "/" + second).expect(200);
        assertEquals("processed true 64", delivery.at("/state") + " " + (delivery.at("/payload_erased_at") != null) + " "
                + String.valueOf(delivery.at("/payload_hash")).length());
        assertEquals("404 not_found", http.get(DELIVERIES + "/" + second + "/payload").outcome());
        assertEquals("409 invalid_state", http.post(DELIVERIES + "/" + second + "/replay", null).outcome());
        assertEquals("0", tenant.found("select count(*) from billing.webhook_payloads p join billing.webhook_deliveries d on d.payload_id = p.id "
                + "where d.tenant_id = ? and p.body is not null and d.payload_erased_at is not null", tenant.id()).getFirst());
        assertEquals("succeeded 3: 3 = 0 + 1 + 1 + 1", counts(run("{}")));
        assertEquals("succeeded 0", retention("run"));
    }

    private String retention(String mode) {
        var run = http.post("/api/v1/tasks/jobs/billing-retention/runs", "{\"mode\": \"" + mode + "\"}").expect(202);
        var state = run;
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && !"succeeded".equals(state.at("/state"));) {
            state = http.get("/api/v1/tasks/job-runs/" + run.at("/id")).expect(200);
        }
        return state.at("/state") + " " + state.at("/counts/changed");
    }
}
