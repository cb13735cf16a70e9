package org.guildhall.catalog;

import static org.guildhall.catalog.CatalogFixture.assertProblem;
import static org.guildhall.catalog.CatalogFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.guildhall.Http.Reply;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PricesTest {

    private static final String ONCE = "\"unit_amount\": {\"amount_minor\": 12900, \"currency\": \"AUD\"}, \"tax_behavior\": \"inclusive\"";

    private final CatalogFixture catalog = new CatalogFixture();
    private String product;

    @BeforeEach
    void begin() {
        product = catalog.published("Adult membership");
    }

    private Reply add(String members) {
        return catalog.post("/products/" + product + "/prices", "{" + members + "}");
    }

    @Test
    void price_created_isReadUnchanged() {
        var made = add(ONCE + """
                , "billing_interval": "month", "interval_count": 3, "external_id": "p", "provider_references": {"stripe": "price_1"}""").expect(201);
        assertEquals("12900", made.at("/unit_amount/amount_minor"));
        assertEquals("3", made.at("/interval_count"));
        assertEquals("price_1", made.at("/provider_references/stripe"));
        assertEquals(product, made.at("/product_id"));
        assertEquals(made.text(), catalog.http.get(made.header("Location")).expect(200).text());
    }

    @Test
    void intervalCount_defaultsToOne_noIntervalIsOneTime() {
        assertEquals("1", add(ONCE + ", \"billing_interval\": \"year\"").expect(201).at("/interval_count"));
        var once = add(ONCE).expect(201);
        assertNull(once.at("/billing_interval"));
        assertNull(once.at("/interval_count"));
        add("\"unit_amount\": {\"amount_minor\": 0, \"currency\": \"AUD\"}, \"tax_behavior\": \"exclusive\"").expect(201);
    }

    @Test
    void invalidPrice_refusedAtItsMember() {
        assertProblem("422 validation_failed", "/interval_count", add(ONCE + ", \"interval_count\": 2"));
        assertProblem("422 validation_failed", "/unit_amount/amount_minor",
                add("\"unit_amount\": {\"amount_minor\": -1, \"currency\": \"AUD\"}, \"tax_behavior\": \"inclusive\""));
        assertProblem("422 validation_failed", "/unit_amount/currency",
                add("\"unit_amount\": {\"amount_minor\": 1, \"currency\": \"aud\"}, \"tax_behavior\": \"inclusive\""));
        assertProblem("422 validation_failed", "/unit_amount/currency",
                add("\"unit_amount\": {\"amount_minor\": 1, \"currency\": \"ZZZ\"}, \"tax_behavior\": \"inclusive\""));
        assertProblem("422 validation_failed", "/unit_amount/amount_minor",
                add("\"unit_amount\": {\"amount_minor\": 1.5, \"currency\": \"AUD\"}, \"tax_behavior\": \"inclusive\""));
        assertProblem("422 validation_failed", "/billing_interval", add(ONCE + ", \"billing_interval\": \"fortnight\""));
    }

    @Test
    void newPrice_retiredProductRefused_unknownNotFound() {
        catalog.act("/products/" + product + "/retire").expect(200);
        assertProblem("409 invalid_state", add(ONCE));
        product = "prd_01m7xtfk4je288tyaa41tvaxy0";
        assertProblem("404 not_found", add(ONCE));
        assertProblem("404 not_found", catalog.get("/products/" + product + "/prices"));
        product = new CatalogFixture().product("Foreign");
        assertProblem("404 not_found", add(ONCE));
    }

    @Test
    void priceTerms_changed_refused() {
        var path = "/prices/" + add(ONCE).expect(201).at("/id");
        assertProblem("422 validation_failed", "/unit_amount", catalog.patch(path, "{\"unit_amount\": {\"amount_minor\": 1, \"currency\": \"AUD\"}}"));
        assertProblem("422 validation_failed", "/tax_behavior", catalog.patch(path, "{\"tax_behavior\": \"exclusive\"}"));
    }

    @Test
    void referencesAndExternalId_archivedPrice_canChange() {
        var path = "/prices/" + add(ONCE + ", \"provider_references\": {\"stripe\": \"price_1\"}").expect(201).at("/id");
        var archived = catalog.act(path + "/archive").expect(200);
        assertEquals("archived", archived.at("/state"));
        assertNotNull(archived.at("/archived_at"));
        assertProblem("409 invalid_state", catalog.act(path + "/archive"));
        var changed = catalog.patch(path, "{\"external_id\": \"e\", \"provider_references\": {\"paystack\": \"PLN_1\"}}").expect(200);
        assertEquals("price_1", changed.at("/provider_references/stripe"));
        assertEquals("PLN_1", changed.at("/provider_references/paystack"));
        var removed = catalog.patch(path, "{\"provider_references\": {\"stripe\": null}}").expect(200);
        assertNull(removed.at("/provider_references/stripe"));
        assertEquals(removed.text(), catalog.get(path).text());
        assertEquals(removed.at("/version"), catalog.patch(path, "{\"provider_references\": {\"paystack\": \"PLN_1\"}}").expect(200).at("/version"));
    }

    @Test
    void referenceAndExternalId_usedAgain_refused() {
        add(ONCE + ", \"external_id\": \"e\", \"provider_references\": {\"stripe\": \"price_1\"}").expect(201);
        assertProblem("409 already_exists", "/external_id", add(ONCE + ", \"external_id\": \"e\""));
        var taken = add(ONCE + ", \"provider_references\": {\"stripe\": \"price_1\"}");
        assertEquals(409, taken.status(), taken.text());
        assertEquals("/provider_references", taken.at("/errors/0/pointer"));
        var path = "/prices/" + add(ONCE).expect(201).at("/id");
        assertProblem("409 already_exists", "/external_id", catalog.patch(path, "{\"external_id\": \"e\"}"));
    }

    @Test
    void parallelReferenceChanges_noneLost() throws Exception {
        var path = "/prices/" + add(ONCE).expect(201).at("/id");
        var calls = new ArrayList<Callable<Reply>>();
        for (var provider : List.of("stripe", "gocardless", "paystack")) {
            calls.add(() -> catalog.patch(path, "{\"provider_references\": {\"%s\": \"ref_%s\"}}".formatted(provider, provider)));
        }
        CatalogFixture.atOnce(calls).forEach(reply -> reply.expect(200));
        var price = catalog.get(path).expect(200);
        assertEquals("4", price.at("/version"));
        for (var provider : List.of("stripe", "gocardless", "paystack")) {
            assertEquals("ref_" + provider, price.at("/provider_references/" + provider));
        }
    }

    @Test
    void change_withStaleVersion_refused() {
        var made = add(ONCE).expect(201);
        var path = "/prices/" + made.at("/id");
        catalog.patch(path, "{\"external_id\": \"e\"}", "If-Match", made.header("ETag")).expect(200);
        assertProblem("412 precondition_failed", catalog.act(path + "/archive", "If-Match", made.header("ETag")));
    }

    @Test
    void list_filteredAndPaged() {
        var first = add(ONCE + ", \"external_id\": \"first\"").expect(201).at("/id");
        add("\"unit_amount\": {\"amount_minor\": 9900, \"currency\": \"EUR\"}, \"tax_behavior\": \"inclusive\"").expect(201);
        catalog.act("/prices/" + first + "/archive").expect(200);
        var list = "/products/" + product + "/prices";
        assertEquals(List.of("12900", "9900"), each(catalog.get(list), "/unit_amount/amount_minor"));
        assertEquals(List.of("9900", "12900"), each(catalog.get(list + "?sort=-created_at"), "/unit_amount/amount_minor"));
        assertEquals(List.of("9900"), each(catalog.get(list + "?state=active"), "/unit_amount/amount_minor"));
        assertEquals(List.of("9900"), each(catalog.get(list + "?currency=EUR"), "/unit_amount/amount_minor"));
        assertEquals(List.of("12900"), each(catalog.get(list + "?external_id=first"), "/unit_amount/amount_minor"));
        var page = catalog.get(list + "?limit=1");
        assertEquals(List.of("9900"), each(catalog.get(list + "?limit=1&cursor=" + page.at("/page/next_cursor")), "/unit_amount/amount_minor"));
        var other = "/products/" + catalog.product("Other") + "/prices";
        assertEquals(List.of(), each(catalog.get(other), "/id"));
        assertProblem("400 invalid_cursor", catalog.get(other + "?limit=1&cursor=" + page.at("/page/next_cursor")));
    }
}
