package org.guildhall.catalog;

import static org.guildhall.catalog.CatalogFixture.assertProblem;
import static org.guildhall.catalog.CatalogFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.junit.jupiter.api.Test;

class OrgTypesTest {

    private final CatalogFixture catalog = new CatalogFixture();

    @Test
    void orgType_created_isReadAtItsLocation() {
        var made = catalog.post("/org-types", "{\"key\": \"personal\", \"name\": \"Personal\", \"description\": \"One person.\", \"external_id\": \"crm-1\"}")
                .expect(201);
        assertEquals("active", made.at("/state"));
        assertNull(made.at("/archived_at"));
        var read = catalog.http.get(made.header("Location")).expect(200);
        assertEquals(made.text(), read.text());
        assertEquals(made.header("ETag"), read.header("ETag"));
    }

    @Test
    void keyAndExternalId_usedAgain_refusedAlsoAfterArchiving() {
        var first = catalog.make("/org-types", "{\"key\": \"club\", \"name\": \"Club\", \"external_id\": \"x1\"}");
        assertProblem("409 already_exists", "/key", catalog.post("/org-types", "{\"key\": \"club\", \"name\": \"Another\"}"));
        assertProblem("409 already_exists", "/external_id", catalog.post("/org-types", "{\"key\": \"club2\", \"name\": \"Another\", \"external_id\": \"x1\"}"));
        catalog.act("/org-types/" + first + "/archive").expect(200);
        assertProblem("409 already_exists", "/key", catalog.post("/org-types", "{\"key\": \"club\", \"name\": \"Another\"}"));
    }

    @Test
    void otherTenant_sameKey_allowedAndIsolated() {
        var id = catalog.orgType("club");
        var other = new CatalogFixture();
        other.orgType("club");
        assertProblem("404 not_found", other.get("/org-types/" + id));
        assertProblem("404 not_found", other.act("/org-types/" + id + "/archive"));
    }

    @Test
    void patch_changesGivenMembers_neverTheKey() {
        var type = "/org-types/" + catalog.make("/org-types", "{\"key\": \"club\", \"name\": \"Club\", \"description\": \"d\"}");
        var changed = catalog.patch(type, "{\"name\": \"Society\", \"description\": null}").expect(200);
        assertEquals("Society", changed.at("/name"));
        assertNull(changed.at("/description"));
        assertEquals("2", changed.at("/version"));
        assertEquals("2", catalog.patch(type, "{\"name\": \"Society\"}").expect(200).at("/version"));
        assertProblem("422 validation_failed", "/key", catalog.patch(type, "{\"key\": \"other\"}"));
        assertProblem("422 validation_failed", "/name", catalog.patch(type, "{\"name\": null}"));
    }

    @Test
    void change_withStaleVersion_refused() {
        var type = "/org-types/" + catalog.orgType("club");
        var etag = catalog.etag(type);
        catalog.patch(type, "{\"name\": \"A\"}", "If-Match", etag).expect(200);
        assertProblem("412 precondition_failed", catalog.patch(type, "{\"name\": \"B\"}", "If-Match", etag));
        assertProblem("412 precondition_failed", catalog.act(type + "/archive", "If-Match", etag));
    }

    @Test
    void archivedType_readable_changesRefused() {
        var type = "/org-types/" + catalog.orgType("club");
        var archived = catalog.act(type + "/archive").expect(200);
        assertEquals("archived", archived.at("/state"));
        assertNotNull(archived.at("/archived_at"));
        assertEquals(archived.text(), catalog.get(type).expect(200).text());
        assertProblem("409 invalid_state", catalog.patch(type, "{\"name\": \"B\"}"));
        assertProblem("409 invalid_state", catalog.act(type + "/archive"));
    }

    @Test
    void archive_usedByActivePolicy_refused() {
        var id = catalog.orgType("club");
        var policy = catalog.make("/default-grant-policies",
                "{\"org_type_id\": \"%s\", \"path\": \"off_ladder\", \"product_id\": \"%s\"}".formatted(id, catalog.published("Towel")));
        assertProblem("409 in_use", catalog.act("/org-types/" + id + "/archive"));
        catalog.act("/default-grant-policies/" + policy + "/end").expect(200);
        catalog.act("/org-types/" + id + "/archive").expect(200);
    }

    @Test
    void orgType_createdWithoutFlag_isNotDefault() {
        assertEquals("false", catalog.post("/org-types", "{\"key\": \"club\", \"name\": \"Club\"}").expect(201).at("/is_default"));
        assertEquals(List.of(), each(catalog.get("/org-types?is_default=true"), "/key"));
    }

    @Test
    void newDefault_set_formerDefaultCleared() {
        var first = catalog.post("/org-types", "{\"key\": \"a\", \"name\": \"A\", \"is_default\": true}").expect(201);
        var second = catalog.post("/org-types", "{\"key\": \"b\", \"name\": \"B\", \"is_default\": true}").expect(201);
        assertEquals(List.of("b"), each(catalog.get("/org-types?is_default=true"), "/key"));
        assertEquals("2", catalog.get("/org-types/" + first.at("/id")).at("/version"));
        var again = catalog.patch("/org-types/" + first.at("/id"), "{\"is_default\": true}").expect(200);
        assertEquals("true", again.at("/is_default"));
        assertEquals("3", again.at("/version"));
        assertEquals(List.of("b"), each(catalog.get("/org-types?is_default=false"), "/key"));
        assertEquals("2", catalog.get("/org-types/" + second.at("/id")).at("/version"));
        assertEquals("3", catalog.patch("/org-types/" + first.at("/id"), "{\"is_default\": true}").expect(200).at("/version"), "nothing changed");
    }

    @Test
    void newDefault_set_oneEventListsBothTypes() {
        var first = catalog.make("/org-types", "{\"key\": \"a\", \"name\": \"A\", \"is_default\": true}");
        var second = catalog.orgType("b");
        var dry = catalog.patch("/org-types/" + second + "?dry_run=true", "{\"is_default\": true}", "Accept", Http.DRY_RUN).expect(200);
        assertEquals(second, dry.at("/changes/0/entity_id"));
        assertEquals(first, dry.at("/changes/1/entity_id"));
        assertEquals("true", dry.at("/changes/1/before/is_default"));
        assertEquals("false", dry.at("/changes/1/after/is_default"));
        catalog.patch("/org-types/" + second, "{\"is_default\": true}").expect(200);
        var events = catalog.http.get("/api/v1/platform/audit-events?entity_type=org_type&entity_id=" + first);
        assertEquals(List.of("org_type.updated", "org_type.created"), each(events, "/action"));
        assertEquals(List.of(second, first), each(events, "/entity_id"));
    }

    @Test
    void defaultType_cleared_tenantHasNone() {
        var type = "/org-types/" + catalog.make("/org-types", "{\"key\": \"a\", \"name\": \"A\", \"is_default\": true}");
        assertEquals("false", catalog.patch(type, "{\"is_default\": false}").expect(200).at("/is_default"));
        assertProblem("422 validation_failed", "/is_default", catalog.patch(type, "{\"is_default\": null}"));
        catalog.act(type + "/archive").expect(200);
    }

    @Test
    void defaultAndArchived_excludeEachOther() {
        var type = "/org-types/" + catalog.make("/org-types", "{\"key\": \"a\", \"name\": \"A\", \"is_default\": true}");
        assertProblem("409 invalid_state", catalog.act(type + "/archive"));
        catalog.make("/org-types", "{\"key\": \"b\", \"name\": \"B\", \"is_default\": true}");
        catalog.act(type + "/archive").expect(200);
        assertProblem("409 invalid_state", catalog.patch(type, "{\"is_default\": true}"));
    }

    @Test
    void parallelDefaults_oneWins() throws Exception {
        var ids = Stream.of("a", "b", "c", "d", "e", "f").map(catalog::orgType).toList();
        var calls = new ArrayList<Callable<Reply>>();
        for (int round = 0; round < 1; round++) {
            ids.forEach(id -> calls.add(() -> catalog.patch("/org-types/" + id, "{\"is_default\": true}")));
            ids.forEach(id -> calls.add(() -> catalog.patch("/org-types/" + id, "{\"is_default\": false}")));
        }
        CatalogFixture.atOnce(calls).forEach(reply -> reply.expect(200));
        catalog.patch("/org-types/" + ids.getFirst(), "{\"is_default\": true}").expect(200);
        assertEquals(List.of("a"), each(catalog.get("/org-types?is_default=true"), "/key"));
    }

    @Test
    void list_filteredSortedAndCounted() {
        var club = catalog.orgType("club");
        catalog.orgType("personal");
        catalog.orgType("athens");
        catalog.act("/org-types/" + club + "/archive").expect(200);
        assertEquals(List.of("athens", "club", "personal"), each(catalog.get("/org-types?sort=name"), "/key"));
        assertEquals(List.of("personal", "club", "athens"), each(catalog.get("/org-types?sort=-name"), "/key"));
        assertEquals(List.of("athens", "personal", "club"), each(catalog.get("/org-types"), "/key"));
        assertEquals(List.of("club"), each(catalog.get("/org-types?state=archived"), "/key"));
        assertEquals(List.of("personal"), each(catalog.get("/org-types?key=personal"), "/key"));
        var created = catalog.get("/org-types/" + club).at("/created_at");
        assertEquals(List.of("personal", "athens"), each(catalog.get("/org-types?sort=created_at&created_after=" + created), "/key"));
        assertEquals("3", catalog.get("/org-types?include_total=true&limit=1").expect(200).at("/page/total"));
        var page = catalog.get("/org-types?limit=2&sort=name").expect(200);
        assertEquals(List.of("personal"), each(catalog.get("/org-types?limit=2&sort=name&cursor=" + page.at("/page/next_cursor")), "/key"));
        assertProblem("400 invalid_parameter", catalog.get("/org-types?colour=red"));
    }

    @Test
    void dryRun_create_storesNothing() {
        var dry = catalog.post("/org-types?dry_run=true", "{\"key\": \"club\", \"name\": \"Club\"}", "Accept", Http.DRY_RUN).expect(201);
        assertEquals("club", dry.at("/changes/0/after/key"));
        assertProblem("404 not_found", catalog.get("/org-types/" + dry.at("/result/id")));
        var type = "/org-types/" + catalog.orgType("club");
        assertEquals("archived", catalog.act(type + "/archive?dry_run=true").expect(200).at("/state"));
        assertEquals("active", catalog.get(type).at("/state"));
    }

    @Test
    void invalidInput_allErrorsReportedTogether() {
        var refused = catalog.post("/org-types", "{\"key\": \"Not-a-key\", \"colour\": \"red\"}");
        assertEquals("422 validation_failed", refused.outcome());
        var pointers = new TreeSet<String>();
        refused.json().get("errors").forEach(item -> pointers.add(item.path("pointer").asText()));
        assertEquals(new TreeSet<>(List.of("/colour", "/key", "/name")), pointers);
    }
}
