package org.guildhall.client;

import java.io.IOException;
import java.util.regex.Pattern;

/** Keeps tokens out of what people read: messages of exceptions, excerpts of answers, what an observer sees. */
final class Secrets {

    private static final String HIDDEN = "[hidden]";

    /** The Bearer tokens of RFC 6750: opaque ones and JWTs. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    /** What may be a token, whosever it is: the API's own form, a JWT, whatever follows the name of the scheme. */
    private static final Pattern LIKE_A_TOKEN = Pattern.compile(
            "gld_[a-z]+_[A-Za-z0-9_]+|eyJ[A-Za-z0-9_-]{8,}(\\.[A-Za-z0-9_-]*){1,4}|(?i:(?<=bearer )[A-Za-z0-9._~+/=-]{6,})");

    private Secrets() {}

    /**
     * The token as it is sent: white space around it, as a file or a form leaves it, is no part of it.
     *
     * @throws IllegalArgumentException for what can be no token; the message doesn't show it
     */
    static String token(String value) {
        String token = value.strip();
        if (!TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException(token.isEmpty()
                    ? "The token is empty."
                    : "The token has a character that no token has. The value isn't shown, since it may be a secret.");
        }
        return token;
    }

    /** The text without this token, and without anything that looks like one. */
    static String hide(String text, String token) {
        if (text == null) {
            return null;
        }
        String without = token == null ? text : text.replace(token, HIDDEN);
        return LIKE_A_TOKEN.matcher(without).replaceAll(HIDDEN);
    }

    /** The failure itself, or one with the same stack that tells as much of it as can be shown. */
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
