package org.guildhall.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
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

    /** What is sent as it is read may take this much longer: as long as the server waits for it. */
    private static final Duration UPLOAD_MAX = Duration.ofMinutes(5);

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
        HttpResponse<byte[]> answer = answer(request.settled(), BodyHandlers.ofByteArray(), body -> body);
        try {
            if (answer.body().length == 0 || type == Void.class) {
                return new Response<>(answer.statusCode(), answer.headers(), null, null);
            }
            if (isDryRun(answer)) {
                DryRunResult tried = json.readValue(answer.body(), DryRunResult.class);
                return new Response<>(answer.statusCode(), answer.headers(), json.treeToValue(tried.result(), type), tried);
            }
            T value = type == String.class
                    ? type.cast(new String(answer.body(), StandardCharsets.UTF_8))
                    : json.readValue(answer.body(), type);
            return new Response<>(answer.statusCode(), answer.headers(), value, null);
        } catch (IOException e) {
            throw new GuildhallException("The answer to " + request.method() + " " + request.target() + " can't be read", e);
        }
    }

    /** Sends a call whose answer is read as it comes: the timeout ends with its headers, and so do the attempts. */
    Response<Download> download(Request request) {
        HttpResponse<InputStream> answer = answer(request.settled(), BodyHandlers.ofInputStream(), InputStream::readAllBytes);
        return new Response<>(answer.statusCode(), answer.headers(), new Download(answer.body()), null);
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
        return answer.headers().firstValue("Content-Type").filter(type -> type.startsWith(Request.DRY_RUN)).isPresent();
    }

    /** All of a body that tells of a problem. */
    private interface Whole<B> {
        byte[] of(B body) throws IOException;
    }

    /** Tries until there is an answer that is no problem, or no hope. */
    private <B> HttpResponse<B> answer(Request request, BodyHandler<B> handler, Whole<B> whole) {
        byte[] body = written(request.body());
        boolean repeatable = request.upload() == null || request.upload().isRepeatable();
        for (int attempt = 1; ; attempt++) {
            Duration wait;
            try {
                HttpResponse<B> answer = attempt(request, body, handler);
                if (answer.statusCode() < 300 || answer.statusCode() == NOT_MODIFIED) {
                    return answer;
                }
                ProblemException problem = Problems.read(answer, whole.of(answer.body()), json);
                wait = retries.after(attempt, problem).filter(time -> repeatable).orElseThrow(() -> problem);
            } catch (IOException e) {
                String message = "No answer to " + request.method() + " " + request.target() + " in " + attempt
                        + (attempt == 1 ? " attempt: " : " attempts: ") + e;
                wait = retries.after(attempt).filter(time -> repeatable).orElseThrow(() -> new GuildhallException(message, e));
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

    private static BodyPublisher publisher(Request request, byte[] body) {
        if (request.upload() != null) {
            return request.upload().publisher();
        }
        return body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body);
    }

    private <B> HttpResponse<B> attempt(Request request, byte[] body, BodyHandler<B> handler) throws IOException {
        Duration most = request.upload() == null ? timeout : timeout.plus(UPLOAD_MAX);
        var message = HttpRequest.newBuilder(URI.create(base + request.target()))
                .timeout(most)
                .method(request.method(), publisher(request, body))
                .header("User-Agent", "guildhall-java");
        request.headers().forEach(message::header);
        String credential = token.get();
        if (credential != null) {
            message.header("Authorization", "Bearer " + credential);
        }
        // The client's own timeout ends with the headers; waiting here bounds the body as well.
        CompletableFuture<HttpResponse<B>> answer = client.sendAsync(message.build(), handler);
        try {
            return answer.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new HttpTimeoutException("no whole answer within " + most);
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
