package org.guildhall.smoke.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/** Single requests to the server, outside the measurement. */
final class Api implements AutoCloseable {

    static final String BASE = "/api/v1";

    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;

    Api(int port) {
        this.port = port;
    }

    /**
     * Sends a request of a path.
     *
     * @throws IllegalStateException if the answer is neither a success nor 304
     */
    HttpResponse<byte[]> send(String method, Load.Request request) throws IOException, InterruptedException {
        var body = request.body() == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(request.body());
        var message = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + request.path())).method(method, body);
        request.headers().forEach(message::header);
        var answer = client.send(message.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() >= 300 && answer.statusCode() != 304) {
            throw new IllegalStateException(method + " " + request.path() + " was answered with " + answer.statusCode() + ": " + new String(answer.body()));
        }
        return answer;
    }

    JsonNode get(String path, String token) throws IOException, InterruptedException {
        return Json.WIRE.readTree(send("GET", new Load.Request(BASE + path, reading(token), null)).body());
    }

    /** Posts with a new idempotency key. */
    JsonNode post(String path, String token, @Nullable String body) throws IOException, InterruptedException {
        var headers = new HashMap<>(body == null ? reading(token) : writing(token));
        headers.put("Idempotency-Key", UUID.randomUUID().toString());
        return Json.WIRE.readTree(send("POST", new Load.Request(BASE + path, headers, body)).body());
    }

    /** Reads a list page by page, and returns the cursor of a page. */
    String cursorOfPage(int page, String path, String token) throws IOException, InterruptedException {
        var cursor = "";
        for (int at = 1; at < page; at++) {
            cursor = get(path + (cursor.isEmpty() ? "" : "?cursor=" + cursor), token).at("/page/next_cursor").asText("");
            if (cursor.isEmpty() || cursor.equals("null")) {
                throw new IllegalStateException("page " + at + " of " + path + " is the last one");
            }
        }
        return cursor;
    }

    static Map<String, String> reading(String token) {
        return Map.of("Authorization", "Bearer " + token);
    }

    static Map<String, String> writing(String token) {
        return Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json");
    }

    @Override
    public void close() {
        client.close();
    }
}
