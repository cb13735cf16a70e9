package org.guildhall.billing.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.stripe.Stripe;
import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.StripeException;
import com.stripe.net.ApiResource.RequestMethod;
import com.stripe.net.HttpURLConnectionClient;
import com.stripe.net.RawRequestOptions;
import com.stripe.net.StripeRequest;
import com.stripe.net.StripeResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure.Refusal;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Texts;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Calls Stripe's API with Stripe's own client. It doesn't repeat a call: the caller's task does, without a thread that waits. Bodies are read as
 * those of events are, since the models of the client lose what has moved between versions.
 */
final class StripeApi {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int READ_MILLIS = 30_000;
    /** A caller waits for the answer. Together with the time to connect it is shorter than the lease of a call outside. */
    private static final int WRITE_MILLIS = 20_000;
    private static final int CODE_MAX = 100;
    private static final int MESSAGE_MAX = 500;
    private static final int RETRY_SECONDS_DIGITS_MAX = 6;

    static {
        // It would write an id into the configuration folder of the user.
        Stripe.enableTelemetry = false;
    }

    private final String baseUrl;

    /** @param baseUrl from the settings of the server, without a slash at its end; never from a tenant, since the key is sent to it */
    StripeApi(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    /**
     * An answer.
     *
     * @param at the instant of the answer by Stripe's clock, in whole seconds
     * @param version the version of the API in which it is written; null if Stripe names none
     */
    record Answer(JsonNode body, Instant at, @Nullable String version) {}

    /** Reads a path such as {@code /v1/customers/cus_1}. @param query the parameters, decoded */
    Answer get(String apiKey, String path, Map<String, String> query) throws ProviderFailure {
        return call(RequestMethod.GET, apiKey, path + queryText(query), null, READ_MILLIS, RawRequestOptions.builder().build());
    }

    /**
     * Makes or changes an object. Stripe repeats its answer for the same key within 24 hours.
     *
     * @param parameters such as {@code line_items[0][price]}, decoded
     * @param idempotencyKey an id of ours, which is the same in each repetition
     */
    Answer post(String apiKey, String path, Map<String, String> parameters, String idempotencyKey) throws ProviderFailure {
        var form = queryText(parameters);
        return call(RequestMethod.POST, apiKey, path, form.isEmpty() ? "" : form.substring(1), WRITE_MILLIS,
                RawRequestOptions.builder().setIdempotencyKey(idempotencyKey).build());
    }

    private Answer call(
            RequestMethod method, String apiKey, String path, @Nullable String content, int readMillis, RawRequestOptions options) throws ProviderFailure {
        var http = new LastAnswer();
        var client = StripeClient.builder()
                .setApiKey(apiKey)
                .setApiBase(baseUrl)
                .setConnectTimeout(CONNECT_MILLIS)
                .setReadTimeout(readMillis)
                .setMaxNetworkRetries(0)
                .setHttpClient(http)
                .build();
        StripeResponse response;
        try {
            response = client.rawRequest(method, path, content, options);
        } catch (ApiConnectionException unreachable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe can't be reached.", null);
        } catch (StripeException refused) {
            throw failure(refused, http.last);
        } catch (RuntimeException unreadable) {
            // The client reads the body of an error as JSON and fails if a gateway has sent a page.
            throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe's answer can't be read.", wait(http.last));
        }
        var at = date(response);
        if (at == null) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe's answer has no `Date`, so its age isn't known.", null);
        }
        try {
            return new Answer(
                    Json.parse(response.body().getBytes(StandardCharsets.UTF_8)), at, response.headers().firstValue("Stripe-Version").orElse(null));
        } catch (ProblemException unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Stripe's answer is no JSON.", null);
        }
    }

    private static @Nullable Instant date(StripeResponse response) {
        return response.headers().firstValue("Date").flatMap(text -> {
            try {
                return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
            } catch (DateTimeException otherForm) {
                return Optional.empty();
            }
        }).orElse(null);
    }

    private static ProviderFailure failure(StripeException refused, @Nullable StripeResponse answer) {
        int status = refused.getStatusCode() == null ? 0 : refused.getStatusCode();
        var code = refused.getCode();
        var words = "Stripe answered " + status + (code == null ? "" : " (" + code + ")") + ".";
        return switch (status) {
            case 404 -> new ProviderFailure(Kind.MISSING, words, null, words(refused, status));
            case 400, 401, 402, 403 -> new ProviderFailure(Kind.REFUSED, words, null, words(refused, status));
            default -> new ProviderFailure(Kind.UNAVAILABLE, words, wait(answer));
        };
    }

    /** Stripe's sentence about a wrong key has a part of the key. */
    private static Refusal words(StripeException refused, int status) {
        var code = refused.getCode();
        var error = refused.getStripeError();
        var message = status == 401 || error == null ? null : error.getMessage();
        return new Refusal(
                code == null || code.isEmpty() || code.length() > CODE_MAX || !code.chars().allMatch(one -> one > ' ' && one < 0x7f) ? "http_" + status : code,
                message == null ? null : Texts.cut(message, MESSAGE_MAX));
    }

    private static @Nullable Duration wait(@Nullable StripeResponse answer) {
        return answer == null ? null : answer.headers().firstValue("Retry-After")
                .filter(text -> !text.isEmpty() && text.length() <= RETRY_SECONDS_DIGITS_MAX && text.chars().allMatch(digit -> digit >= '0' && digit <= '9'))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(null);
    }

    private static String queryText(Map<String, String> query) {
        var text = new StringJoiner("&", "?", "").setEmptyValue("");
        new TreeMap<>(query).forEach((name, value) -> text.add(encoded(name) + "=" + encoded(value)));
        return text.toString();
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Keeps the last answer, since the client's exceptions don't have its headers. */
    private static final class LastAnswer extends HttpURLConnectionClient {

        private @Nullable StripeResponse last;

        @Override
        public StripeResponse request(StripeRequest request) throws ApiConnectionException {
            last = super.request(request);
            return last;
        }
    }
}
