package org.guildhall.client;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text in a header field: visible ASCII as it is, any other text as a Display String (RFC 9651, section 3.3.8). */
final class DisplayString {

    private static final String BEGIN = "%\"";

    private DisplayString() {}

    /**
     * The encoded form of a text.
     *
     * @throws IllegalArgumentException for a lone surrogate
     */
    static String of(String text) {
        if (isPlain(text)) {
            return text;
        }
        var encoded = new StringBuilder(BEGIN);
        for (byte one : utf8(text)) {
            if (one < ' ' || one > '~' || one == '%' || one == '"') {
                encoded.append('%').append(String.format("%02x", one));
            } else {
                encoded.append((char) one);
            }
        }
        return encoded.append('"').toString();
    }

    /** Text that looks encoded is encoded again, and so is text with spaces at its ends, so that the server gets exactly this text. */
    private static boolean isPlain(String text) {
        return text.chars().allMatch(one -> one >= ' ' && one <= '~') && text.equals(text.strip()) && !text.startsWith(BEGIN);
    }

    private static byte[] utf8(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] all = new byte[bytes.remaining()];
            bytes.get(all);
            return all;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("The text contains a lone surrogate.", e);
        }
    }
}
