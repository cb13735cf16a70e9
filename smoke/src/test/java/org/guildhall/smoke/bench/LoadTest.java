package org.guildhall.smoke.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The load generator, against a server that keeps what it received. */
class LoadTest {

    private static final int CONNECTIONS = 4;

    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final AtomicInteger sent = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        System.setProperty("io.hyperfoil.netty.transport", "nio");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        received.add(exchange.getRequestURI().getPath().substring(1) + " " + exchange.getRequestHeaders().getFirst("Number") + " " + body);
        int status = exchange.getRequestURI().getPath().equals("/refused") ? 409 : exchange.getRequestMethod().equals("GET") ? 304 : 201;
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private Load load() {
        return new Load(server.getAddress().getPort());
    }

    @Test
    void request_hasItsOwnPathHeadersAndBody() {
        var round = load().run(new Load.Requests("POST", () -> {
            var number = Integer.toString(sent.incrementAndGet());
            return new Load.Request("/" + number, Map.of("Number", number), number);
        }), CONNECTIONS, 0.3);
        assertTrue(round.count() > CONNECTIONS, round.count() + " requests");
        assertEquals(sent.get(), received.size(), "each request once");
        for (var request : received) {
            assertTrue(request.matches("(\\d+) \\1 \\1"), request);
        }
    }

    @Test
    void notModified_isNoError() {
        assertTrue(load().run(new Load.Requests("GET", () -> new Load.Request("/", Map.of(), null)), CONNECTIONS, 0.2).count() > 0);
    }

    @Test
    void refusal_endsTheBenchmark() {
        var refused = new Load.Requests("POST", () -> new Load.Request("/refused", Map.of(), "{}"));
        assertThrows(IllegalStateException.class, () -> load().run(refused, 1, 0.2));
    }
}
