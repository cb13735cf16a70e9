package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.junit.jupiter.api.Test;

/** Messages over HTTP: the queue, the attempts through mail servers of this machine, and what callers can do. */
class MessagesTest {

    private static final String TRANSPORTS = "/api/v1/tasks/transports";
    private static final String MESSAGES = "/api/v1/tasks/messages";
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private final TestServer.Tenant tenant = TestServer.sending().liveTenant();
    private final Http http = new Http(tenant.server(), tenant.token());

    private String transport(int port, String more) {
        return String.valueOf(http.post(TRANSPORTS, """
                {"name": "Mail", "smtp": {"host": "127.0.0.1", "port": %d, "tls": "none"}, "is_default": true,
                 "sender": {"address": "hello@winterstreet.example"}%s}""".formatted(port, more)).expect(201).at("/id"));
    }

    private Reply create(String members) {
        return http.post(MESSAGES, """
                {"to": {"address": "Mira.Rossi@Members.example"}, "subject": "Trial", "body": "On Monday."%s}""".formatted(members));
    }

    private String created(String members) {
        return MESSAGES + "/" + create(members).expect(201).at("/id");
    }

    private Reply until(String message, String state) {
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        while (true) {
            var reply = http.get(message).expect(200);
            if (state.equals(reply.at("/state")) || System.nanoTime() > end) {
                assertEquals(state, reply.at("/state"), reply.text());
                return reply;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }
    }

    private void sql(String message, String set) throws SQLException {
        tenant.sql("update tasks.messages set " + set + " where id = ?", TypeIds.parse("msg", message.substring(MESSAGES.length() + 1)));
    }

    private String later() {
        return ", \"send_after\": \"" + Instant.now().plus(1, ChronoUnit.DAYS) + "\"";
    }

    @Test
    void message_isSent_once_throughARealServer() throws Exception {
        var server = new GreenMail(ServerSetup.SMTP.dynamicPort());
        server.start();
        try {
            transport(server.getSmtp().getPort(), "");
            var message = created(", \"format\": \"html\"");
            var sent = until(message, "sent");
            assertEquals("sent 250", sent.at("/attempts/0/outcome") + " " + sent.at("/attempts/0/code"));
            assertEquals(sent.at("/sent_at"), sent.at("/finished_at"));
            assertEquals("Mira.Rossi@Members.example", sent.at("/sent_to"));
            assertNull(sent.at("/next_attempt_at"));
            var got = server.getReceivedMessages();
            assertEquals(1, got.length);
            assertEquals(sent.at("/email_message_id"), got[0].getHeader("Message-ID")[0]);
            assertEquals("<" + sent.at("/id") + "@winterstreet.example>", sent.at("/email_message_id"));
            assertTrue(got[0].getContentType().startsWith("text/html"), got[0].getContentType());
            assertEquals("409 invalid_state", http.post(message + "/cancel", "{\"reason\": \"Late\"}").outcome());
            assertEquals("409 invalid_state", http.post(message + "/retry", "{\"reason\": \"Again\"}").outcome());
        } finally {
            server.stop();
        }
    }

    @Test
    void refusal_fails_thenRetry_sends() {
        try (var refusing = new SmtpStub(Map.of("RCPT", "552 5.2.2 Mailbox full")); var accepting = new SmtpStub(Map.of())) {
            var transport = transport(refusing.port(), "");
            var message = created("");
            var failed = until(message, "failed");
            assertEquals("refused 552", failed.at("/attempts/0/outcome") + " " + failed.at("/attempts/0/code"));
            assertEquals("5.2.2 Mailbox full", failed.at("/attempts/0/detail"));
            http.patch(TRANSPORTS + "/" + transport, "{\"smtp\": {\"port\": " + accepting.port() + "}}").expect(200);
            assertEquals("queued", http.post(message + "/retry", "{\"reason\": \"There is room now.\"}").expect(200).at("/state"));
            var sent = until(message, "sent");
            assertEquals(2, sent.json().at("/attempts").size());
            assertEquals("There is room now.", sent.at("/state_reason"));
            assertTrue(accepting.received().contains("Message-ID: " + sent.at("/email_message_id")), accepting.received().toString());
        }
    }

    @Test
    void temporaryFailure_waitsAMinute_thenExpires() throws SQLException {
        try (var busy = new SmtpStub(Map.of("RCPT", "451 4.7.1 Later"))) {
            transport(busy.port(), "");
            var message = created(", \"expires_at\": \"" + Instant.now().plus(1, ChronoUnit.DAYS) + "\"");
            long end = System.nanoTime() + WAIT_MAX.toNanos();
            var deferred = http.get(message);
            while (deferred.json().at("/attempts").isEmpty() && System.nanoTime() < end) {
                deferred = http.get(message);
            }
            assertEquals("queued deferred 451", deferred.at("/state") + " " + deferred.at("/attempts/0/outcome") + " " + deferred.at("/attempts/0/code"));
            var wait = Duration.between(OffsetDateTime.parse(String.valueOf(deferred.at("/attempts/0/ended_at"))), OffsetDateTime.parse(String.valueOf(deferred.at("/next_attempt_at"))));
            assertTrue(wait.toSeconds() >= 47 && wait.toSeconds() <= 72, wait.toString());
            sql(message, "expires_at = now()");
            var expired = http.get(message).expect(200);
            assertEquals("expired", expired.at("/state"));
            assertEquals(expired.at("/expires_at"), expired.at("/finished_at"));
            assertEquals("409 invalid_state", http.post(message + "/retry", "{\"reason\": \"Again\"}").outcome());
            assertEquals(1, http.get(MESSAGES + "?state=expired").expect(200).json().get("data").size());
            assertEquals(0, http.get(MESSAGES + "?state=queued").expect(200).json().get("data").size());
        }
    }

    @Test
    void missingAnswer_isUnknown_untilSomebodyDecides() {
        try (var losing = new SmtpStub(Map.of(SmtpStub.END, SmtpStub.CLOSE))) {
            transport(losing.port(), "");
            var first = created("");
            var second = created("");
            assertEquals("unknown lost_connection", until(first, "unknown").at("/attempts/0/outcome") + " " + http.get(first).at("/attempts/0/code"));
            until(second, "unknown");
            assertEquals("409 invalid_state", http.post(first + "/retry", "{\"reason\": \"Again\"}").outcome());
            var resolved = http.post(first + "/resolve", "{\"outcome\": \"sent\", \"reason\": \"It is in the log.\"}").expect(200);
            assertEquals("sent", resolved.at("/state"));
            assertEquals(resolved.at("/finished_at"), resolved.at("/sent_at"));
            assertEquals("409 invalid_state", http.post(first + "/resolve", "{\"outcome\": \"failed\", \"reason\": \"No\"}").outcome());
            http.post(second + "/retry", "{\"reason\": \"Again\", \"accept_duplicate\": true}").expect(200);
            assertEquals(2, until(second, "unknown").json().at("/attempts").size());
        }
    }

    @Test
    void leaseWithoutResult_isUnknown_byTheClock() throws SQLException {
        transport(1, "");
        var message = created(later());
        sql(message, "state = 'sending', next_attempt_at = null, attempt = 1, tries = 1, lease_until = now() + interval '1 hour'");
        assertEquals("sending", http.get(message).at("/state"));
        assertEquals("409 invalid_state", http.post(message + "/cancel", "{\"reason\": \"Late\"}").outcome());
        sql(message, "lease_until = now()");
        assertEquals("unknown", http.get(message).at("/state"));
        assertEquals(1, http.get(MESSAGES + "?state=unknown").expect(200).json().get("data").size());
        assertEquals(0, http.get(MESSAGES + "?state=sending").expect(200).json().get("data").size());
        assertEquals("failed", http.post(message + "/resolve", "{\"outcome\": \"failed\", \"reason\": \"Nothing in the log.\"}").expect(200).at("/state"));
    }

    @Test
    void canceledMessage_isNotSent() {
        try (var server = new SmtpStub(Map.of())) {
            var transport = transport(server.port(), "");
            http.post(TRANSPORTS + "/" + transport + "/pause", null).expect(200);
            var canceled = created("");
            var waiting = created("");
            assertEquals("canceled Full", http.post(canceled + "/cancel", "{\"reason\": \"Full\"}").expect(200).at("/state") + " " + http.get(canceled).at("/state_reason"));
            assertEquals("409 invalid_state", http.post(canceled + "/cancel", "{\"reason\": \"Full\"}").outcome());
            assertEquals("queued", http.get(waiting).at("/state"));
            http.post(TRANSPORTS + "/" + transport + "/resume", null).expect(200);
            until(waiting, "sent");
            assertEquals("canceled", http.get(canceled).at("/state"));
            assertEquals(1, server.received().stream().filter(line -> line.startsWith("Message-ID")).count());
        }
    }

    @Test
    void dedupeKey_makesOneMessage_forThirtyDays() throws SQLException {
        transport(1, "");
        var key = later() + ", \"dedupe_key\": \"trial-1\"";
        var first = create(key).expect(201);
        assertEquals("false", first.at("/deduplicated"));
        var again = create(key).expect(200);
        assertEquals(first.at("/id") + " true", again.at("/id") + " " + again.at("/deduplicated"));
        assertEquals("false", http.get(MESSAGES + "/" + first.at("/id")).at("/deduplicated"));
        sql(MESSAGES + "/" + first.at("/id"), "created_at = now() - interval '29 days 23 hours'");
        create(key).expect(200);
        sql(MESSAGES + "/" + first.at("/id"), "created_at = now() - interval '30 days 1 hour'");
        var second = create(key).expect(201);
        assertFalse(String.valueOf(first.at("/id")).equals(second.at("/id")));
        assertEquals(second.at("/id"), create(key).expect(200).at("/id"));
    }

    @Test
    void dedupeKey_ofSimultaneousRequests_makesOneMessage() throws Exception {
        transport(1, "");
        var key = later() + ", \"dedupe_key\": \"trial-1\"";
        try (var threads = Executors.newFixedThreadPool(8)) {
            var replies = threads.invokeAll(Collections.nCopies(16, (Callable<Reply>) () -> create(key)));
            var ids = new TreeSet<String>();
            int made = 0;
            for (var reply : replies) {
                ids.add(String.valueOf(reply.get().at("/id")));
                made += reply.get().status() == 201 ? 1 : 0;
            }
            assertEquals(1, ids.size(), ids.toString());
            assertEquals(1, made);
        }
    }

    @Test
    void password_isSealed_andNeverShown() throws SQLException {
        var transport = TRANSPORTS + "/" + transport(1, "");
        var set = http.patch(transport, "{\"smtp\": {\"user\": \"club\", \"password\": \"correct horse\"}}").expect(200);
        assertEquals("club true", set.at("/smtp/user") + " " + set.at("/smtp/has_password"));
        assertFalse(set.text().contains("horse"));
        assertEquals(List.of("f"), tenant.found("select position('horse'::bytea in password) > 0 from tasks.transports where tenant_id = ?", tenant.id()));
        // A stored password isn't sent to another host.
        assertEquals("422 validation_failed", http.patch(transport, "{\"smtp\": {\"host\": \"evil.example\"}}").outcome());
        assertEquals("true", http.patch(transport, "{\"rate_per_minute\": 7}").expect(200).at("/smtp/has_password"));
        assertEquals("false", http.patch(transport, "{\"smtp\": {\"user\": null}}").expect(200).at("/smtp/has_password"));
        var events = http.get("/api/v1/platform/audit-events?action=transport.updated").expect(200);
        assertEquals(3, events.json().get("data").size());
        assertFalse(events.text().contains("horse"));
    }

    @Test
    void auditTrail_masksThePersonalMembers() {
        try (var server = new SmtpStub(Map.of("RCPT", "550 5.1.1 No Mira.Rossi here"))) {
            transport(server.port(), "");
            var message = created("");
            until(message, "failed");
            var events = http.get("/api/v1/platform/audit-events?sort=occurred_at&entity_type=message&entity_id=" + message.substring(MESSAGES.length() + 1)).expect(200);
            assertEquals(List.of("message.created", "message.failed"), events.json().get("data").findValuesAsText("action"));
            assertEquals("[personal]", events.at("/data/1/after/body"));
            assertEquals("[personal]", events.at("/data/1/after/attempts/0/detail"));
            assertFalse(events.text().contains("Rossi") || events.text().contains("Monday") || events.text().contains("Trial"), events.text());
        }
    }

    @Test
    void defaultTransport_isReplaced() {
        assertEquals("422 validation_failed", create("").outcome());
        var first = transport(1, "");
        var second = transport(2, "");
        assertEquals("false", http.get(TRANSPORTS + "/" + first).at("/is_default"));
        assertEquals(second, create(later()).expect(201).at("/transport_id"));
        assertEquals(first, create(later() + ", \"transport_id\": \"" + first + "\"").expect(201).at("/transport_id"));
        http.patch(TRANSPORTS + "/" + first, "{\"is_default\": true}").expect(200);
        assertEquals("false", http.get(TRANSPORTS + "/" + second).at("/is_default"));
        assertEquals("409 invalid_state", http.post(TRANSPORTS + "/" + first + "/resume", null).outcome());
    }

    @Test
    void person_getsTheMessage_atTheAddressOfThen() {
        try (var server = new SmtpStub(Map.of())) {
            var transport = TRANSPORTS + "/" + transport(server.port(), "");
            http.post("/api/v1/catalog/org-types", "{\"key\": \"personal\", \"name\": \"Personal\", \"is_default\": true}").expect(201);
            var mira = http.post("/api/v1/runtime/persons", "{\"name\": \"Mira\", \"email\": \"old@members.example\"}").expect(201).at("/id");
            var nobody = http.post("/api/v1/runtime/persons", "{\"name\": \"Nobody\"}").expect(201).at("/id");
            http.post(transport + "/pause", null).expect(200);
            var to = MESSAGES + "/" + http.post(MESSAGES, "{\"to\": {\"person_id\": \"" + mira + "\"}, \"subject\": \"S\", \"body\": \"B\"}").expect(201).at("/id");
            var lost = MESSAGES + "/" + http.post(MESSAGES, "{\"to\": {\"person_id\": \"" + nobody + "\"}, \"subject\": \"S\", \"body\": \"B\"}").expect(201).at("/id");
            http.patch("/api/v1/runtime/persons/" + mira, "{\"email\": \"new@members.example\"}").expect(200);
            http.post(transport + "/resume", null).expect(200);
            assertEquals("new@members.example", until(to, "sent").at("/sent_to"));
            assertEquals("no_address", until(lost, "failed").at("/attempts/0/code"));
            assertEquals(1, http.get(MESSAGES + "?person_id=" + mira).expect(200).json().get("data").size());
        }
    }

    /** Waits until no run of the message's task is left: it waits for its transport. */
    private void parked(String message) throws SQLException {
        assertEquals("queued", http.get(message).at("/state"));
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        while (!tenant.found("select 1 from platform.scheduled_tasks where task_name = 'send-message' and task_instance = ?",
                tenant.id() + "/" + TypeIds.parse("msg", message.substring(MESSAGES.length() + 1))).isEmpty()) {
            assertTrue(System.nanoTime() < end, message);
            Thread.onSpinWait();
        }
        assertEquals("queued", http.get(message).at("/state"));
    }

    @Test
    void blockedSignal_holdsTheMessagesOfItsTransport() throws SQLException {
        try (var server = new SmtpStub(Map.of())) {
            var signal = http.post("/api/v1/providers/signals", """
                    {"name": "Mail", "lane": "messaging", "kind": "system", "owner": {"kind": "team", "name": "T"}, "source_status": "healthy",
                     "impact": "I", "recovery_action": "R", "evidence": {"subject": "S", "why": "W"}}""").expect(201).at("/id");
            var signals = "/api/v1/providers/signals/" + signal;
            http.post(signals + "/block", "{\"reason\": \"Down\"}").expect(200);
            var transport = TRANSPORTS + "/" + transport(server.port(), "");
            assertEquals("422 validation_failed", http.patch(transport, "{\"signal_id\": \"sig_01m82hyv3ge4ftz15kcqd0tm7a\"}").outcome());
            assertEquals(signal, http.patch(transport, "{\"signal_id\": \"" + signal + "\"}").expect(200).at("/signal_id"));
            var preview = http.post(MESSAGES + "/preview", "{\"to\": {\"address\": \"a@members.example\"}, \"subject\": \"S\", \"body\": \"B\"}").expect(200);
            assertEquals("queued The signal of the transport is blocked.", preview.at("/outcome") + " " + preview.at("/detail"));
            var first = MESSAGES + "/" + create("").expect(201).at("/id");
            var through = TRANSPORTS + "/" + transport(server.port(), "");
            http.patch(transport, "{\"is_default\": true}").expect(200);
            var other = http.post(MESSAGES, """
                    {"to": {"address": "b@members.example"}, "subject": "S", "body": "B", "transport_id": "%s"}"""
                    .formatted(through.substring(through.lastIndexOf('/') + 1))).expect(201).at("/id");
            until(MESSAGES + "/" + other, "sent");
            parked(first);
            http.post(signals + "/unblock", "{\"reason\": \"Up\"}").expect(200);
            until(first, "sent");
            http.post(signals + "/block", "{\"reason\": \"Down\"}").expect(200);
            var second = MESSAGES + "/" + create("").expect(201).at("/id");
            parked(second);
            http.patch(transport, "{\"signal_id\": null}").expect(200);
            until(second, "sent");
        }
    }

    @Test
    void mistakes_areNamed() {
        transport(1, "");
        assertEquals("/to", http.post(MESSAGES, "{\"to\": {}, \"subject\": \"S\", \"body\": \"B\"}").expect(422).at("/errors/0/pointer"));
        assertEquals("/expires_at", create(", \"expires_at\": \"2020-01-01T00:00:00Z\"").expect(422).at("/errors/0/pointer"));
        assertEquals("422 validation_failed", http.post(MESSAGES, "{\"to\": {\"address\": \"a@x.example, b@x.example\"}, \"subject\": \"S\", \"body\": \"B\"}").outcome());
        assertEquals("422 validation_failed", http.post(MESSAGES, "{\"to\": {\"address\": \"a@x.example\"}, \"subject\": \"S\\r\\nBcc: b@x.example\", \"body\": \"B\"}").outcome());
        assertEquals("422 validation_failed", create(", \"source\": {\"workflow\": \"X\", \"entity_id\": \"zzz_01m7xtfk4je288tyaa41tvaxy0\"}").outcome());
    }

    @Test
    void testTenant_sendsNothing() throws SQLException {
        var quiet = TestServer.sending().tenant();
        var token = quiet.token();
        var caller = new Http(quiet.server(), token);
        try (var server = new SmtpStub(Map.of())) {
            caller.post(TRANSPORTS, """
                    {"name": "Mail", "smtp": {"host": "127.0.0.1", "port": %d, "tls": "none"}, "is_default": true,
                     "sender": {"address": "hello@winterstreet.example"}}""".formatted(server.port())).expect(201);
            var message = MESSAGES + "/" + caller.post(MESSAGES, "{\"to\": {\"address\": \"a@x.example\"}, \"subject\": \"S\", \"body\": \"B\"}").expect(201).at("/id");
            long end = System.nanoTime() + WAIT_MAX.toNanos();
            while (!"sent".equals(caller.get(message).at("/state")) && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertEquals("sent", caller.get(message).at("/state"));
            assertEquals(List.of(), server.received());
        }
    }

    @Test
    void bodies_areErased_afterNinetyDays() throws SQLException {
        transport(1, "");
        var old = created(later());
        var recent = created(later());
        http.post(old + "/cancel", "{\"reason\": \"Full\"}").expect(200);
        http.post(recent + "/cancel", "{\"reason\": \"Full\"}").expect(200);
        sql(old, "finished_at = now() - interval '91 days'");
        var store = new OutboxStore();
        int erased = tenant.server().db().upkeep(tenant.id(), tx -> store.erase(tx, store.now(tx).minus(Outbox.BODY_KEPT)));
        assertEquals(1, erased);
        var found = http.get(old).expect(200);
        assertNull(found.at("/body"));
        assertNull(found.at("/subject"));
        assertTrue(found.at("/body_erased_at") != null);
        assertEquals("On Monday.", http.get(recent).at("/body"));
    }
}
