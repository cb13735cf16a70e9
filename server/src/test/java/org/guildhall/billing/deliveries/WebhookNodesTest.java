package org.guildhall.billing.deliveries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.NodeProcess;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeSender;
import org.guildhall.core.Eventually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events of Stripe on several nodes: copies at once, and nodes that are killed while they process an event or a replay. */
class WebhookNodesTest {

    private static final int NODES = 2;
    private static final Duration WAIT_MAX = Duration.ofSeconds(90);

    private final long now = Instant.now().getEpochSecond();

    private String event(String customer, String name) {
        return StripeSender.event(
                "evt_" + customer + name, "customer.updated", now, Map.of("id", "cus_" + customer, "object", "customer", "name", name));
    }

    /** Holds a table or row, so that a node stops in the middle of its work. */
    private static Connection hold(TestServer server, String statement) throws SQLException {
        var lock = server.superuser();
        lock.setAutoCommit(false);
        try (var prepared = lock.prepareStatement(statement)) {
            prepared.execute();
        }
        return lock;
    }

    private static void awaitHeld(TestServer.Tenant tenant) throws Exception {
        Eventually.await("no node waits", WAIT_MAX, () -> !tenant.found(
                "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").isEmpty());
    }

    /** Deliveries, audit events and versions of accounts of an event. */
    private static String effects(TestServer.Tenant tenant, String customer) throws SQLException {
        return String.join(" ", tenant.found("""
                select count(*) from billing.webhook_deliveries where tenant_id = ?1 and object_reference = ?2 union all
                select count(*) from platform.audit_events e join billing.webhook_deliveries d on d.tenant_id = e.tenant_id and e.entity_id = d.id
                where e.tenant_id = ?1 and d.object_reference = ?2 and e.action = 'payment_provider_event.ingested' union all
                select coalesce(max(version), 0) from billing.accounts where tenant_id = ?1 and provider_reference = ?2"""
                .replace("?1", "'" + tenant.id() + "'").replace("?2", "'cus_" + customer + "'")));
    }

    /** Kills a node while it processes an event that can't go on. */
    private void killed(TestServer.Tenant tenant, NodeProcess node, StripeSender sender, String event, String holding) throws Exception {
        var lock = hold(tenant.server(), holding);
        try (lock) {
            var sent = CompletableFuture.supplyAsync(() -> sender.send(event));
            awaitHeld(tenant);
            node.kill();
            assertThrows(CompletionException.class, sent::join);
        }
        Eventually.await("the dead node's transaction ends", WAIT_MAX, () -> tenant.found(
                "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").isEmpty());
    }

    @Test
    void eventsAreAppliedOnce_whateverNodeTakesThem_orDies(@TempDir Path folder) throws Exception {
        try (var server = TestServer.freshWithoutScheduler()) {
            var tenant = server.tenant();
            var http = new Http(server, tenant.token());
            var connection = String.valueOf(http.post("/api/v1/billing/connections", """
                    {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
            var starting = IntStream.range(0, NODES)
                    .mapToObj(at -> CompletableFuture.supplyAsync(() -> NodeProcess.start(server, folder.resolve("node" + at))))
                    .toList();
            var nodes = starting.stream().map(CompletableFuture::join).toList();
            try {
                var senders = nodes.stream().map(node -> new StripeSender(new Http(node.url(), null), connection, StripeSender.SECRET)).toList();
                copies(senders, event("a", "A"));
                assertEquals("1 1 2", effects(tenant, "a"));
                assertEquals(List.of("100 1"), tenant.found(
                        "select received_count || ' ' || attempts from billing.webhook_deliveries where tenant_id = ?", tenant.id()));

                killed(tenant, nodes.getFirst(), senders.getFirst(), event("b", "B"), "lock table billing.accounts in share mode");
                assertEquals("0 0 0", effects(tenant, "b"));
                senders.getLast().send(event("b", "B")).expect(200);
                assertEquals("1 1 2", effects(tenant, "b"));
                senders.getLast().send(event("c", "C")).expect(200);
                killedReplay(tenant, http, nodes.getLast());
            } finally {
                nodes.forEach(NodeProcess::close);
            }
        }
    }

    private static void copies(List<StripeSender> senders, String event) throws Exception {
        try (var threads = Executors.newFixedThreadPool(16)) {
            List<Callable<Reply>> calls = new ArrayList<>();
            IntStream.range(0, 100).forEach(at -> calls.add(() -> senders.get(at % senders.size()).send(event)));
            for (var done : threads.invokeAll(calls)) {
                done.get().expect(200);
            }
        }
    }

    /** A node dies in a replay of three deliveries, while it processes the second one. */
    private static void killedReplay(TestServer.Tenant tenant, Http http, NodeProcess node) throws Exception {
        var lock = hold(tenant.server(), "select id from billing.accounts where provider_reference = 'cus_b' for update");
        var replay = "/api/v1/billing/delivery-replays/" + http.post("/api/v1/billing/delivery-replays", "{\"filter\": {}}").expect(202).at("/id");
        try (lock) {
            awaitHeld(tenant);
            node.kill();
            assertEquals("running 1", http.get(replay).expect(200).at("/state") + " " + http.get(replay).expect(200).at("/processed"));
        }
        // The task of the killed node need not wait until its heartbeat is old.
        tenant.sql("update platform.scheduled_tasks set last_heartbeat = last_heartbeat - interval '1 hour' where task_name = 'replay-deliveries'");
        try (var other = tenant.server().node()) {
            Eventually.await("the replay goes on", WAIT_MAX, () -> new Http(other, http.token()).get(replay).expect(200).at("/finished_at") != null);
        }
        var done = http.get(replay).expect(200);
        assertEquals("succeeded 3 3", done.at("/state") + " " + done.at("/processed") + " " + done.at("/unchanged"));
        assertEquals(List.of("3"), tenant.found(
                "select count(*) from platform.audit_events where tenant_id = ? and action = 'payment_provider_event.processed'", tenant.id()));
    }
}
