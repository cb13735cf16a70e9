package org.guildhall.core.outbound;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs and verifies requests by Standard Webhooks 1.0, symmetric scheme {@code v1}: HMAC-SHA256 over {@code id.timestamp.body}. The instant is
 * always a parameter, since the database's clock rules; the body is bytes, since that is what is sent.
 *
 * @see <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">the specification</a>
 */
public final class WebhookSignature {

    public static final String ID = "webhook-id";
    public static final String TIMESTAMP = "webhook-timestamp";
    public static final String SIGNATURE = "webhook-signature";

    /** How far a timestamp may be from the present instant. */
    public static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String SECRET_PREFIX = "whsec_";
    private static final String VERSION = "v1,";
    private static final String HMAC = "HmacSHA256";
    private static final int SECRET_BYTES_MIN = 24;
    private static final int SECRET_BYTES_MAX = 64;
    /** During a rotation a sender signs with two secrets; more signatures than this aren't looked at. */
    private static final int SIGNATURES_MAX = 10;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;

    private WebhookSignature(SecretKeySpec key) {
        this.key = key;
    }

    /**
     * @param secret {@code whsec_} and the base64 form of 24 to 64 bytes; the prefix can be missing
     * @throws IllegalArgumentException if the secret has another form
     */
    public static WebhookSignature of(String secret) {
        var bytes = Base64.getDecoder().decode(secret.startsWith(SECRET_PREFIX) ? secret.substring(SECRET_PREFIX.length()) : secret);
        if (bytes.length < SECRET_BYTES_MIN || bytes.length > SECRET_BYTES_MAX) {
            throw new IllegalArgumentException("a webhook secret has 24 to 64 bytes");
        }
        return new WebhookSignature(new SecretKeySpec(bytes, HMAC));
    }

    /** True if a text has the form of a secret. */
    public static boolean isSecret(String text) {
        try {
            of(text);
            return true;
        } catch (IllegalArgumentException other) {
            return false;
        }
    }

    /** A new random secret. */
    public static String newSecret() {
        var bytes = new byte[SECRET_BYTES_MIN];
        RANDOM.nextBytes(bytes);
        return SECRET_PREFIX + Base64.getEncoder().encodeToString(bytes);
    }

    /** The value of {@link #SIGNATURE}. @param id the value of {@link #ID}, the same in each attempt, without a dot */
    public String sign(String id, Instant at, byte[] body) {
        return VERSION + Base64.getEncoder().encodeToString(mac(id, timestamp(at), body));
    }

    /** The value of {@link #TIMESTAMP}: seconds since 1970. */
    public static String timestamp(Instant at) {
        return Long.toString(at.getEpochSecond());
    }

    /**
     * True if one of the signatures is right and the timestamp is near the present instant.
     *
     * @param timestamp the value of {@link #TIMESTAMP}
     * @param signatures the value of {@link #SIGNATURE}: signatures with a space between them; other versions than {@code v1} are ignored
     */
    public boolean verify(String id, String timestamp, String signatures, byte[] body, Instant now) {
        if (!isNear(timestamp, now)) {
            return false;
        }
        var expected = mac(id, timestamp, body);
        boolean found = false;
        for (var signature : signatures.split(" ", SIGNATURES_MAX)) {
            // All of them are compared, so that the time doesn't tell which one was right.
            found |= signature.startsWith(VERSION) && MessageDigest.isEqual(expected, decoded(signature.substring(VERSION.length())));
        }
        return found;
    }

    private static boolean isNear(String timestamp, Instant now) {
        if (!timestamp.matches("[0-9]{1,11}")) {
            return false;
        }
        return Math.abs(now.getEpochSecond() - Long.parseLong(timestamp)) <= TOLERANCE.toSeconds();
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException unreadable) {
            return new byte[0];
        }
    }

    private byte[] mac(String id, String timestamp, byte[] body) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
