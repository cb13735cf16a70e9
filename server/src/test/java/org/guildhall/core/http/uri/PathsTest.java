package org.guildhall.core.http.uri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Objects;
import org.guildhall.api.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Routing: the operation that belongs to a request's method and path. */
class PathsTest {

    private final Paths paths = new Paths(List.of(Operation.values()));

    private Paths.PathMatch at(String path) {
        return Objects.requireNonNull(paths.at(path), path);
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void everyOperation_isFound(Operation operation) {
        var found = at(operation.path().replaceAll("\\{(\\w+)}", "of-$1"));
        assertEquals(operation, found.path().operation(operation.method()));
        java.util.regex.Pattern.compile("\\{(\\w+)}").matcher(operation.path()).results().map(match -> match.group(1))
                .forEach(name -> assertEquals("of-" + name, found.value(name)));
    }

    @Test
    void literalSegment_winsOverParameter() {
        assertEquals(Operation.ACCEPT_INVITATION, at("/api/v1/runtime/invitations/accept").path().operation("POST"));
        assertNull(at("/api/v1/runtime/invitations/accept").path().operation("GET"));
        assertEquals(Operation.GET_INVITATION, at("/api/v1/runtime/invitations/accepted").path().operation("GET"));
    }

    @Test
    void head_findsTheGetOperation() {
        var place = at("/api/v1/catalog/products").path();
        assertEquals(Operation.LIST_PRODUCTS, place.operation("HEAD"));
        assertEquals("[GET, HEAD, POST]", place.methods().toString());
        assertNull(place.operation("get"));
    }

    @Test
    void parameterValue_isDecoded() {
        assertEquals("a/b+c ü%", at("/api/v1/catalog/products/a%2Fb+c%20%C3%BC%25").value("product_id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "/", "/api/v1", "/api/v1/", "/api/v1/catalog", "/api/v1/catalog/products/", "/api/v1/catalog//products", "/api/v1/catalog/products//ladders",
        "/api/v1/catalog/product", "/api/v1/Catalog/products", "/api/v1/catalog/%70roducts", "//api/v1/catalog/products", "/api/v1/catalog/products/a/b"
    })
    void unknownPath_findsNoOperation(String path) {
        assertNull(paths.at(path));
    }

    @Test
    void severalPaths_canShareAParameterSegment() {
        assertNotNull(at("/api/v1/catalog/products/x/ladders").path().operation("GET"));
        assertNotNull(at("/api/v1/catalog/products/x").path().operation("PATCH"));
    }
}
