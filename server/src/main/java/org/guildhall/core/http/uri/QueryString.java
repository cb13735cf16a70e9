package org.guildhall.core.http.uri;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** Parses a query string strictly: malformed escapes, invalid UTF-8 and repeated parameters are mistakes. */
public final class QueryString {

    private QueryString() {}

    /** The parameters in their order. Mistakes are added to {@code wrong}; the other parameters are still returned. */
    public static Map<String, String> parse(@Nullable String raw, List<Item> wrong) {
        if (raw == null || raw.isEmpty()) {
            return Map.of();
        }
        var parameters = new LinkedHashMap<String, String>();
        for (var pair : raw.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            var given = equals < 0 ? pair : pair.substring(0, equals);
            var name = decode(given, given, wrong);
            var value = name == null ? null : equals < 0 ? "" : decode(pair.substring(equals + 1), name, wrong);
            if (name != null && value != null && parameters.put(name, value) != null) {
                wrong.add(Item.parameter(name, "duplicate", "The parameter is repeated; send it once."));
            }
        }
        return parameters;
    }

    private static @Nullable String decode(String text, String name, List<Item> wrong) {
        if (text.chars().noneMatch(character -> character == '%' || character == '+' || character >= 0x80)) {
            return text;
        }
        var bytes = new byte[text.length()];
        int length = 0;
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            if (character == '+') {
                bytes[length++] = ' ';
            } else if (character == '%') {
                if (at + 2 >= text.length() || !HexFormat.isHexDigit(text.charAt(at + 1)) || !HexFormat.isHexDigit(text.charAt(at + 2))) {
                    return invalid(name, "malformed", "The parameter has a percent sign without two hexadecimal digits.", wrong);
                }
                bytes[length++] = (byte) HexFormat.fromHexDigits(text, at + 1, at + 3);
                at += 2;
            } else if (character < 0x80) {
                bytes[length++] = (byte) character;
            } else {
                return invalid(name, "malformed", "The parameter has a character that must be percent-encoded.", wrong);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
        } catch (CharacterCodingException notUtf8) {
            return invalid(name, "malformed", "The parameter is not UTF-8.", wrong);
        }
    }

    private static @Nullable String invalid(String name, String code, String detail, List<Item> wrong) {
        wrong.add(Item.parameter(name, code, detail));
        return null;
    }
}
