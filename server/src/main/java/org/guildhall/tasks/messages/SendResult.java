package org.guildhall.tasks.messages;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The result of one attempt.
 *
 * @param code the reply code of the mail server, or a word of ours
 * @param detail the answer in words, at most 500 characters in one line; it may contain the address
 * @param providerMessageId the provider's own id of the message; null if it gave none
 * @param retryAfter the wait that the provider asks for; null if it asks for none
 */
record SendResult(
        Outcome outcome, @Nullable String code, @Nullable String detail, @Nullable String providerMessageId, @Nullable Duration retryAfter) {

    private static final int DETAIL_MAX = 500;

    /** How an attempt ended. */
    enum Outcome {
        /** Accepted. */
        SENT("sent"),
        /** A temporary failure: the message certainly wasn't accepted. */
        DEFERRED("deferred"),
        /** Refused for good. */
        REFUSED("refused"),
        /** The message was handed over, and no answer came. */
        UNKNOWN("unknown");

        private final String value;

        Outcome(String value) {
            this.value = value;
        }

        String value() {
            return value;
        }
    }

    /** True if the reply of a mail server means that the address doesn't exist: 550 with an enhanced code 5.1.x (RFC 3463). */
    boolean isHardBounce() {
        return outcome == Outcome.REFUSED && "550".equals(code) && detail != null && detail.startsWith("5.1.");
    }

    static SendResult of(Outcome outcome, @Nullable String code, @Nullable String words) {
        return new SendResult(outcome, code, words == null ? null : line(words), null, null);
    }

    SendResult withProviderMessageId(@Nullable String id) {
        return new SendResult(outcome, code, detail, id, retryAfter);
    }

    SendResult withRetryAfter(@Nullable Duration wait) {
        return new SendResult(outcome, code, detail, providerMessageId, wait);
    }

    private static String line(String words) {
        var line = words.replaceAll("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]+", " ").strip();
        return line.length() <= DETAIL_MAX ? line : line.substring(0, DETAIL_MAX);
    }
}
