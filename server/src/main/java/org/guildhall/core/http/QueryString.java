package org.guildhall.core.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A query string, read strictly: bad escapes, bad UTF-8 and a parameter that is there twice are mistakes, not something to guess at. */
final class QueryString {

    private QueryString() {}

    static Map<String, String> parse(@Nullable String raw) {
        if (raw == null || raw.isEmpty()) {
            return Map.of();
        }
        var parameters = new LinkedHashMap<String, String>();
        for (var pair : raw.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            var name = decode(equals < 0 ? pair : pair.substring(0, equals), "query");
            var value = equals < 0 ? "" : decode(pair.substring(equals + 1), name);
            if (parameters.put(name, value) != null) {
                throw invalid(name, "duplicate", "The parameter is there more than once.");
            }
        }
        return parameters;
    }

    private static String decode(String text, String name) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        var bytes = new byte[text.length() * 3];
        int length = 0;
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            if (character == '+') {
                bytes[length++] = ' ';
            } else if (character == '%') {
                int high = at + 2 <= text.length() - 1 ? Character.digit(text.charAt(at + 1), 16) : -1;
                int low = at + 2 <= text.length() - 1 ? Character.digit(text.charAt(at + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw invalid(name, "malformed", "The parameter has a percent sign without two hexadecimal digits.");
                }
                bytes[length++] = (byte) (high << 4 | low);
                at += 2;
            } else if (character < 0x80) {
                bytes[length++] = (byte) character;
            } else {
                throw invalid(name, "malformed", "The parameter has a character that must be percent-encoded.");
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
        } catch (CharacterCodingException notUtf8) {
            throw invalid(name, "malformed", "The parameter is not UTF-8.");
        }
    }

    static Refusal invalid(String name, String code, String detail) {
        return Problem.INVALID_PARAMETER.because(detail).with(Refusal.Item.parameter(name, code, detail));
    }
}
