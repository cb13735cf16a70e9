package org.guildhall.tasks.messages;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.OutputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Date;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.guildhall.core.json.EmailAddresses;
import org.guildhall.core.outbound.Deadline;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.tasks.messages.SendResult.Outcome;

/**
 * Sends messages by SMTP (RFC 5321). The body counts as handed over once the server has agreed to take it; a failure after that, without an
 * answer, is {@link Outcome#UNKNOWN}, since the server may have accepted the message.
 */
final class SmtpSender implements MessageSender {

    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

    private final OutgoingAddresses addresses;
    private final Duration answerMax;

    /** @param answerMax the longest wait for one answer of the server */
    SmtpSender(OutgoingAddresses addresses, Duration answerMax) {
        this.addresses = addresses;
        this.answerMax = answerMax;
    }

    @Override
    public SendResult send(Server server, Mail mail, Duration within) {
        var sockets = new GuardedSockets(addresses, server.tls().equals("none"));
        var session = Session.getInstance(properties(server, mail, sockets));
        var transport = new ObservedTransport(session, server);
        try (var _ = Deadline.after(within).alarm(sockets::closeAll)) {
            var message = message(session, mail);
            transport.connect(server.host(), server.port(), server.user(), server.password());
            transport.sendMessage(message, message.getAllRecipients());
            return SendResult.of(Outcome.SENT, Integer.toString(transport.getLastReturnCode()), SmtpFailures.words(transport.getLastServerResponse()));
        } catch (MessagingException | UnsupportedEncodingException | RuntimeException failed) {
            return SmtpFailures.result(failed, transport.handedOver);
        } finally {
            sockets.closeAll();
        }
    }

    private Properties properties(Server server, Mail mail, GuardedSockets sockets) {
        var properties = new Properties();
        properties.put("mail.smtp.socketFactory", sockets);
        properties.put("mail.smtp.socketFactory.fallback", "false");
        properties.put("mail.smtp.connectiontimeout", Long.toString(CONNECT_MAX.toMillis()));
        properties.put("mail.smtp.timeout", Long.toString(answerMax.toMillis()));
        properties.put("mail.smtp.auth", Boolean.toString(server.user() != null));
        properties.put("mail.smtp.ssl.enable", Boolean.toString(server.tls().equals("implicit")));
        properties.put("mail.smtp.starttls.enable", Boolean.toString(server.tls().equals("starttls")));
        properties.put("mail.smtp.starttls.required", Boolean.toString(server.tls().equals("starttls")));
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        properties.put("mail.smtp.ssl.protocols", "TLSv1.3 TLSv1.2");
        // The name of this machine is nobody's business; the sender's domain is.
        properties.put("mail.smtp.localhost", domain(mail.senderAddress()));
        properties.put("mail.smtp.allow8bitmime", "true");
        properties.put("mail.mime.allowutf8", Boolean.toString(!StandardCharsets.US_ASCII.newEncoder().canEncode(mail.recipient() + mail.senderAddress())));
        return properties;
    }

    private static MimeMessage message(Session session, Mail mail) throws MessagingException, UnsupportedEncodingException {
        var message = new IdentifiedMessage(session, mail.messageId());
        message.setFrom(new InternetAddress(EmailAddresses.deliverable(mail.senderAddress()), mail.senderName(), "UTF-8"));
        message.setRecipient(Message.RecipientType.TO, new InternetAddress(EmailAddresses.deliverable(mail.recipient()), false));
        message.setSubject(mail.subject(), "UTF-8");
        message.setSentDate(Date.from(mail.at()));
        // Automatic answers to such a message, such as out-of-office notes, are then not sent (RFC 3834).
        message.setHeader("Auto-Submitted", "auto-generated");
        if (mail.unsubscribeUrl() != null) {
            message.setHeader("List-Unsubscribe", "<" + mail.unsubscribeUrl() + ">");
            message.setHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        message.setText(mail.body(), "UTF-8", mail.isHtml() ? "html" : "plain");
        message.saveChanges();
        return message;
    }

    static String domain(String address) {
        var deliverable = EmailAddresses.deliverable(address);
        return deliverable.substring(deliverable.lastIndexOf('@') + 1);
    }

    /** A message that keeps its own {@code Message-ID}: the library would make a new one for each attempt. */
    private static final class IdentifiedMessage extends MimeMessage {

        private final String id;

        IdentifiedMessage(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }

    /** A transport that tells whether the server has agreed to take the body. */
    private static final class ObservedTransport extends SMTPTransport {

        private boolean handedOver;

        ObservedTransport(Session session, Server server) {
            super(session, new URLName("smtp", server.host(), server.port(), null, null, null));
        }

        @Override
        protected OutputStream data() throws MessagingException {
            var body = super.data();
            handedOver = true;
            return body;
        }
    }
}
