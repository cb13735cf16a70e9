package org.guildhall.runtime.imports;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.guildhall.api.Upload;
import org.jspecify.annotations.Nullable;

/** Decodes a member file by its byte order mark or its character set. */
final class MemberFileText {

    /**
     * The replacement for invalid bytes: a low surrogate without its high surrogate. No decoder produces it from valid bytes, so only the row
     * with the invalid bytes fails.
     */
    private static final char UNDECODABLE = '\uDFFF';

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MARK_BYTES = 3;

    private MemberFileText() {}

    /** Opens a file after its byte order mark. The mark takes precedence over the character set of the media type, as in browsers. */
    static Reader open(Upload upload) throws IOException {
        var in = new BufferedInputStream(upload.open(), BUFFER_BYTES);
        var marked = readMark(in);
        var charset = marked == null ? upload.charset() : marked;
        return new InputStreamReader(in, charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE)
                .replaceWith(String.valueOf(UNDECODABLE)));
    }

    /** True if a character replaces invalid bytes; {@code before} is the previous character. */
    static boolean isUndecodable(int before, int character) {
        return character == UNDECODABLE && !Character.isHighSurrogate((char) before);
    }

    private static @Nullable Charset readMark(InputStream in) throws IOException {
        in.mark(MARK_BYTES);
        var first = in.readNBytes(MARK_BYTES);
        in.reset();
        if (startsWith(first, 0xef, 0xbb, 0xbf)) {
            in.skipNBytes(3);
            return StandardCharsets.UTF_8;
        }
        if (startsWith(first, 0xff, 0xfe)) {
            in.skipNBytes(2);
            return StandardCharsets.UTF_16LE;
        }
        if (startsWith(first, 0xfe, 0xff)) {
            in.skipNBytes(2);
            return StandardCharsets.UTF_16BE;
        }
        return null;
    }

    private static boolean startsWith(byte[] bytes, int... wanted) {
        if (bytes.length < wanted.length) {
            return false;
        }
        for (int at = 0; at < wanted.length; at++) {
            if ((bytes[at] & 0xff) != wanted[at]) {
                return false;
            }
        }
        return true;
    }
}
