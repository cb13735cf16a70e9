package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicInteger;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTP transports over the API: what they show, and what the answers of an endpoint do to a message. */
class HttpTransportTest {

    private static final String TRANSPORTS = "/api/v1/tasks/transports";
    private static final String MESSAGES = "/api/v1/tasks/messages";
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private final TestServer.Tenant tenant = TestServer.sending().liveTenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final AtomicInteger status = new AtomicInteger(200);
    private HttpServer endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        endpoint.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Retry-After", "600");
            var answer = "{\"id\": \"prov-7\"}".getBytes();
            exchange.sendResponseHeaders(status.get(), answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        endpoint.start();
    }

    @AfterEach
    void stop() {
        endpoint.stop(0);
    }

    private Reply create(String how) {
        return http.post(TRANSPORTS, """
                {"name": "Provider", %s, "is_default": true, "sender": {"address": "hello@winterstreet.example"}}""".formatted(how));
    }

    private String url() {
        return "http://127.0.0.1:" + endpoint.getAddress().getPort() + "/send";
    }

    private String transport() {
        return TRANSPORTS + "/" + create("\"http\": {\"url\": \"" + url() + "\", \"secret\": \"" + SECRET + "\"}").expect(201).at("/id");
    }

    private Reply ended(int answer) {
        status.set(answer);
        var message = MESSAGES + "/" + http.post(MESSAGES, """
                {"to": {"address": "mira@members.example"}, "subject": "S", "body": "B"}""").expect(201).at("/id");
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        var reply = http.get(message).expect(200);
        while (reply.json().at("/attempts").isEmpty() && System.nanoTime() < end) {
            reply = http.get(message).expect(200);
        }
        return reply;
    }

    @Test
    void answers_decide() {
        transport();
        var sent = ended(200);
        assertEquals("sent 200 prov-7", sent.at("/state") + " " + sent.at("/attempts/0/code") + " " + sent.at("/provider_message_id"));
        assertEquals("failed 422", ended(422).at("/state") + " " + ended(422).at("/attempts/0/code"));
        assertEquals("unknown 500", ended(500).at("/state") + " " + ended(500).at("/attempts/0/code"));
        var deferred = ended(429);
        assertEquals("queued deferred", deferred.at("/state") + " " + deferred.at("/attempts/0/outcome"));
        var wait = Duration.between(
                OffsetDateTime.parse(String.valueOf(deferred.at("/attempts/0/ended_at"))), OffsetDateTime.parse(String.valueOf(deferred.at("/next_attempt_at"))));
        assertEquals(600, wait.toSeconds());
    }

    @Test
    void secret_isNeverShown_andGivenAgainWithAnotherUrl() {
        var transport = transport();
        var shown = http.get(transport).expect(200);
        assertEquals("http " + url() + " true", shown.at("/kind") + " " + shown.at("/http/url") + " " + shown.at("/http/has_secret"));
        assertNull(shown.at("/smtp"));
        assertFalse(shown.text().contains(SECRET), shown.text());
        assertFalse(http.get("/api/v1/platform/audit-events?entity_type=transport").expect(200).text().contains(SECRET.substring(8)));
        assertEquals("600", http.patch(transport, "{\"rate_per_minute\": 600}").expect(200).at("/rate_per_minute"));
        var moved = http.patch(transport, "{\"http\": {\"url\": \"https://other.example/\"}}");
        assertEquals("422 validation_failed /http/secret", moved.outcome() + " " + moved.at("/errors/0/pointer"));
        var changed = http.patch(transport, "{\"http\": {\"url\": \"https://other.example/\", \"secret\": \"" + SECRET + "\"}}").expect(200);
        assertEquals("https://other.example/", changed.at("/http/url"));
        assertTrue(changed.at("/http/has_secret") != null);
    }

    @Test
    void transport_isOneOfBothKinds_forEver() {
        for (var wrong : new String[] {
            "\"rate_per_minute\": 5", "\"smtp\": {\"host\": \"a.example\"}, \"http\": {\"url\": \"https://a.example/\", \"secret\": \"" + SECRET + "\"}",
            "\"http\": {\"url\": \"https://a.example/\"}", "\"http\": {\"url\": \"https://user@a.example/\", \"secret\": \"" + SECRET + "\"}",
            "\"http\": {\"url\": \"https://a.example/\", \"secret\": \"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
            "\"http\": {\"url\": \"ftp://a.example/\", \"secret\": \"" + SECRET + "\"}"}) {
            assertEquals("422 validation_failed", create(wrong).outcome(), wrong);
        }
        var transport = transport();
        var changed = http.patch(transport, "{\"http\": null, \"smtp\": {\"host\": \"smtp.mail.example\"}}");
        assertEquals("422 validation_failed", changed.outcome());
        assertEquals("422 validation_failed", http.patch(transport, "{\"http\": null}").outcome());
    }
}
