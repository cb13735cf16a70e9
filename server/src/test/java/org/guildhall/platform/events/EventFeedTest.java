package org.guildhall.platform.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.TenantTasks;
import org.guildhall.core.work.TaskRun;
import org.junit.jupiter.api.Test;

/** The event feed has every change once, in the order of the commits. */
class EventFeedTest {

    private static final String EVENTS = "/api/v1/platform/events";
    private static final String PRODUCTS = "/api/v1/catalog/products";

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();
    private final Http admin = new Http(server, tenant.token());

    private String product(String name) {
        return String.valueOf(admin.post(PRODUCTS, "{\"name\": \"" + name + "\"}").expect(201).at("/id"));
    }

    private void rename(String product, String name) {
        admin.patch(PRODUCTS + "/" + product, "{\"name\": \"" + name + "\"}").expect(200);
    }

    private List<JsonNode> events(String query) {
        return events(admin, query);
    }

    private static List<JsonNode> events(Http caller, String query) {
        return caller.get(EVENTS + query).expect(200).json().get("data").valueStream().toList();
    }

    private static List<String> texts(List<JsonNode> events, String pointer) {
        return events.stream().map(event -> event.at(pointer).asText()).toList();
    }

    private static long position(List<JsonNode> events) {
        return events.getLast().get("position").asLong();
    }

    /** A connection of the tenant, in a transaction. */
    private Connection transaction() throws SQLException {
        var connection = server.superuser();
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("select set_config('app.tenant', '" + tenant.id() + "', true)");
        }
        return connection;
    }

    /** Writes an audit event of a product in a transaction. */
    private static void write(Connection transaction, UUID event, String after) throws SQLException {
        try (var statement = transaction.prepareStatement("""
                with event as (
                    insert into platform.audit_events (id, actor_type, operation, status, action, category, entity_type, entity_id, request_id, trace_id)
                    values (?, 'job', 'test', 0, 'product.updated', 'billing', 'product', ?, 'req_01a2264c4dfccee048e9c8caf8b0', 'trace'))
                insert into platform.audit_entities (event_id, position, entity_type, entity_id, after, salt)
                values (?, 0, 'product', ?, ?, '\\x00')""")) {
            statement.setObject(1, event);
            statement.setObject(2, event);
            statement.setObject(3, event);
            statement.setObject(4, event);
            statement.setString(5, after);
            statement.execute();
        }
    }

    private void job() {
        TaskRun.now(server, tenant.id(), TenantTasks.SEAL_EVENTS, tenant.id(), new SealEventsJob(new JobTransactions(server.db()), new EventFeedStore()));
    }

    private List<String> feed(String column) throws SQLException {
        return tenant.found("select " + column + " from platform.event_feeds where tenant_id = ?", tenant.id());
    }

    @Test
    void change_isAnEventAtOnce_withTheResourceBeforeAndAfter() {
        var product = product("Wiki");
        rename(product, "FedWiki");
        var found = events("?type=product.changed");
        assertEquals(List.of(product, product), texts(found, "/entity_id"));
        assertTrue(found.getFirst().at("/before").isNull());
        var changed = found.getLast();
        assertEquals("Wiki", changed.at("/before/name").asText());
        assertEquals("FedWiki", changed.at("/after/name").asText());
        assertEquals("operator", changed.at("/actor_type").asText());
        var audit = admin.get("/api/v1/platform/audit-events/" + changed.get("audit_event_id").asText()).expect(200);
        assertEquals(audit.at("/request_id"), changed.get("request_id").asText());
        assertEquals(audit.json().get("after"), changed.at("/after"));
        assertEquals(changed, admin.get(EVENTS + "/" + changed.get("id").asText()).expect(200).json());
    }

    @Test
    void changeOfState_hasASecondEventNamedAfterIt() {
        var consumer = String.valueOf(admin.post("/api/v1/platform/consumers", """
                {"name": "Desk", "owner_name": "Maria Rossi", "contact_email": "maria@winterstreet.example", "scopes": ["catalog:read"]}""").expect(201).at("/id"));
        admin.patch("/api/v1/platform/consumers/" + consumer, "{\"name\": \"Front desk\"}").expect(200);
        admin.post("/api/v1/platform/consumers/" + consumer + "/archive", null).expect(200);
        var found = events("").stream().filter(event -> event.at("/entity_id").asText().equals(consumer)).toList();
        assertEquals(
                List.of("consumer.changed", "consumer.active", "consumer.changed", "consumer.changed", "consumer.archived"), texts(found, "/type"));
        assertEquals(found.get(3).get("after"), found.get(4).get("after"));
    }

    @Test
    void refusalAndDryRun_areNoEvents() {
        long before = position(events("?sort=-position&limit=1"));
        admin.post(PRODUCTS, "{\"name\": \"\"}").expect(422);
        admin.post(PRODUCTS + "?dry_run=true", "{\"name\": \"Wiki\"}").expect(201);
        assertEquals(List.of(), events("?after=" + before));
    }

    @Test
    void pages_haveEveryEventOnce() {
        var product = product("Wiki");
        for (int at = 0; at < 10; at++) {
            rename(product, "Wiki " + at);
        }
        var all = events("?limit=200");
        var read = new ArrayList<JsonNode>();
        var query = "?limit=3";
        var page = admin.get(EVENTS + query).expect(200).json();
        while (true) {
            page.get("data").forEach(read::add);
            if (!page.at("/page/has_more").asBoolean()) {
                break;
            }
            page = admin.get(EVENTS + query + "&cursor=" + page.at("/page/next_cursor").asText()).expect(200).json();
        }
        assertEquals(all, read);
        assertEquals(all.subList(4, all.size()), events("?after=" + all.get(3).get("position").asLong()));
        assertEquals(all.reversed(), events("?limit=200&sort=-position"));
    }

    @Test
    void readersOnTwoNodes_whileManyWrite_seeEachVersionInOrder() throws Exception {
        var product = product("Wiki");
        int writers = 6;
        int changes = 20;
        var second = admin.on(TestServer.second());
        try (var threads = Executors.newFixedThreadPool(writers + 4)) {
            var written = new ArrayList<Future<?>>();
            for (int writer = 0; writer < writers; writer++) {
                int number = writer;
                written.add(threads.submit(() -> {
                    for (int at = 0; at < changes; at++) {
                        (at % 2 == 0 ? admin : second).patch(PRODUCTS + "/" + product, "{\"name\": \"W" + number + "-" + at + "\"}").expect(200);
                    }
                    return null;
                }));
            }
            int last = 1 + writers * changes;
            var read = new ArrayList<Future<List<Long>>>();
            for (int reader = 0; reader < 4; reader++) {
                read.add(threads.submit(following(reader % 2 == 0 ? admin : second, last)));
            }
            for (var done : written) {
                done.get(60, TimeUnit.SECONDS);
            }
            for (var versions : read) {
                assertEquals(LongStream.rangeClosed(1, last).boxed().toList(), versions.get(60, TimeUnit.SECONDS));
            }
        }
    }

    /** The versions of the product, as a reader meets them that follows the feed until the last one. */
    private static Callable<List<Long>> following(Http caller, int last) {
        return () -> {
            var versions = new ArrayList<Long>();
            long after = 0;
            while (versions.isEmpty() || versions.getLast() < last) {
                for (var event : events(caller, "?limit=7&wait_seconds=5&type=product.changed&after=" + after)) {
                    versions.add(event.at("/after/version").asLong());
                    after = event.get("position").asLong();
                }
            }
            return versions;
        };
    }

    @Test
    void eventOfALateCommit_comesBehindTheOnesReadBefore() throws SQLException {
        var late = UUID.randomUUID();
        try (var transaction = transaction()) {
            write(transaction, late, "{}");
            var product = product("Wiki");
            var read = events("?type=product.changed");
            assertEquals(List.of(product), texts(read, "/entity_id"), "a transaction that isn't committed doesn't hold others up");
            transaction.commit();
            var next = events("?type=product.changed&after=" + position(read));
            assertEquals(1, next.size());
            assertEquals(2, events("?type=product.changed").size());
        }
    }

    /** The id of an audit event is made before the locks are taken, and says nothing about the order. */
    @Test
    void eventsThatAreFoundTogether_areInTheOrderOfTheirLocks_notOfTheirIds() throws SQLException {
        var larger = UUID.fromString("ffffffff-0000-7000-8000-000000000001");
        var smaller = UUID.fromString("00000000-0000-7000-8000-000000000001");
        for (var event : List.of(larger, smaller)) {
            try (var transaction = transaction()) {
                write(transaction, event, "{}");
                transaction.commit();
            }
        }
        assertEquals(
                List.of(TypeIds.format("prd", larger), TypeIds.format("prd", smaller)), texts(events("?type=product.changed"), "/entity_id"));
    }

    @Test
    void idleTransaction_doesntStopTheFeed() throws SQLException {
        try (var transaction = transaction(); var statement = transaction.createStatement()) {
            statement.execute("select pg_current_xact_id()");
            var seen = new HashSet<String>();
            for (int at = 0; at < 5; at++) {
                var product = product("Wiki " + at);
                var found = events("?type=product.changed");
                assertEquals(product, found.getLast().at("/entity_id").asText());
                found.forEach(event -> seen.add(event.get("id").asText()));
            }
            assertEquals(5, seen.size());
            transaction.rollback();
        }
    }

    @Test
    void restoredDatabase_countsItsTransactionsAnew_andLosesNoEvent() throws SQLException {
        product("Before");
        long before = position(events(""));
        tenant.sql("update platform.audit_events set xid = '9000000000000' where tenant_id = ?", tenant.id());
        tenant.sql("update platform.event_feeds set server_id = 1, next_xid = '9000000000001' where tenant_id = ?", tenant.id());
        var product = product("After");
        var found = events("?type=product.changed&after=" + before);
        assertEquals(List.of(product), texts(found, "/entity_id"));
        assertEquals(List.of("t"), feed("next_xid < '9000000000000' and restored_seq > 0 and server_id <> 1"));
        assertTrue(position(found) > before + 1_000_000_000, "above all that were read before the restore");
        assertEquals(found, events("?type=product.changed&after=" + (before + 500)), "also for who had read further than the backup");
        var next = product("Later");
        assertEquals(List.of(next), texts(events("?type=product.changed&after=" + position(found)), "/entity_id"));
    }

    @Test
    void thousandsOfChanges_areReadInTheirOrder() throws SQLException {
        try (var transaction = transaction(); var statement = transaction.createStatement()) {
            statement.execute("""
                    with event as (
                        insert into platform.audit_events (actor_type, operation, status, action, category, entity_type, entity_id, request_id, trace_id)
                        select 'job', 'test', 0, 'product.updated', 'billing', 'product', gen_random_uuid(), 'req_01a2264c4dfccee048e9c8caf8b0', 'trace'
                        from generate_series(1, 2500)
                        returning id, seq)
                    insert into platform.audit_entities (event_id, position, entity_type, entity_id, after, salt)
                    select id, 0, 'product', id, '{"seq":' || seq || '}', '\\x00' from event""");
            transaction.commit();
        }
        var newest = events("?type=product.changed&sort=-position&limit=1").getFirst().at("/after/seq").asLong();
        var read = new ArrayList<Long>();
        long after = 0;
        while (true) {
            var page = events("?limit=200&type=product.changed&after=" + after);
            if (page.isEmpty()) {
                break;
            }
            page.forEach(event -> read.add(event.at("/after/seq").asLong()));
            after = position(page);
        }
        assertEquals(2500, read.size());
        assertEquals(newest, read.getLast(), "the first read had all of them");
        assertEquals(read.stream().sorted().toList(), read);
    }

    @Test
    void oldEvents_areDeletedByTheTask_andTheirPositionsAreGone() throws SQLException {
        product("Old");
        long old = position(events(""));
        tenant.sql("update platform.audit_events set recorded_at = recorded_at - interval '31 days' where tenant_id = ?", tenant.id());
        tenant.sql("update platform.events set recorded_at = recorded_at - interval '31 days' where tenant_id = ?", tenant.id());
        product("New");
        job();
        var gone = admin.get(EVENTS + "?after=" + (old - 1)).expect(410);
        assertEquals("cursor_expired", gone.at("/code"));
        assertEquals(Long.toString(old), gone.at("/oldest_position"));
        assertEquals("New", events("?after=" + old).getFirst().at("/after/name").asText());
        assertEquals(events(""), events("?after=" + old));
        assertEquals(List.of("30"), tenant.found(
                "select round(extract(epoch from execution_time - now()) / 86400) from platform.scheduled_tasks where task_name = ? and task_instance = ?",
                TenantTasks.SEAL_EVENTS, tenant.id() + "/" + tenant.id()), "the task waits for the next event to be old");
    }

    @Test
    void commit_requestsTheTaskOnceInAWhile() throws SQLException {
        product("First");
        product("Second");
        assertEquals(List.of("1"), tenant.found(
                "select requests from platform.scheduled_tasks where task_name = ? and task_instance = ?",
                TenantTasks.SEAL_EVENTS, tenant.id() + "/" + tenant.id()));
        job();
        assertEquals(List.of("t"), tenant.found("select count(*) > 3 from platform.events where tenant_id = ?", tenant.id()));
    }

    @Test
    void positionThatTheFeedHasntReached_isRefused() {
        product("Wiki");
        long last = position(events(""));
        var refused = admin.get(EVENTS + "?after=" + (last + 1)).expect(400);
        assertEquals("invalid_parameter", refused.at("/code"));
        assertEquals("after", refused.at("/errors/0/parameter"));
        assertEquals(List.of(), events("?after=" + last));
    }

    @Test
    void wait_answersWithTheNextEvent_orWithNone() throws Exception {
        var other = product("Wiki");
        long last = position(events(""));
        assertEquals(List.of(), events("?wait_seconds=1&after=" + last));
        try (var threads = Executors.newSingleThreadExecutor()) {
            var waiting = threads.submit(() -> events("?wait_seconds=20&after=" + last));
            Thread.sleep(700);
            rename(other, "FedWiki");
            assertEquals("FedWiki", waiting.get(20, TimeUnit.SECONDS).getFirst().at("/after/name").asText());
        }
    }

    @Test
    void escapedNul_isReadAsText() throws SQLException {
        try (var transaction = transaction()) {
            write(transaction, UUID.randomUUID(), "{\"name\":\"\\u0000\",\"state\":\"open\"}");
            transaction.commit();
        }
        assertEquals(List.of("product.changed"), texts(events("?after=0").stream().filter(event -> event.at("/actor_type").asText().equals("job")).toList(), "/type"));
    }

    @Test
    void otherTenants_seeNothing() {
        product("Wiki");
        var other = new Http(server, server.tenant().token());
        var event = events("").getFirst().get("id").asText();
        other.get(EVENTS + "/" + event).expect(404);
        assertTrue(events(other, "").stream().noneMatch(found -> found.at("/after/name").asText().equals("Wiki")));
        assertNull(other.get(EVENTS + "?type=product.changed").expect(200).at("/data/0/id"));
    }
}
