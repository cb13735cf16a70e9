package org.guildhall.core;

import static org.guildhall.core.OperationGroup.ALL;
import static org.guildhall.core.OperationGroup.READS;
import static org.guildhall.core.OperationGroup.WITH_BODY;
import static org.guildhall.core.OperationGroup.WITH_KNOWN_MEMBERS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.Http;
import org.guildhall.api.Operation;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Ids;
import org.junit.jupiter.api.Test;

/** The rules that all requests and answers share, tested for each operation. A new operation is tested as soon as it has an example. */
class EveryOperationTest {

    @Test
    void operation_hasAnExample() {
        var without = ALL.operations().filter(operation -> !Examples.has(operation)).toList();
        assertEquals(List.of(), without, "operations without an example");
    }

    @ForEach(ALL)
    void example_succeeds(Operation operation) {
        var samples = SampleTenants.home(operation);
        samples.send(samples.request(operation)).expect(operation.status());
    }

    @ForEach(WITH_KNOWN_MEMBERS)
    void unknownMember_isRefusedAndNamed(Operation operation) throws JsonProcessingException {
        var samples = SampleTenants.home(operation);
        var request = samples.request(operation);
        var body = (ObjectNode) Http.JSON.readTree(request.body());
        var refused = samples.send(request.with(body.put("not_a_member", 1).toString()));
        assertEquals("422 validation_failed", refused.outcome());
        assertTrue(refused.json().get("errors").findValuesAsText("pointer").contains("/not_a_member"), refused.text());
    }

    @ForEach(ALL)
    void unknownQueryParameter_isRefusedAndNamed(Operation operation) {
        var samples = SampleTenants.home(operation);
        var request = samples.request(operation);
        var refused = samples.send(request.at(request.path() + "?not_a_parameter=1"));
        assertEquals("400 invalid_parameter", refused.outcome());
        assertEquals("not_a_parameter", refused.at("/errors/0/parameter"));
    }

    @ForEach(WITH_BODY)
    void bodyOfAnotherMediaType_isRefused(Operation operation) {
        var samples = SampleTenants.home(operation);
        var request = samples.request(operation);
        assertEquals("415 unsupported_media_type", samples.send(request, "Content-Type", "text/plain").outcome());
        assertEquals("415 unsupported_media_type", samples.send(request, "Content-Encoding", "gzip").outcome());
    }

    @ForEach(ALL)
    void acceptOfAnotherMediaType_isRefused(Operation operation) {
        var samples = SampleTenants.home(operation);
        if (operation.responseType() == null && operation.downloadTypes().isEmpty()) {
            // The answer has no body: generated clients accept only the media type of problems.
            samples.send(samples.request(operation), "Accept", "application/problem+json").expect(operation.status());
            return;
        }
        assertEquals("406 not_acceptable", samples.send(samples.request(operation), "Accept", "image/png").outcome());
        // Only dry runs can answer with their envelope.
        assertEquals("406 not_acceptable", samples.send(samples.request(operation), "Accept", Http.DRY_RUN).outcome());
    }

    @ForEach(ALL)
    void missingMethod_isRefusedWithTheAllowedOnes(Operation operation) {
        var methods = ALL.operations().filter(other -> other.path().equals(operation.path())).map(Operation::method).collect(Collectors.toCollection(TreeSet::new));
        var path = operation.path().replaceAll("\\{[^}]+}", TypeIds.format("prd", Ids.next()));
        // A method is missing at this path even if a longer path has it.
        var missing = Stream.of("PUT", "PATCH", "DELETE", "POST").filter(method -> !methods.contains(method)).findFirst().orElseThrow();
        var refused = SampleTenants.home(operation).http.send(missing, path, null);
        assertEquals("405 method_not_allowed", refused.outcome());
        var allowed = new TreeSet<>(methods);
        if (methods.contains("GET")) {
            allowed.add("HEAD");
        }
        allowed.add("OPTIONS");
        assertEquals(allowed, new TreeSet<>(Arrays.asList(String.valueOf(refused.header("Allow")).split(", "))));
    }

    @ForEach(READS)
    void read_byHeadOrWithItsETag_sendsNoBody(Operation operation) {
        var samples = SampleTenants.home(operation);
        var path = samples.request(operation).path();
        // A job changes what has just been made, such as a reconciliation, until it is finished.
        for (int attempt = 0; attempt < 30 && unfinished(samples.http.get(path).expect(200)); attempt++) {
            Eventually.pause(100);
        }
        var read = samples.http.get(path).expect(200);
        var head = samples.http.send("HEAD", path, null).expect(200);
        assertEquals(0, head.body().length);
        assertEquals(read.header("ETag"), head.header("ETag"));
        assertEquals(read.header("Content-Type"), head.header("Content-Type"));
        assertNotNull(read.header("Request-Id"));
        if (read.header("ETag") != null) {
            var unchanged = samples.http.get(path, "If-None-Match", String.valueOf(read.header("ETag"))).expect(304);
            assertEquals(0, unchanged.body().length);
            assertEquals(read.header("ETag"), unchanged.header("ETag"));
        }
    }

    private static boolean unfinished(Http.Reply reply) {
        return reply.text().startsWith("{") && reply.json().path("finished_at").isNull();
    }

    static Set<String> names(JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
