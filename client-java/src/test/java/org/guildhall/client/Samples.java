package org.guildhall.client;

/** Sample answers of the server. */
final class Samples {

    private Samples() {}

    static String product(String id, String name) {
        return """
                {"id":"%s","external_id":null,"name":"%s","description":null,"product_type":null,"kind":null,"lifecycle_status":"draft",\
                "entitlement_set_id":null,"provider_references":{"stripe":null,"gocardless":null,"paystack":null},"metadata":{},"trial_eligibility":"unlimited",\
                "published_at":null,"retired_at":null,"created_at":"2026-11-21T02:15:00.000000Z","updated_at":"2026-11-21T02:15:00.000000Z",\
                "version":1}""".formatted(id, name);
    }

    static String page(String cursor, String... entries) {
        String next = cursor == null ? "null" : "\"" + cursor + "\"";
        return "{\"data\":[%s],\"page\":{\"next_cursor\":%s,\"has_more\":%b}}".formatted(String.join(",", entries), next, cursor != null);
    }
}
