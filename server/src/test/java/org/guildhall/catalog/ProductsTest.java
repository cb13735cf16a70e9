package org.guildhall.catalog;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import org.guildhall.Guild;
import org.junit.jupiter.api.Test;

class ProductsTest {

    private final Guild.Tenant tenant = Guild.shared().tenant();
    private final String token = tenant.token("catalog:read", "catalog:write");

    private RequestSpecification call() {
        return tenant.as(token);
    }

    private String create(String name) {
        return call().contentType(ContentType.JSON).body("{\"name\": \"" + name + "\"}").post("/api/v1/catalog/products")
                .then().statusCode(201).extract().path("id");
    }

    @Test
    void aProductBeginsAsADraftAndIsReadAtItsLocation() {
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
    void aProductGoesFromDraftToPublishedToRetiredAndNoOtherWay() {
        var product = "/api/v1/catalog/products/" + create("Ladder");
        call().post(product + "/retire").then().statusCode(409).body("code", equalTo("invalid_state"));
        call().post(product + "/publish").then().statusCode(200).body("lifecycle_status", equalTo("published")).body("version", equalTo(2));
        call().post(product + "/publish").then().statusCode(409);
        call().post(product + "/retire").then().statusCode(200).body("lifecycle_status", equalTo("retired")).body("retired_at", notNullValue());
    }

    @Test
    void aPatchLeavesWhatItLeavesOutAndRemovesWhatItSetsToNull() {
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
    void aStaleVersionIsRefusedAndChangesNothing() {
        var product = "/api/v1/catalog/products/" + create("Stale");
        var etag = call().get(product).header("ETag");
        call().header("If-Match", etag).contentType("application/merge-patch+json").body("{\"name\": \"New\"}").patch(product).then().statusCode(200);
        call().header("If-Match", etag).contentType("application/merge-patch+json").body("{\"name\": \"Newer\"}").patch(product)
                .then().statusCode(412).body("code", equalTo("precondition_failed"));
        call().header("If-None-Match", call().get(product).header("ETag")).get(product).then().statusCode(304);
        call().get(product).then().body("name", equalTo("New"));
    }

    @Test
    void aListIsPagedByKeysetAndACursorOfAnotherFilterIsRefused() {
        for (int count = 0; count < 5; count++) {
            create("Paged " + count);
        }
        var first = call().get("/api/v1/catalog/products?limit=2&sort=name");
        first.then().statusCode(200).body("data.size()", equalTo(2)).body("page.has_more", equalTo(true));
        var cursor = first.path("page.next_cursor").toString();
        call().get("/api/v1/catalog/products?limit=3&sort=name&cursor=" + cursor).then().statusCode(200)
                .body("data.name", equalTo(java.util.List.of("Paged 2", "Paged 3", "Paged 4"))).body("page.has_more", equalTo(false));
        call().get("/api/v1/catalog/products?limit=2&sort=-name&cursor=" + cursor).then().statusCode(400).body("code", equalTo("invalid_cursor"));
    }
}
