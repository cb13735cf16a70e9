package org.guildhall.api;

import java.util.Arrays;
import java.util.UUID;

/**
 * TypeIDs (version 0.3 of the public TypeID specification): a lower-case prefix, an underscore, and a UUID as 26 characters of
 * Crockford's base32. Exactly one spelling is accepted for each UUID: lower case only, none of the look-alikes i, l, o and u, and a
 * first character of at most 7, since 26 characters hold 130 bits and a UUID has 128.
 */
public final class TypeIds {

    /** The number of characters after the underscore. */
    public static final int SUFFIX_LENGTH = 26;

    private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final byte[] VALUES = values();
    private static final int BITS = 5;
    private static final int LOW_CHARACTERS = 12;
    private static final int PREFIX_LENGTH_MAX = 63;

    private TypeIds() {}

    /**
     * Writes a TypeID.
     *
     * @param prefix empty for an id without prefix and underscore
     * @throws IllegalArgumentException if the prefix is malformed
     */
    public static String format(String prefix, UUID value) {
        requirePrefix(prefix);
        var suffix = new char[SUFFIX_LENGTH];
        long high = value.getMostSignificantBits();
        long low = value.getLeastSignificantBits();
        // From the right: 12 characters take 60 bits of the low half, the 13th takes its last 4 and the first of the high half.
        for (int at = SUFFIX_LENGTH - 1; at >= SUFFIX_LENGTH - LOW_CHARACTERS; at--) {
            suffix[at] = ALPHABET[(int) low & 31];
            low >>>= BITS;
        }
        suffix[13] = ALPHABET[(int) (low | (high & 1) << 4)];
        high >>>= 1;
        for (int at = 12; at >= 0; at--) {
            suffix[at] = ALPHABET[(int) high & 31];
            high >>>= BITS;
        }
        return prefix.isEmpty() ? new String(suffix) : prefix + '_' + new String(suffix);
    }

    /**
     * Parses a TypeID with this prefix.
     *
     * @throws IllegalArgumentException if the text is not a TypeID with the prefix
     */
    public static UUID parse(String prefix, String text) {
        int start = prefix.isEmpty() ? 0 : prefix.length() + 1;
        requirePrefix(prefix);
        if (text.length() != start + SUFFIX_LENGTH || !text.startsWith(prefix) || start > 0 && text.charAt(start - 1) != '_') {
            throw new IllegalArgumentException("not an id with the prefix " + (prefix.isEmpty() ? "(none)" : prefix));
        }
        if (text.charAt(start) > '7') {
            throw new IllegalArgumentException("the id is longer than 128 bits");
        }
        long high = 0;
        for (int at = start; at < start + 13; at++) {
            high = high << BITS | digit(text.charAt(at));
        }
        int middle = digit(text.charAt(start + 13));
        high = high << 1 | middle >> 4;
        long low = middle & 15;
        for (int at = start + 14; at < start + SUFFIX_LENGTH; at++) {
            low = low << BITS | digit(text.charAt(at));
        }
        return new UUID(high, low);
    }

    private static int digit(char character) {
        int value = character < VALUES.length ? VALUES[character] : -1;
        if (value < 0) {
            throw new IllegalArgumentException("the id has a character that isn't of its alphabet");
        }
        return value;
    }

    private static void requirePrefix(String prefix) {
        boolean edges = !prefix.startsWith("_") && !prefix.endsWith("_");
        if (!edges || prefix.length() > PREFIX_LENGTH_MAX || !prefix.chars().allMatch(c -> c >= 'a' && c <= 'z' || c == '_')) {
            throw new IllegalArgumentException("not a prefix: at most 63 characters a to z, underscores only between them");
        }
    }

    private static byte[] values() {
        var values = new byte[128];
        Arrays.fill(values, (byte) -1);
        for (byte value = 0; value < ALPHABET.length; value++) {
            values[ALPHABET[value]] = value;
        }
        return values;
    }
}
