package org.guildhall.runtime.people;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.guildhall.core.auth.Keys.Purpose;
import org.guildhall.core.auth.Keys;

/** The token of an invitation: {@code gin_} and 256 random bits. It is shown once; what is kept is its HMAC under a key of the server. */
final class InvitationToken {

    private static final String PREFIX = "gin_";
    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    /** 43 characters of 62 hold 256 bits. */
    private static final int SECRET_CHARACTERS = 43;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String clear;

    private InvitationToken(String clear) {
        this.clear = clear;
    }

    /** A new one. */
    static InvitationToken issue() {
        var text = new StringBuilder(PREFIX);
        for (int at = 0; at < SECRET_CHARACTERS; at++) {
            text.append(BASE62.charAt(RANDOM.nextInt(BASE62.length())));
        }
        return new InvitationToken(text.toString());
    }

    /** One that somebody presents, whether or not it was ever issued. */
    static InvitationToken read(String text) {
        return new InvitationToken(text);
    }

    /** The whole of it; to be shown once. */
    String clear() {
        return clear;
    }

    /** What is kept of a new one. */
    byte[] hmac(Keys keys) {
        return keys.mac(Purpose.INVITATION, bytes());
    }

    /** What may have been kept of it: under the key that signs, or under one that did before. */
    List<byte[]> hmacs(Keys keys) {
        var all = new ArrayList<byte[]>();
        all.add(hmac(keys));
        all.addAll(Arrays.asList(keys.olderMacs(Purpose.INVITATION, bytes())));
        return all;
    }

    private byte[] bytes() {
        return clear.getBytes(StandardCharsets.US_ASCII);
    }

    /** Never the secret. */
    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
