package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.outbound.WebhookSignature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Receipts of a provider over HTTP. They carry no token. */
class MessageReceiptsTest {

    private static final String MESSAGES = "/api/v1/tasks/messages/";
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final Http provider = new Http(tenant.server(), null);
    private String transport = "";

    @BeforeEach
    void transport() {
        transport = transport("\"http\": {\"url\": \"https://mail.provider.example/\", \"secret\": \"" + SECRET + "\"}");
    }

    private String transport(String how) {
        return String.valueOf(http.post("/api/v1/tasks/transports", """
                {"name": "Provider", %s, "sender": {"address": "hello@winterstreet.example"}}""".formatted(how)).expect(201).at("/id"));
    }

    /** A message in a state, as if the provider had been called. */
    private String message(String state) throws SQLException {
        var id = String.valueOf(http.post("/api/v1/tasks/messages", """
                {"transport_id": "%s", "to": {"address": "Mira@members.example"}, "subject": "S", "body": "B", "send_after": "2999-01-01T00:00:00Z"}"""
                .formatted(transport)).expect(201).at("/id"));
        tenant.sql("update tasks.messages set state = ?, next_attempt_at = null, attempt = 1, sent_to = address, provider_message_id = 'prov-1',"
                + " finished_at = now(), sent_at = case when ? = 'sent' then now() end where id = ?", state, state, TypeIds.parse("msg", id));
        return id;
    }

    private String body(String message, String outcome) {
        return """
                {"tenant_id": "%s", "message_id": "%s", "outcome": "%s"}""".formatted(TypeIds.format("ten", tenant.id()), message, outcome);
    }

    private Reply send(String receipt, String body, String secret, Instant at) {
        return provider.post("/api/v1/tasks/message-receipts/" + transport, body, WebhookSignature.ID, receipt,
                WebhookSignature.TIMESTAMP, WebhookSignature.timestamp(at),
                WebhookSignature.SIGNATURE, WebhookSignature.of(secret).sign(receipt, at, body.getBytes(StandardCharsets.UTF_8)));
    }

    private Reply send(String receipt, String message, String outcome) {
        return send(receipt, body(message, outcome), SECRET, Instant.now()).expect(200);
    }

    private static String words(Reply reply) {
        return reply.at("/state") + " " + reply.at("/applied") + " " + reply.at("/repeated");
    }

    @Test
    void receipts_count_once_andNeverMoveBack() throws SQLException {
        var message = message("unknown");
        assertEquals("sent true false", words(send("r1", message, "sent")));
        assertEquals("sent false true", words(send("r1", message, "failed")));
        assertEquals("delivered true false", words(send("r2", message, "delivered")));
        assertEquals("delivered false false", words(send("r3", message, "sent")));
        assertEquals("delivered false false", words(send("r4", message, "bounced")));
        var shown = http.get(MESSAGES + message).expect(200);
        assertEquals("delivered", shown.at("/state"));
        assertEquals(1, http.get("/api/v1/tasks/messages?state=delivered").expect(200).json().get("data").size());
        var events = http.get("/api/v1/platform/audit-events?action=message.delivered").expect(200);
        assertEquals("webhook [personal]", events.at("/data/0/actor_type") + " " + events.at("/data/0/after/subject"));
        assertEquals("failed true false", words(send("r5", message("unknown"), "failed")));
    }

    @Test
    void permanentBounce_suppressesTheAddress() throws SQLException {
        var message = message("sent");
        var permanent = """
                {"tenant_id": "%s", "provider_message_id": "prov-1", "outcome": "bounced", "permanent": true}""".formatted(TypeIds.format("ten", tenant.id()));
        var bounced = send("r1", permanent, SECRET, Instant.now()).expect(200);
        assertEquals(message + " bounced true false", bounced.at("/message_id") + " " + words(bounced));
        var suppression = http.get("/api/v1/tasks/suppressions?address=Mira@members.example").expect(200);
        assertEquals("hard_bounce " + message, suppression.at("/data/0/reason") + " " + suppression.at("/data/0/message_id"));
    }

    @Test
    void wrongSignature_changesNothing() throws SQLException {
        var message = message("sent");
        var body = body(message, "delivered");
        assertEquals("401 unauthenticated", send("r1", body, OTHER_SECRET, Instant.now()).outcome());
        assertEquals("401 unauthenticated", send("r1", body, SECRET, Instant.now().minusSeconds(400)).outcome());
        assertEquals("401 unauthenticated", provider.post("/api/v1/tasks/message-receipts/" + transport, body).outcome());
        // A token of the tenant doesn't take the place of the signature.
        assertEquals("401 unauthenticated", http.post("/api/v1/tasks/message-receipts/" + transport, body).outcome());
        assertEquals("sent", http.get(MESSAGES + message).at("/state"));
        assertNull(http.get(MESSAGES + message).at("/delivered_at"));
    }

    @Test
    void otherMessagesAndTenants_areUnknown() throws SQLException {
        var message = message("sent");
        var other = TestServer.shared().tenant();
        var foreign = body(message, "delivered").replace(TypeIds.format("ten", tenant.id()), TypeIds.format("ten", other.id()));
        assertEquals("404 not_found", send("r1", foreign, SECRET, Instant.now()).outcome());
        var neither = "{\"tenant_id\": \"" + TypeIds.format("ten", tenant.id()) + "\", \"outcome\": \"sent\"}";
        assertEquals("422 validation_failed", send("r1", neither, SECRET, Instant.now()).outcome());
        transport = transport("\"http\": {\"url\": \"https://other.example/\", \"secret\": \"" + SECRET + "\"}");
        assertEquals("422 validation_failed", send("r1", body(message, "delivered"), SECRET, Instant.now()).outcome());
        transport = transport("\"smtp\": {\"host\": \"smtp.mail.example\"}");
        assertEquals("401 unauthenticated", send("r1", body(message, "delivered"), SECRET, Instant.now()).outcome());
    }
}
