package org.guildhall.billing.paystack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.guildhall.billing.calls.CallTime;
import org.guildhall.billing.calls.ProviderApi.Answer;
import org.guildhall.billing.calls.ProviderApi.Changed;
import org.guildhall.billing.calls.ProviderApi;
import org.guildhall.billing.calls.RefusalWords;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;

/** Calls Paystack's API. It knows no idempotency keys. */
final class PaystackApi {

    private final ProviderApi api = new ProviderApi("Paystack", Map.of());
    private final String baseUrl;

    PaystackApi(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    /** Reads a path. @param query the parameters, decoded */
    Answer get(String apiKey, String path, Map<String, String> query) throws ProviderFailure {
        return api.get(baseUrl, apiKey, path, query);
    }

    /** Reads the member {@code data} of a path while a caller waits. */
    JsonNode data(String apiKey, String path, Map<String, String> query, CallTime time) throws ProviderFailure {
        return data(api.get(baseUrl, apiKey, path, query, time.left()).body());
    }

    /** Makes or changes something. The answer can be a refusal. */
    Changed post(String apiKey, String path, Map<String, Object> body, CallTime time) throws ProviderFailure {
        return api.change("POST", baseUrl, apiKey, path, body, null, time.left());
    }

    static ProviderFailure refused(Changed refused) {
        return RefusalWords.of("Paystack", refused.status(), refused.body().path("code").textValue(), refused.body().path("message").textValue());
    }

    /** The content of an answer. */
    static JsonNode data(JsonNode body) throws ProviderFailure {
        var data = body.path("data");
        if (data.isMissingNode() || data.isNull()) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Paystack answered without a content.", null);
        }
        return data;
    }
}
