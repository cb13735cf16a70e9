package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import org.guildhall.Http;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.core.outbound.WebhookSignature;
import org.guildhall.tasks.messages.MessageSender.Mail;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The exchange with friendly and unfriendly endpoints. */
class HttpSenderTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Instant NOW = Instant.parse("2026-11-21T02:15:00Z");
    private static final Mail MAIL = new Mail(
            NOW, "<msg_1@winterstreet.example>", "hello@winterstreet.example", "Winter Street", "Mira@members.example", "Your trial – class", "See you.",
            true, "https://api.example.org/u/abc");

    private final Outbound outbound = Outbound.open(new OutgoingAddresses(List.of(IpRange.parse("127.0.0.1/32"))));
    private final HttpSender sender = new HttpSender(outbound.http(), outbound.addresses());
    private HttpServer server;
    private volatile byte[] body = {};
    private volatile boolean verified;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        outbound.close();
    }

    private void answers(int status, String answer, @Nullable String retryAfter) {
        server.createContext("/", exchange -> {
            received(exchange);
            if (retryAfter != null) {
                exchange.getResponseHeaders().set("Retry-After", retryAfter);
            }
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            var bytes = answer.getBytes();
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private void received(HttpExchange exchange) throws IOException {
        body = exchange.getRequestBody().readAllBytes();
        var headers = exchange.getRequestHeaders();
        verified = WebhookSignature.of(SECRET).verify(
                headers.getFirst(WebhookSignature.ID), headers.getFirst(WebhookSignature.TIMESTAMP), headers.getFirst(WebhookSignature.SIGNATURE), body, NOW);
    }

    private SendResult send(int port) {
        return sender.send(new HttpSender.Endpoint("http://127.0.0.1:" + port + "/send", SECRET), "ten_1", "msg_1", "marketing", MAIL, Duration.ofSeconds(3));
    }

    private SendResult send() {
        return send(server.getAddress().getPort());
    }

    private static String words(SendResult result) {
        return result.outcome().value() + " " + result.code();
    }

    @Test
    void message_isSigned_andHasAllMembers() throws IOException {
        answers(202, "{\"id\": \"prov-1\", \"more\": true}", null);
        var sent = send();
        assertEquals("sent 202 prov-1", words(sent) + " " + sent.providerMessageId());
        assertTrue(verified);
        assertEquals("""
                {"type":"message.send","timestamp":"2026-11-21T02:15:00Z","data":{"tenant_id":"ten_1","message_id":"msg_1","email_message_id":"<msg_1@winterstreet.example>",\
                "channel":"email","category":"marketing","from":{"address":"hello@winterstreet.example","name":"Winter Street"},\
                "to":{"address":"Mira@members.example","name":null},"subject":"Your trial – class","body":"See you.","format":"html",\
                "unsubscribe_url":"https://api.example.org/u/abc"}}""", Http.JSON.readTree(body).toString());
    }

    @ParameterizedTest
    @CsvSource({
            "200, sent", "201, sent", "204, sent", "302, refused", "307, refused", "400, refused", "401, refused", "404, refused", "409, refused", "410, refused",
            "422, refused", "408, deferred", "425, deferred", "429, deferred", "503, deferred", "500, unknown", "502, unknown", "504, unknown"})
    void status_decides(int status, String outcome) {
        answers(status, status == 204 ? "" : "no JSON", null);
        var result = send();
        assertEquals(outcome + " " + status, words(result));
        assertNull(result.providerMessageId());
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", value = {
            "120, 120", "0, 0", "99999999, 86400", "'Sat, 21 Nov 2026 02:25:00 GMT', 600", "'Sat, 21 Nov 2026 02:05:00 GMT', 0", "soon, none", "-5, none",
            "none, none"})
    void retryAfter_isRead(@Nullable String header, @Nullable Long seconds) {
        answers(429, "", header);
        assertEquals(seconds == null ? null : Duration.ofSeconds(seconds), send().retryAfter());
    }

    @Test
    void noAnswer_afterTheBody_isUnknown() {
        server.createContext("/", exchange -> {
            received(exchange);
            exchange.close();
        });
        assertEquals("unknown lost_connection", words(send()));
        assertTrue(verified);
    }

    @Test
    void silence_afterTheBody_isUnknown() throws Exception {
        try (var silent = new ServerSocket(0)) {
            assertEquals("unknown timeout", words(sender.send(
                    new HttpSender.Endpoint("http://127.0.0.1:" + silent.getLocalPort() + "/", SECRET), "ten_1", "msg_1", "incident", MAIL, Duration.ofMillis(500))));
        }
    }

    @Test
    void refusedConnection_isDeferred() throws IOException {
        int port;
        try (var closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        assertEquals("deferred unreachable", words(send(port)));
    }

    @Test
    void forbiddenTargets_getNothing() {
        answers(200, "{}", null);
        var strict = Outbound.open(new OutgoingAddresses(List.of()));
        try (strict) {
            var result = new HttpSender(strict.http(), strict.addresses()).send(
                    new HttpSender.Endpoint("https://127.0.0.1:" + server.getAddress().getPort() + "/", SECRET), "ten_1", "msg_1", "incident", MAIL, Duration.ofSeconds(2));
            assertEquals("refused target_forbidden", words(result));
        }
        // Without encryption only to listed addresses, also if the address is public.
        assertEquals("refused target_forbidden", words(sender.send(
                new HttpSender.Endpoint("http://93.184.215.14/", SECRET), "ten_1", "msg_1", "incident", MAIL, Duration.ofSeconds(2))));
        assertEquals(0, body.length);
    }
}
