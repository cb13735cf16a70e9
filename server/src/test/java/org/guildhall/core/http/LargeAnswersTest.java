package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** A page has at most 4 MiB, and the next page continues after its last entry. */
class LargeAnswersTest {

    private static final int BYTES_MAX = 4 << 20;
    /** Metadata as large as the document lets it be: 100 kB of emoji. */
    private static final String METADATA =
            "(select jsonb_object_agg('key' || n, repeat('\uD83C\uDF3B', 500)) from generate_series(1, 50) n)";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());

    private void products(int count) throws SQLException {
        tenant.sql("""
                insert into catalog.products (tenant_id, name, metadata, created_at)
                select ?, 'P' || n, %s, now() + n * interval '1 microsecond' from generate_series(1, %d) n""".formatted(METADATA, count), tenant.id());
    }

    /** The pages of a list, each within the bound, until there are no more. */
    private List<Reply> pages(String path) {
        var pages = new ArrayList<Reply>();
        for (String next = path; next != null; ) {
            var page = http.get(next).expect(200);
            assertTrue(page.body().length <= BYTES_MAX + 300, page.body().length + " bytes");
            assertEquals(page.at("/page/has_more"), String.valueOf(page.header("Link") != null));
            pages.add(page);
            var link = page.header("Link");
            next = link == null ? null : link.substring(1, link.indexOf('>'));
            assertTrue(pages.size() < 50, "no end");
        }
        return pages;
    }

    private static List<String> ids(List<Reply> pages) {
        var ids = new ArrayList<String>();
        pages.forEach(page -> page.json().get("data").forEach(entry -> ids.add(entry.get("id").asText())));
        return ids;
    }

    @Test
    void list_ofLargeEntries_endsAtTheBound_hasNextPage() throws SQLException {
        products(200);
        var pages = pages("/api/v1/catalog/products?limit=200&include_total=true");
        var ids = ids(pages);
        assertEquals(200, ids.size());
        assertEquals(200, new HashSet<>(ids).size());
        assertEquals("200", pages.getFirst().at("/page/total"));
        assertTrue(pages.size() >= 5 && pages.size() <= 8, pages.size() + " pages");
        assertTrue(pages.getFirst().body().length > BYTES_MAX - (200 << 10), "the first page is full");
        assertTrue(pages.getFirst().text().contains("\uD83C\uDF3B"), "emoji are sent without escapes");
        assertFalse(pages.getFirst().text().contains("\\uD83C"), "emoji escaped");
        // The limit still holds, and the order is the list's.
        assertEquals(ids.subList(0, 5), ids(List.of(http.get("/api/v1/catalog/products?limit=5").expect(200))));
        assertEquals(ids.reversed(), ids(pages("/api/v1/catalog/products?limit=200&sort=created_at")));
        assertEquals(200, ids(pages("/api/v1/catalog/products?limit=30")).size());
        assertEquals(ids, ids(List.of(http.get("/api/v1/catalog/products?limit=200&fields=id").expect(200))));
    }

    @Test
    void expand_ofLargeReferences_endsAtTheBound() throws SQLException {
        products(60);
        tenant.sql("""
                insert into catalog.prices (tenant_id, product_id, unit_amount_minor, currency, tax_behavior)
                select tenant_id, id, 100, 'EUR', 'exclusive' from catalog.products where tenant_id = ?""", tenant.id());
        tenant.sql("""
                with type as (insert into catalog.org_types (tenant_id, key, name) values (?, 'club', 'Club') returning tenant_id, id),
                org as (insert into runtime.organizations (tenant_id, org_type_id, name) select tenant_id, id, 'O' from type returning tenant_id, id),
                pool as (insert into runtime.pools (tenant_id, organization_id) select tenant_id, id from org returning tenant_id, id, organization_id)
                insert into runtime.grants (tenant_id, organization_id, pool_id, product_id, kind)
                select p.tenant_id, p.organization_id, p.id, c.id, 'grant' from pool p join catalog.products c on c.tenant_id = p.tenant_id""",
                tenant.id());
        var pages = pages("/api/v1/runtime/grants?limit=200&expand=product");
        assertEquals(60, new HashSet<>(ids(pages)).size());
        assertTrue(pages.size() >= 2, pages.size() + " pages");
        pages.forEach(page -> page.json().get("data").forEach(grant -> assertEquals(50, grant.at("/product/metadata").size())));
    }

    @Test
    void auditEvent_ofManyChanges_showsFirst_listsAll() throws SQLException {
        var product = http.post("/api/v1/catalog/products", "{\"name\": \"P\"}").expect(201).at("/id");
        var path = "/api/v1/platform/audit-events";
        var event = http.get(path + "?entity_id=" + product).expect(200).at("/data/0/id");
        assertEquals("1", http.get(path + "/" + event).at("/changes_total"));
        tenant.sql("""
                insert into platform.audit_entities (tenant_id, event_id, position, entity_type, entity_id, after, salt)
                select e.tenant_id, e.event_id, n, e.entity_type, gen_random_uuid(), e.after, e.salt
                from platform.audit_entities e cross join generate_series(1, 299) n where e.tenant_id = ?""", tenant.id());
        var shown = http.get(path + "/" + event).expect(200);
        assertEquals("300", shown.at("/changes_total"));
        assertEquals(100, shown.json().get("changes").size());
        assertEquals(shown.json(), http.get(path + "?entity_id=" + product).json().at("/data/0"));
        var all = new ArrayList<String>();
        var pages = pages(path + "/" + event + "/changes?limit=200");
        pages.forEach(page -> page.json().get("data").forEach(change -> all.add(change.get("entity_id").asText())));
        assertEquals(300, new HashSet<>(all).size());
        assertEquals(2, pages.size());
        assertEquals(product, all.getFirst());
        var last = http.get(path + "/" + event + "/changes?limit=1&sort=-position").expect(200);
        assertEquals(all.getLast(), last.at("/data/0/entity_id"));
        assertEquals("404 not_found", http.get(path + "/aud_01m7xwxwdnet7bfjvrs2ffd3ce/changes").outcome());
    }

    @Test
    void auditEvents_ofLargeChanges_endAtTheBound() throws SQLException {
        var product = http.post("/api/v1/catalog/products", "{\"name\": \"P\"}").expect(201).at("/id");
        for (int count = 0; count < 40; count++) {
            http.patch("/api/v1/catalog/products/" + product, "{\"name\": \"P%d\"}".formatted(count)).expect(200);
        }
        tenant.sql("update platform.audit_entities set before = after, after = jsonb_build_object('metadata', " + METADATA + ")::text where tenant_id = ?",
                tenant.id());
        tenant.sql("""
                insert into platform.audit_entities (tenant_id, event_id, position, entity_type, entity_id, after, salt)
                select tenant_id, event_id, n, entity_type, gen_random_uuid(), after, salt
                from platform.audit_entities cross join generate_series(1, 10) n where tenant_id = ?""", tenant.id());
        var pages = pages("/api/v1/platform/audit-events?limit=200&entity_type=product&entity_id=" + product);
        assertEquals(41, new HashSet<>(ids(pages)).size());
        pages.forEach(page -> page.json().get("data").forEach(event -> {
            assertEquals("11", event.get("changes_total").asText());
            assertTrue(event.get("changes").size() >= 1 && event.get("changes").size() < 4, "the page has a part of the changes");
        }));
        var changes = pages("/api/v1/platform/audit-events/" + ids(pages).getFirst() + "/changes?limit=200");
        assertEquals(11, changes.stream().mapToInt(page -> page.json().get("data").size()).sum());
    }
}
