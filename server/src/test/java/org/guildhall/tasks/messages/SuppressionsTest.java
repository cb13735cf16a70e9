package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** Suppressions over HTTP, and where mail leaves. */
class SuppressionsTest {

    private static final String SUPPRESSIONS = "/api/v1/tasks/suppressions";
    private static final String MESSAGES = "/api/v1/tasks/messages";
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private final TestServer.Tenant tenant = TestServer.sending().liveTenant();
    private final Http http = new Http(tenant.server(), tenant.token());

    private void transport(SmtpStub server) {
        http.post("/api/v1/tasks/transports", """
                {"name": "Mail", "smtp": {"host": "127.0.0.1", "port": %d, "tls": "none"}, "is_default": true,
                 "sender": {"address": "hello@winterstreet.example"}}""".formatted(server.port())).expect(201);
    }

    private String suppress(String members) {
        return SUPPRESSIONS + "/" + http.post(SUPPRESSIONS, "{\"address\": \"Mira@Members.example\", " + members + "}").expect(201).at("/id");
    }

    private String message(String to, String category) {
        return MESSAGES + "/" + http.post(MESSAGES, """
                {"to": {"address": "%s"}, "subject": "S", "body": "B", "category": "%s"}""".formatted(to, category)).expect(201).at("/id");
    }

    private Reply ended(String message) {
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        var reply = http.get(message).expect(200);
        while (List.of("queued", "sending").contains(String.valueOf(reply.at("/state"))) && System.nanoTime() < end) {
            reply = http.get(message).expect(200);
        }
        return reply;
    }

    @Test
    void suppressedAddress_getsNothing_untilLifted() {
        try (var server = new SmtpStub(Map.of())) {
            transport(server);
            var suppression = suppress("\"reason\": \"manual\"");
            var message = message("Mira@members.EXAMPLE", "transactional");
            var stopped = ended(message);
            assertEquals("suppressed", stopped.at("/state"));
            assertEquals(suppression, SUPPRESSIONS + "/" + stopped.at("/suppression_id"));
            assertEquals(0, stopped.json().at("/attempts").size());
            assertEquals("suppressed", ended(message("mIRA@members.example", "transactional")).at("/state"));
            assertEquals("409 already_exists", http.post(SUPPRESSIONS, "{\"address\": \"mira@members.example\", \"reason\": \"manual\"}").outcome());
            assertEquals("Mira@Members.example", http.get(SUPPRESSIONS + "?address=MIRA@members.example").at("/data/0/address"));
            var lifted = http.post(suppression + "/lift", "{\"reason\": \"She asked for it.\"}").expect(200);
            assertEquals("false She asked for it.", lifted.at("/active") + " " + lifted.at("/lift_reason"));
            assertEquals("409 invalid_state", http.post(suppression + "/lift", "{\"reason\": \"Again\"}").outcome());
            http.post(message + "/retry", "{\"reason\": \"Lifted\"}").expect(200);
            assertEquals("sent", ended(message).at("/state"));
            assertNull(http.get(message).at("/suppression_id"));
        }
    }

    @Test
    void hardBounce_suppressesThatAddressOnly() {
        try (var refusing = new SmtpStub(Map.of("RCPT", "550 5.1.1 No such user"))) {
            transport(refusing);
            var bounced = message("gone@members.example", "transactional");
            assertEquals("failed", ended(bounced).at("/state"));
            var made = http.get(SUPPRESSIONS + "?address=gone@members.example").expect(200);
            assertEquals(1, made.json().get("data").size());
            assertEquals("hard_bounce", made.at("/data/0/reason"));
            assertEquals(bounced, MESSAGES + "/" + made.at("/data/0/message_id"));
            assertEquals("suppressed", ended(message("gone@members.example", "transactional")).at("/state"));
            assertEquals("failed", ended(message("other@members.example", "transactional")).at("/state"));
            var events = http.get("/api/v1/platform/audit-events?action=suppression.created").expect(200);
            assertEquals("[personal]", events.at("/data/0/after/address"));
        }
    }

    @Test
    void refusalOfTheMessage_suppressesNobody() {
        try (var refusing = new SmtpStub(Map.of(SmtpStub.END, "554 5.7.1 Looks like spam"))) {
            transport(refusing);
            assertEquals("failed", ended(message("mira@members.example", "transactional")).at("/state"));
            assertEquals(0, http.get(SUPPRESSIONS).expect(200).json().get("data").size());
        }
    }

    @Test
    void unsubscribe_stopsItsCategory_neverTransactional() {
        try (var server = new SmtpStub(Map.of())) {
            transport(server);
            suppress("\"reason\": \"unsubscribe\", \"category\": \"marketing\"");
            assertEquals("suppressed", ended(message("Mira@members.example", "marketing")).at("/state"));
            assertEquals("sent", ended(message("Mira@members.example", "reminder")).at("/state"));
            assertEquals("sent", ended(message("Mira@members.example", "transactional")).at("/state"));
        }
    }

    @Test
    void complaint_isLiftedWithForceOnly_bounceStays() {
        var bounce = suppress("\"reason\": \"hard_bounce\"");
        var complaint = suppress("\"reason\": \"complaint\"");
        assertEquals("409 invalid_state", http.post(complaint + "/lift", "{\"reason\": \"She asked.\"}").outcome());
        http.post(complaint + "/lift", "{\"reason\": \"She asked.\", \"force\": true}").expect(200);
        assertEquals("true", http.get(bounce).at("/active"));
    }

    @Test
    void suppressionWithAnEnd_endsByTheClock() throws Exception {
        try (var server = new SmtpStub(Map.of())) {
            transport(server);
            assertEquals("422 validation_failed", http.post(SUPPRESSIONS,
                    "{\"address\": \"a@x.example\", \"reason\": \"manual\", \"until\": \"2020-01-01T00:00:00Z\"}").outcome());
            var suppression = suppress("\"reason\": \"manual\", \"until\": \"" + Instant.now().plusSeconds(3600) + "\"");
            assertEquals("suppressed", ended(message("Mira@members.example", "transactional")).at("/state"));
            tenant.sql("update tasks.suppressions set until = now() where tenant_id = ?", tenant.id());
            assertFalse(Boolean.parseBoolean(http.get(suppression).at("/active")));
            assertEquals("sent", ended(message("Mira@members.example", "transactional")).at("/state"));
        }
    }
}
