package org.guildhall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Plain requests, for tests that send many or unusual ones. Every response is checked against the document.
 *
 * @param base of the node that gets the requests
 * @param token null to send none
 */
public record Http(String base, @Nullable String token) {

    public static final ObjectMapper JSON = new ObjectMapper();
    public static final String MERGE_PATCH = "application/merge-patch+json";
    /** The media type of a dry run's response that also lists the changes. */
    public static final String DRY_RUN = "application/vnd.guildhall.dry-run+json";

    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** An answer. */
    public record Reply(int status, java.net.http.HttpHeaders headers, byte[] body) {

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException notJson) {
                throw new UncheckedIOException(notJson);
            }
        }

        /** The member at a JSON Pointer, as text; null if there is none. */
        public @Nullable String at(String pointer) {
            var node = json().at(pointer);
            return node.isMissingNode() || node.isNull() ? null : node.asText();
        }

        public @Nullable String header(String name) {
            return headers.firstValue(name).orElse(null);
        }

        /** The problem's code, with the status: {@code 404 not_found}; only the status where there is no problem. */
        public String outcome() {
            return status >= 400 ? status + " " + at("/code") : Integer.toString(status);
        }

        /** This reply; fails for any other status. */
        public Reply expect(int wanted) {
            if (status != wanted) {
                throw new AssertionError("expected " + wanted + ", got " + status + ": " + text());
            }
            return this;
        }
    }

    public Http(TestServer server, @Nullable String token) {
        this(server.url(), token);
    }

    /** This caller on another node. */
    public Http on(TestServer node) {
        return new Http(node.url(), token);
    }

    public Reply get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    public Reply post(String path, @Nullable String body, String... headers) {
        return send("POST", path, body, headers);
    }

    public Reply patch(String path, String body, String... headers) {
        return send("PATCH", path, body, headers);
    }

    /** @param headers names and values in turn; Content-Type depends on the method unless it is given; an empty one isn't sent */
    public Reply send(String method, String path, @Nullable String body, String... headers) {
        return bytes(method, path, body == null ? null : body.getBytes(StandardCharsets.UTF_8), headers);
    }

    private static Map<String, String> flat(java.net.http.HttpHeaders headers) {
        var flat = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.map().forEach((name, values) -> flat.put(name, String.join(", ", values)));
        return flat;
    }

    public Reply bytes(String method, String path, byte @Nullable [] body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(60))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (token != null) {
            request.setHeader("Authorization", "Bearer " + token);
        }
        if (body != null && !List.of(headers).contains("Content-Type")) {
            request.setHeader("Content-Type", method.equals("PATCH") ? MERGE_PATCH : "application/json");
        }
        for (int at = 0; at < headers.length; at += 2) {
            if (!headers[at + 1].isEmpty()) {
                request.header(headers[at], headers[at + 1]);
            }
        }
        try {
            var response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            if (!method.equals("HEAD")) {
                SpecFilter.INSTANCE.check(method, response.uri(), response.statusCode(), flat(response.headers()), response.body());
            }
            return new Reply(response.statusCode(), response.headers(), response.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
