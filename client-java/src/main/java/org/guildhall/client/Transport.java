package org.guildhall.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.guildhall.client.model.DryRunResult;

/** Writes calls and reads their answers. {@link Sender} makes the attempts. */
final class Transport {

    /** A problem is small, but a proxy may send anything. */
    private static final int PROBLEM_BYTES_MAX = 1 << 20;

    private final Settings settings;
    private final ObjectMapper json;
    private final Sender sender;

    Transport(Settings settings, ObjectMapper json) {
        this.settings = settings;
        this.json = json;
        this.sender = new Sender(settings, json);
    }

    /** Sends a call and reads its answer as {@code type}; {@code String} returns the text itself, {@code Void} nothing. */
    <T> Response<T> send(Request request, Class<T> type) {
        HttpResponse<byte[]> answer = sender.answer(request.settled(), written(request.body()), BodyHandlers.ofByteArray(), body -> body);
        ResponseHeaders headers = ResponseHeaders.of(answer.headers().map());
        try {
            if (answer.body().length == 0 || type == Void.class) {
                return new Response<>(answer.statusCode(), headers, null, null);
            }
            if (isDryRun(headers)) {
                DryRunResult tried = json.readValue(answer.body(), DryRunResult.class);
                return new Response<>(answer.statusCode(), headers, json.treeToValue(tried.result(), type), tried);
            }
            if (type == String.class) {
                return new Response<>(answer.statusCode(), headers, type.cast(new String(answer.body(), StandardCharsets.UTF_8)), null);
            }
            insistOnJson(request, answer, headers);
            return new Response<>(answer.statusCode(), headers, json.readValue(answer.body(), type), null);
        } catch (JsonProcessingException e) {
            throw unreadable(request, answer.statusCode(), headers, why(e));
        } catch (IOException e) {
            throw unreadable(request, answer.statusCode(), headers, "the body breaks off");
        }
    }

    /** Sends a call with a streamed answer. The timeout and the retries end with the answer's headers. */
    Response<Download> download(Request request) {
        HttpResponse<InputStream> answer = sender.answer(
                request.settled(), written(request.body()), BodyHandlers.ofInputStream(), Transport::begin);
        return new Response<>(answer.statusCode(), ResponseHeaders.of(answer.headers().map()), new Download(answer.body()), null);
    }

    private static byte[] begin(InputStream body) throws IOException {
        try (body) {
            return body.readNBytes(PROBLEM_BYTES_MAX);
        }
    }

    /** Sends a call for a page of a list. */
    <T> Page<T> page(Request request, Class<T> type) {
        Response<JsonNode> answer = send(request, JsonNode.class);
        if (answer.value() == null || !answer.value().path("data").isArray() || !answer.value().path("page").isObject()) {
            // Reading it as an empty list would hide the failure.
            throw unreadable(request, answer.status(), answer.headers(), "it is not a page of a list");
        }
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
            throw unreadable(request, answer.status(), answer.headers(), why(e));
        }
        return new Page<>(data, info, answer.headers(), cursor -> page(request.again("cursor", cursor), type));
    }

    private static boolean isDryRun(ResponseHeaders headers) {
        return headers.first("Content-Type").filter(type -> type.startsWith(Request.DRY_RUN)).isPresent();
    }

    private byte[] written(Object body) {
        try {
            return body == null ? null : json.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            // Without the cause, whose message shows the value.
            throw new IllegalArgumentException("The body can't be written as JSON: " + why(e));
        }
    }

    /** Refuses other media types, for example a proxy's login page with status 200. */
    private void insistOnJson(Request request, HttpResponse<byte[]> answer, ResponseHeaders headers) {
        String mediaType = headers.first("Content-Type").orElse("application/json").toLowerCase(Locale.ROOT);
        if (!mediaType.contains("json")) {
            throw unreadable(request, answer.statusCode(), headers,
                    "it isn't the API's. " + Excerpt.of(new String(answer.body(), StandardCharsets.UTF_8), mediaType, null));
        }
    }

    /** The place of a mistake, without the value, which may be a secret. */
    private static String why(JsonProcessingException e) {
        if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
            return "unexpected value at /" + mapping.getPath().stream()
                    .map(one -> one.getFieldName() == null ? String.valueOf(one.getIndex()) : one.getFieldName()).collect(Collectors.joining("/"));
        }
        return e.getLocation() == null ? "unexpected value"
                : "invalid JSON at line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
    }

    private GuildhallException unreadable(Request request, int status, ResponseHeaders headers, String why) {
        String id = headers.requestId() == null ? "" : ", request " + headers.requestId();
        return new GuildhallException(
                "The answer of " + settings.server() + " to " + request.summary() + " (status " + status + id + ") can't be read: " + why, null);
    }
}
