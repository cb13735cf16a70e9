package org.guildhall.billing.calls;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
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
 * Reads the JSON of a provider's API. It doesn't repeat a call: the caller's task does, without a thread that waits. It follows no redirect, since the key
 * would go with it.
 */
public final class ProviderApi {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration READ = Duration.ofSeconds(30);
    private static final int RETRY_SECONDS_DIGITS_MAX = 6;
    private static final int BODY_MAX = 8 * 1024 * 1024;
    private static final int CLIENT_ERROR = 400;
    private static final int SUCCESS = 200;

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

    /**
     * Reads an address.
     *
     * @param baseUrl from the settings of the server, without a slash at its end; never from a tenant, since the key is sent to it
     * @param path such as {@code /customers/CU1}, encoded
     * @param query the parameters, decoded
     */
    public Answer get(String baseUrl, String apiKey, String path, Map<String, String> query) throws ProviderFailure {
        var request = HttpRequest.newBuilder(URI.create(baseUrl + path + text(query)))
                .timeout(READ)
                .header("Authorization", "Bearer " + apiKey)
                .header("Accept", "application/json");
        headers.forEach(request::header);
        HttpResponse<byte[]> response;
        try {
            response = client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException unreachable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, name + " can't be reached.", null);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ProviderFailure(Kind.UNAVAILABLE, "The call of " + name + " was interrupted.", null);
        }
        int status = response.statusCode();
        if (status != SUCCESS) {
            throw failure(status, response);
        }
        var at = response.headers().firstValue("Date").map(ProviderApi::date).orElse(null);
        if (at == null) {
            throw new ProviderFailure(Kind.UNAVAILABLE, name + "'s answer has no `Date`, so its age isn't known.", null);
        }
        if (response.body().length > BODY_MAX) {
            throw new ProviderFailure(Kind.UNAVAILABLE, name + "'s answer is too long.", null);
        }
        try {
            return new Answer(Json.parse(response.body()), at);
        } catch (ProblemException unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, name + "'s answer is no JSON.", null);
        }
    }

    private ProviderFailure failure(int status, HttpResponse<byte[]> response) {
        var words = name + " answered " + status + ".";
        return switch (status) {
            case 404, 410 -> new ProviderFailure(Kind.MISSING, words, null);
            case 408, 429 -> new ProviderFailure(Kind.UNAVAILABLE, words, wait(response));
            default -> status >= CLIENT_ERROR && status < 500
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
