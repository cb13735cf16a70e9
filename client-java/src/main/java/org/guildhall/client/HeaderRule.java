package org.guildhall.client;

import java.util.regex.Pattern;

/**
 * The allowed values of a request's header field. Invalid values are refused before sending, since the HTTP client would replace their
 * characters: two idempotency keys that differ only in such a character would become one key.
 *
 * @param lengthMin the fewest characters
 * @param lengthMax the most characters
 */
record HeaderRule(String name, int lengthMin, int lengthMax, Pattern pattern) {

    private static final int PRINTABLE_MAX = 8192;

    HeaderRule(String name, int lengthMin, int lengthMax, String pattern) {
        this(name, lengthMin, lengthMax, Pattern.compile(pattern));
    }

    /** The rule for fields that the document doesn't define. */
    static HeaderRule printable(String name) {
        return new HeaderRule(name, 1, PRINTABLE_MAX, "^[ -~]+$");
    }

    /**
     * Returns the value if it is valid.
     *
     * @throws IllegalArgumentException for an invalid value, which the message doesn't show
     */
    String checked(String value) {
        // HTTP removes spaces at the ends of a header value, so the server would see another value.
        if (!value.equals(value.strip())) {
            throw refused("must not begin or end with white space");
        }
        for (int at = 0; at < value.length(); at++) {
            char one = value.charAt(at);
            if (one < ' ' || one > '~') {
                throw refused("has the character U+%04X at index %d; only printable ASCII can be sent".formatted((int) one, at));
            }
        }
        if (value.length() < lengthMin || value.length() > lengthMax) {
            throw refused("must have " + lengthMin + " to " + lengthMax + " characters, and has " + value.length());
        }
        if (!pattern.matcher(value).find()) {
            throw refused("must match " + pattern);
        }
        return value;
    }

    private IllegalArgumentException refused(String why) {
        return new IllegalArgumentException("The value of " + name + " " + why + ".");
    }
}
