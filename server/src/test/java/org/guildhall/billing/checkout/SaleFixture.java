package org.guildhall.billing.checkout;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.guildhall.Http;
import org.guildhall.core.json.Json;

/** Organizations and prices of a tenant, for those who sell. */
public final class SaleFixture {

    private final Http http;
    private final String type;

    public SaleFixture(Http http) {
        this.http = http;
        this.type = made("/api/v1/catalog/org-types", "{\"key\": \"club\", \"name\": \"Club\"}");
    }

    private String made(String path, String body) {
        return String.valueOf(http.post(path, body).expect(201).at("/id"));
    }

    public String organization(String name) {
        return made("/api/v1/runtime/organizations", "{\"name\": \"%s\", \"org_type_id\": \"%s\"}".formatted(name, type));
    }

    /** A price of a new published product. @param members those of the price beside its amount */
    public String price(long amountMinor, String currency, Map<String, Object> members) {
        var set = made("/api/v1/catalog/entitlement-sets", "{\"name\": \"Harbour\"}");
        var product = made("/api/v1/catalog/products", "{\"name\": \"Harbour\", \"entitlement_set_id\": \"%s\"}".formatted(set));
        http.post("/api/v1/catalog/products/" + product + "/publish", null).expect(200);
        var body = new HashMap<String, Object>(members);
        body.putIfAbsent("tax_behavior", "inclusive");
        body.put("unit_amount", Map.of("amount_minor", amountMinor, "currency", currency));
        return made("/api/v1/catalog/products/" + product + "/prices", new String(Json.bytes(body), StandardCharsets.UTF_8));
    }

    /** A monthly price. @param references those of providers */
    public String monthly(long amountMinor, String currency, Map<String, String> references) {
        return price(amountMinor, currency, Map.of("billing_interval", "month", "interval_count", 1, "provider_references", references));
    }
}
