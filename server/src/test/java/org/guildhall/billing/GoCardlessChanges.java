package org.guildhall.billing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.StandInServer.Answered;
import org.guildhall.billing.StandInServer.Posted;
import org.guildhall.core.json.Json;

/** What GoCardless makes of the changes that it is asked for. */
final class GoCardlessChanges {

    private static final ObjectMapper MAPPER = Json.WIRE;
    private static final Map<String, String> PREFIXES = Map.of(
            "billing_requests", "BRQ", "billing_request_flows", "BRF", "subscriptions", "SBNEW", "payments", "PMNEW");

    private GoCardlessChanges() {}

    static Answered made(Posted change, Map<String, Map<String, Map<String, Object>>> collections) {
        var parts = change.call().split("[ /]+");
        var collection = parts[1];
        var objects = collections.computeIfAbsent(collection, any -> new LinkedHashMap<>());
        if (parts.length == 2) {
            return created(collection, members(change.body().path(collection)), objects);
        }
        var object = objects.get(parts[2]);
        if (object == null) {
            return new Answered(404, Map.of("error", Map.of("type", "invalid_api_usage")), null);
        }
        var changed = new HashMap<>(object);
        if (parts.length == 5) {
            changed.put("status", "cancelled");
        } else {
            changed.putAll(members(change.body().path(collection)));
        }
        objects.put(parts[2], changed);
        return new Answered(200, Map.of(collection, changed), null);
    }

    private static Answered created(String collection, Map<String, Object> members, Map<String, Map<String, Object>> objects) {
        var id = PREFIXES.get(collection) + (objects.size() + 1);
        var object = new HashMap<>(members);
        object.put("id", id);
        object.put("created_at", "2026-11-21T02:15:00.000Z");
        switch (collection) {
            case "billing_requests" -> object.put("status", "pending");
            case "billing_request_flows" -> {
                object.put("authorisation_url", "https://pay.gocardless.example/flow/" + id);
                object.put("expires_at", "2026-12-21T02:15:00.000Z");
            }
            default -> {
                object.put("status", "active");
                object.put("upcoming_payments", List.of());
            }
        }
        objects.put(id, object);
        return new Answered(201, Map.of(collection, object), null);
    }

    @SuppressWarnings("unchecked") // an object of JSON
    private static Map<String, Object> members(JsonNode body) {
        return MAPPER.convertValue(body, Map.class);
    }
}
