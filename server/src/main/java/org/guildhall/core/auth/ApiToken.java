package org.guildhall.core.auth;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * An API token as its holder has it: {@code gld_live_<lookup>_<secret>_<crc32>}. The lookup finds it, the secret proves it, the
 * checksum lets a mistyped one be refused without the database and a leaked one be found by scanners.
 *
 * @param prefix everything before the secret; public, and what lists show
 */
public record ApiToken(String prefix, String secret) {

    /** What a token is good for; the second part of its text. */
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

    /** A new one, of 256 random bits. */
    public static ApiToken issue(Mark mark) {
        return new ApiToken("gld_" + mark.text + "_" + random(BASE36, LOOKUP_CHARACTERS), random(BASE62, SECRET_CHARACTERS));
    }

    /** The whole token; to be shown once. */
    public String clear() {
        var body = prefix + "_" + secret;
        return body + "_" + check(body);
    }

    /** Reads a presented token; null if it can't be one that this server made. */
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

    /** What is stored of the secret. */
    public byte[] hmac(Keys keys) {
        return keys.mac(Keys.Purpose.TOKEN, bytes(prefix), bytes(secret));
    }

    /** Whether this token's secret is the one that was stored. */
    public boolean matches(Keys keys, String keyId, byte[] stored) {
        return keys.verify(keyId, Keys.Purpose.TOKEN, stored, bytes(prefix), bytes(secret));
    }

    /** Never the secret. */
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
