package org.guildhall.core.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.jspecify.annotations.Nullable;

/** Bytes on a socket, for requests that no client would send. */
final class RawSocket {

    /** The response; {@code status} is 0 if the server only closed the connection. */
    record Answer(int status, Map<String, String> headers, String body) {

        JsonNode json() {
            try {
                return Http.JSON.readTree(body);
            } catch (IOException notJson) {
                throw new AssertionError("no JSON: " + status + " " + headers + " " + body, notJson);
            }
        }

        /** {@code 400 malformed_body}. */
        String outcome() {
            return status + (body.isEmpty() ? "" : " " + json().path("code").asText());
        }
    }

    private RawSocket() {}

    /** Sends the lines as a head, with the empty line that ends it, and reads one answer. */
    static Answer send(TestServer server, String... lines) {
        return send(server, (String.join("\r\n", lines) + "\r\n\r\n").getBytes(ISO_8859_1));
    }

    /** Sends exactly these bytes, and reads one response. */
    static Answer send(TestServer server, byte[] bytes) {
        return send(server, bytes, false);
    }

    /** Sends these bytes and reads one response. @param end whether to close the sending side */
    static Answer send(TestServer server, byte[] bytes, boolean end) {
        return send(server, bytes, end, 20_000);
    }

    /** Sends these bytes and waits at most that long for one response. */
    static Answer send(TestServer server, byte[] bytes, boolean end, int waitMillis) {
        var address = URI.create(server.url());
        try (var socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(waitMillis);
            socket.setTcpNoDelay(true);
            try {
                socket.getOutputStream().write(bytes);
                socket.getOutputStream().flush();
                if (end) {
                    socket.shutdownOutput();
                }
            } catch (IOException refusedWhileSending) {
                // The server closed the connection, but its response can still be read.
            }
            return read(socket);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    /** Reads one answer. */
    static Answer read(Socket socket) throws IOException {
        var in = socket.getInputStream();
        var head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = next(in);
            if (next < 0) {
                return new Answer(0, Map.of(), "");
            }
            head.write(next);
        }
        var lines = head.toString(ISO_8859_1).split("\r\n");
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (int at = 1; at < lines.length; at++) {
            int colon = lines[at].indexOf(':');
            headers.put(lines[at].substring(0, colon), lines[at].substring(colon + 1).strip());
        }
        int status = Integer.parseInt(lines[0].split(" ")[1]);
        int length = status == 304 ? 0 : Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
        return new Answer(status, headers, new String(in.readNBytes(length), java.nio.charset.StandardCharsets.UTF_8));
    }

    private static int next(java.io.InputStream in) throws IOException {
        try {
            return in.read();
        } catch (SocketTimeoutException silent) {
            throw new AssertionError("the server didn't answer", silent);
        } catch (IOException reset) {
            return -1;
        }
    }

    /** The head of a valid request without its last empty line. A test appends the invalid part. */
    static String head(String method, String path, @Nullable String token, Map<String, String> more) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Host", "localhost");
        headers.put("Connection", "close");
        if (token != null) {
            headers.put("Authorization", "Bearer " + token);
        }
        headers.putAll(more);
        var text = new StringBuilder(method + " " + path + " HTTP/1.1");
        headers.forEach((name, value) -> text.append("\r\n").append(name).append(": ").append(value));
        return text.toString();
    }
}
