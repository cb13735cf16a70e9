package org.guildhall.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Operation.Access;
import org.guildhall.api.Operation.IfMatch;
import org.guildhall.api.Operation;
import org.guildhall.api.TypeIds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What all operations share, held against each of them. A new operation is in it as soon as it has an example. */
class EveryOperationTest {

    private static final SampleData PLATFORM = new SampleData(TestServer.shared().platform());
    private static final SampleData OURS = new SampleData(TestServer.shared().tenant());
    private static final SampleData THEIRS = new SampleData(TestServer.shared().tenant());

    private static Stream<Operation> those(Predicate<Operation> which) {
        return Arrays.stream(Operation.values()).filter(which);
    }

    static Stream<Operation> all() {
        return those(operation -> true);
    }

    static Stream<Operation> guarded() {
        return those(operation -> operation.access() == Access.SCOPED || operation.access() == Access.AUTHENTICATED);
    }

    static Stream<Operation> scoped() {
        return those(operation -> operation.scope() != null);
    }

    static Stream<Operation> withIds() {
        return those(operation -> operation.path().contains("{") && !ofThePlatform(operation));
    }

    static Stream<Operation> withJson() {
        return those(operation -> operation.requestType() != null);
    }

    static Stream<Operation> withBody() {
        return those(operation -> operation.requestType() != null || !operation.streamTypes().isEmpty());
    }

    static Stream<Operation> mutations() {
        return those(Operation::mutation);
    }

    static Stream<Operation> comparing() {
        return those(operation -> operation.ifMatch() != IfMatch.NONE);
    }

    static Stream<Operation> requiringIfMatch() {
        return those(operation -> operation.ifMatch() == IfMatch.REQUIRED);
    }

    static Stream<Operation> suspendable() {
        return mutations().filter(operation -> !operation.allowedWhenSuspended() && !ofThePlatform(operation));
    }

    static Stream<Operation> allowedWhenSuspended() {
        return mutations().filter(Operation::allowedWhenSuspended);
    }

    static Stream<Operation> lists() {
        return those(Operation::list);
    }

    static Stream<Operation> reads() {
        return those(operation -> !operation.mutation() && operation.method().equals("GET"));
    }

    /** What only the platform's own consumers may call: there is no other tenant to be kept apart from. */
    private static boolean ofThePlatform(Operation operation) {
        return operation.scope() != null && operation.scope().startsWith("platform:tenants:");
    }

    static SampleData home(Operation operation) {
        return ofThePlatform(operation) ? PLATFORM : OURS;
    }

    @Test
    void everyOperationHasAnExample() {
        var without = Arrays.stream(Operation.values()).filter(operation -> !Examples.has(operation)).toList();
        assertEquals(java.util.List.of(), without, "operations without an example");
    }

    @ParameterizedTest
    @MethodSource("all")
    void theExampleSucceedsAsTheDocumentSays(Operation operation) {
        home(operation).send(home(operation).request(operation)).expect(operation.status());
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void withoutATokenItIs401(Operation operation) {
        var world = home(operation);
        var refused = world.send(new Http(TestServer.shared(), null), world.request(operation));
        assertEquals("401 unauthenticated", refused.outcome());
        assertTrue(String.valueOf(refused.header("WWW-Authenticate")).startsWith("Bearer "));
    }

    @ParameterizedTest
    @MethodSource("scoped")
    void withEveryScopeButItsOwnItIs403AndNamesIt(Operation operation) {
        var world = home(operation);
        var others = org.guildhall.api.Scopes.ALL.stream()
                .filter(scope -> ofThePlatform(operation) || !scope.startsWith("platform:tenants:"))
                .filter(scope -> !org.guildhall.core.auth.Scopes.covers(Set.of(scope), String.valueOf(operation.scope())))
                .toArray(String[]::new);
        var refused = world.send(new Http(TestServer.shared(), world.tenant.token(others)), world.request(operation));
        assertEquals("403 insufficient_scope", refused.outcome());
        assertEquals(operation.scope(), refused.at("/required_scope"));
        assertTrue(String.valueOf(refused.header("WWW-Authenticate")).contains("scope=\"" + operation.scope() + "\""));
    }

    @ParameterizedTest
    @MethodSource("withIds")
    void anotherTenantsObjectIs404LikeOneThatNeverExisted(Operation operation) {
        var foreign = THEIRS.request(operation).path();
        var ours = OURS.request(operation);
        var never = operation.path();
        for (var parameter : Documented.prefixes(operation).entrySet()) {
            var id = parameter.getValue().isEmpty() ? OURS.word() : TypeIds.format(parameter.getValue(), version7());
            never = never.replace("{" + parameter.getKey() + "}", id);
        }
        var refused = OURS.send(ours.at(foreign)).expect(404);
        var nothing = OURS.send(ours.at(never)).expect(404);
        assertEquals(comparable(nothing), comparable(refused));
        assertEquals(headerNames(nothing), headerNames(refused));
    }

    @ParameterizedTest
    @MethodSource("withIds")
    void anIdOfAnotherKindIs404(Operation operation) {
        var path = operation.path();
        for (var parameter : Documented.prefixes(operation).entrySet()) {
            if (parameter.getValue().isEmpty()) {
                return;
            }
            path = path.replace("{" + parameter.getKey() + "}", TypeIds.format("zzz", version7()));
        }
        assertEquals("404 not_found", OURS.send(OURS.request(operation).at(path)).outcome());
    }

    @ParameterizedTest
    @MethodSource("withJson")
    void anUnknownMemberIs422AndPointedAt(Operation operation) throws JsonProcessingException {
        var world = home(operation);
        var request = world.request(operation);
        var body = (ObjectNode) Http.JSON.readTree(request.body());
        var refused = world.send(request.with(body.put("not_a_member", 1).toString()));
        assertEquals("422 validation_failed", refused.outcome());
        assertTrue(refused.json().get("errors").findValuesAsText("pointer").contains("/not_a_member"), refused.text());
    }

    @ParameterizedTest
    @MethodSource("all")
    void anUnknownQueryParameterIs400AndNamed(Operation operation) {
        var world = home(operation);
        var request = world.request(operation);
        var refused = world.send(request.at(request.path() + "?not_a_parameter=1"));
        assertEquals("400 invalid_parameter", refused.outcome());
        assertEquals("not_a_parameter", refused.at("/errors/0/parameter"));
    }

    @ParameterizedTest
    @MethodSource("withBody")
    void aBodyOfAnotherMediaTypeIs415(Operation operation) {
        var world = home(operation);
        var request = world.request(operation);
        assertEquals("415 unsupported_media_type", world.send(request, "Content-Type", "text/plain").outcome());
        assertEquals("415 unsupported_media_type", world.send(request, "Content-Encoding", "gzip").outcome());
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatCanNotBeAcceptedIs406(Operation operation) {
        var world = home(operation);
        if (operation.responseType() == null && operation.downloadTypes().isEmpty()) {
            // There is nothing to accept: clients that are made from the document name the media type of problems only.
            world.send(world.request(operation), "Accept", "application/problem+json").expect(operation.status());
            return;
        }
        assertEquals("406 not_acceptable", world.send(world.request(operation), "Accept", "image/png").outcome());
        // The envelope of a dry run is there for dry runs only.
        assertEquals("406 not_acceptable", world.send(world.request(operation), "Accept", Http.DRY_RUN).outcome());
    }

    @ParameterizedTest
    @MethodSource("requiringIfMatch")
    void withoutIfMatchItIs428(Operation operation) {
        var world = home(operation);
        assertEquals("428 precondition_required", world.send(world.request(operation), "If-Match", "").outcome());
    }

    @ParameterizedTest
    @MethodSource("comparing")
    void aVersionThatIsNotThePresentOneIs412(Operation operation) {
        var world = home(operation);
        var request = world.request(operation);
        assertEquals("412 precondition_failed", world.send(request, "If-Match", "\"999999-abc\"").outcome());
        world.send(request, "If-Match", "*").expect(operation.status());
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void aRepeatedKeyGetsTheFirstAnswerAgain(Operation operation) {
        var world = home(operation);
        var request = world.request(operation);
        var key = UUID.randomUUID().toString();
        var first = world.send(request, "Idempotency-Key", key).expect(operation.status());
        var again = world.send(request, "Idempotency-Key", key).expect(operation.status());
        assertArrayEquals(first.body(), again.body());
        assertNull(first.header("Idempotency-Replayed"));
        assertEquals("true", again.header("Idempotency-Replayed"));
        for (var kept : java.util.List.of("Content-Type", "ETag", "Location", "Cache-Control")) {
            assertEquals(first.header(kept), again.header(kept), kept);
        }
        if (first.header("Location") != null) {
            // Whoever lost the answer finds what it led to.
            var outcome = world.http.get("/api/v1/platform/idempotency-keys/" + key).expect(200);
            assertEquals(String.valueOf(first.header("Location")).replaceFirst(".*/", ""), outcome.at("/entity_id"));
        }
        // The same change in other bytes is another request, too.
        var changed = operation.dryRun() ? request.at(request.path() + "?dry_run=false") : request.with(request.body() + "\n");
        var other = world.send(changed, "Idempotency-Key", key);
        assertEquals("422 idempotency_key_reused", other.outcome());
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void itLeavesOneEventThatSaysWhatWasDone(Operation operation) throws SQLException {
        var world = home(operation);
        var request = world.request(operation);
        var done = world.send(request, "Audit-Reason", "swept").expect(operation.status());
        var events = new java.util.ArrayList<String>();
        try (var connection = TestServer.shared().superuser();
                var statement = connection.prepareStatement("""
                        select operation || ' ' || action || ' ' || status || ' ' || reason || ' ' ||
                          (select count(*) > 0 from platform.audit_entities n where n.tenant_id = e.tenant_id and n.event_id = e.id)
                        from platform.audit_events e where tenant_id = ? and request_id = ?""")) {
            statement.setObject(1, world.tenant.id());
            statement.setString(2, done.header("Request-Id"));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    events.add(rows.getString(1));
                }
            }
        }
        assertEquals(java.util.List.of(operation.id() + " " + operation.auditAction() + " " + operation.status() + " swept true"), events);
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void aTokenOverItsLimitIs429(Operation operation) {
        var world = home(operation);
        var request = world.request(operation);
        var limited = new Http(TestServer.shared(), world.limited(operation.rateCost(), 3600));
        var first = world.send(limited, request).expect(operation.status());
        assertTrue(String.valueOf(first.header("RateLimit")).startsWith("\"token\";r=0;"), first.header("RateLimit"));
        var refused = world.send(limited, request);
        assertEquals("429 rate_limited", refused.outcome());
        assertEquals("token", refused.at("/violated_policies/0"));
        assertTrue(Integer.parseInt(String.valueOf(refused.header("Retry-After"))) > 0);
        assertTrue(String.valueOf(refused.header("RateLimit-Policy")).contains("\"token\";q=" + operation.rateCost() + ";w=3600"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void aMethodThatThePathDoesNotHaveIs405WithThoseThatItHas(Operation operation) {
        var methods = those(other -> other.path().equals(operation.path())).map(Operation::method).collect(Collectors.toCollection(TreeSet::new));
        var path = operation.path().replaceAll("\\{[^}]+}", TypeIds.format("prd", version7()));
        // A longer literal path may fit as well: POST /…/{id} is no operation, POST /…/export would be.
        var missing = Stream.of("PUT", "PATCH", "DELETE", "POST").filter(method -> !methods.contains(method)).findFirst().orElseThrow();
        var refused = home(operation).http.send(missing, path, null);
        assertEquals("405 method_not_allowed", refused.outcome());
        var allowed = new TreeSet<>(methods);
        if (methods.contains("GET")) {
            allowed.add("HEAD");
        }
        allowed.add("OPTIONS");
        assertEquals(allowed, new TreeSet<>(Arrays.asList(String.valueOf(refused.header("Allow")).split(", "))));
    }

    @ParameterizedTest
    @MethodSource("suspendable")
    void aSuspendedTenantChangesNothing(Operation operation) throws SQLException {
        var world = new SampleData(TestServer.shared().tenant());
        var request = world.request(operation);
        world.tenant.suspend();
        assertEquals("403 tenant_suspended", world.send(request).outcome());
        world.tenant.reactivate();
        world.send(request).expect(operation.status());
    }

    @ParameterizedTest
    @MethodSource("allowedWhenSuspended")
    void aSuspendedTenantMayStillDoWhatTheDocumentAllows(Operation operation) throws SQLException {
        var world = new SampleData(TestServer.shared().tenant());
        var request = world.request(operation);
        world.tenant.suspend();
        world.send(request).expect(operation.status());
    }

    @ParameterizedTest
    @MethodSource("lists")
    void aListIsBoundedAndShowsNobodyElsesEntries(Operation operation) {
        var world = home(operation);
        var path = world.request(operation).path();
        assertEquals("400 invalid_parameter", world.http.get(path + "?limit=0").outcome());
        assertEquals("400 invalid_parameter", world.http.get(path + "?limit=201").outcome());
        assertEquals("400 invalid_cursor", world.http.get(path + "?cursor=AAAA").outcome());
        var page = world.http.get(path + "?limit=1").expect(200).json();
        assertTrue(page.get("data").size() <= 1);
        assertEquals(Set.of("data", "page"), names(page));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void aReadIsTheSameByHeadAndKnowsWhatTheCallerHas(Operation operation) {
        var world = home(operation);
        var path = world.request(operation).path();
        var read = world.http.get(path).expect(200);
        var head = world.http.send("HEAD", path, null).expect(200);
        assertEquals(0, head.body().length);
        assertEquals(read.header("ETag"), head.header("ETag"));
        assertEquals(read.header("Content-Type"), head.header("Content-Type"));
        assertNotNull(read.header("Request-Id"));
        if (read.header("ETag") != null) {
            var unchanged = world.http.get(path, "If-None-Match", String.valueOf(read.header("ETag"))).expect(304);
            assertEquals(0, unchanged.body().length);
            assertEquals(read.header("ETag"), unchanged.header("ETag"));
        }
    }

    static Set<String> names(JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** All of it but what differs from request to request. */
    private static String comparable(Http.Reply reply) {
        return reply.text().replaceAll("\"(instance|request_id)\":\"[^\"]*\"", "\"$1\":\"\"");
    }

    private static Set<String> headerNames(Http.Reply reply) {
        return new TreeSet<>(reply.headers().map().keySet());
    }

    private static UUID version7() {
        return org.guildhall.core.data.Ids.next();
    }
}
