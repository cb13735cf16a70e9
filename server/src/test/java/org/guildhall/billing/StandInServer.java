package org.guildhall.billing;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP of a provider's stand-in. Each account has a key of its own, so that all tests share a server.
 *
 * @param <A> an account
 */
public final class StandInServer<A> {

    /** An answer. @param retryAfter seconds; null for none */
    record Answered(int status, Map<String, ?> body, @Nullable Integer retryAfter) {}

    /** A change that was asked for, such as {@code POST /subscriptions}, with its body. @param key the idempotency key; null for none */
    public record Posted(String call, JsonNode body, @Nullable String key) {}

    /** An account whose next changes can be interrupted: before one is taken, or after it is made and before it is answered. */
    abstract static class Interruptible<A extends Interruptible<A>> {

        private final Deque<Runnable> before = new ArrayDeque<>();
        private final Deque<Runnable> between = new ArrayDeque<>();

        abstract A self();

        /** Loses the next change on its way. */
        public A loseChange() {
            return add(before, Interruptible::lose);
        }

        /** Loses the answer of the next change. */
        public A loseAnswer() {
            return add(between, Interruptible::lose);
        }

        /** Runs something after the next change is made and before it is answered. */
        public A afterNextChange(Runnable action) {
            return add(between, action);
        }

        private static void lose() {
            throw new IllegalStateException("the connection is lost");
        }

        private synchronized A add(Deque<Runnable> actions, Runnable action) {
            actions.add(action);
            return self();
        }

        private synchronized Runnable next(Deque<Runnable> actions) {
            var next = actions.poll();
            return next == null ? () -> { } : next;
        }

        final Answered around(Supplier<Answered> change) {
            next(before).run();
            var answered = change.get();
            next(between).run();
            return answered;
        }
    }

    private final Map<String, A> accounts = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final HttpServer server;

    StandInServer(HttpHandler handler) {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.createContext("/", handler);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** A new account. @param prefix the begin of its key @param made makes it from its key */
    A account(String prefix, Function<String, A> made) {
        var key = prefix + "standIn%010d".formatted(count.incrementAndGet());
        var account = made.apply(key);
        accounts.put(key, account);
        return account;
    }

    static String key(HttpExchange exchange) {
        return String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")).replace("Bearer ", "");
    }

    /** The account of a request's key; null if there is none. */
    @Nullable A account(HttpExchange exchange) {
        return accounts.get(key(exchange));
    }

    static void send(HttpExchange exchange, Answered answered) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if (answered.retryAfter() != null) {
            exchange.getResponseHeaders().set("Retry-After", answered.retryAfter().toString());
        }
        var body = Json.bytes(answered.body());
        exchange.sendResponseHeaders(answered.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    /** The change that a request is; null for a read. */
    static @Nullable Posted change(HttpExchange exchange) throws IOException {
        return exchange.getRequestMethod().equals("GET") ? null : new Posted(
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(), Json.parse(exchange.getRequestBody().readAllBytes()),
                exchange.getRequestHeaders().getFirst("Idempotency-Key"));
    }

    /** The parameters of a query or a form, decoded. @param raw null for none */
    static Map<String, String> query(@Nullable String raw) {
        var query = new HashMap<String, String>();
        if (raw != null) {
            for (var pair : raw.split("&")) {
                int equals = pair.indexOf('=');
                query.put(URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return query;
    }
}
