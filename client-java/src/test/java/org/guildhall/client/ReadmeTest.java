package org.guildhall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.guildhall.client.model.Product;
import org.guildhall.client.model.ProductLifecycleStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The README's code is the code of {@link ReadmeExamples}; each example is run and its result checked. */
class ReadmeTest {

    private static final Pattern SHOWN = Pattern.compile("<!-- example: ([a-z ]+) -->\n```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern RUN = Pattern.compile(" *// example: ([a-z ]+)\n(.*?) *// end\n", Pattern.DOTALL);

    private final Stub stub = new Stub();
    private final ReadmeExamples examples = new ReadmeExamples(stub.url(), stub.client().build());

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void readmeExamples_equalTheTestedCode() throws IOException {
        Map<String, String> run = blocks(RUN, Path.of("src/test/java/org/guildhall/client/ReadmeExamples.java"), 8);
        assertEquals(run, blocks(SHOWN, Path.of("README.md"), 0));
        assertEquals(14, run.size());
    }

    @Test
    void readmeExamples_allAreTested() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        assertEquals(14, readme.split("```java", -1).length - 1);
    }

    private static Map<String, String> blocks(Pattern pattern, Path file, int indent) throws IOException {
        Map<String, String> blocks = new LinkedHashMap<>();
        Matcher found = pattern.matcher(Files.readString(file));
        while (found.find()) {
            blocks.put(found.group(1), found.group(2).indent(-indent));
        }
        return blocks;
    }

    @Test
    void begin() {
        stub.says(200, Samples.page(null));
        assertTrue(examples.begin("gld_test_1").catalog().products().list().data().isEmpty());
        assertEquals("Bearer gld_test_1", stub.last().header("Authorization"));
    }

    @Test
    void oneCall() {
        stub.says(200, Samples.product("prd_1", "Adult")).says(200, Samples.page(null));
        assertTrue(examples.byCall("gld_test_2").data().isEmpty());
        assertEquals("Bearer gld_test_2", stub.last().header("Authorization"));
    }

    @Test
    void observe() {
        stub.says(200, Samples.page(null), "Request-Id", "req_7");
        List<String> log = new ArrayList<>();
        examples.observed(log::add).catalog().products().list();
        assertTrue(log.get(0).matches("GET /api/v1/catalog/products 200 in [0-9]+ ms, request req_7"), log.toString());
    }

    @Test
    void limits() {
        stub.says(200, Samples.page(null), "RateLimit", "\"token\";r=998;t=1");
        assertEquals(998, examples.limits());
    }

    @Test
    void fake() throws IOException {
        Product adult = Guildhall.mapper().readValue(Samples.product("prd_1", "Adult"), Product.class);
        assertEquals("Adult", examples.faked(adult).catalog().products().get("prd_1").value().name());
    }

    @Test
    void create() {
        stub.says(201, Samples.product("prd_1", "Adult membership"), "ETag", "\"1-a\"");
        assertEquals("prd_1 \"1-a\"", examples.create());
        assertEquals("{\"external_id\":\"adult\",\"name\":\"Adult membership\",\"description\":\"Every class, every day.\"}", stub.last().body());
    }

    @Test
    void change() {
        stub.says(200, Samples.product("prd_1", "Adult membership"), "ETag", "\"1-a\"");
        stub.says(200, Samples.product("prd_1", "Adult"));
        stub.says(200, Samples.product("prd_1", "Adult").replace("draft", "published"));
        assertEquals(ProductLifecycleStatus.PUBLISHED, examples.change("prd_1"));
        assertEquals("{\"name\":\"Adult\",\"description\":null}", stub.seen().get(1).body());
        assertEquals("\"1-a\"", stub.seen().get(1).header("If-Match"));
        assertEquals("/api/v1/catalog/products/prd_1/publish", stub.last().target());
    }

    @Test
    void list() {
        for (int i = 0; i < 2; i++) {
            stub.says(200, Samples.page("c1", Samples.product("prd_1", "Adult"))).says(200, Samples.page(null, Samples.product("prd_2", "Junior")));
        }
        assertEquals(List.of("Adult", "Junior"), examples.list());
        assertEquals("/api/v1/catalog/products?kind=plan&sort=name&limit=100&cursor=c1", stub.last().target());
    }

    @Test
    void pages() {
        stub.says(200, Samples.page("c1").replace("\"has_more\":true", "\"has_more\":true,\"total\":7,\"total_capped\":false"));
        stub.says(200, Samples.page(null));
        assertEquals(7, examples.pages());
        assertEquals(2, stub.seen().size());
    }

    @Test
    void refusals() {
        stub.refuses(409, "already_exists");
        assertEquals("survived", examples.refusals());
    }

    @Test
    void once() {
        stub.says(201, Samples.product("prd_1", "Adult"), "Idempotency-Replayed", "true");
        assertTrue(examples.once("7"));
        assertEquals("import-7", stub.last().header("Idempotency-Key"));
    }

    @Test
    void tryOut() {
        stub.says(201, "{\"status\":201,\"result\":%s,\"changes\":[]}".formatted(Samples.product("prd_1", "Junior")), "Content-Type", Request.DRY_RUN);
        assertEquals(6, examples.tryOut());
        assertEquals("/api/v1/catalog/products?dry_run=true", stub.last().target());
    }

    @Test
    void unchanged() {
        stub.says(304, "").says(200, "{\"id\":\"prd_1\",\"name\":\"Adult\",\"version\":2}");
        assertTrue(examples.unchanged("prd_1", "\"1-a\""));
        assertFalse(examples.unchanged("prd_1", "\"1-a\""));
        assertEquals("/api/v1/catalog/products/prd_1?fields=id,name,version", stub.last().target());
    }

    @Test
    void unknown() throws IOException {
        String newer = Samples.product("prd_1", "Adult").replace("draft", "mothballed").replace("\"version\":1", "\"version\":1,\"newer\":true");
        String text = examples.unknown(Guildhall.mapper().readValue(newer, Product.class));
        assertTrue(text.contains("\"lifecycle_status\":\"mothballed\"") && text.contains("\"newer\":true"), text);
    }
}
