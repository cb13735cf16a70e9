package org.guildhall.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.guildhall.client.model.DryRunResult;

/**
 * Sends calls and reads answers. A call is tried again where that can help and can't harm: every change carries an idempotency key, the
 * same one in all attempts, so that it happens once however often it is sent.
 */
final class Transport {

    private static final int NOT_MODIFIED = 304;

    private final URI base;
    private final Supplier<String> token;
    private final HttpClient client;
    private final Duration timeout;
    private final Retries retries;
    private final ObjectMapper json;

    Transport(URI base, Supplier<String> token, HttpClient client, Duration timeout, Retries retries, ObjectMapper json) {
        this.base = base;
        this.token = token;
        this.client = client;
        this.timeout = timeout;
        this.retries = retries;
        this.json = json;
    }

    /** Sends a call and reads its answer as {@code type}; {@code String} gives the text itself, {@code Void} nothing. */
    <T> Response<T> send(Request request, Class<T> type) {
        HttpResponse<byte[]> answer = answer(request.settled());
        try {
            if (answer.body().length == 0 || type == Void.class && !isDryRun(answer)) {
                return new Response<>(answer.statusCode(), answer.headers(), null, null);
            }
            if (isDryRun(answer)) {
                DryRunResult tried = json.readValue(answer.body(), DryRunResult.class);
                boolean nothing = type == Void.class || tried.result() == null || tried.result().isNull();
                T value = nothing ? null : json.treeToValue(tried.result(), type);
                return new Response<>(answer.statusCode(), answer.headers(), value, tried);
            }
            T value = type == String.class
                    ? type.cast(new String(answer.body(), StandardCharsets.UTF_8))
                    : json.readValue(answer.body(), type);
            return new Response<>(answer.statusCode(), answer.headers(), value, null);
        } catch (IOException e) {
            throw new GuildhallException("The answer to " + request.method() + " " + request.target() + " can't be read", e);
        }
    }

    /** Sends a call for a page of a list. */
    <T> Page<T> page(Request request, Class<T> type) {
        Response<JsonNode> answer = send(request, JsonNode.class);
        JsonNode place = answer.value().path("page");
        var info = new Page.Info(
                place.path("next_cursor").asText(null),
                place.path("has_more").asBoolean(),
                place.hasNonNull("total") ? place.get("total").asLong() : null,
                place.hasNonNull("total_capped") ? place.get("total_capped").asBoolean() : null);
        List<T> data = new ArrayList<>();
        try {
            for (JsonNode entry : answer.value().path("data")) {
                data.add(json.treeToValue(entry, type));
            }
        } catch (JsonProcessingException e) {
            throw new GuildhallException("The answer to " + request.method() + " " + request.target() + " can't be read", e);
        }
        return new Page<>(data, info, answer.requestId(), cursor -> page(request.again("cursor", cursor), type));
    }

    private static boolean isDryRun(HttpResponse<byte[]> answer) {
        return answer.headers().firstValue("Dry-Run").filter("true"::equals).isPresent();
    }

    /** Tries until there is an answer that is no problem, or no hope. */
    private HttpResponse<byte[]> answer(Request request) {
        byte[] body = written(request.body());
        for (int attempt = 1; ; attempt++) {
            Duration wait;
            try {
                HttpResponse<byte[]> answer = attempt(request, body);
                if (answer.statusCode() < 300 || answer.statusCode() == NOT_MODIFIED) {
                    return answer;
                }
                ProblemException problem = Problems.read(answer, json);
                wait = retries.after(attempt, problem).orElseThrow(() -> problem);
            } catch (IOException e) {
                String message = "No answer to " + request.method() + " " + request.target() + " in " + attempt
                        + (attempt == 1 ? " attempt: " : " attempts: ") + e;
                wait = retries.after(attempt).orElseThrow(() -> new GuildhallException(message, e));
            }
            pause(wait);
        }
    }

    private byte[] written(Object body) {
        try {
            return body == null ? null : json.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The body can't be written as JSON", e);
        }
    }

    private HttpResponse<byte[]> attempt(Request request, byte[] body) throws IOException {
        var message = HttpRequest.newBuilder(URI.create(base + request.target()))
                .timeout(timeout)
                .method(request.method(), body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
                .header("User-Agent", "guildhall-java");
        request.headers().forEach(message::header);
        String credential = token.get();
        if (credential != null) {
            message.header("Authorization", "Bearer " + credential);
        }
        // The client's own timeout ends with the headers; waiting here bounds the body as well.
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(message.build(), BodyHandlers.ofByteArray());
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new HttpTimeoutException("no whole answer within " + timeout);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw interrupted(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new GuildhallException("The request can't be sent", e.getCause());
        }
    }

    private void pause(Duration wait) {
        try {
            retries.pause(wait);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static GuildhallException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new GuildhallException("Interrupted while waiting for an answer", e);
    }
}
