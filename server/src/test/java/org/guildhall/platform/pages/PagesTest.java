package org.guildhall.platform.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.guildhall.TestServer;
import org.guildhall.core.problem.Problem;
import org.junit.jupiter.api.Test;

/** The pages outside the API: their files, the caching of those files, and the document that the explorer shows. */
class PagesTest {

    private static final Pattern FILE = Pattern.compile("/docs/[a-z]+-[0-9a-f]{16}\\.[a-z]+");

    private final TestServer server = TestServer.shared();
    private final HttpClient http = HttpClient.newHttpClient();

    private HttpResponse<byte[]> get(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static JsonNode shown() throws IOException {
        return ExplorerDocument.of(PagesTest.class.getResourceAsStream("/openapi/openapi.json").readAllBytes());
    }

    @Test
    void explorerFiles_areHashedCachedForeverAndCompressed() throws IOException {
        var page = new String(get("/docs").body());
        var files = FILE.matcher(page).results().map(found -> found.group()).distinct().toList();
        assertEquals(5, files.size(), page);
        for (var file : files) {
            var plain = get(file);
            assertEquals(200, plain.statusCode(), file);
            assertEquals("public, max-age=31536000, immutable", header(plain, "Cache-Control"));
            assertEquals("Accept-Encoding", header(plain, "Vary"));
            if (plain.body().length < 1024) {
                continue;
            }
            var packed = get(file, "Accept-Encoding", "br, gzip;q=0.5");
            assertEquals("gzip", header(packed, "Content-Encoding"), file);
            assertTrue(packed.body().length * 2 < plain.body().length, file);
            assertEquals(plain.body().length, new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes().length);
            assertNotEquals(header(plain, "ETag"), header(packed, "ETag"));
            assertEquals("", header(get(file, "Accept-Encoding", "gzip;q=0, br"), "Content-Encoding"));
        }
        assertEquals(404, get("/docs/explorer-0000000000000000.js").statusCode());
    }

    @Test
    void explorerPage_eachTime_hasAnotherNonce() {
        var first = header(get("/docs"), "Content-Security-Policy");
        assertNotEquals(first, header(get("/docs"), "Content-Security-Policy"));
        assertFalse(first.contains("unsafe-eval") || first.contains("script-src 'self' '"), first);
    }

    @Test
    void document_isCompressedAndNotSentAgain() {
        for (var path : new String[] {"/api/v1/openapi.json", "/api/v1/openapi.yaml", "/problems"}) {
            var plain = get(path);
            var packed = get(path, "Accept-Encoding", "gzip");
            assertEquals("gzip", header(packed, "Content-Encoding"));
            assertTrue(header(packed, "Vary").contains("Accept-Encoding"));
            assertNotEquals(header(plain, "ETag"), header(packed, "ETag"));
            assertEquals(304, get(path, "If-None-Match", header(plain, "ETag")).statusCode());
            var again = get(path, "If-None-Match", header(packed, "ETag"), "Accept-Encoding", "gzip");
            assertEquals(304, again.statusCode());
            assertEquals(0, again.body().length);
        }
    }

    @Test
    void explorerDocument_parameters_areNotFilledIn() throws IOException {
        var filled = new ArrayList<String>();
        var document = shown();
        for (var parameters : document.findValues("parameters")) {
            for (var parameter : parameters) {
                if (!parameter.has("$ref") && (parameter.has("example") || parameter.has("examples")
                        || parameter.path("schema").has("$ref") || parameter.path("schema").has("example") || parameter.path("schema").has("examples"))) {
                    filled.add(parameter.path("name").asText());
                }
            }
        }
        assertEquals(new ArrayList<String>(), filled);
        var product = document.at("/paths/~1api~1v1~1catalog~1products/post/requestBody/content/application~1json/examples");
        assertEquals("[\"name\"]", new ObjectMapper().valueToTree(new TreeSet<>(new ObjectMapper().convertValue(product.at("/required/value"), HashMap.class).keySet())).toString());
    }

    @Test
    void explorerDocument_operations_areGroupedByResource() throws IOException {
        var document = shown();
        var counts = new HashMap<String, Integer>();
        for (var path : document.path("paths")) {
            for (var operation : path) {
                if (operation.has("operationId")) {
                    assertEquals(1, operation.path("tags").size());
                    counts.merge(operation.path("tags").path(0).asText(), 1, Integer::sum);
                }
            }
        }
        assertTrue(counts.keySet().containsAll(List.of("products", "invitations", "household-members", "plan-ladders")), counts.toString());
        counts.forEach((group, count) -> assertTrue(count <= 15, group + " has " + count + " operations"));
        var listed = new ArrayList<String>();
        document.path("x-tagGroups").forEach(room -> room.path("tags").forEach(tag -> listed.add(tag.asText())));
        assertEquals(new TreeSet<>(counts.keySet()), new TreeSet<>(listed));
        assertEquals(counts.size(), listed.size(), "a group is in one room only");
    }

    @Test
    void widgetScript_isForPagesOfOtherOrigins() {
        var script = get("/widgets/sessions.js");
        assertEquals("200 text/javascript; charset=utf-8", script.statusCode() + " " + header(script, "Content-Type").replace("UTF-8", "utf-8"));
        assertEquals("* cross-origin", header(script, "Access-Control-Allow-Origin") + " " + header(script, "Cross-Origin-Resource-Policy"));
        assertEquals("public, max-age=300", header(script, "Cache-Control"));
        assertEquals(304, get("/widgets/sessions.js", "If-None-Match", header(script, "ETag")).statusCode());
        assertEquals("", header(get("/docs"), "Access-Control-Allow-Origin"), "other pages are for this origin");
    }

    @Test
    void problemPages_everyProblem_hasCausesAndAnExample() throws IOException {
        var guide = new ProblemGuide();
        var operations = new ProblemOperations(shown());
        for (var problem : Problem.values()) {
            assertFalse(guide.causes(problem).isEmpty(), problem + " has no causes in problems.json");
            assertTrue(guide.request(problem).startsWith("GET /") || guide.request(problem).matches("(POST|PUT|PATCH) /.+"), problem + " has no example");
            assertEquals(200, get("/problems/" + problem.code()).statusCode());
        }
        var codes = new TreeSet<String>();
        new ObjectMapper().readTree(Assets.resource("/pages/problems.json")).fieldNames().forEachRemaining(codes::add);
        for (var code : codes) {
            assertTrue(Problem.ofCode(code) != null, code + " is in problems.json and no problem");
        }
        assertNull(Problem.ofCode("none"));
        assertFalse(operations.of(Problem.ALREADY_EXISTS).naming().isEmpty());
        assertEquals(0, operations.of(Problem.VERSION_NOT_SUPPORTED).others().size());
    }
}
