package org.guildhall.tasks.messages;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Sends one message to one recipient, outside any transaction. */
interface MessageSender {

    /**
     * A message that is ready to be sent.
     *
     * @param at the instant of the attempt, for the header {@code Date}
     * @param messageId the header {@code Message-ID}, with its angle brackets
     * @param isHtml true if the body is HTML
     * @param unsubscribeUrl the address for the header {@code List-Unsubscribe}; null for none
     */
    record Mail(
            Instant at, String messageId, String senderAddress, @Nullable String senderName, String recipient, String subject, String body, boolean isHtml,
            @Nullable String unsubscribeUrl) {}

    /**
     * A mail server.
     *
     * @param tls {@code starttls}, {@code implicit} or {@code none}
     * @param password null if the server needs no login
     */
    record Server(String host, int port, String tls, @Nullable String user, @Nullable String password) {}

    /**
     * Sends a message. It never throws for a failure of the server or the network.
     *
     * @param within the time that the whole attempt may take
     */
    SendResult send(Server server, Mail mail, Duration within);
}
