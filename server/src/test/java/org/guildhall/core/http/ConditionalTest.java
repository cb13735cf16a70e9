package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeSet;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** Entity tags and shaped responses: If-None-Match, If-Match, fields, expand. */
class ConditionalTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final String SETS = "/api/v1/catalog/entitlement-sets";

    private final Http http = new Http(TestServer.shared(), TestServer.shared().tenant().token());
    private final String set = String.valueOf(http.post(SETS, "{\"name\": \"S\"}").expect(201).at("/id"));
    private final String path = PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"A\", \"entitlement_set_id\": \"" + set + "\"}").expect(201).at("/id");

    private String etag(String of) {
        return String.valueOf(http.get(of).expect(200).header("ETag"));
    }

    @Test
    void etag_isStrongAndBeginsWithTheVersion() {
        assertTrue(etag(path).matches("\"1-[A-Za-z0-9_-]{12}\""), etag(path));
        http.patch(path, "{\"name\": \"B\"}").expect(200);
        assertTrue(etag(path).startsWith("\"2-"));
    }

    @Test
    void ifNoneMatch_currentTag_is304_anyOtherIs200() {
        var etag = etag(path);
        for (var header : List.of(etag, "W/" + etag, "\"x\", " + etag, "\"x,y\", " + etag, "*")) {
            assertEquals(304, http.get(path, "If-None-Match", header).status(), header);
        }
        assertEquals(304, http.get(path, "If-None-Match", "\"x\"", "If-None-Match", etag).status());
        for (var header : List.of("\"1-aaaaaaaaaaaa\"", "\"x\"", etag.replace("\"", ""), "", "\"x," + etag.substring(1))) {
            assertEquals(200, http.get(path, "If-None-Match", header).status(), header);
        }
    }

    @Test
    void shapedResponse_hasItsOwnTag_andNoFalse304() {
        var tags = new TreeSet<String>();
        for (var shape : List.of("", "?fields=id", "?fields=id,name", "?expand=entitlement_set")) {
            tags.add(etag(path + shape));
        }
        assertEquals(4, tags.size());
        // The expanded resource changed, the product didn't: only the tag of the expanded response is new.
        var expanded = etag(path + "?expand=entitlement_set");
        http.patch(SETS + "/" + set, "{\"name\": \"T\"}").expect(200);
        assertEquals(200, http.get(path + "?expand=entitlement_set", "If-None-Match", expanded).status());
        assertNotEquals(expanded, etag(path + "?expand=entitlement_set"));
        // Each of these tags is valid for If-Match.
        assertEquals(200, http.patch(path, "{\"name\": \"B\"}", "If-Match", expanded).status());
    }

    @Test
    void ifMatch_isStrong_andTakesAList() {
        var etag = etag(path);
        var change = "{\"name\": \"A\"}";
        for (var header : List.of(etag, "*", "\"7-x\", " + etag, "\"1-anything\"", "\"a,b\"," + etag, " ,, " + etag + "\t,")) {
            assertEquals("200", http.patch(path, change, "If-Match", header).outcome(), header);
        }
        for (var header : List.of("\"a,b\"", "\",\"", "\"1-x,\"", ", \"x\" ,,\t\"2-x,1-x\",", "W/" + etag, "\"2-x\"", "\"0-x\"", "\"x\"", "\"\"", "W/\"1-x\", \"2-x\"", "\"9999999999999999-x\"", "\"99999999999999999999-x\"")) {
            assertEquals("412 precondition_failed", http.patch(path, change, "If-Match", header).outcome(), header);
        }
        for (var header : List.of("1", "1-x", "\"1-x", "*, \"1-x\"", ",", "x", "\"a\" \"b\"", "\"a\"b", "\"a b\"", "w/\"a\"", "\"a\", x")) {
            assertEquals("400 invalid_parameter", http.patch(path, change, "If-Match", header).outcome(), header);
        }
    }

    @Test
    void patch_withoutChange_makesNoVersionAndNoEvent() throws java.sql.SQLException {
        var tenant = TestServer.shared().tenant();
        var caller = new Http(TestServer.shared(), tenant.token());
        var product = PRODUCTS + "/" + caller.post(PRODUCTS, "{\"name\": \"A\", \"metadata\": {\"k\": \"v\"}}").expect(201).at("/id");
        var before = tenant.found("select count(*) from platform.audit_events where tenant_id = ?", tenant.id());
        for (var patch : List.of("{}", "{\"name\": \"A\"}", "{\"metadata\": {}}", "{\"metadata\": {\"k\": \"v\"}}", "{\"metadata\": {\"gone\": null}}",
                "{\"description\": null}")) {
            var reply = caller.patch(product, patch, "Idempotency-Key", "k" + patch.hashCode()).expect(200);
            assertEquals("1", reply.at("/version"), patch);
        }
        assertEquals(before, tenant.found("select count(*) from platform.audit_events where tenant_id = ?", tenant.id()));
    }

    @Test
    void fields_narrowsAResourceAndListEntries() {
        assertEquals(List.of("id", "version"), names(http.get(path + "?fields=version,id").expect(200).json()));
        var list = http.get(PRODUCTS + "?fields=name").expect(200).json();
        assertEquals(List.of("data", "page"), names(list));
        assertEquals(List.of("name"), names(list.at("/data/0")));
        assertEquals("400 invalid_parameter", http.get(path + "?fields=id,id2").outcome());
        assertEquals("fields", http.get(path + "?fields=id,id2").at("/errors/0/parameter"));
    }

    @Test
    void expand_addsTheReferenceBesideItsId() {
        var one = http.get(path + "?expand=entitlement_set").expect(200);
        assertEquals(set, one.at("/entitlement_set_id"));
        assertEquals(set, one.at("/entitlement_set/id"));
        assertEquals(http.get(SETS + "/" + set).json(), one.json().get("entitlement_set"));
        var bare = http.post(PRODUCTS, "{\"name\": \"B\"}").expect(201).at("/id");
        var none = http.get(PRODUCTS + "/" + bare + "?expand=entitlement_set").expect(200);
        assertTrue(none.json().get("entitlement_set").isNull());
        var list = http.get(PRODUCTS + "?expand=entitlement_set&fields=id,entitlement_set").expect(200);
        assertEquals(List.of("entitlement_set", "id"), names(list.json().at("/data/0")));
    }

    private static List<String> names(com.fasterxml.jackson.databind.JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return List.copyOf(names);
    }
}
