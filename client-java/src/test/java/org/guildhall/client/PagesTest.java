package org.guildhall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.guildhall.client.model.ListProductsOptions;
import org.guildhall.client.model.Product;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists request page after page, and only when the caller reads that far. */
class PagesTest {

    private final Stub stub = new Stub();
    private final Guildhall guildhall = stub.client().build();

    @BeforeEach
    void threePages() {
        stub.says(200, Samples.page("c1", Samples.product("prd_1", "A"), Samples.product("prd_2", "B")), "Request-Id", "req_1");
        stub.says(200, Samples.page("c2"));
        stub.says(200, Samples.page(null, Samples.product("prd_3", "C")));
    }

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void all_emptyPageBetween_entriesInOrder() {
        List<String> names = new ArrayList<>();
        for (Product product : guildhall.catalog().products().list().all()) {
            names.add(product.name());
        }
        assertEquals(List.of("A", "B", "C"), names);
        assertEquals(3, stub.seen().size());
    }

    @Test
    void nextPages_keepTheFilters() {
        var options = new ListProductsOptions().withExternalId("x").withLimit(2);
        assertEquals(3, guildhall.catalog().products().list(options).stream().count());
        assertEquals(List.of(
                "/api/v1/catalog/products?external_id=x&limit=2",
                "/api/v1/catalog/products?external_id=x&limit=2&cursor=c1",
                "/api/v1/catalog/products?external_id=x&limit=2&cursor=c2"), stub.seen().stream().map(Stub.Seen::target).toList());
    }

    @Test
    void nextPage_requestedOnlyWhenReached() {
        Page<Product> first = guildhall.catalog().products().list();
        assertEquals("A", first.stream().findFirst().orElseThrow().name());
        assertEquals(2, first.stream().limit(2).count());
        assertEquals(1, stub.seen().size());
    }

    @Test
    void nextPage_requestedByCaller() {
        Page<Product> first = guildhall.catalog().products().list();
        assertEquals(2, first.data().size());
        assertTrue(first.hasMore());
        assertEquals("c1", first.nextCursor());
        assertEquals("req_1", first.requestId());
        assertNull(first.total());
        Page<Product> last = first.next().orElseThrow().next().orElseThrow();
        assertFalse(last.hasMore());
        assertNull(last.nextCursor());
        assertTrue(last.next().isEmpty());
    }

    @Test
    void total_onlyWhenRequested() {
        try (var other = new Stub()) {
            other.says(200, "{\"data\":[],\"page\":{\"next_cursor\":null,\"has_more\":false,\"total\":10000,\"total_capped\":true}}");
            Page<Product> page = other.client().build().catalog().products().list(new ListProductsOptions().withIncludeTotal(true));
            assertEquals(10_000L, page.total());
            assertEquals(true, page.totalCapped());
        }
    }

    @Test
    void exhaustedIterator_throws() {
        Iterator<Product> products = guildhall.catalog().products().list().all().iterator();
        products.forEachRemaining(product -> {});
        assertFalse(products.hasNext());
        assertThrows(NoSuchElementException.class, products::next);
    }

    @Test
    void page_entries_areUnmodifiable() {
        List<Product> data = guildhall.catalog().products().list().data();
        assertThrows(UnsupportedOperationException.class, data::clear);
    }
}
