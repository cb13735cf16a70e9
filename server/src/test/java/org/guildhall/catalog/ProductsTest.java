package org.guildhall.catalog;

import static org.guildhall.catalog.CatalogFixture.assertProblem;
import static org.guildhall.catalog.CatalogFixture.each;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.stream.Stream;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

class ProductsTest {

    private final CatalogFixture catalog = new CatalogFixture();
    private final TestServer.Tenant tenant = catalog.tenant;
    private final String token = tenant.token("catalog:read", "catalog:write");

    private RequestSpecification call() {
        return tenant.as(token);
    }

    private String create(String name) {
        return call().contentType(ContentType.JSON).body("{\"name\": \"" + name + "\"}").post("/api/v1/catalog/products")
                .then().statusCode(201).extract().path("id");
    }

    @Test
    void product_created_isADraftAtItsLocation() {
        var created = call().contentType(ContentType.JSON)
                .body("""
                      {"name": "FedWiki Standard", "external_id": "std", "metadata": {"audience": "members"},
                       "provider_references": {"stripe": "prod_1"}}""")
                .post("/api/v1/catalog/products");
        created.then().statusCode(201)
                .header("ETag", matchesPattern("\"1-[A-Za-z0-9_-]+\""))
                .header("RateLimit-Policy", notNullValue())
                .header("Request-Id", notNullValue())
                .body("lifecycle_status", equalTo("draft"))
                .body("kind", nullValue())
                .body("provider_references.stripe", equalTo("prod_1"))
                .body("version", equalTo(1));
        var read = call().get(created.header("Location"));
        read.then().statusCode(200).header("ETag", created.header("ETag"));
        assertEquals(created.asString(), read.asString());
    }

    @Test
    void product_lifecycle_draftPublishedRetiredOnly() {
        var product = "/api/v1/catalog/products/" + create("Ladder");
        call().post(product + "/retire").then().statusCode(409).body("code", equalTo("invalid_state"));
        call().post(product + "/publish").then().statusCode(200).body("lifecycle_status", equalTo("published")).body("version", equalTo(2));
        call().post(product + "/publish").then().statusCode(409);
        call().post(product + "/retire").then().statusCode(200).body("lifecycle_status", equalTo("retired")).body("retired_at", notNullValue());
    }

    @Test
    void patch_absentKept_nullRemoved() {
        var product = "/api/v1/catalog/products/" + create("Patched");
        call().contentType("application/merge-patch+json").body("{\"description\": \"d\", \"metadata\": {\"a\": \"1\", \"b\": \"2\"}, \"provider_references\": {\"stripe\": \"p1\"}}")
                .patch(product).then().statusCode(200).body("name", equalTo("Patched")).body("version", equalTo(2));
        call().contentType("application/merge-patch+json").body("{\"description\": null, \"metadata\": {\"a\": null}}")
                .patch(product).then().statusCode(200)
                .body("description", nullValue())
                .body("metadata", equalTo(java.util.Map.of("b", "2")))
                .body("provider_references.stripe", equalTo("p1"));
        call().contentType("application/merge-patch+json").body("{\"name\": null}").patch(product)
                .then().statusCode(422).body("errors[0].pointer", equalTo("/name"));
        call().contentType("application/merge-patch+json").body("{\"metadata\": {\"b\": \"2\"}}").patch(product)
                .then().statusCode(200).body("version", equalTo(3));
    }

    @Test
    void change_withStaleVersion_refused() {
        var product = "/api/v1/catalog/products/" + create("Stale");
        var etag = call().get(product).header("ETag");
        call().header("If-Match", etag).contentType("application/merge-patch+json").body("{\"name\": \"New\"}").patch(product).then().statusCode(200);
        call().header("If-Match", etag).contentType("application/merge-patch+json").body("{\"name\": \"Newer\"}").patch(product)
                .then().statusCode(412).body("code", equalTo("precondition_failed"));
        call().header("If-None-Match", call().get(product).header("ETag")).get(product).then().statusCode(304);
        call().get(product).then().body("name", equalTo("New"));
    }

    @Test
    void list_keysetPaged_cursorOfOtherSortRefused() {
        for (int count = 0; count < 5; count++) {
            create("Paged " + count);
        }
        var first = call().get("/api/v1/catalog/products?limit=2&sort=name");
        first.then().statusCode(200).body("data.size()", equalTo(2)).body("page.has_more", equalTo(true));
        var cursor = first.path("page.next_cursor").toString();
        call().get("/api/v1/catalog/products?limit=3&sort=name&cursor=" + cursor).then().statusCode(200)
                .body("data.name", equalTo(List.of("Paged 2", "Paged 3", "Paged 4"))).body("page.has_more", equalTo(false));
        call().get("/api/v1/catalog/products?limit=2&sort=-name&cursor=" + cursor).then().statusCode(400).body("code", equalTo("invalid_cursor"));
    }

    @Test
    void uniqueMember_usedAgain_refused() {
        catalog.make("/products", "{\"name\": \"A\", \"external_id\": \"a\", \"provider_references\": {\"stripe\": \"prod_1\"}}");
        assertProblem("409 already_exists", "/external_id", catalog.post("/products", "{\"name\": \"B\", \"external_id\": \"a\"}"));
        assertProblem("409 already_exists", "/provider_references",
                catalog.post("/products", "{\"name\": \"B\", \"provider_references\": {\"stripe\": \"prod_1\"}}"));
        var other = "/products/" + catalog.product("C");
        assertProblem("409 already_exists", "/external_id", catalog.patch(other, "{\"external_id\": \"a\"}"));
        assertProblem("409 already_exists", "/provider_references", catalog.patch(other, "{\"provider_references\": {\"stripe\": \"prod_1\"}}"));
        catalog.post("/products", "{\"name\": \"B\", \"provider_references\": {\"paystack\": \"prod_1\"}}").expect(201);
    }

    @Test
    void retiredProduct_nameFixed_referencesCanChange() {
        var path = "/products/" + catalog.published("Old");
        catalog.act(path + "/retire").expect(200);
        assertProblem("409 invalid_state", catalog.patch(path, "{\"name\": \"New\"}"));
        assertProblem("409 invalid_state", catalog.patch(path, "{\"entitlement_set_id\": \"" + catalog.set("S") + "\"}"));
        assertProblem("409 invalid_state", catalog.act(path + "/publish"));
        catalog.patch(path, "{\"external_id\": \"o\", \"metadata\": {\"a\": \"b\"}, \"provider_references\": {\"stripe\": \"s\"}}").expect(200);
    }

    @Test
    void publishedProduct_entitlementSetChanged_refused() throws Exception {
        var set = catalog.set("S");
        var path = "/products/" + catalog.make("/products", "{\"name\": \"P\", \"entitlement_set_id\": \"" + set + "\"}");
        var other = "{\"entitlement_set_id\": \"" + catalog.set("Other") + "\"}";
        catalog.patch(path, other).expect(200);
        catalog.patch(path, "{\"entitlement_set_id\": \"" + set + "\"}").expect(200);
        catalog.act(path + "/publish").expect(200);
        assertProblem("409 invalid_state", "/entitlement_set_id", catalog.patch(path, other));
        assertProblem("409 invalid_state", "/entitlement_set_id", catalog.patch(path, "{\"entitlement_set_id\": null}"));
        catalog.patch(path, "{\"name\": \"Q\", \"entitlement_set_id\": \"" + set + "\"}").expect(200);
        catalog.act(path + "/retire").expect(200);
        assertProblem("409 invalid_state", "/entitlement_set_id", catalog.patch(path, other));
    }

    @Test
    void publishAndSetChange_parallel_serialized() throws Exception {
        var path = "/products/" + catalog.product("P");
        var other = "{\"entitlement_set_id\": \"" + catalog.set("S") + "\"}";
        var replies = CatalogFixture.atOnce(List.of(() -> catalog.act(path + "/publish"), () -> catalog.patch(path, other)));
        replies.getFirst().expect(200);
        if (replies.getLast().status() != 200) {
            assertProblem("409 invalid_state", "/entitlement_set_id", replies.getLast());
        }
    }

    @Test
    void parallelPatches_differentMembers_noneLost() throws Exception {
        var path = "/products/" + catalog.product("P");
        CatalogFixture.atOnce(List.of(
                () -> catalog.patch(path, "{\"provider_references\": {\"stripe\": \"s\"}}"),
                () -> catalog.patch(path, "{\"provider_references\": {\"paystack\": \"p\"}}"),
                () -> catalog.patch(path, "{\"metadata\": {\"a\": \"1\"}}"),
                () -> catalog.patch(path, "{\"metadata\": {\"b\": \"2\"}}"),
                () -> catalog.act(path + "/publish"))).forEach(reply -> reply.expect(200));
        var product = catalog.get(path).expect(200);
        assertEquals(List.of("6", "s", "p", "1", "2", "published"), Stream.of("/version", "/provider_references/stripe",
                "/provider_references/paystack", "/metadata/a", "/metadata/b", "/lifecycle_status").map(product::at).toList());
    }

    @Test
    void list_filteredByProductMembers() {
        var addon = catalog.make("/products", "{\"name\": \"Towel\", \"product_type\": \"addon\", \"external_id\": \"t\"}");
        var set = catalog.set("S");
        var entitled = catalog.make("/products", "{\"name\": \"Entitled\", \"entitlement_set_id\": \"" + set + "\"}");
        var plan = catalog.published("Plan");
        catalog.tier(catalog.ladder("L"), "T", plan);
        assertEquals(List.of(plan, entitled, addon), each(catalog.get("/products"), "/id"));
        assertEquals(List.of(plan), each(catalog.get("/products?kind=plan"), "/id"));
        assertEquals(List.of(addon), each(catalog.get("/products?kind=addon"), "/id"));
        assertEquals(List.of(addon), each(catalog.get("/products?product_type=addon"), "/id"));
        assertEquals(List.of(plan), each(catalog.get("/products?lifecycle_status=published"), "/id"));
        assertEquals(List.of(entitled), each(catalog.get("/products?entitlement_set_id=" + set), "/id"));
        assertEquals(List.of(addon), each(catalog.get("/products?external_id=t"), "/id"));
        assertEquals("3", catalog.get("/products?include_total=true&limit=1").at("/page/total"));
    }
}
