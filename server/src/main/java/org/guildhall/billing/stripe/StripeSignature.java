package org.guildhall.billing.stripe;

import com.stripe.exception.SignatureVerificationException;
import com.stripe.net.Webhook;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the signatures of Stripe: HMAC-SHA256 over the time and the body, in the header {@code Stripe-Signature}. Stripe's own library accepts
 * times in the future and fails on a time that is no number, so the header's form and its time are checked here first.
 *
 * @see <a href="https://docs.stripe.com/webhooks/signature">Stripe's description</a>
 */
final class StripeSignature {

    static final String HEADER = "Stripe-Signature";

    /** How far the time of a signature may be from the present instant. */
    static final Duration TOLERANCE = Duration.ofSeconds(300);

    private static final int HEADER_LENGTH_MAX = 4_096;
    private static final int PARTS_MAX = 10;
    private static final int TIME_DIGITS_MAX = 11;

    private StripeSignature() {}

    /**
     * True if the body is signed with one of the secrets.
     *
     * @param secrets the secrets that are valid now
     * @param now the present instant by the database's clock
     */
    static boolean verify(byte[] body, String header, List<String> secrets, Instant now) {
        var time = time(header);
        if (time == null || Duration.between(time, now).abs().compareTo(TOLERANCE) > 0) {
            return false;
        }
        var text = new String(body, StandardCharsets.UTF_8);
        return secrets.stream().anyMatch(secret -> verify(text, header, secret, now));
    }

    private static boolean verify(String body, String header, String secret, Instant now) {
        try {
            return Webhook.Signature.verifyHeader(body, header, secret, TOLERANCE.toSeconds(), Clock.fixed(now, ZoneOffset.UTC));
        } catch (SignatureVerificationException wrong) {
            return false;
        }
    }

    /** The header's time; null if the header has another form. */
    private static @Nullable Instant time(String header) {
        if (header.length() > HEADER_LENGTH_MAX) {
            return null;
        }
        var parts = header.split(",", -1);
        var times = List.of(parts).stream().filter(part -> part.startsWith("t=")).toList();
        if (parts.length > PARTS_MAX || times.size() != 1) {
            return null;
        }
        var digits = times.getFirst().substring(2);
        boolean number = !digits.isEmpty() && digits.length() <= TIME_DIGITS_MAX && digits.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        return number ? Instant.ofEpochSecond(Long.parseLong(digits)) : null;
    }
}
