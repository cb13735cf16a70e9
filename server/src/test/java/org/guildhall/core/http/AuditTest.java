package org.guildhall.core.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.erdtman.jcs.JsonCanonicalizer;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.Race;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.junit.jupiter.api.Test;

/** The audit trail: each mutation writes one event in its transaction, with actor, action, time, reason and both states. */
class AuditTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final String CONSUMERS = "/api/v1/platform/consumers";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();
    private final String token = tenant.token();
    private final Http http = new Http(server, token);

    private List<String> event(String columns, Http.Reply of) throws SQLException {
        return tenant.found("select " + columns + " from platform.audit_events e where tenant_id = ? and request_id = ?", tenant.id(), of.header("Request-Id"));
    }

    private String entity(String column, int position, Http.Reply of) throws SQLException {
        return tenant.found("select " + column + " from platform.audit_entities n join platform.audit_events e on e.tenant_id = n.tenant_id and e.id = n.event_id "
                + "where n.tenant_id = ? and request_id = ? and position = ?", tenant.id(), of.header("Request-Id"), position).getFirst();
    }

    private List<String> all() throws SQLException {
        return tenant.found("select id from platform.audit_events where tenant_id = ?", tenant.id());
    }

    @Test
    void event_namesActorActionTimeAndReason() throws Exception {
        var made = http.post(PRODUCTS, "{\"name\": \"A\"}", "Audit-Reason", "Decided on Friday.", "Idempotency-Key", "k-1",
                "traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01").expect(201);
        var me = http.get("/api/v1/auth/status");
        var product = TypeIds.parse("prd", String.valueOf(made.at("/id")));
        assertEquals(List.of(String.join(" ", "operator", TypeIds.parse("con", String.valueOf(me.at("/consumer/id"))).toString(),
                        TypeIds.parse("tok", String.valueOf(me.at("/token/id"))).toString(), "createProduct", "201", "product.created", "product", product.toString(),
                        "Decided on Friday.", TRACE)),
                event("concat_ws(' ', actor_type, actor_id, token_id, operation, status, action, entity_type, entity_id, reason, trace_id)", made));
        assertEquals(List.of("t"), event("xid is not null and seq > 0 and occurred_at <= recorded_at and recorded_at > now() - interval '1 minute'", made));
        var keys = Keys.parse(TestServer.KEYS);
        var hmac = keys.mac(Keys.Purpose.IDEMPOTENCY, tenant.id().toString().getBytes(UTF_8),
                TypeIds.parse("con", String.valueOf(me.at("/consumer/id"))).toString().getBytes(UTF_8), "k-1".getBytes(UTF_8));
        assertEquals(List.of(HexFormat.of().formatHex(hmac)), event("encode(key_hmac, 'hex')", made));
    }

    @Test
    void beforeAndAfter_equalTheCallersView() throws Exception {
        var path = PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"A\", \"metadata\": {\"k\": \"v\"}}").expect(201).at("/id");
        var before = http.get(path);
        var changed = http.patch(path, "{\"name\": \"B\", \"provider_references\": {\"stripe\": \"audited-" + tenant.id() + "\"}}").expect(200);
        assertEquals(before.json(), Http.JSON.readTree(entity("before", 0, changed)));
        assertEquals(changed.json(), Http.JSON.readTree(entity("after", 0, changed)));
        var made = http.post(PRODUCTS, "{\"name\": \"C\"}").expect(201);
        assertEquals(List.of("t"), tenant.found("select before is null and before_digest is null from platform.audit_entities where tenant_id = ? and entity_id = ?",
                tenant.id(), TypeIds.parse("prd", String.valueOf(made.at("/id")))));
    }

    @Test
    void digests_verify_andHaveTheirOwnSalt() throws Exception {
        var path = PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"é🦊\", \"description\": \"a\\u2028b\"}").expect(201).at("/id");
        var changed = http.patch(path, "{\"description\": \"d\"}").expect(200);
        var salt = HexFormat.of().parseHex(entity("encode(salt, 'hex')", 0, changed));
        for (var which : List.of("before", "after")) {
            var hash = MessageDigest.getInstance("SHA-256");
            hash.update(salt);
            var digest = hash.digest(new JsonCanonicalizer(entity(which, 0, changed)).getEncodedUTF8());
            assertEquals(entity("encode(" + which + "_digest, 'hex')", 0, changed), HexFormat.of().formatHex(digest));
        }
        assertEquals(16, salt.length);
        var salts = tenant.found("select encode(salt, 'hex') from platform.audit_entities where tenant_id = ?", tenant.id());
        assertEquals(salts.size(), salts.stream().distinct().count());
    }

    @Test
    void personalData_isMasked() throws Exception {
        var made = http.post(CONSUMERS, """
                {"name": "Kiosk", "owner_name": "Maria Rossi", "contact_email": "maria@example.org", "scopes": ["catalog:read"]}""").expect(201);
        http.patch(CONSUMERS + "/" + made.at("/id"), "{\"contact_email\": \"other@example.org\"}").expect(200);
        assertEquals("maria@example.org", made.at("/contact_email"));
        assertEquals("[personal]", Http.JSON.readTree(entity("after", 0, made)).path("contact_email").asText());
        for (var row : tenant.found("select t::text from platform.audit_entities t where tenant_id = ?", tenant.id())) {
            assertFalse(row.contains("@example.org"), row);
        }
        assertFalse(http.get("/api/v1/platform/audit-events").expect(200).text().contains("@example.org"));
    }

    @Test
    void secret_isInNoEvent() throws Exception {
        var consumer = http.get("/api/v1/auth/status").at("/consumer/id");
        var issued = http.post("/api/v1/platform/tokens", "{\"consumer_id\": \"%s\", \"name\": \"T\", \"kind\": \"secret\", \"scopes\": [\"catalog:read\"]}"
                .formatted(consumer)).expect(201);
        var secret = String.valueOf(issued.at("/token"));
        var half = secret.substring(TestServer.Tenant.prefix(secret).length() + 1);
        for (var row : tenant.found("select t::text from platform.audit_entities t where tenant_id = ?", tenant.id())) {
            assertFalse(row.contains(half), row);
        }
    }

    @Test
    void refusalReplayDryRunAndRead_writeNoEvent() throws Exception {
        var path = PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"A\"}", "Idempotency-Key", "k").expect(201).at("/id");
        var before = all();
        http.post(PRODUCTS, "{\"name\": \"A\"}", "Idempotency-Key", "k").expect(201);
        http.post(PRODUCTS + "?dry_run=true", "{\"name\": \"A\"}").expect(201);
        http.post(path + "/retire", null, "Idempotency-Key", "refused").expect(409);
        http.post(path + "/retire", null).expect(409);
        http.post(PRODUCTS, "{}").expect(422);
        http.patch(path, "{\"name\": \"B\"}", "If-Match", "\"9-x\"").expect(412);
        http.patch(path, "{\"name\": \"A\"}").expect(200);
        http.get(path).expect(200);
        new Http(server, tenant.token("catalog:read")).post(PRODUCTS, "{\"name\": \"A\"}").expect(403);
        // One more event: the token above, created without the API.
        assertEquals(before.size() + 1, all().size());
    }

    @Test
    void eventsOfAResource_areNumberedByVersion() throws Exception {
        var path = PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"A\"}").expect(201).at("/id");
        Race.run(16, number -> (number % 2 == 0 ? http : http.on(TestServer.second())).patch(path, "{\"metadata\": {\"m%d\": \"x\"}}".formatted(number)).expect(200));
        var versions = tenant.found("""
                select (n.after::jsonb)->>'version' from platform.audit_events e join platform.audit_entities n on n.tenant_id = e.tenant_id and n.event_id = e.id
                where e.tenant_id = ? and e.action = 'product.updated' order by e.seq""", tenant.id());
        assertEquals(IntStream.rangeClosed(2, 17).mapToObj(Integer::toString).toList(), versions);
    }

    @Test
    void platformOperation_isInTheTenantsTrailToo() throws Exception {
        var platform = new Http(server, server.platform().token());
        var id = TypeIds.format("ten", tenant.id());
        var suspended = platform.post("/api/v1/platform/tenants/" + id + "/suspend", "{\"reason\": \"unpaid\"}").expect(200);
        var here = event("concat_ws(' ', id, action, subject_tenant_id)", suspended);
        var there = server.platform().found("select concat_ws(' ', id, action, subject_tenant_id) from platform.audit_events where tenant_id = ? and request_id = ?",
                Db.PLATFORM, suspended.header("Request-Id"));
        assertEquals(1, here.size());
        assertEquals(here, there);
        assertTrue(here.getFirst().endsWith("tenant.suspended " + tenant.id()), here.toString());
        var seen = http.get("/api/v1/platform/audit-events?action=tenant.suspended").expect(200);
        assertEquals(suspended.header("Request-Id"), seen.at("/data/0/request_id"));
    }

    @Test
    void actor_isTheCredentialsConsumer() throws Exception {
        var member = http.post(CONSUMERS, """
                {"name": "App", "owner_name": "Maria", "contact_email": "m@example.org", "scopes": ["catalog:write"], "acts_as": "member"}""").expect(201).at("/id");
        var its = http.post("/api/v1/platform/tokens", "{\"consumer_id\": \"%s\", \"name\": \"T\", \"kind\": \"secret\", \"scopes\": [\"catalog:write\"]}"
                .formatted(member)).expect(201).at("/token");
        var made = new Http(server, its).post(PRODUCTS, "{\"name\": \"A\"}", "X-Actor", "operator", "X-Actor-Id", "somebody", "X-Tenant-Id", "another").expect(201);
        assertEquals(List.of("member " + TypeIds.parse("con", String.valueOf(member))), event("actor_type || ' ' || actor_id", made));
    }

    @Test
    void malformedTrace_isReplaced() throws Exception {
        for (var traceparent : new String[] {"", "00-" + TRACE + "-00f067aa0ba902b7", "ff-" + TRACE + "-00f067aa0ba902b7-01", "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01", "x"}) {
            var made = http.post(PRODUCTS, "{\"name\": \"A\"}", "traceparent", traceparent).expect(201);
            var trace = event("trace_id", made).getFirst();
            assertTrue(trace.matches("[0-9a-f]{32}"), trace);
            assertNotEquals(TRACE, trace, traceparent);
        }
    }

    @Test
    void serverRole_cannotChangeOrDeleteEvents() throws Exception {
        http.post(PRODUCTS, "{\"name\": \"A\"}").expect(201);
        for (var table : List.of("audit_events", "audit_entities", "audit_reviews")) {
            for (var statement : List.of("update platform." + table + " set tenant_id = tenant_id", "delete from platform." + table, "truncate platform." + table)) {
                var refused = server.db().unguarded(connection -> {
                    try (var prepared = connection.prepareStatement(statement)) {
                        prepared.execute();
                        return "done";
                    } catch (SQLException denied) {
                        return denied.getSQLState();
                    }
                });
                assertEquals("42501", refused, statement);
            }
        }
    }
}
