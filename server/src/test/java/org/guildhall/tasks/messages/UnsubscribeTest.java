package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** One-click unsubscription (RFC 8058), from the header of a mail to the next message. */
class UnsubscribeTest {

    private static final String MESSAGES = "/api/v1/tasks/messages";
    private static final String ONE_CLICK = "List-Unsubscribe=One-Click";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private final TestServer.Tenant tenant = TestServer.sending().liveTenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final HttpClient browser = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    private Reply ended(String to, String category) {
        var message = MESSAGES + "/" + http.post(MESSAGES, """
                {"to": %s, "subject": "S", "body": "B", "category": "%s"}""".formatted(to, category)).expect(201).at("/id");
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        var reply = http.get(message).expect(200);
        while (List.of("queued", "sending").contains(String.valueOf(reply.at("/state"))) && System.nanoTime() < end) {
            reply = http.get(message).expect(200);
        }
        return reply;
    }

    /** The path of the link in a mail that the stub has received; its host is the public address of the server. */
    private static String link(SmtpStub server) {
        var header = server.received().stream().filter(line -> line.startsWith("List-Unsubscribe: <")).toList().getLast();
        var url = URI.create(header.substring("List-Unsubscribe: <".length(), header.length() - 1));
        return url.getPath();
    }

    private HttpResponse<String> call(String method, String path, String type, String body) {
        var request = HttpRequest.newBuilder(URI.create(tenant.server().url() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (type != null) {
            request.header("Content-Type", type);
        }
        try {
            return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private int suppressions() {
        return http.get("/api/v1/tasks/suppressions").expect(200).json().get("data").size();
    }

    private void transport(SmtpStub server) {
        http.post("/api/v1/tasks/transports", """
                {"name": "Mail", "smtp": {"host": "127.0.0.1", "port": %d, "tls": "none"}, "is_default": true,
                 "sender": {"address": "hello@winterstreet.example"}}""".formatted(server.port())).expect(201);
        http.patch("/api/v1/tasks/message-preferences", "{\"unsubscribe_text\": \"Members get <these> mails.\"}").expect(200);
    }

    @Test
    void oneClick_stopsTheCategory_andIsRepeatable() {
        try (var server = new SmtpStub(Map.of())) {
            transport(server);
            var mira = "{\"address\": \"Mira@members.example\"}";
            assertEquals("sent", ended(mira, "marketing").at("/state"));
            assertTrue(server.received().contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), server.received().toString());
            var link = link(server);
            // Programs look at links: nothing changes.
            var page = call("GET", link, null, null);
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains("<button type=\"submit\">Unsubscribe</button>"), page.body());
            assertTrue(page.body().contains("Members get &lt;these&gt; mails"), page.body());
            assertFalse(page.body().contains("http://") || page.body().contains("https://"), page.body());
            assertEquals(200, call("HEAD", link, null, null).statusCode());
            assertEquals(0, suppressions());
            for (int time = 0; time < 2; time++) {
                var done = call("POST", link, FORM, ONE_CLICK);
                assertEquals(200, done.statusCode());
                assertTrue(done.body().contains("You are unsubscribed"), done.body());
                assertTrue(done.headers().firstValue("Set-Cookie").isEmpty() && done.headers().firstValue("Location").isEmpty());
                assertEquals("no-store", done.headers().firstValue("Cache-Control").orElse(""));
                assertEquals(1, suppressions());
            }
            var later = call("GET", link, null, null).body();
            assertTrue(later.contains("You are unsubscribed") && !later.contains("<button"), later);
            var made = http.get("/api/v1/tasks/suppressions").expect(200);
            assertEquals("unsubscribe marketing Mira@members.example",
                    made.at("/data/0/reason") + " " + made.at("/data/0/category") + " " + made.at("/data/0/address"));
            assertEquals("send-message", http.get("/api/v1/platform/audit-events?operation=send-message").expect(200).at("/data/0/operation"));
            assertEquals("job", http.get("/api/v1/platform/audit-events?action=suppression.created").expect(200).at("/data/0/actor_type"));
            assertEquals("suppressed", ended(mira, "marketing").at("/state"));
            assertEquals("sent", ended(mira, "reminder").at("/state"));
            assertEquals("sent", ended(mira, "transactional").at("/state"));
        }
    }

    @Test
    void person_isUnsubscribed_byAForm_whateverTheAddress() {
        try (var server = new SmtpStub(Map.of())) {
            transport(server);
            http.post("/api/v1/catalog/org-types", "{\"key\": \"personal\", \"name\": \"Personal\", \"is_default\": true}").expect(201);
            var person = http.post("/api/v1/runtime/persons", "{\"name\": \"Mira\", \"email\": \"mira@members.example\"}").expect(201).at("/id");
            var to = "{\"person_id\": \"" + person + "\"}";
            assertEquals("sent", ended(to, "recovery").at("/state"));
            var form = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
            assertEquals(200, call("POST", link(server), "multipart/form-data; boundary=x", form).statusCode());
            assertEquals(person, http.get("/api/v1/tasks/suppressions").at("/data/0/person_id"));
            http.patch("/api/v1/runtime/persons/" + person, "{\"email\": \"new@members.example\"}").expect(200);
            assertEquals("suppressed", ended(to, "recovery").at("/state"));
        }
    }

    @Test
    void otherRequests_changeNothing() {
        try (var server = new SmtpStub(Map.of())) {
            transport(server);
            assertEquals("sent", ended("{\"address\": \"mira@members.example\"}", "reminder").at("/state"));
            var link = link(server);
            assertEquals(400, call("POST", link, FORM, "").statusCode());
            assertEquals(400, call("POST", link, FORM, "List-Unsubscribe=No").statusCode());
            assertEquals(413, call("POST", link, FORM, ONE_CLICK + "&" + "x".repeat(5_000)).statusCode());
            assertEquals(404, call("POST", link.substring(0, link.length() - 2), FORM, ONE_CLICK).statusCode());
            var broken = call("GET", "/u/AAAA", null, null);
            assertEquals("404 text/html;charset=utf-8", broken.statusCode() + " " + broken.headers().firstValue("Content-Type").orElse(""));
            assertTrue(broken.body().contains("This link is broken"), broken.body());
            assertEquals(405, call("PUT", link, FORM, ONE_CLICK).statusCode());
            assertEquals(0, suppressions());
            server.received().clear();
            assertEquals("sent", ended("{\"address\": \"mira@members.example\"}", "transactional").at("/state"));
            assertEquals("sent", ended("{\"address\": \"mira@members.example\"}", "incident").at("/state"));
            assertNull(server.received().stream().filter(line -> line.startsWith("List-Unsubscribe")).findFirst().orElse(null));
        }
    }
}
