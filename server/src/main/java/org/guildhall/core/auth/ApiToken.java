package org.guildhall.core.auth;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * An API token in clear: {@code gld_live_<lookup>_<secret>_<crc32>}. The lookup finds the stored token, the secret authenticates, and the
 * checksum lets the server refuse a mistyped token without the database, and scanners find a leaked one.
 *
 * @param prefix everything before the secret; it is public and shown in lists
 */
public record ApiToken(String prefix, String secret) {

    /** The kind of a token, the second part of its text. */
    public enum Mark {
        LIVE("live"), TEST("test"), PUBLISHABLE("pub");

        private final String text;

        Mark(String text) {
            this.text = text;
        }
    }

    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String BASE36 = BASE62.substring(0, 10) + BASE62.substring(36);
    private static final int LOOKUP_CHARACTERS = 12;
    private static final Pattern PREFIX = Pattern.compile("gld_(?:live|test|pub)_[0-9a-z]{" + LOOKUP_CHARACTERS + "}");
    /** 43 characters of 62 hold 256 bits. */
    private static final int SECRET_CHARACTERS = 43;
    private static final int CHECK_CHARACTERS = 8;
    private static final int LENGTH_MAX = 100;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new token with a secret of 256 random bits. */
    public static ApiToken issue(Mark mark) {
        return new ApiToken("gld_" + mark.text + "_" + random(BASE36, LOOKUP_CHARACTERS), random(BASE62, SECRET_CHARACTERS));
    }

    /** The whole token in clear; shown once. */
    public String clear() {
        var body = prefix + "_" + secret;
        return body + "_" + check(body);
    }

    /** Reads a presented token; null if its form or checksum is wrong. */
    public static @Nullable ApiToken read(String text) {
        if (text.length() > LENGTH_MAX || !text.startsWith("gld_")) {
            return null;
        }
        int beforeCheck = text.lastIndexOf('_');
        int beforeSecret = text.lastIndexOf('_', beforeCheck - 1);
        if (beforeSecret < 0
                || beforeCheck - beforeSecret - 1 != SECRET_CHARACTERS
                || text.length() - beforeCheck - 1 != CHECK_CHARACTERS
                || !check(text.substring(0, beforeCheck)).equals(text.substring(beforeCheck + 1))) {
            return null;
        }
        var prefix = text.substring(0, beforeSecret);
        if (!PREFIX.matcher(prefix).matches()) {
            return null;
        }
        return new ApiToken(prefix, text.substring(beforeSecret + 1, beforeCheck));
    }

    /** The stored form of the secret: an HMAC under the current key. */
    public byte[] hmac(Keys keys) {
        return keys.mac(Keys.Purpose.TOKEN, bytes(prefix), bytes(secret));
    }

    /** True if the stored HMAC is that of this token's secret. */
    public boolean matches(Keys keys, String keyId, byte[] stored) {
        return keys.verify(keyId, Keys.Purpose.TOKEN, stored, bytes(prefix), bytes(secret));
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return prefix + "_…";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String check(String body) {
        var crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits(crc.getValue(), CHECK_CHARACTERS);
    }

    private static String random(String alphabet, int characters) {
        var text = new char[characters];
        for (int at = 0; at < characters; at++) {
            text[at] = alphabet.charAt(RANDOM.nextInt(alphabet.length()));
        }
        return new String(text);
    }
}
