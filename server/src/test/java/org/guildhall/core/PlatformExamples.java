package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.util.List;
import java.util.Map;
import org.guildhall.Http;

/** The examples of the platform's operations, and the resources that they need. */
final class PlatformExamples {

    static final List<Example> ALL = List.of(
            example(GET_HEALTH),
            example(GET_READINESS),
            example(GET_OPEN_API_JSON),
            example(GET_OPEN_API_YAML),
            example(GET_AUTH_STATUS),

            example(CREATE_TENANT).makes("ten"),
            example(LIST_TENANTS),
            example(GET_TENANT),
            example(UPDATE_TENANT).unique("/name").without("/rate_limit_maximum"),
            example(SUSPEND_TENANT),
            example(REACTIVATE_TENANT).after(SUSPEND_TENANT),
            example(CREATE_TENANT_ADMIN_TOKEN),
            example(GET_SETTINGS),
            example(UPDATE_SETTINGS).without("/token_lifetime_days_max").with("/rate_limit", PlatformExamples::roomyLimit),
            example(CREATE_CONSUMER).makes("con"),
            example(LIST_CONSUMERS),
            example(GET_CONSUMER),
            example(UPDATE_CONSUMER),
            example(ARCHIVE_CONSUMER),
            example(CREATE_TOKEN).makes("tok").with("/expires_at", SampleData::nextMonth),
            example(LIST_TOKENS),
            example(GET_TOKEN),
            example(UPDATE_TOKEN).with("/expires_at", SampleData::nextMonth),
            example(ROTATE_TOKEN),
            example(REVOKE_TOKEN),
            example(GET_RATE_LIMIT),
            example(GET_IDEMPOTENCY_OUTCOME).at("key", PlatformExamples::committedKey),
            example(LIST_AUDIT_EVENTS).entry(PlatformExamples::event),
            example(GET_AUDIT_EVENT).at("audit_event_id", PlatformExamples::event),
            example(CREATE_AUDIT_REVIEW).makes("rev").at("audit_event_id", PlatformExamples::event),
            example(LIST_AUDIT_EVENT_CHANGES).at("audit_event_id", PlatformExamples::event).entry("/entity_id", PlatformExamples::entity),
            example(LIST_AUDIT_EVENT_REVIEWS).at("audit_event_id", PlatformExamples::event),
            example(GET_AUDIT_REVIEW).at("audit_event_id", PlatformExamples::event),
            example(LIST_EVENTS).entry(PlatformExamples::feedEvent),
            example(GET_EVENT).at("event_id", PlatformExamples::feedEvent));

    private PlatformExamples() {}

    /** A rate limit that no other consumer has and no test reaches. */
    static Map<String, Object> roomyLimit(SampleData samples) {
        return Map.of("limit", 100_000 + samples.number(), "window_seconds", 1);
    }

    /** A token of the caller's consumer with all of its scopes and a rate limit of its own. */
    static String limitedToken(SampleData samples, long requests, int windowSeconds) {
        var caller = samples.http.get("/api/v1/auth/status").expect(200).json();
        var token = Http.JSON.createObjectNode().put("consumer_id", caller.at("/consumer/id").asText()).put("name", "Limited");
        token.set("scopes", caller.get("scopes"));
        token.putObject("rate_limit").put("limit", requests).put("window_seconds", windowSeconds);
        return String.valueOf(samples.http.post("/api/v1/platform/tokens", token.toString()).expect(201).at("/token"));
    }

    /** An idempotency key of the caller's own consumer whose request is committed. */
    static String committedKey(SampleData samples) {
        var key = samples.word();
        samples.send(samples.request(CREATE_CONSUMER), "Idempotency-Key", key).expect(201);
        return key;
    }

    /** An audit event of the tenant; always the same one, since events never change. */
    static String event(SampleData samples) {
        return samples.once("event", () -> {
            samples.id("con");
            return String.valueOf(samples.http.get("/api/v1/platform/audit-events?limit=1&action=consumer.created").expect(200).at("/data/0/id"));
        });
    }

    /** An event of the feed; always the same one, since events never change. */
    static String feedEvent(SampleData samples) {
        return samples.once("feedEvent", () -> {
            samples.id("con");
            return String.valueOf(samples.http.get("/api/v1/platform/events?limit=1&type=consumer.changed").expect(200).at("/data/0/id"));
        });
    }

    /** The resource that changed in that event. */
    static String entity(SampleData samples) {
        return String.valueOf(samples.http.get("/api/v1/platform/audit-events/" + event(samples)).expect(200).at("/entity_id"));
    }
}
