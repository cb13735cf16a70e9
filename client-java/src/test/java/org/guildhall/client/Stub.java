package org.guildhall.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A server that sends prepared answers in order and records the requests. */
final class Stub implements AutoCloseable {

    private final HttpServer server;
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final List<Duration> waits = new CopyOnWriteArrayList<>();

    /** One recorded request. */
    record Seen(String method, String target, com.sun.net.httpserver.Headers headers, String body, int port) {

        String header(String name) {
            return headers.getFirst(name);
        }
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    Stub() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        seen.add(new Seen(exchange.getRequestMethod(), exchange.getRequestURI().toString(), exchange.getRequestHeaders(), body,
                exchange.getRemoteAddress().getPort()));
        Answer answer = answers.poll();
        if (answer == null) {
            throw new IOException("nothing more to say");
        }
        answer.to(exchange);
    }

    /** Prepares the next answer; headers are alternating names and values. */
    Stub says(int status, String body, String... headers) {
        answers.add(exchange -> {
            head(exchange, headers);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        return this;
    }

    /** Prepares a problem as the next answer. */
    Stub refuses(int status, String code, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 2, headers.length);
        all[0] = "Content-Type";
        all[1] = "application/problem+json";
        return says(status, """
                {"type":"https://guildhall.example/problems/%1$s","title":"No","status":%2$d,"code":"%1$s","request_id":"req_1"}"""
                .formatted(code, status), all);
    }

    /** Breaks the connection instead of answering. */
    Stub breaksOff() {
        answers.add(HttpExchange::close);
        return this;
    }

    /** Announces a longer body than it sends, then breaks the connection. */
    Stub endsEarly(String body) {
        answers.add(exchange -> {
            exchange.sendResponseHeaders(200, body.length() + 1000);
            exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            throw new IOException("the connection breaks");
        });
        return this;
    }

    /** Begins an answer and never ends it. */
    Stub stalls() {
        answers.add(exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
        });
        return this;
    }

    private static void head(HttpExchange exchange, String... headers) {
        for (int i = 0; i < headers.length; i += 2) {
            exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
        }
    }

    /** Returns host and port. */
    String server() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    String url() {
        return "http://" + server();
    }

    /** Returns a client builder for this server, which records its waits instead of waiting. */
    Guildhall.Builder client() {
        return Guildhall.builder().baseUrl(url()).token("gld_test_secret").sleep(waits::add);
    }

    List<Seen> seen() {
        return seen;
    }

    Seen last() {
        return seen.get(seen.size() - 1);
    }

    List<Duration> waits() {
        return waits;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
