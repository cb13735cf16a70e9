package org.guildhall.core.outbound;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.outbound.GuardedHttp.Answer;
import org.guildhall.core.outbound.GuardedHttp.Request;
import org.guildhall.core.outbound.OutboundFailure.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of local servers: no connection to a forbidden address, redirects, deadlines, large answers. */
class GuardedHttpTest {

    /** Stands for a public address: the resolver of the tests gives it for names that end in {@code public.example}. */
    private static final String PUBLIC = "127.0.0.1";
    /** The address that must never be called. */
    private static final String SECRET = "127.0.0.2";

    private final AtomicInteger secretCalls = new AtomicInteger();
    private final AtomicInteger lookups = new AtomicInteger();
    private HttpServer open;
    private HttpServer secret;
    private GuardedResolver resolver;
    private GuardedHttp http;

    @BeforeEach
    void start() throws IOException {
        open = HttpServer.create(new InetSocketAddress(PUBLIC, 0), 0);
        secret = HttpServer.create(new InetSocketAddress(SECRET, open.getAddress().getPort()), 0);
        secret.createContext("/", exchange -> {
            secretCalls.incrementAndGet();
            answer(exchange, 200, "secret");
        });
        open.createContext("/", exchange -> answer(exchange, 200, "hello"));
        open.createContext("/to", exchange -> {
            exchange.getResponseHeaders().set("Location", exchange.getRequestURI().getQuery());
            answer(exchange, 302, "");
        });
        open.createContext("/slow", GuardedHttpTest::trickle);
        open.createContext("/large", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            var chunk = new byte[65_536];
            try (var body = exchange.getResponseBody()) {
                for (int count = 0; count < 1_000; count++) {
                    body.write(chunk);
                }
            } catch (IOException gone) {
                // The caller has read enough.
            }
        });
        open.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        open.start();
        secret.start();
        resolver = new GuardedResolver(new OutgoingAddresses(List.of(IpRange.parse(PUBLIC + "/32"))), host -> switch (host) {
            case "public.example" -> GuardedResolverTest.addresses(PUBLIC);
            case "secret.example" -> GuardedResolverTest.addresses(SECRET);
            case "both.example" -> GuardedResolverTest.addresses(PUBLIC, SECRET);
            case "rebinding.example" -> GuardedResolverTest.addresses(lookups.getAndIncrement() == 0 ? PUBLIC : SECRET);
            default -> InetAddress.getAllByName(host);
        });
        http = new GuardedHttp(resolver);
    }

    @AfterEach
    void stop() {
        resolver.close();
        open.stop(0);
        secret.stop(0);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** A byte every 100 ms, for ever. */
    private static void trickle(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try (var body = exchange.getResponseBody()) {
            for (int count = 0; count < 300; count++) {
                body.write('.');
                body.flush();
                Thread.sleep(100);
            }
        } catch (IOException gone) {
            // The caller's deadline has passed.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private String url(String host, String path) {
        return "http://" + host + ":" + open.getAddress().getPort() + path;
    }

    private Answer get(String url, int redirects) throws OutboundFailure {
        return http.send(new Request("GET", url, Duration.ofSeconds(10), redirects));
    }

    private Code refusal(String url, int redirects) {
        return assertThrows(OutboundFailure.class, () -> get(url, redirects)).code();
    }

    @Test
    void allowedTarget_isCalled() throws OutboundFailure {
        var answer = get(url("public.example", "/"), 0);
        assertEquals(200, answer.status());
        assertArrayEquals("hello".getBytes(StandardCharsets.UTF_8), answer.body());
        assertFalse(answer.truncated());
        assertEquals(200, http.send(new Request("HEAD", url("public.example", "/"), Duration.ofSeconds(10), 0)).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.2", "secret.example", "both.example", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "2130706434", "127.0.2"})
    void forbiddenTarget_getsNoConnection(String host) {
        assertEquals(Code.TARGET_FORBIDDEN, refusal(url(host, "/"), 3));
        assertEquals(0, secretCalls.get());
    }

    @Test
    void redirect_isJudgedAgain() throws OutboundFailure {
        assertEquals(Code.TARGET_FORBIDDEN, refusal(url("public.example", "/to?" + url("secret.example", "/")), 3));
        assertEquals(Code.TARGET_FORBIDDEN, refusal(url("public.example", "/to?" + url(SECRET, "/")), 3));
        assertEquals(Code.TARGET_FORBIDDEN, refusal(url("public.example", "/to?file:///etc/passwd"), 3));
        assertEquals(Code.TARGET_FORBIDDEN, refusal(url("public.example", "/to?http://public.example:25/"), 3));
        assertEquals(0, secretCalls.get());
        assertEquals(200, get(url("public.example", "/to?/"), 3).status(), "a relative one");
        assertEquals(200, get(url("public.example", "/to?" + url("public.example", "/to?/")), 3).status());
    }

    @Test
    void redirects_areFollowedThreeTimesOrNotAtAll() throws OutboundFailure {
        var answer = get(url("public.example", "/to?/"), 0);
        assertEquals("302 /", answer.status() + " " + answer.location());
        assertEquals(Code.TOO_MANY_REDIRECTS, refusal(url("public.example", "/to?/to?/to?/to?/to"), 3));
    }

    @Test
    void nameThatChangesItsAddress_isLookedUpOncePerConnection() throws OutboundFailure {
        assertEquals(200, get(url("rebinding.example", "/"), 0).status());
        assertEquals(1, lookups.get(), "the judged address is the one that is called");
        assertEquals(Code.TARGET_FORBIDDEN, refusal(url("rebinding.example", "/"), 0));
        assertEquals(0, secretCalls.get());
    }

    @Test
    void trickle_endsAtTheDeadline() {
        var start = System.nanoTime();
        var failed = assertThrows(OutboundFailure.class,
                () -> http.send(new Request("GET", url("public.example", "/slow"), Duration.ofMillis(800), 0)));
        assertEquals(Code.TIMEOUT, failed.code());
        var took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.toMillis() >= 700 && took.toMillis() < 3_000, took.toString());
    }

    @Test
    void silence_endsAtTheDeadline() throws IOException {
        try (var silent = new ServerSocket(0, 1, InetAddress.ofLiteral(PUBLIC))) {
            var failed = assertThrows(OutboundFailure.class, () -> http.send(
                    new Request("GET", "http://public.example:" + silent.getLocalPort() + "/", Duration.ofMillis(500), 0)));
            assertEquals(Code.TIMEOUT, failed.code());
        }
    }

    @Test
    void largeAnswer_isReadToAMebibyte() throws OutboundFailure {
        var start = System.nanoTime();
        var answer = get(url("public.example", "/large"), 0);
        assertEquals(GuardedHttp.BODY_BYTES_MAX, answer.body().length);
        assertTrue(answer.truncated());
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toMillis() < 5_000, "the rest isn't read");
    }

    @Test
    void failures_haveTheirCodes() throws IOException {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertEquals(Code.CONNECT_FAILED, refusal("http://public.example:" + free + "/", 0));
        assertEquals(Code.TLS_FAILED, refusal("https://public.example:" + babbling() + "/", 0));
        assertEquals(Code.PROTOCOL_ERROR, refusal("http://public.example:" + babbling() + "/", 0));
        assertEquals(Code.NAME_UNKNOWN, refusal("http://there-is-no-such-host.invalid/", 0));
    }

    /** The port of a server that sends no HTTP to its only caller. */
    private static int babbling() throws IOException {
        var server = new ServerSocket(0, 1, InetAddress.ofLiteral(PUBLIC));
        Thread.startVirtualThread(() -> {
            try (server; var caller = server.accept()) {
                caller.getInputStream().read();
                caller.getOutputStream().write("220 mail.example ready\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            } catch (IOException gone) {
                // The caller has closed the connection.
            }
        });
        return server.getLocalPort();
    }
}
