package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Endpoint;
import org.guildhall.api.Operation;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.EntitlementSet;
import org.guildhall.api.model.EntitlementSetId;
import org.junit.jupiter.api.Test;

/** Mutations that crash, time out or have a faulty handler: they are committed completely or not at all. */
class CrashTest {

    private static final String PATH = "/api/v1/catalog/entitlement-sets";
    private static final String BODY = "{\"name\": \"A\"}";

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();
    private final String token = tenant.token();
    private final String key = UUID.randomUUID().toString();

    /** Inserts an entitlement set by plain SQL, as a store would. */
    private static UUID insert(Call call) {
        return call.tx().sql().fetchSingle("insert into catalog.entitlement_sets (name) values ('A') returning id").get(0, UUID.class);
    }

    private static Reply<?> created(Call call, UUID id) {
        var set = set(id);
        call.created(set.id(), set);
        return Reply.created(PATH + "/" + set.id(), set);
    }

    private static EntitlementSet set(UUID id) {
        return new EntitlementSet(new EntitlementSetId(id), null, "A", null, ActiveState.ACTIVE, null, Instant.EPOCH, Instant.EPOCH, 1);
    }

    private Http serve(Endpoint<Call> handler) {
        return HandlerUnderTest.serving(Operation.CREATE_ENTITLEMENT_SET, handler, token);
    }

    private void assertNothingIsLeft() throws Exception {
        assertEquals(List.of(), tenant.found("select 'a set' from catalog.entitlement_sets where tenant_id = ?", tenant.id()));
        assertEquals(List.of(), tenant.found("select 'a key' from platform.idempotency_keys where tenant_id = ?", tenant.id()));
        assertEquals(List.of(), tenant.found("select 'an event' from platform.audit_events where tenant_id = ? and action like 'entitlement%'", tenant.id()));
        assertEquals(List.of(), tenant.found("select 'an entity' from platform.audit_entities where tenant_id = ? and entity_type like 'entitlement%'", tenant.id()));
    }

    private void assertOnceEach() throws Exception {
        assertEquals(List.of("1"), tenant.found("select count(*) from catalog.entitlement_sets where tenant_id = ?", tenant.id()));
        assertEquals(List.of("1"), tenant.found("select count(*) from platform.idempotency_keys where tenant_id = ?", tenant.id()));
        assertEquals(List.of("1"), tenant.found("select count(*) from platform.audit_events where tenant_id = ? and action like 'entitlement%'", tenant.id()));
    }

    @Test
    void connectionLost_beforeCommit_retrySucceeds() throws Exception {
        var runs = new AtomicInteger();
        var node = serve((call, in) -> {
            var id = insert(call);
            if (runs.incrementAndGet() == 1) {
                call.tx().sql().execute("select pg_terminate_backend(pg_backend_pid())");
            }
            return created(call, id);
        });
        var died = node.post(PATH, BODY, "Idempotency-Key", key);
        assertEquals("503 unavailable", died.outcome());
        assertEquals("1", died.header("Retry-After"));
        assertNothingIsLeft();
        assertNull(node.post(PATH, BODY, "Idempotency-Key", key).expect(201).header("Idempotency-Replayed"));
        assertEquals("true", node.post(PATH, BODY, "Idempotency-Key", key).expect(201).header("Idempotency-Replayed"));
        assertEquals(2, runs.get());
        assertOnceEach();
    }

    @Test
    void connectionLost_duringCommit_leavesNothing() throws Exception {
        try (var fresh = TestServer.fresh()) {
            var victim = fresh.tenant();
            // Fires with the schema's deferred checks, in the packet that contains event, reply and commit.
            victim.sql("create function public.die() returns trigger language plpgsql as 'begin if new.name = ''crash'' then "
                    + "perform pg_terminate_backend(pg_backend_pid()); end if; return null; end'");
            victim.sql("create constraint trigger die after insert on catalog.entitlement_sets deferrable initially deferred for each row execute function public.die()");
            var http = new Http(fresh, victim.token());
            var before = victim.found("select count(*) from platform.audit_events where tenant_id = ?", victim.id());
            assertEquals("503 unavailable", http.post(PATH, "{\"name\": \"crash\"}", "Idempotency-Key", key).outcome());
            assertEquals(List.of(), victim.found("select name from catalog.entitlement_sets where tenant_id = ?", victim.id()));
            assertEquals(List.of(), victim.found("select operation from platform.idempotency_keys where tenant_id = ?", victim.id()));
            assertEquals(before, victim.found("select count(*) from platform.audit_events where tenant_id = ?", victim.id()));
            http.post(PATH, BODY, "Idempotency-Key", key + "2").expect(201);
        }
    }

    @Test
    void failingHandler_leavesNothing_keepsNoResponse() throws Exception {
        var runs = new AtomicInteger();
        var node = serve((call, in) -> {
            var id = insert(call);
            if (runs.incrementAndGet() == 1) {
                throw new IllegalArgumentException("a secret detail of org.guildhall");
            }
            return created(call, id);
        });
        var failed = node.post(PATH, BODY, "Idempotency-Key", key);
        assertEquals("500 internal_error", failed.outcome());
        assertTrue(!failed.text().contains("secret detail") && !failed.text().contains("org.guildhall"), failed.text());
        assertNothingIsLeft();
        node.post(PATH, BODY, "Idempotency-Key", key).expect(201);
        assertOnceEach();
    }

    @Test
    void changeWithoutAuditEvent_isNotCommitted() throws Exception {
        var node = serve((call, in) -> Reply.created(PATH, set(insert(call))));
        assertEquals("500 internal_error", node.post(PATH, BODY, "Idempotency-Key", key).outcome());
        assertEquals("500 internal_error", node.post(PATH + "?dry_run=true", BODY).outcome());
        assertNothingIsLeft();
    }

    @Test
    void changeWithoutIfMatchCheck_isNotCommitted() throws Exception {
        var node = HandlerUnderTest.serving(Operation.UPDATE_PRODUCT, (call, in) -> created(call, insert(call)), token);
        var path = "/api/v1/catalog/products/prd_01m7xtfk4je288tyaa41tvaxy0";
        assertEquals("500 internal_error", node.patch(path, "{}", "If-Match", "\"1-x\"").outcome());
        assertNothingIsLeft();
    }

    @Test
    void secondRequest_waitsHalfASecond_getsRetryAfter() throws Exception {
        var inside = new CountDownLatch(1);
        var mayGoOn = new CountDownLatch(1);
        var node = serve((call, in) -> {
            var id = insert(call);
            inside.countDown();
            awaitQuietly(mayGoOn);
            return created(call, id);
        });
        var first = CompletableFuture.supplyAsync(() -> node.post(PATH, BODY, "Idempotency-Key", key));
        assertTrue(inside.await(20, TimeUnit.SECONDS));
        long began = System.nanoTime();
        var second = node.post(PATH, BODY, "Idempotency-Key", key);
        long waitedMillis = (System.nanoTime() - began) / 1_000_000;
        assertEquals("409 idempotency_in_flight", second.outcome());
        assertEquals("1", second.header("Retry-After"));
        assertTrue(waitedMillis >= 480, waitedMillis + " ms");
        // Another key and a read don't wait.
        new Http(server, token).post(PATH, BODY, "Idempotency-Key", key + "other").expect(201);
        mayGoOn.countDown();
        first.get(20, TimeUnit.SECONDS).expect(201);
        assertEquals("true", node.post(PATH, BODY, "Idempotency-Key", key).expect(201).header("Idempotency-Replayed"));
    }

    @Test
    void waitingRequest_afterRollback_runsItself() throws Exception {
        var inside = new CountDownLatch(1);
        var runs = new AtomicInteger();
        var node = serve((call, in) -> {
            var id = insert(call);
            if (runs.incrementAndGet() == 1) {
                inside.countDown();
                call.tx().sql().execute("select pg_sleep(0.2)");
                throw new IllegalStateException("taken back");
            }
            return created(call, id);
        });
        var first = CompletableFuture.supplyAsync(() -> node.post(PATH, BODY, "Idempotency-Key", key));
        assertTrue(inside.await(20, TimeUnit.SECONDS));
        assertNull(node.post(PATH, BODY, "Idempotency-Key", key).expect(201).header("Idempotency-Replayed"));
        assertEquals(500, first.get(20, TimeUnit.SECONDS).status());
        assertOnceEach();
    }

    @Test
    void virtualMachineError_isAProblem() throws Exception {
        var node = serve((call, in) -> {
            insert(call);
            throw new StackOverflowError();
        });
        var failed = node.post(PATH, BODY, "Idempotency-Key", key);
        assertEquals("500 internal_error", failed.outcome());
        assertEquals("application/problem+json", failed.header("Content-Type"));
        assertNothingIsLeft();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}
