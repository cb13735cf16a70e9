package org.guildhall.client;

import java.io.IOException;
import java.util.regex.Pattern;

/** Keeps tokens out of exception messages, excerpts of answers and observers. */
final class Secrets {

    private static final String HIDDEN = "[hidden]";

    /** The Bearer tokens of RFC 6750: opaque ones and JWTs. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    /** Text that may be any token: the API's own form, a JWT, or a word after the scheme's name. */
    private static final Pattern LIKE_A_TOKEN = Pattern.compile(
            "gld_[a-z]+_[A-Za-z0-9_]+|eyJ[A-Za-z0-9_-]{8,}(\\.[A-Za-z0-9_-]*){1,4}|(?i:(?<=bearer )[A-Za-z0-9._~+/=-]{6,})");

    private Secrets() {}

    /**
     * The token as it is sent, without the white space around it, which files and forms add.
     *
     * @throws IllegalArgumentException for an invalid token; the message doesn't show it
     */
    static String token(String value) {
        String token = value.strip();
        if (!TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException(token.isEmpty()
                    ? "The token is empty."
                    : "The token contains an invalid character. The value isn't shown, since it may be a secret.");
        }
        return token;
    }

    /** The text without this token, and without anything that looks like a token. */
    static String hide(String text, String token) {
        if (text == null) {
            return null;
        }
        String without = token == null ? text : text.replace(token, HIDDEN);
        return LIKE_A_TOKEN.matcher(without).replaceAll(HIDDEN);
    }

    /** The failure itself, or a copy with the same stack trace and a message without the token. */
    static Throwable hide(Throwable failure, String token) {
        for (Throwable one = failure; one != null; one = one.getCause()) {
            String message = String.valueOf(one.getMessage());
            if (!message.equals(hide(message, token))) {
                var shown = new IOException(hide(failure.toString(), token));
                shown.setStackTrace(failure.getStackTrace());
                return shown;
            }
        }
        return failure;
    }
}
