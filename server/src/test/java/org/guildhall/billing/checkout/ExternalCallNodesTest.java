package org.guildhall.billing.checkout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.NodeProcess;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeStandIn.Posted;
import org.guildhall.core.Eventually;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are killed in a mutation with a call outside: before the provider gets it, before its answer, and before the answer is stored. */
class ExternalCallNodesTest {

    private static final Duration WAIT_MAX = Duration.ofSeconds(90);

    /** The place at which a call stops until its node is dead. */
    private static final class Stop implements Runnable {

        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch dead = new CountDownLatch(1);

        @Override
        public void run() {
            reached.countDown();
            try {
                assertTrue(dead.await(60, TimeUnit.SECONDS));
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
            throw new IllegalStateException("the caller is dead");
        }

        void kill(NodeProcess node) throws Exception {
            assertTrue(reached.await(60, TimeUnit.SECONDS));
            node.kill();
            dead.countDown();
        }
    }

    private static CompletableFuture<Reply> send(CheckoutFixture fixture, NodeProcess node, String key) {
        return send(fixture, node, key, CheckoutFixture.SESSIONS, fixture.body());
    }

    private static CompletableFuture<Reply> send(CheckoutFixture fixture, NodeProcess node, String key, String path, @Nullable String body) {
        // A key belongs to the consumer of the token.
        var http = new Http(node.url(), fixture.http.token());
        return CompletableFuture.supplyAsync(() -> http.post(path, body, "Idempotency-Key", key));
    }

    /** Kills a node when the provider has made the change and hasn't answered, and repeats the request elsewhere. */
    private static Reply killedBeforeTheAnswer(CheckoutFixture fixture, NodeProcess node, String path, @Nullable String body) throws Exception {
        var key = UUID.randomUUID().toString();
        var stop = new Stop();
        fixture.account.between(stop);
        var sent = send(fixture, node, key, path, body);
        stop.kill(node);
        assertThrows(CompletionException.class, sent::join);
        fixture.tenant.sql("update platform.external_calls set leased_until = now() + interval '30 seconds' where tenant_id = ?", fixture.tenant.id());
        assertEquals("409 idempotency_in_flight", fixture.http.post(path, body, "Idempotency-Key", key).outcome());
        fixture.expireLease();
        return fixture.http.post(path, body, "Idempotency-Key", key);
    }

    @Test
    void killedNode_opensOnePortal_andChangesOnePlan(@TempDir Path folder) throws Exception {
        try (var server = TestServer.freshWithoutScheduler()) {
            var starting = IntStream.range(0, 2).mapToObj(at -> CompletableFuture.supplyAsync(() -> NodeProcess.start(server, folder.resolve("node" + at)))).toList();
            var nodes = starting.stream().map(CompletableFuture::join).toList();
            try {
                var fixture = new CheckoutFixture(server);
                var subscription = Map.<String, Object>of("id", "sub_1", "object", "subscription", "customer", "cus_1", "status", "active", "items", Map.of(
                        "data", List.of(Map.of("id", "si_1", "price", Map.of("id", "price_harbour", "unit_amount", 12900, "currency", "aud")))));
                // A stub would be fetched by one of the nodes.
                fixture.send("evt_0", "customer.created", Map.of("id", "cus_1", "object", "customer"));
                fixture.send("evt_1", "customer.subscription.created", subscription);
                fixture.account.put("subscriptions", subscription);
                var plus = fixture.price("price_plus");
                var made = killedBeforeTheAnswer(fixture, nodes.get(0), "/api/v1/billing/portal-sessions",
                        "{\"account_id\": \"%s\", \"return_url\": \"https://members.example/account\"}".formatted(
                                fixture.http.get("/api/v1/billing/accounts").expect(200).at("/data/0/id"))).expect(201);
                assertEquals(1, fixture.account.objects("portal_sessions").size());
                assertEquals(fixture.account.objects("portal_sessions").getFirst().get("url"), made.at("/url"));

                var previewed = fixture.http.post("/api/v1/billing/plan-changes", "{\"subscription_id\": \"%s\", \"price_id\": \"%s\", \"proration\": \"none\"}"
                        .formatted(fixture.http.get("/api/v1/billing/subscriptions").expect(200).at("/data/0/id"), plus)).expect(201);
                var requested = killedBeforeTheAnswer(
                        fixture, nodes.get(1), "/api/v1/billing/plan-changes/" + previewed.at("/id") + "/request", null).expect(200);
                assertEquals("requested", requested.at("/state"));
                var asked = fixture.account.posted().stream().filter(one -> one.path().equals("/v1/subscriptions/sub_1")).map(Posted::key).toList();
                assertEquals(List.of(String.valueOf(previewed.at("/id"))), asked.stream().distinct().toList());
                assertEquals(List.of("plan_change.answered", "plan_change.created", "plan_change.requested"), fixture.tenant.found(
                        "select action from platform.audit_events where tenant_id = ? and action like 'plan_change%' order by 1", fixture.tenant.id()));
            } finally {
                nodes.forEach(NodeProcess::close);
            }
        }
    }

    /** A retry on another node, first within the lease of the dead one and then after it. */
    private static void assertRetried(CheckoutFixture fixture, CompletableFuture<Reply> sent, String key, List<String> audited) throws Exception {
        assertThrows(CompletionException.class, sent::join);
        assertEquals("creating null one", fixture.onlySession());
        assertEquals(List.of("1"), fixture.openCalls());
        // On a slow machine the lease can be over already.
        fixture.tenant.sql("update platform.external_calls set leased_until = now() + interval '30 seconds' where tenant_id = ?", fixture.tenant.id());
        assertEquals("409 idempotency_in_flight", fixture.open(key).outcome());
        fixture.expireLease();
        var retried = fixture.open(key).expect(201);
        var sessions = fixture.account.objects("checkout_sessions");
        assertEquals(1, sessions.size());
        assertEquals(sessions.getFirst().get("url"), retried.at("/url"));
        assertEquals("open " + sessions.getFirst().get("id") + " one", fixture.onlySession());
        assertTrue(fixture.account.posted().stream().map(Posted::key).allMatch(String.valueOf(retried.at("/id"))::equals));
        assertEquals(audited, fixture.tenant.found(
                "select action from platform.audit_events where tenant_id = ? and action like 'checkout%' order by 1", fixture.tenant.id()));
    }

    @Test
    void killedNode_makesOneSession_atEachPoint(@TempDir Path folder) throws Exception {
        var audited = List.of("checkout_session.answered", "checkout_session.created");
        try (var server = TestServer.freshWithoutScheduler()) {
            var starting = IntStream.range(0, 3).mapToObj(at -> CompletableFuture.supplyAsync(() -> NodeProcess.start(server, folder.resolve("node" + at)))).toList();
            var nodes = starting.stream().map(CompletableFuture::join).toList();
            try {
                var beforeTheProvider = new CheckoutFixture(server);
                var stop = new Stop();
                beforeTheProvider.account.before(stop);
                var key = UUID.randomUUID().toString();
                var sent = send(beforeTheProvider, nodes.get(0), key);
                stop.kill(nodes.get(0));
                Eventually.await("the change is lost", WAIT_MAX, () -> beforeTheProvider.account.objects("checkout_sessions").isEmpty());
                assertRetried(beforeTheProvider, sent, key, audited);

                var beforeTheAnswer = new CheckoutFixture(server);
                stop = new Stop();
                beforeTheAnswer.account.between(stop);
                sent = send(beforeTheAnswer, nodes.get(1), key);
                stop.kill(nodes.get(1));
                assertRetried(beforeTheAnswer, sent, key, audited);

                killedBeforeTheSecondCommit(server, nodes.get(2), key, audited);
            } finally {
                nodes.forEach(NodeProcess::close);
            }
        }
    }

    private static void killedBeforeTheSecondCommit(TestServer server, NodeProcess node, String key, List<String> audited) throws Exception {
        var fixture = new CheckoutFixture(server);
        CompletableFuture<Reply> sent;
        try (var lock = server.superuser()) {
            lock.setAutoCommit(false);
            try (var held = lock.prepareStatement("lock table billing.checkout_sessions in share row exclusive mode")) {
                fixture.account.between(() -> {
                    try {
                        held.execute();
                    } catch (SQLException failed) {
                        throw new IllegalStateException(failed);
                    }
                });
                sent = send(fixture, node, key);
                Eventually.await("the node waits", WAIT_MAX, () -> !fixture.tenant.found(
                        "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").isEmpty());
                node.kill();
            }
        }
        Eventually.await("the dead node's transaction ends", WAIT_MAX, () -> fixture.tenant.found(
                "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").isEmpty());
        assertRetried(fixture, sent, key, audited);
    }
}
