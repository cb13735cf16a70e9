package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Operation;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.AuthStatus;
import org.guildhall.api.model.EntitlementSet;
import org.guildhall.api.model.EntitlementSetId;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;

/** Concurrent changes of one resource: none is lost, and none is committed in part. */
class ConcurrencyTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final int THREADS = 16;

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();
    private final Http http = new Http(server, tenant.token());

    private String product() {
        return PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"A\"}").expect(201).at("/id");
    }

    private static TreeMap<String, Long> counted(List<Http.Reply> replies) {
        return replies.stream().collect(Collectors.groupingBy(Http.Reply::outcome, TreeMap::new, Collectors.counting()));
    }

    @Test
    void changesOfOneVersion_exactlyOneSucceeds() throws Exception {
        var path = product();
        var etag = String.valueOf(http.get(path).header("ETag"));
        var replies = Race.run(THREADS, number -> (number % 2 == 0 ? http : http.on(TestServer.second()))
                .patch(path, "{\"name\": \"B%d\"}".formatted(number), "If-Match", etag));
        assertEquals(new TreeMap<>(java.util.Map.of("200", 1L, "412 precondition_failed", THREADS - 1L)), counted(replies));
        var winner = replies.stream().filter(reply -> reply.status() == 200).findFirst().orElseThrow();
        var now = http.get(path);
        assertEquals(winner.at("/name"), now.at("/name"));
        assertEquals("2", now.at("/version"));
        assertEquals(List.of("1"), tenant.found("select count(*) from platform.audit_events where tenant_id = ? and action = 'product.updated'", tenant.id()));
    }

    @Test
    void changesWithReadVersion_noneIsLost() throws Exception {
        var path = product();
        http.patch(path, "{\"metadata\": {\"count\": \"0\"}}").expect(200);
        Race.run(8, number -> {
            for (int left = 5; left > 0; ) {
                var read = http.get(path).expect(200);
                int count = Integer.parseInt(String.valueOf(read.at("/metadata/count")));
                var wrote = http.patch(path, "{\"metadata\": {\"count\": \"%d\"}}".formatted(count + 1), "If-Match", String.valueOf(read.header("ETag")));
                left -= wrote.status() == 200 ? 1 : 0;
                assertTrue(wrote.status() == 200 || wrote.status() == 412, wrote.text());
            }
            return null;
        });
        assertEquals("40", http.get(path).at("/metadata/count"));
        assertEquals("42", http.get(path).at("/version"));
    }

    @Test
    void concurrentPatches_ofOtherMembers_areAllKept() throws Exception {
        var path = product();
        var replies = Race.run(THREADS, number -> http.patch(path, "{\"metadata\": {\"m%d\": \"x\"}}".formatted(number)));
        assertEquals(new TreeMap<>(java.util.Map.of("200", (long) THREADS)), counted(replies));
        var now = http.get(path);
        assertEquals(THREADS, now.json().get("metadata").size());
        assertEquals(Integer.toString(THREADS + 1), now.at("/version"));
        var versions = tenant.found("select (after::jsonb)->>'version' from platform.audit_entities where tenant_id = ? and before is not null", tenant.id());
        assertEquals(THREADS, versions.stream().distinct().count(), "each event has a version of its own");
    }

    @Test
    void concurrentAction_happensOnce() throws Exception {
        var path = product();
        var replies = Race.run(THREADS, number -> http.post(path + "/publish", null));
        assertEquals(new TreeMap<>(java.util.Map.of("200", 1L, "409 invalid_state", THREADS - 1L)), counted(replies));
        assertEquals("2", http.get(path).at("/version"));
    }

    @Test
    void concurrentExternalId_isAssignedOnce() throws Exception {
        var replies = Race.run(THREADS, number -> http.post(PRODUCTS, "{\"name\": \"A\", \"external_id\": \"one\"}"));
        assertEquals(new TreeMap<>(java.util.Map.of("201", 1L, "409 already_exists", THREADS - 1L)), counted(replies));
    }

    @Test
    void deadlockVictim_isRetriedWithBodyAndKey() throws Exception {
        var barrier = new CyclicBarrier(2);
        var meetings = new ConcurrentLinkedQueue<Thread>();
        var sets = "/api/v1/catalog/entitlement-sets";
        var first = http.post(sets, "{\"name\": \"one\"}").expect(201).at("/id");
        var second = http.post(sets, "{\"name\": \"two\"}").expect(201).at("/id");
        var node = HandlerUnderTest.serving(Operation.CREATE_ENTITLEMENT_SET, (call, in) -> {
            var name = in.body(org.guildhall.api.model.NewEntitlementSet.class).name();
            touch(call, name.equals("there") ? first : second);
            if (meetings.size() < 2) {
                meetings.add(Thread.currentThread());
                await(barrier);
            }
            touch(call, name.equals("there") ? second : first);
            var set = new EntitlementSet(EntitlementSetId.parse(String.valueOf(first)), null, name, null, ActiveState.ACTIVE, null, Instant.EPOCH, Instant.EPOCH, 1);
            call.changed(set.id(), set, set);
            return Reply.created(sets, set);
        }, tenant.token());
        var replies = Race.run(2, number -> node.post(sets, "{\"name\": \"%s\"}".formatted(number == 0 ? "there" : "back"), "Idempotency-Key", "d" + number));
        assertEquals(List.of("201 there", "201 back"), replies.stream().map(reply -> reply.outcome() + " " + reply.at("/name")).toList());
        assertEquals(2, meetings.size());
    }

    @Test
    void lockTimeout_getsRetryAfter_keepsNothing() throws Exception {
        var path = product();
        try (var holder = server.superuser()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("select 1 from catalog.products where tenant_id = '" + tenant.id() + "' for update");
            var reply = http.patch(path, "{\"name\": \"B\"}", "Idempotency-Key", "waited");
            assertEquals("503 unavailable", reply.outcome());
            assertEquals("1", reply.header("Retry-After"));
            assertEquals(200, http.get(path).status(), "reads don't wait");
            holder.rollback();
        }
        assertEquals("200", http.patch(path, "{\"name\": \"B\"}", "Idempotency-Key", "waited").outcome());
    }

    @Test
    void retriedRequest_spendsFromTheRateLimitOnce() throws Exception {
        var runs = new AtomicInteger();
        var http = HandlerUnderTest.serving(Operation.GET_AUTH_STATUS, (call, in) -> {
            call.tx().sql().fetch("select 1");
            if (runs.incrementAndGet() == 1) {
                changeCredentials();
                call.tx().sql().fetch("select 2");
            }
            return new Reply<>(200, new AuthStatus(false, null, null, null, List.of(), List.of()), 0, null);
        }, tenant.limited(10, 3600));
        var reply = http.get("/api/v1/auth/status").expect(200);
        assertEquals(2, runs.get());
        assertTrue(String.valueOf(reply.header("RateLimit")).startsWith("\"token\";r=9;"), reply.header("RateLimit"));
    }

    private void changeCredentials() {
        try {
            tenant.sql("select nextval('platform.auth_revision')");
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void touch(Call call, Object id) {
        call.tx().sql().execute("update catalog.entitlement_sets set updated_at = now() where id = ?",
                EntitlementSetId.parse(String.valueOf(id)).value());
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
