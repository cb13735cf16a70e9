package org.guildhall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.guildhall.client.model.NewProduct;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The token is sent to the server only; no message, log or exception shows it. */
class SecretsTest {

    private static final String SECRET = "Zm9vYmFyYmF6cXV4c2VjcmV0";
    private static final String TOKEN = "gld_live_abc123_" + SECRET + "_9f3c";

    private final Stub stub = new Stub();
    private final List<String> observed = new ArrayList<>();

    @AfterEach
    void close() {
        stub.close();
    }

    private Guildhall.Builder client() {
        return stub.client().token(TOKEN).observer(attempt -> observed.add(attempt.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s\n", "%s\r\n", " %s", "\t%s ", "\u2003%s"})
    void token_surroundingWhitespace_isTrimmed(String form) {
        stub.says(200, Samples.page(null)).says(200, Samples.page(null)).says(200, Samples.page(null));
        client().token(form.formatted(TOKEN)).build().catalog().products().list();
        client().token(() -> form.formatted(TOKEN)).build().catalog().products().list();
        client().build().withToken(form.formatted(TOKEN)).catalog().products().list();
        assertEquals(List.of("Bearer " + TOKEN), stub.seen().stream().map(seen -> seen.header("Authorization")).distinct().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s\nX-Other: 1", "%s\u0000", "%sä", "%s %s", "\"%s\"", "Bearer %s", "%s,", "\ufeff%s"})
    void invalidToken_notSentAndNotShown(String form) {
        String bad = form.replace("%s", TOKEN);
        assertHidden(assertThrows(IllegalArgumentException.class, () -> client().token(bad)));
        assertHidden(assertThrows(IllegalArgumentException.class, () -> client().build().withToken(bad)));
        Guildhall guildhall = client().token(() -> bad).build();
        assertHidden(assertThrows(IllegalArgumentException.class, () -> guildhall.catalog().products().list()));
        assertEquals(List.of(), stub.seen());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n"})
    void emptyToken_refused(String token) {
        assertThrows(IllegalArgumentException.class, () -> client().token(token));
        assertThrows(IllegalArgumentException.class, () -> client().token(() -> token).build().catalog().products().list());
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "https://me:%s@api.example.org", "https://api.example.org?token=%s", "https://api example/%s"})
    void tokenInBaseUrl_notShown(String url) {
        assertHidden(assertThrows(IllegalArgumentException.class, () -> Guildhall.builder().baseUrl(url.formatted(TOKEN))));
    }

    @Test
    void toString_neverShowsToken() {
        Guildhall.Builder builder = client();
        Guildhall guildhall = builder.build();
        for (Object one : List.of(builder, guildhall, guildhall.catalog(), guildhall.withToken(TOKEN))) {
            assertHidden(one.toString());
        }
        assertEquals("Guildhall[" + stub.server() + "]", guildhall.toString());
    }

    @Test
    void responseEchoesToken_isMasked() {
        String echo = "<h1>Bad gateway</h1>\n<pre>Authorization: Bearer " + TOKEN + "</pre>";
        stub.says(418, echo, "Content-Type", "text/html", "X-Echo", "Bearer " + TOKEN);
        var foreign = assertThrows(ProblemException.class, () -> client().build().catalog().products().list());
        assertHidden(foreign);
        assertEquals("418 http_418: The answer isn't the API's. text/html: <h1>Bad gateway</h1> <pre>Authorization: Bearer [hidden]</pre>",
                foreign.getMessage());
        assertEquals("Bearer [hidden]", foreign.headers().first("X-Echo").orElseThrow());

        stub.says(200, echo, "Content-Type", "text/html");
        assertHidden(assertThrows(GuildhallException.class, () -> client().build().catalog().products().list()));

        stub.says(422, "{\"code\":\"validation_failed\",\"status\":422,\"detail\":\"no " + TOKEN + "\",\"echo\":\"" + TOKEN + "\"}",
                "Content-Type", "application/problem+json");
        var problem = assertThrows(ProblemException.class, () -> client().build().catalog().products().list());
        assertHidden(problem);
        assertHidden(problem.problem().toString());
        assertEquals("422 validation_failed: no [hidden]", problem.getMessage());
    }

    @Test
    void jsonWebToken_isMasked() {
        String jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl";
        stub.says(418, "got " + jwt + " and eyJhbGciOiJub25lIn0.eyJ4IjoxfQ. too");
        var foreign = assertThrows(ProblemException.class, () -> client().token(jwt).build().catalog().products().list());
        assertEquals("418 http_418: The answer isn't the API's. got [hidden] and [hidden] too", foreign.getMessage());
    }

    @Test
    void excerpt_isBounded_tokenNeverCut() {
        stub.says(418, "x".repeat(180) + TOKEN + "y".repeat(5_000_000));
        var foreign = assertThrows(ProblemException.class, () -> client().build().catalog().products().list());
        assertHidden(foreign);
        assertTrue(foreign.getMessage().length() < 300, foreign.getMessage());
        assertTrue(foreign.getMessage().contains("xxx[hidden]yyy"), foreign.getMessage());
    }

    @Test
    void unreadableResponse_contentNotShown() {
        for (String body : List.of(TOKEN, "{\"id\": " + TOKEN, "{\"created_at\": \"" + TOKEN + "\"}", "{\"version\": {\"" + TOKEN + "\": 1}}")) {
            stub.says(201, body, "Content-Type", "application/json", "Request-Id", "req_1");
            var unreadable = assertThrows(GuildhallException.class, () -> client().build().catalog().products().create(new NewProduct("Adult")));
            assertHidden(unreadable);
            assertTrue(unreadable.getMessage().startsWith("The answer of " + stub.server() + " to POST /api/v1/catalog/products (status 201, request req_1) can't be read: "),
                    unreadable.getMessage());
        }
    }

    @Test
    void echoServer_tokenIsMasked() throws IOException {
        try (var echo = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var thread = new Thread(() -> answerWithTheRequest(echo));
            thread.setDaemon(true);
            thread.start();
            var failure = failure(builder -> builder.baseUrl("http://127.0.0.1:" + echo.getLocalPort()));
            assertHidden(String.valueOf(failure.getCause()));
        }
    }

    /** Echoes the token as a header name, because the HTTP client puts header names into its error messages. */
    private static void answerWithTheRequest(ServerSocket echo) {
        try (var connection = echo.accept()) {
            connection.getInputStream().read(new byte[8192]);
            connection.getOutputStream().write(("HTTP/1.1 200 OK\r\nAuthorization Bearer " + TOKEN + " : 1\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void connectionFailure_namesHostAndPort() throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var refused = failure(builder -> builder.baseUrl("http://127.0.0.1:" + port));
        assertEquals("No answer from 127.0.0.1:" + port + " to GET /api/v1/catalog/products in 1 attempt: the connection was refused",
                refused.getMessage());
        var unknown = failure(builder -> builder.baseUrl("https://nothing.invalid"));
        assertEquals("No answer from nothing.invalid:443 to GET /api/v1/catalog/products in 1 attempt: the host name can't be resolved",
                unknown.getMessage());
        assertTrue(observed.get(0).contains("the connection was refused"), observed.toString());
    }

    private GuildhallException failure(Function<Guildhall.Builder, Guildhall.Builder> change) {
        Guildhall guildhall = change.apply(client()).maxRetries(0).build();
        var failure = assertThrows(GuildhallException.class, () -> guildhall.catalog().products().list());
        assertHidden(failure);
        return failure;
    }

    @Test
    void failingObserver_logged_callSucceeds() {
        var logged = new ArrayList<LogRecord>();
        var logger = Logger.getLogger("org.guildhall.client");
        var handler = new Handler() {
            @Override
            public void publish(LogRecord one) {
                logged.add(one);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            stub.says(200, Samples.page(null));
            client().observer(attempt -> {
                throw new IllegalStateException("no metrics");
            }).build().catalog().products().list();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        assertEquals(1, logged.size());
        assertHidden(logged.get(0).getMessage() + logged.get(0).getThrown());
    }

    @Test
    void observer_seesEveryAttempt_noSecrets() {
        var attempts = new ArrayList<Attempt>();
        stub.refuses(503, "unavailable", "Request-Id", "req_1").breaksOff()
                .says(201, Samples.product("prd_1", "Adult"), "Request-Id", "req_3").refuses(404, "not_found");
        Guildhall guildhall = client().observer(attempts::add).build();
        guildhall.catalog().products().create(new NewProduct("Adult"), new WriteOptions().withIdempotencyKey("key-1"));
        assertThrows(ProblemException.class, () -> guildhall.catalog().products().get("prd_1"));
        assertEquals(List.of(1, 2, 3, 1), attempts.stream().map(Attempt::number).toList());
        assertEquals("503 unavailable req_1", attempts.get(0).status() + " " + attempts.get(0).code() + " " + attempts.get(0).requestId());
        assertNotNull(attempts.get(0).retryIn());
        assertNull(attempts.get(1).status());
        assertNotNull(attempts.get(1).failure());
        assertTrue(attempts.get(2).isSuccess());
        assertNull(attempts.get(2).retryIn());
        assertEquals("POST /api/v1/catalog/products", attempts.get(2).method() + " " + attempts.get(2).route());
        assertEquals("/api/v1/catalog/products/{product_id}", attempts.get(3).route());
        assertTrue(attempts.stream().noneMatch(one -> one.duration().isNegative() || one.duration().isZero()), attempts.toString());
        assertHidden(attempts.toString());
        assertFalse(attempts.toString().contains("key-1") || attempts.toString().contains("Adult"), attempts.toString());
    }

    @Test
    void exception_serialized_isRestored() throws Exception {
        stub.says(422, """
                {"type":"https://guildhall.example/problems/validation_failed","title":"Not valid","status":422,"detail":"One member is invalid.",\
                "code":"validation_failed","request_id":"req_9","errors":[{"pointer":"/name","code":"required","detail":"is required"}],\
                "retry_after":7,"shade":"red"}""", "Content-Type", "application/problem+json", "Request-Id", "req_9", "RateLimit", "\"token\";r=1;t=1");
        ProblemException before = assertThrows(ProblemException.class, () -> client().build().catalog().products().list());
        ProblemException after = copy(before);
        assertEquals(before.getMessage(), after.getMessage());
        assertEquals(before.problem(), after.problem());
        assertEquals("/name", after.errors().get(0).pointer());
        assertEquals(before.retryAfter(), after.retryAfter());
        assertEquals("req_9", after.headers().requestId());
        assertEquals(1, after.headers().rateLimits().get(0).remaining());
        assertTrue(after.is("validation_failed") && after.status() == 422);

        stub.breaksOff();
        GuildhallException lost = assertThrows(GuildhallException.class, () -> client().maxRetries(0).build().catalog().products().get("prd_1"));
        assertEquals(lost.getMessage(), copy(lost).getMessage());
        assertEquals(lost.getCause().getClass(), copy(lost).getCause().getClass());
    }

    private static <T> T copy(T one) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(one);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            @SuppressWarnings("unchecked")
            T read = (T) in.readObject();
            return read;
        }
    }

    private static void assertHidden(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        assertHidden(text.toString());
    }

    private static void assertHidden(String text) {
        assertFalse(text.contains(SECRET), text);
    }
}
