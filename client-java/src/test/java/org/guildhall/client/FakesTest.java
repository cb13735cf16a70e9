package org.guildhall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guildhall.client.model.ListProductsOptions;
import org.guildhall.client.model.NewProduct;
import org.guildhall.client.model.Product;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Code that uses the client can be tested without a server; derived clients share one client's connections. */
class FakesTest {

    private final Stub stub = new Stub();

    @AfterEach
    void close() {
        stub.close();
    }

    /** Creates and lists products; every other method throws. */
    private static final class FakeProducts implements ProductsApi {

        private final List<Product> products = new ArrayList<>();

        @Override
        public Response<Product> create(NewProduct body, WriteOptions options) {
            if (body.name().isEmpty()) {
                throw ProblemException.of(422, "validation_failed", "`name` is empty.");
            }
            products.add(product("prd_" + products.size(), body.name()));
            return Response.of(201, ResponseHeaders.of(Map.of("ETag", List.of("\"1-a\""))), products.get(products.size() - 1));
        }

        @Override
        public Page<Product> list(ListProductsOptions options) {
            return Page.of(products.subList(0, 1), Page.of(products.subList(1, products.size())));
        }
    }

    private static Product product(String id, String name) {
        try {
            return Guildhall.mapper().readValue(Samples.product(id, name), Product.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void fake_overridesOnlyCalledMethods() {
        var products = new FakeProducts();
        Guildhall fake = new Guildhall() {
            @Override
            public Domains.Catalog catalog() {
                return new Domains.Catalog() {
                    @Override
                    public ProductsApi products() {
                        return products;
                    }
                };
            }
        };
        assertEquals("\"1-a\"", fake.catalog().products().create(new NewProduct("Adult")).etag());
        fake.catalog().products().create(new NewProduct("Junior"));
        assertEquals(List.of("Adult", "Junior"), fake.catalog().products().list().stream().map(Product::name).toList());
        assertTrue(assertThrows(ProblemException.class, () -> fake.catalog().products().create(new NewProduct(""))).is("validation_failed"));
        assertEquals("getProduct", assertThrows(UnsupportedOperationException.class, () -> fake.catalog().products().get("prd_1")).getMessage());
        assertThrows(UnsupportedOperationException.class, fake::platform);
        assertEquals("prd_1", Response.of(product("prd_1", "Adult")).value().id());
    }

    @Test
    void call_withOwnTokenTimeoutAndRetries() {
        stub.refuses(503, "unavailable").stalls().says(200, Samples.page(null)).says(200, Samples.page(null));
        Guildhall guildhall = stub.client().build();
        assertEquals(503, assertThrows(ProblemException.class, () -> guildhall.withMaxRetries(0).catalog().products().list()).status());
        guildhall.withTimeout(Duration.ofMillis(300)).withToken("gld_test_other").catalog().products().list();
        assertEquals("Bearer gld_test_other", stub.last().header("Authorization"));
        guildhall.catalog().products().list();
        assertEquals("Bearer gld_test_secret", stub.last().header("Authorization"));
        assertThrows(IllegalArgumentException.class, () -> guildhall.withMaxRetries(-1));
        assertThrows(IllegalArgumentException.class, () -> guildhall.withTimeout(Duration.ZERO));
    }

    @Test
    void derivedClients_shareConnections() {
        stub.says(200, Samples.page(null)).says(200, Samples.page(null)).says(200, Samples.page(null));
        Guildhall guildhall = stub.client().httpClient(HttpClient.newHttpClient()).build();
        guildhall.catalog().products().list();
        guildhall.withToken("gld_test_other").catalog().products().list();
        guildhall.withTimeout(Duration.ofSeconds(3)).withMaxRetries(1).catalog().products().list();
        assertEquals(1, stub.seen().stream().map(Stub.Seen::port).distinct().count());
    }
}
