package org.guildhall.billing.calls;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.core.json.Json;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Calls a provider's API with JSON. It doesn't repeat a call: the caller's task does, without a thread that waits. It follows no redirect, since the key
 * would go with it.
 */
public final class ProviderApi {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration READ = Duration.ofSeconds(30);
    private static final int RETRY_SECONDS_DIGITS_MAX = 6;
    private static final int BODY_MAX = 8 * 1024 * 1024;
    private static final int CLIENT_ERROR = 400;
    private static final int SERVER_ERROR = 500;
    private static final int SUCCESS = 200;
    private static final int REDIRECT = 300;
    private static final int TIME_OUT = 408;
    private static final int TOO_MANY = 429;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER).version(HttpClient.Version.HTTP_1_1).build();
    private final String name;
    private final Map<String, String> headers;

    /** @param name the provider's name for an operator @param headers the headers of every request */
    public ProviderApi(String name, Map<String, String> headers) {
        this.name = name;
        this.headers = Map.copyOf(headers);
    }

    /** An answer. @param at the instant of the answer by the provider's clock, in whole seconds */
    public record Answer(JsonNode body, Instant at) {}

    /** The answer of a change, also of one that the provider refuses. @param status 200 to 499 */
    public record Changed(int status, JsonNode body) {

        public boolean isDone() {
            return status < REDIRECT;
        }
    }

    /**
     * Reads an address.
     *
     * @param baseUrl from the settings of the server, without a slash at its end; never from a tenant, since the key is sent to it
     * @param path such as {@code /customers/CU1}, encoded
     * @param query the parameters, decoded
     */
    public Answer get(String baseUrl, String apiKey, String path, Map<String, String> query) throws ProviderFailure {
        return get(baseUrl, apiKey, path, query, READ);
    }

    /** Reads an address within a time. */
    public Answer get(String baseUrl, String apiKey, String path, Map<String, String> query, Duration most) throws ProviderFailure {
        var response = sent(request(baseUrl, apiKey, path + text(query), most).build());
        int status = response.statusCode();
        if (status != SUCCESS) {
            throw failure(status, response);
        }
        var at = response.headers().firstValue("Date").map(ProviderApi::date).orElse(null);
        if (at == null) {
            throw new ProviderFailure(Kind.UNAVAILABLE, name + "'s answer has no `Date`, so its age isn't known.", null);
        }
        return new Answer(parsed(response), at);
    }

    /**
     * Makes or changes an object.
     *
     * @param method POST or PUT
     * @param body as JSON
     * @param key the header {@code Idempotency-Key}; null for none
     * @param most the time that the call may take
     */
    public Changed change(String method, String baseUrl, String apiKey, String path, Object body, @Nullable String key, Duration most) throws ProviderFailure {
        var request = request(baseUrl, apiKey, path, most)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofByteArray(Json.bytes(body)));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        var response = sent(request.build());
        int status = response.statusCode();
        if (status < SUCCESS || status >= SERVER_ERROR || status == TIME_OUT || status == TOO_MANY) {
            throw failure(status, response);
        }
        return new Changed(status, parsed(response));
    }

    private HttpRequest.Builder request(String baseUrl, String apiKey, String path, Duration most) throws ProviderFailure {
        if (most.isZero() || most.isNegative()) {
            throw new ProviderFailure(Kind.UNAVAILABLE, name + " takes too long to answer.", null);
        }
        var request = HttpRequest.newBuilder(URI.create(baseUrl + path))
                .timeout(most)
                .header("Authorization", "Bearer " + apiKey)
                .header("Accept", "application/json");
        headers.forEach(request::header);
        return request;
    }

    private HttpResponse<byte[]> sent(HttpRequest request) throws ProviderFailure {
        try {
            var response = client.send(request, BodyHandlers.ofByteArray());
            if (response.body().length > BODY_MAX) {
                throw new ProviderFailure(Kind.UNAVAILABLE, name + "'s answer is too long.", null);
            }
            return response;
        } catch (IOException unreachable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, name + " can't be reached.", null);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ProviderFailure(Kind.UNAVAILABLE, "The call of " + name + " was interrupted.", null);
        }
    }

    private JsonNode parsed(HttpResponse<byte[]> response) throws ProviderFailure {
        try {
            return Json.parse(response.body());
        } catch (ProblemException unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, name + "'s answer is no JSON.", null);
        }
    }

    private ProviderFailure failure(int status, HttpResponse<byte[]> response) {
        var words = name + " answered " + status + ".";
        return switch (status) {
            case 404, 410 -> new ProviderFailure(Kind.MISSING, words, null);
            case TIME_OUT, TOO_MANY -> new ProviderFailure(Kind.UNAVAILABLE, words, wait(response));
            default -> status >= CLIENT_ERROR && status < SERVER_ERROR
                    ? new ProviderFailure(Kind.REFUSED, words, null) : new ProviderFailure(Kind.UNAVAILABLE, words, wait(response));
        };
    }

    private static @Nullable Duration wait(HttpResponse<byte[]> response) {
        return response.headers().firstValue("Retry-After")
                .filter(text -> !text.isEmpty() && text.length() <= RETRY_SECONDS_DIGITS_MAX && text.chars().allMatch(digit -> digit >= '0' && digit <= '9'))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(null);
    }

    private static @Nullable Instant date(String text) {
        try {
            return DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
        } catch (DateTimeException otherForm) {
            return null;
        }
    }

    private static String text(Map<String, String> query) {
        var text = new StringJoiner("&", "?", "").setEmptyValue("");
        new TreeMap<>(query).forEach((key, value) -> text.add(encoded(key) + "=" + encoded(value)));
        return text.toString();
    }

    /** A part of a path or query, encoded. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
