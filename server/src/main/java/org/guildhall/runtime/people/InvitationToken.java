package org.guildhall.runtime.people;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.guildhall.core.auth.Keys.Purpose;
import org.guildhall.core.auth.Keys;

/** The token of an invitation: {@code gin_} and 256 random bits. The API shows it once and stores its HMAC under a key of the server. */
final class InvitationToken {

    private static final String PREFIX = "gin_";
    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    /** 43 characters of base 62 carry 256 bits. */
    private static final int SECRET_CHARACTERS = 43;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String clear;

    private InvitationToken(String clear) {
        this.clear = clear;
    }

    /** Generates a new token. */
    static InvitationToken issue() {
        var text = new StringBuilder(PREFIX);
        for (int at = 0; at < SECRET_CHARACTERS; at++) {
            text.append(BASE62.charAt(RANDOM.nextInt(BASE62.length())));
        }
        return new InvitationToken(text.toString());
    }

    /** The token that a caller presents. It may never have been issued. */
    static InvitationToken read(String text) {
        return new InvitationToken(text);
    }

    /** The token in clear text, which the API shows once. */
    String clear() {
        return clear;
    }

    /** The HMAC of a new token, under the current key. */
    byte[] hmac(Keys keys) {
        return keys.mac(Purpose.INVITATION, bytes());
    }

    /** The possible HMACs of a stored token: under the current key and under each older key. */
    List<byte[]> hmacs(Keys keys) {
        var all = new ArrayList<byte[]>();
        all.add(hmac(keys));
        all.addAll(Arrays.asList(keys.olderMacs(Purpose.INVITATION, bytes())));
        return all;
    }

    private byte[] bytes() {
        return clear.getBytes(StandardCharsets.US_ASCII);
    }

    /** Doesn't contain the secret. */
    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
