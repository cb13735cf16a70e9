package org.guildhall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.guildhall.client.model.ListProductsOptions;
import org.guildhall.client.model.ListProductsSort;
import org.guildhall.client.model.NewProduct;
import org.guildhall.client.model.Product;
import org.guildhall.client.model.ProductKind;
import org.guildhall.client.model.ProductPatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP requests that calls send, and the results they return. */
class CallsTest {

    private final Stub stub = new Stub();
    private final Guildhall guildhall = stub.client().build();

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void create_sendsJson_returnsResult() {
        stub.says(201, Samples.product("prd_1", "Adult"), "ETag", "\"1-abc\"", "Request-Id", "req_7", "Location", "/api/v1/catalog/products/prd_1");
        Response<Product> created = guildhall.catalog().products().create(new NewProduct("Adult"), new WriteOptions().withAuditReason("Agreed."));
        assertEquals("POST", stub.last().method());
        assertEquals("/api/v1/catalog/products", stub.last().target());
        assertEquals("application/json", stub.last().header("Content-Type"));
        assertEquals("application/json, application/problem+json", stub.last().header("Accept"));
        assertEquals("Bearer gld_test_secret", stub.last().header("Authorization"));
        assertEquals("Agreed.", stub.last().header("Audit-Reason"));
        assertEquals(201, created.status());
        assertEquals("\"1-abc\"", created.etag());
        assertEquals("req_7", created.requestId());
        assertEquals("/api/v1/catalog/products/prd_1", created.location());
        assertFalse(created.replayed());
        assertFalse(created.dryRun().isPresent());
    }

    @Test
    void update_sendsMergePatch() {
        stub.says(200, Samples.product("prd_1", "Adult"), "Idempotency-Replayed", "true");
        Response<Product> changed = guildhall.catalog().products().update("prd_1", new ProductPatch().withDescription(null), new WriteOptions().withIfMatch("\"1-abc\""));
        assertEquals("PATCH", stub.last().method());
        assertEquals("application/merge-patch+json", stub.last().header("Content-Type"));
        assertEquals("\"1-abc\"", stub.last().header("If-Match"));
        assertEquals("{\"description\":null}", stub.last().body());
        assertTrue(changed.replayed());
    }

    @Test
    void action_hasNoBody() {
        stub.says(200, Samples.product("prd_1", "Adult"));
        guildhall.catalog().products().publish("prd_1");
        assertEquals("/api/v1/catalog/products/prd_1/publish", stub.last().target());
        assertNull(stub.last().header("Content-Type"));
        assertEquals("", stub.last().body());
    }

    @Test
    void dryRun_returnsPredictedResult() {
        stub.says(201, """
                {"status":201,"result":%s,"changes":[{"entity_type":"product","entity_id":"prd_1","before":null,"after":{"name":"Adult"}}]}"""
                .formatted(Samples.product("prd_1", "Adult")), "Dry-Run", "true", "Content-Type", Request.DRY_RUN);
        Response<Product> tried = guildhall.catalog().products().create(new NewProduct("Adult"), new WriteOptions().withDryRun());
        assertEquals("/api/v1/catalog/products?dry_run=true", stub.last().target());
        assertEquals(Request.DRY_RUN + ", application/problem+json", stub.last().header("Accept"));
        assertEquals("Adult", tried.value().name());
        assertEquals(201, tried.status());
        assertEquals("prd_1", tried.dryRun().orElseThrow().changes().get(0).entityId());
    }

    @Test
    void read_withIfNoneMatchAndFields() {
        stub.says(304, "", "ETag", "\"1-abc\"");
        Response<Product> same = guildhall.catalog().products().get("prd_1",
                new ReadOptions().withIfNoneMatch("\"1-abc\"").withFields("id", "name").withExpand("entitlement_set"));
        assertEquals("/api/v1/catalog/products/prd_1?expand=entitlement_set&fields=id,name", stub.last().target());
        assertEquals("\"1-abc\"", stub.last().header("If-None-Match"));
        assertTrue(same.notModified());
        assertNull(same.value());
    }

    @Test
    void filters_writtenAsDocumented() {
        stub.says(200, Samples.page(null));
        guildhall.catalog().products().list(new ListProductsOptions().withKind(ProductKind.of("kind of & new")).withExternalId("a+b c")
                .withCreatedAfter(Instant.parse("2026-11-21T02:15:00.5Z")).withSort(ListProductsSort.CREATED_AT_DESCENDING)
                .withExpand("entitlement_set").withIncludeTotal(true).withLimit(3));
        assertEquals("/api/v1/catalog/products?external_id=a%2Bb%20c&kind=kind%20of%20%26%20new&created_after=2026-11-21T02%3A15%3A00.500Z"
                + "&sort=-created_at&expand=entitlement_set&include_total=true&limit=3", stub.last().target());
    }

    @Test
    void pathParameter_isEncoded() {
        stub.says(200, Samples.product("prd_1", "Adult"));
        guildhall.catalog().products().get("a/b?c#d%e é");
        assertEquals("/api/v1/catalog/products/a%2Fb%3Fc%23d%25e%20%C3%A9", stub.last().target());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", ".", ".."})
    void pathParameter_changesPath_refused(String id) {
        assertThrows(IllegalArgumentException.class, () -> guildhall.catalog().products().get(id));
        assertEquals(List.of(), stub.seen());
    }

    @Test
    void missingBody_refusedBeforeSending() {
        assertThrows(IllegalArgumentException.class, () -> guildhall.catalog().products().create(null));
        assertEquals(List.of(), stub.seen());
    }

    @Test
    void problem_isTyped() {
        stub.says(422, """
                {"type":"https://guildhall.example/problems/validation_failed","title":"Not valid","status":422,"detail":"Two members are invalid.",\
                "code":"validation_failed","request_id":"req_9","errors":[{"pointer":"/name","code":"required","detail":"is required"},\
                {"parameter":"limit","code":"maximum","detail":"must be at most 200"}],"hint":"Send a name.","shade":"red"}""",
                "Content-Type", "application/problem+json");
        var problem = assertThrows(ProblemException.class, () -> guildhall.catalog().products().create(new NewProduct("")));
        assertTrue(problem.is("validation_failed"));
        assertEquals(422, problem.status());
        assertEquals("req_9", problem.requestId());
        assertEquals("/name", problem.errors().get(0).pointer());
        assertEquals("limit", problem.errors().get(1).parameter());
        assertEquals("Send a name.", problem.problem().hint());
        assertEquals("red", problem.problem().additional().get("shade").asText());
        assertEquals("422 validation_failed: Two members are invalid. [/name: is required] [parameter limit: must be at most 200] (request req_9)",
                problem.getMessage());
    }

    @Test
    void proxyError_isAProblem() {
        stub.says(418, "<html>", "Content-Type", "text/html");
        var problem = assertThrows(ProblemException.class, () -> guildhall.catalog().products().get("prd_1"));
        assertEquals("http_418", problem.code());
        assertEquals("418 http_418: The answer isn't the API's. text/html: <html>", problem.getMessage());
        assertEquals(List.of(), problem.errors());
        assertNull(problem.requestId());
    }

    @Test
    void redirect_notFollowed() {
        stub.says(302, "", "Location", "http://127.0.0.1:1/");
        assertEquals(302, assertThrows(ProblemException.class, () -> guildhall.catalog().products().get("prd_1")).status());
        assertEquals(1, stub.seen().size());
    }

    @Test
    void unreadableResponse_isNotAServerProblem() {
        stub.says(200, "{\"id\":");
        var unreadable = assertThrows(GuildhallException.class, () -> guildhall.catalog().products().get("prd_1"));
        assertEquals("The answer of " + stub.server() + " to GET /api/v1/catalog/products/prd_1 (status 200) can't be read: invalid JSON at line 1, column 7",
                unreadable.getMessage());
    }

    @Test
    void openApiDocument_returnedUnchanged() {
        stub.says(200, "openapi: \"3.1.0\"\n");
        assertEquals("openapi: \"3.1.0\"\n", guildhall.platform().openapi().getOpenApiYaml().value());
        assertEquals("application/yaml, application/problem+json", stub.last().header("Accept"));
        stub.says(200, "{\"openapi\":\"3.1.0\"}");
        assertEquals("3.1.0", guildhall.platform().openapi().getOpenApiJson().value().path("openapi").asText());
    }

    @Test
    void noToken_noAuthorizationSent() {
        stub.says(200, "{\"openapi\":\"3.1.0\"}");
        Guildhall.builder().baseUrl(stub.url() + "/").build().platform().openapi().getOpenApiJson();
        assertNull(stub.last().header("Authorization"));
        assertEquals("/api/v1/openapi.json", stub.last().target());
    }

    @ParameterizedTest
    @ValueSource(strings = {"api.example.org", "ftp://api.example.org", "https://", "https://u:p@api.example.org", "https://api.example.org?x=1"})
    void invalidBaseUrl_refused(String url) {
        assertThrows(IllegalArgumentException.class, () -> Guildhall.builder().baseUrl(url), URI.create("about:blank").toString());
    }

    @Test
    void baseUrl_withPath_accepted() {
        stub.says(200, "{\"openapi\":\"3.1.0\"}");
        Guildhall.builder().baseUrl(stub.url() + "/proxy").build().platform().openapi().getOpenApiJson();
        assertEquals("/proxy/api/v1/openapi.json", stub.last().target());
    }
}
