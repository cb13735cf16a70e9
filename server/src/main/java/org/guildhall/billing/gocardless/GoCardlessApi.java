package org.guildhall.billing.gocardless;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.guildhall.billing.calls.CallTime;
import org.guildhall.billing.calls.ProviderApi.Answer;
import org.guildhall.billing.calls.ProviderApi.Changed;
import org.guildhall.billing.calls.ProviderApi;
import org.guildhall.billing.calls.RefusalWords;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.jspecify.annotations.Nullable;

/** Calls GoCardless's API. An access token of the sandbox goes to the sandbox. */
final class GoCardlessApi {

    static final String VERSION = "2015-07-06";

    private static final String SANDBOX = "https://api-sandbox.gocardless.com";
    private static final String SANDBOX_TOKEN = "sandbox_";
    private static final int CONFLICT = 409;
    private static final String NAME = "GoCardless";

    private final ProviderApi api = new ProviderApi(NAME, Map.of("GoCardless-Version", VERSION));
    private final String baseUrl;

    GoCardlessApi(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    /** Reads a path. @param query the parameters, decoded */
    Answer get(String apiKey, String path, Map<String, String> query) throws ProviderFailure {
        return api.get(baseUrl(apiKey), apiKey, path, query);
    }

    /** Reads one object while a caller waits. @param type such as {@code subscriptions} */
    JsonNode one(String apiKey, String type, String reference, CallTime time) throws ProviderFailure {
        return object(api.get(baseUrl(apiKey), apiKey, path(type, reference), Map.of(), time.left()).body(), type);
    }

    /**
     * Makes an object once: a repetition with the same key finds it.
     *
     * @param members the content of the object
     * @return the object; after a repetition as it is now
     */
    JsonNode make(String apiKey, String type, Map<String, Object> members, String key, CallTime time) throws ProviderFailure {
        var made = api.change("POST", baseUrl(apiKey), apiKey, "/" + type, Map.of(type, members), key, time.left());
        if (made.isDone()) {
            return object(made.body(), type);
        }
        var earlier = earlier(made);
        if (earlier == null) {
            throw refused(made);
        }
        return one(apiKey, type, earlier, time);
    }

    /** Changes an object. @param method PUT or POST @param action such as {@code /actions/cancel}; empty for the object itself */
    JsonNode change(
            String apiKey, String method, String type, String reference, String action, Map<String, Object> members, CallTime time) throws ProviderFailure {
        var body = action.isEmpty() ? Map.of(type, members) : Map.of("data", members);
        var changed = api.change(method, baseUrl(apiKey), apiKey, path(type, reference) + action, body, null, time.left());
        if (!changed.isDone()) {
            throw refused(changed);
        }
        return object(changed.body(), type);
    }

    /** The object that an earlier call with the same key has made; null if it was refused for another reason. */
    private static @Nullable String earlier(Changed refused) {
        if (refused.status() == CONFLICT) {
            for (var error : refused.body().path("error").path("errors")) {
                var id = error.path("links").path("conflicting_resource_id").textValue();
                if ("idempotent_creation_conflict".equals(error.path("reason").textValue()) && id != null) {
                    return id;
                }
            }
        }
        return null;
    }

    private static ProviderFailure refused(Changed refused) {
        var error = refused.body().path("error");
        var first = error.path("errors").path(0);
        var reason = first.path("reason").textValue();
        var field = first.path("field").textValue();
        var message = first.path("message").textValue() == null ? error.path("message").textValue() : first.path("message").textValue();
        return RefusalWords.of(
                NAME, refused.status(), reason == null ? error.path("type").textValue() : reason, field == null ? message : field + " " + message);
    }

    private static JsonNode object(JsonNode body, String type) throws ProviderFailure {
        var object = body.path(type);
        if (object.path("id").textValue() == null) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "GoCardless answered without an object.", null);
        }
        return object;
    }

    private static String path(String type, String reference) {
        return "/" + type + "/" + ProviderApi.encoded(reference);
    }

    private String baseUrl(String apiKey) {
        return baseUrl.equals(GoCardlessProvider.LIVE) && apiKey.startsWith(SANDBOX_TOKEN) ? SANDBOX : baseUrl;
    }
}
