package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.tasks.messages.MessageSender.Mail;
import org.guildhall.tasks.messages.MessageSender.Server;
import org.guildhall.tasks.messages.SendResult.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The SMTP exchange with real and with unfriendly servers. */
class SmtpSenderTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Mail MAIL = new Mail(
            Instant.parse("2026-11-21T02:15:00Z"), "<msg_1@winterstreet.example>", "hello@winterstreet.example", "Winter Street é",
            "Mira.Rossi@members.example", "Your trial – class", "See you on Monday.\n.\nA dot.", false, null);

    private final OutgoingAddresses local = new OutgoingAddresses(List.of(IpRange.parse("127.0.0.1")));

    private SendResult send(int port, String tls, @Nullable String password) {
        return new SmtpSender(local, SECOND)
                .send(new Server("127.0.0.1", port, tls, password == null ? null : "club", password), MAIL, Duration.ofSeconds(5));
    }

    private SendResult send(Map<String, String> answers) {
        try (var server = new SmtpStub(answers)) {
            return send(server.port(), "none", null);
        }
    }

    private static String text(SendResult result) {
        return result.outcome() + " " + result.code();
    }

    @Test
    void realServer_getsTheMessage_withItsId() throws Exception {
        var server = new GreenMail(ServerSetup.SMTP.dynamicPort());
        server.setUser("club@x.example", "club", "correct horse");
        server.start();
        try {
            assertEquals("SENT 250", text(send(server.getSmtp().getPort(), "none", "correct horse")));
            var got = server.getReceivedMessages()[0];
            assertEquals("<msg_1@winterstreet.example>", got.getHeader("Message-ID")[0]);
            assertEquals("Your trial – class", got.getSubject());
            assertEquals("auto-generated", got.getHeader("Auto-Submitted")[0]);
            assertTrue(String.valueOf(got.getContent()).startsWith("See you on Monday.\r\n.\r\nA dot."), String.valueOf(got.getContent()));
            assertEquals(1, got.getAllRecipients().length);
            assertEquals("DEFERRED login_refused", text(send(server.getSmtp().getPort(), "none", "wrong horse")));
            assertEquals(1, server.getReceivedMessages().length);
        } finally {
            server.stop();
        }
    }

    @ParameterizedTest
    @CsvSource({
            "RCPT, 451 4.7.1 Try later, DEFERRED 451, 4.7.1 Try later", "RCPT, 550 5.1.1 No such user, REFUSED 550, 5.1.1 No such user",
            "MAIL, 421 4.3.2 Shutting down, DEFERRED 421, 4.3.2 Shutting down", "MAIL, 553 5.1.8 Sender, REFUSED 553, 5.1.8 Sender",
            "DATA, 452 4.3.1 Full, DEFERRED 452, 4.3.1 Full", "DATA, 554 5.7.1 No, REFUSED 554, 5.7.1 No",
            "., 451 4.3.0 Later, DEFERRED 451, 4.3.0 Later", "., 552 5.2.2 Mailbox full, REFUSED 552, 5.2.2 Mailbox full"})
    void answer_decidesTheOutcome(String command, String answer, String outcome, String detail) {
        var result = send(Map.of(command, answer));
        assertEquals(outcome, text(result));
        assertTrue(String.valueOf(result.detail()).contains(detail), String.valueOf(result.detail()));
    }

    @ParameterizedTest
    @CsvSource({
            "CONNECT, hang, DEFERRED", "EHLO, close, DEFERRED", "RCPT, hang, DEFERRED", "RCPT, close, DEFERRED", "DATA, hang, DEFERRED",
            "DATA, close, DEFERRED", "., hang, UNKNOWN", "., close, UNKNOWN"})
    void missingAnswer_isUnknown_onlyAfterTheBody(String command, String answer, Outcome outcome) {
        assertEquals(outcome, send(Map.of(command, answer)).outcome());
    }

    @Test
    void slowAnswers_endAtTheDeadline() {
        try (var server = new SmtpStub(Map.of("RCPT", SmtpStub.HANG))) {
            long began = System.nanoTime();
            var result = new SmtpSender(local, Duration.ofMinutes(5))
                    .send(new Server("127.0.0.1", server.port(), "none", null, null), MAIL, SECOND);
            long millis = (System.nanoTime() - began) / 1_000_000;
            assertEquals(Outcome.DEFERRED, result.outcome());
            assertTrue(millis >= 900 && millis < 5_000, millis + " ms");
        }
    }

    @Test
    void nobodyListening_isDeferred() throws IOException {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertEquals("DEFERRED unreachable", text(send(port, "none", null)));
    }

    @Test
    void certificateThatNobodyKnows_sendsNothing() {
        var server = new GreenMail(ServerSetup.SMTPS.dynamicPort());
        server.start();
        try {
            assertEquals("DEFERRED tls_failed", text(send(server.getSmtps().getPort(), "implicit", null)));
            assertEquals(0, server.getReceivedMessages().length);
        } finally {
            server.stop();
        }
    }

    @Test
    void serverWithoutStarttls_sendsNothing() {
        try (var server = new SmtpStub(Map.of())) {
            assertEquals("DEFERRED tls_failed", text(send(server.port(), "starttls", null)));
            assertEquals(List.of(), server.received());
        }
    }

    @Test
    void forbiddenAddress_isNeverConnected() {
        try (var server = new SmtpStub(Map.of())) {
            var strict = new SmtpSender(new OutgoingAddresses(List.of()), SECOND);
            var result = strict.send(new Server("127.0.0.1", server.port(), "starttls", null, null), MAIL, SECOND);
            assertEquals("REFUSED target_forbidden", text(result));
            // Without encryption even a public address must be listed by the operator.
            assertEquals("REFUSED target_forbidden", text(strict.send(new Server("1.1.1.1", 25, "none", null, null), MAIL, SECOND)));
        }
    }
}
