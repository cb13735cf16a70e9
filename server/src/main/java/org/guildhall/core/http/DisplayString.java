package org.guildhall.core.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Text in a header: visible ASCII as it is, any other text as a Display String of RFC 9651, {@code %"f%c3%bcr alle"}. Headers are
 * ASCII, and clients encode other characters in different ways.
 */
final class DisplayString {

    /** The pattern of the document: text that doesn't begin like a Display String, or a whole Display String. */
    private static final Pattern FORM =
            Pattern.compile("([ -$&-~][ -~]{0,499}|%([ !#-~][ -~]{0,498})?|%\"([ !#$&-~]|%[0-9a-f]{2})++\")");
    /** Characters that break a line of text. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    static final int HEADER_CHARACTERS_MAX = 4_096;
    static final int TEXT_CHARACTERS_MAX = 500;

    private DisplayString() {}

    /** The text of a header; null if it is malformed, has a control character, or is longer than 500 characters. */
    static @Nullable String read(String header) {
        if (header.length() > HEADER_CHARACTERS_MAX || !FORM.matcher(header).matches()) {
            return null;
        }
        if (!header.startsWith("%\"")) {
            return header;
        }
        var text = decoded(header);
        boolean good = text != null && text.codePointCount(0, text.length()) <= TEXT_CHARACTERS_MAX && !CONTROL.matcher(text).find();
        return good ? text : null;
    }

    private static @Nullable String decoded(String header) {
        var bytes = ByteBuffer.allocate(header.length());
        for (int at = 2; at < header.length() - 1; at++) {
            char character = header.charAt(at);
            if (character == '%') {
                bytes.put((byte) HexFormat.fromHexDigits(header, at + 1, at + 3));
                at += 2;
            } else {
                bytes.put((byte) character);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException notUtf8) {
            return null;
        }
    }
}
