package org.guildhall.core;

import static org.guildhall.core.OperationGroup.CHANGES;
import static org.guildhall.core.OperationGroup.COMPARING;
import static org.guildhall.core.OperationGroup.MUTATIONS;
import static org.guildhall.core.OperationGroup.REQUIRING_IF_MATCH;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.Http;
import org.guildhall.api.Operation;
import org.guildhall.api.TypeIds;
import org.guildhall.core.json.Json;

/** The rules that all mutations share: versions, idempotency keys and audit events. */
class EveryMutationTest {

    @ForEach(REQUIRING_IF_MATCH)
    void change_withoutRequiredIfMatch_isRefused(Operation operation) {
        var samples = SampleTenants.home(operation);
        assertEquals("428 precondition_required", samples.send(samples.request(operation), "If-Match", "").outcome());
    }

    @ForEach(COMPARING)
    void change_withStaleIfMatch_isRefused(Operation operation) {
        var samples = SampleTenants.home(operation);
        var request = samples.request(operation);
        assertEquals("412 precondition_failed", samples.send(request, "If-Match", "\"999999-abc\"").outcome());
        samples.send(request, "If-Match", "*").expect(operation.status());
    }

    @ForEach(MUTATIONS)
    void repeatedKey_getsTheFirstResponse(Operation operation) {
        var samples = SampleTenants.home(operation);
        var request = samples.request(operation);
        var key = UUID.randomUUID().toString();
        var first = samples.send(request, "Idempotency-Key", key).expect(operation.status());
        var again = samples.send(request, "Idempotency-Key", key).expect(operation.status());
        assertArrayEquals(first.body(), again.body());
        assertNull(first.header("Idempotency-Replayed"));
        assertEquals("true", again.header("Idempotency-Replayed"));
        for (var kept : List.of("Content-Type", "ETag", "Location", "Cache-Control")) {
            assertEquals(first.header(kept), again.header(kept), kept);
        }
        if (first.header("Location") != null) {
            // A caller that lost the answer finds the resource by its key.
            var outcome = samples.http.get("/api/v1/platform/idempotency-keys/" + key).expect(200);
            assertEquals(String.valueOf(first.header("Location")).replaceFirst(".*/", ""), outcome.at("/entity_id"));
        }
        // An equal change in other bytes counts as another request.
        var changed = operation.dryRun() ? request.at(request.path() + "?dry_run=false") : request.with(request.body() + "\n");
        var other = samples.send(changed, "Idempotency-Key", key);
        assertEquals("422 idempotency_key_reused", other.outcome());
    }

    @ForEach(MUTATIONS)
    void mutation_writesOneEvent(Operation operation) throws SQLException {
        var samples = SampleTenants.home(operation);
        var request = samples.request(operation);
        var done = samples.send(request, "Audit-Reason", "swept").expect(operation.status());
        var events = samples.tenant.found("""
                select operation || ' ' || action || ' ' || status || ' ' || reason || ' ' ||
                  (select count(*) > 0 from platform.audit_entities n where n.tenant_id = e.tenant_id and n.event_id = e.id)
                from platform.audit_events e where tenant_id = ? and request_id = ?""", samples.tenant.id(), done.header("Request-Id"));
        if (operation.external()) {
            // The answer of the call outside is recorded in a transaction of its own.
            events.removeIf(event -> event.contains(".answered "));
        }
        assertEquals(List.of(operation.id() + " " + operation.auditAction() + " " + operation.status() + " swept true"), events);
    }

    @ForEach(CHANGES)
    void change_isAuditedWithBeforeAndAfter(Operation operation) throws SQLException {
        var samples = OperationGroup.ofThePlatform(operation) ? SampleTenants.home(operation) : SampleTenants.still(operation);
        var request = samples.request(operation);
        var resource = Documented.samePlace(operation, request.path(), Objects.requireNonNull(Documented.reader(operation)));
        var before = samples.http.get(resource).expect(200).json();
        var event = event(samples, samples.send(request).expect(operation.status()));
        assertEquals(masked(before.deepCopy(), event.get("before")), event.get("before"));
        assertNotEquals(event.get("before"), event.get("after"));
        if (event.get("after").isNull()) {
            samples.http.get(resource).expect(404);
            return;
        }
        var after = samples.http.get(resource).expect(200).json();
        assertEquals(masked(after.deepCopy(), event.get("after")), event.get("after"));
        assertNotEquals(withoutVersion(before), withoutVersion(after));
    }

    private static JsonNode event(SampleData samples, Http.Reply done) throws SQLException {
        var id = samples.tenant.found("select id from platform.audit_events where tenant_id = ? and request_id = ?", samples.tenant.id(), done.header("Request-Id"));
        return samples.http.get("/api/v1/platform/audit-events/" + TypeIds.format("aud", UUID.fromString(id.getFirst()))).expect(200).json();
    }

    /** Masks the members of a resource that are masked in the audited one. */
    private static JsonNode masked(JsonNode resource, JsonNode audited) {
        if (audited.asText().equals(Json.MASK) && !resource.isNull()) {
            return audited;
        }
        if (resource instanceof ObjectNode object) {
            object.properties().forEach(member -> member.setValue(masked(member.getValue(), audited.path(member.getKey()))));
        } else if (resource instanceof ArrayNode array) {
            for (int at = 0; at < array.size(); at++) {
                array.set(at, masked(array.get(at), audited.path(at)));
            }
        }
        return resource;
    }

    private static JsonNode withoutVersion(JsonNode resource) {
        return ((ObjectNode) resource.deepCopy()).without(List.of("version", "updated_at"));
    }
}
