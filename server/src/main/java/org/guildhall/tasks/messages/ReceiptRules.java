package org.guildhall.tasks.messages;

import org.jspecify.annotations.Nullable;

/** Decides the state of a message after a receipt. */
final class ReceiptRules {

    private ReceiptRules() {}

    /**
     * The state of a message after a receipt; null if the receipt changes nothing.
     *
     * @param outcome sent, failed, delivered or bounced
     */
    static @Nullable String after(String state, String outcome) {
        return switch (state) {
            // The answer of the provider is lost, or still on its way.
            case "sending", "unknown" -> outcome;
            // A failure after the provider has accepted the message is a bounce.
            case "sent" -> outcome.equals("sent") ? null : outcome.equals("failed") ? "bounced" : outcome;
            default -> null;
        };
    }
}
