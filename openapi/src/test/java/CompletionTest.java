import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The published document adds to each operation the parameters, headers and responses that its policy implies. */
class CompletionTest {

    private static final ObjectNode PUBLISHED = new TinySpec(TinySpec.ORIGINAL).published();

    @Test
    void create_takesIdempotencyKeyReasonAndDryRun() {
        assertEquals(List.of("dry_run", "Idempotency-Key", "Audit-Reason"), parameters("post", "/api/v1/catalog/things"));
        assertEquals(Set.of("201", "400", "401", "403", "406", "408", "409", "413", "415", "422", "429", "500", "503"),
                statuses("post", "/api/v1/catalog/things"));
        assertEquals(Set.of("Request-Id", "RateLimit", "RateLimit-Policy", "ETag", "Cache-Control", "Location", "Idempotency-Replayed", "Dry-Run"),
                headers("post", "/api/v1/catalog/things", "201"));
    }

    @Test
    void dryRun_isASecondMediaTypeOfTheResponse() {
        for (String[] change : new String[][] {{"post", "/api/v1/catalog/things", "201"}, {"patch", "/api/v1/catalog/things/{thing_id}", "200"}}) {
            JsonNode content = operation(change[0], change[1]).at("/responses/" + change[2] + "/content");
            List<String> types = new ArrayList<>();
            content.fieldNames().forEachRemaining(types::add);
            // Generators take the first media type.
            assertEquals(List.of("application/json", "application/vnd.guildhall.dry-run+json"), types);
            assertEquals("#/components/schemas/DryRunResult", content.path(types.get(1)).at("/schema/$ref").asText());
            assertFalse(content.path(types.get(0)).at("/schema").has("anyOf"));
        }
        assertEquals(1, statuses("post", "/api/v1/catalog/things").stream().filter(status -> status.startsWith("2")).count());
    }

    @Test
    void emptyResponse_hasNo406() {
        assertFalse(statuses("delete", "/api/v1/catalog/things/{thing_id}").contains("406"));
    }

    @Test
    void enumerations_openInResponses_closedInRequests() {
        JsonNode closed = PUBLISHED.at("/components/schemas/Color");
        assertEquals(4, closed.path("enum").size());
        JsonNode thing = PUBLISHED.at("/components/schemas/Thing/allOf/1/properties");
        for (String member : List.of("color", "old_color")) {
            assertEquals(closed.get("enum"), thing.path(member).path("x-extensible-enum"));
            assertFalse(thing.path(member).has("enum") || thing.path(member).has("$ref") || thing.path(member).has("oneOf"), member);
        }
        assertEquals("\"string\"", thing.at("/color/type").toString());
        assertEquals("[\"string\",\"null\"]", thing.at("/old_color/type").toString());
        assertEquals("What it looks like. Known values: `red`, `dark-blue`, `one_time`, `2d`; there may be more.",
                thing.at("/color/description").asText());
        assertEquals("[\"small\",\"large\"]", thing.at("/size/x-extensible-enum").toString());
    }

    @Test
    void objects_openInResponses_closedInRequests() {
        assertTrue(PUBLISHED.at("/components/schemas/Part/additionalProperties").asBoolean());
        assertFalse(PUBLISHED.at("/components/schemas/NewThing/additionalProperties").asBoolean(true));
    }

    @Test
    void ifMatch_adds412And428() {
        assertEquals(List.of("dry_run", "Idempotency-Key", "Audit-Reason", "If-Match"), parameters("patch", "/api/v1/catalog/things/{thing_id}"));
        assertTrue(statuses("patch", "/api/v1/catalog/things/{thing_id}").contains("412"));
        assertFalse(statuses("patch", "/api/v1/catalog/things/{thing_id}").contains("428"));
        assertEquals("#/components/parameters/IfMatchRequired",
                operation("put", "/api/v1/catalog/things/{thing_id}/order").at("/parameters/5/$ref").asText());
        assertTrue(statuses("put", "/api/v1/catalog/things/{thing_id}/order").containsAll(Set.of("412", "428")));
    }

    @Test
    void operationWithoutDryRun_hasNoSuchParameter() {
        assertEquals(List.of("Idempotency-Key", "Audit-Reason"), parameters("delete", "/api/v1/catalog/things/{thing_id}"));
        assertFalse(statuses("delete", "/api/v1/catalog/things/{thing_id}").contains("200"));
        assertEquals(Set.of("Request-Id", "RateLimit", "RateLimit-Policy", "Idempotency-Replayed"),
                headers("delete", "/api/v1/catalog/things/{thing_id}", "204"));
    }

    @Test
    void get_takesIfNoneMatchAndFields() {
        assertEquals(List.of("fields", "If-None-Match"), parameters("get", "/api/v1/catalog/things/{thing_id}"));
        assertTrue(statuses("get", "/api/v1/catalog/things/{thing_id}").containsAll(Set.of("304", "404")));
        assertTrue(headers("get", "/api/v1/catalog/things/{thing_id}", "200").contains("ETag"));
    }

    @Test
    void resourceWithoutVersion_hasNoETag() {
        assertEquals(List.of("thing_id", "part_key"), parameters("get", "/api/v1/catalog/things/{thing_id}/parts/{part_key}"));
        assertFalse(headers("get", "/api/v1/catalog/things/{thing_id}/parts/{part_key}", "200").contains("ETag"));
    }

    @Test
    void tags_groupedWithoutAuditCategory() {
        assertEquals("catalog", PUBLISHED.at("/x-tagGroups/1/name").asText());
        assertEquals("{\"name\":\"health\",\"x-displayName\":\"Health\"}", PUBLISHED.at("/tags/0").toString());
    }

    @Test
    void list_hasPagingAndNoETag() {
        assertEquals(List.of("color", "owner_id", "default", "sort", "expand", "limit", "cursor", "fields"), parameters("get", "/api/v1/catalog/things"));
        assertEquals(Set.of("Request-Id", "RateLimit", "RateLimit-Policy", "Link"), headers("get", "/api/v1/catalog/things", "200"));
        assertEquals(Set.of("200", "400", "401", "403", "406", "429", "500", "503"), statuses("get", "/api/v1/catalog/things"));
    }

    @Test
    void readOnlyPost_hasNoKeyAndNoDryRun() {
        assertEquals(List.of(), parameters("post", "/api/v1/catalog/checks"));
        assertEquals(Set.of("200", "400", "401", "403", "406", "408", "413", "415", "422", "429", "500", "503"), statuses("post", "/api/v1/catalog/checks"));
    }

    @Test
    void publicOperation_hasNo401And403() {
        assertEquals(Set.of("200", "400", "406", "429", "500", "503"), statuses("get", "/api/v1/health"));
        assertEquals(Set.of("Request-Id"), headers("get", "/api/v1/health", "200"));
        assertTrue(statuses("get", "/api/v1/auth/status").containsAll(Set.of("401", "403")));
    }

    @Test
    void descriptionInSource_isKept() {
        assertEquals("Said better here.", operation("post", "/api/v1/catalog/things").at("/responses/409/description").asText());
    }

    @Test
    void unusedComponents_dropped_scopesKept() {
        JsonNode schemas = PUBLISHED.at("/components/schemas");
        assertFalse(schemas.has("UnusedId"));
        assertTrue(schemas.has("Scope"));
        assertFalse(PUBLISHED.at("/components/headers").has("Allow"));
        assertTrue(PUBLISHED.at("/components/securitySchemes").has("bearer"));
    }

    @Test
    void references_allResolve() {
        PUBLISHED.findValues("$ref").forEach(
                reference -> assertFalse(PUBLISHED.at(reference.asText().substring(1)).isMissingNode(), reference.asText()));
        assertEquals("#/components/schemas/Circle", PUBLISHED.at("/components/schemas/Shape/discriminator/mapping/circle").asText());
    }

    @Test
    void yaml_equalsJson() throws IOException {
        JsonNode json = new ObjectMapper().readTree(DocumentText.json(PUBLISHED));
        assertEquals(json, new YAMLMapper().readTree(DocumentText.yaml(PUBLISHED)));
    }

    @Test
    void yaml_ambiguousText_isQuoted() {
        ObjectNode traps = new ObjectMapper().createObjectNode().put("a", "no").put("b", "2026-11-21").put("c", "1_000").put("d", "null")
                .put("on", "~").put("e", "12:30").put("f", "plain words");
        assertEquals("""
                a: "no"
                b: "2026-11-21"
                c: "1_000"
                d: "null"
                "on": "~"
                e: "12:30"
                f: plain words
                """, DocumentText.yaml(traps));
    }

    private static JsonNode operation(String method, String path) {
        return PUBLISHED.path("paths").path(path).path(method);
    }

    private static List<String> parameters(String method, String path) {
        List<String> names = new ArrayList<>();
        operation(method, path).path("parameters").forEach(parameter -> names.add(Schemas.follow(PUBLISHED, parameter).path("name").asText()));
        return names;
    }

    private static Set<String> statuses(String method, String path) {
        return names(operation(method, path).path("responses"));
    }

    private static Set<String> headers(String method, String path, String status) {
        return names(operation(method, path).path("responses").path(status).path("headers"));
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
