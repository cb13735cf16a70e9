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

/** The characters of a file of members, by the character set that it came in. */
final class MemberFileText {

    /**
     * Stands for bytes that are no character: half a surrogate pair without its other half, which no decoder makes of any file. So it
     * can't be mistaken for something that was sent, and only the row with these bytes fails.
     */
    private static final char UNDECODABLE = '\uDFFF';

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MARK_BYTES = 3;

    private MemberFileText() {}

    /** Opens a file behind its byte order mark. A mark decides over the character set of the media type, as in browsers. */
    static Reader open(Upload upload) throws IOException {
        var in = new BufferedInputStream(upload.open(), BUFFER_BYTES);
        var marked = marked(in);
        var charset = marked == null ? upload.charset() : marked;
        return new InputStreamReader(in, charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE)
                .replaceWith(String.valueOf(UNDECODABLE)));
    }

    /** Whether a character stands for bytes that are none, where {@code before} is the character in front of it. */
    static boolean isUndecodable(int before, int character) {
        return character == UNDECODABLE && !Character.isHighSurrogate((char) before);
    }

    private static @Nullable Charset marked(InputStream in) throws IOException {
        in.mark(MARK_BYTES);
        var first = in.readNBytes(MARK_BYTES);
        in.reset();
        if (begins(first, 0xef, 0xbb, 0xbf)) {
            in.skipNBytes(3);
            return StandardCharsets.UTF_8;
        }
        if (begins(first, 0xff, 0xfe)) {
            in.skipNBytes(2);
            return StandardCharsets.UTF_16LE;
        }
        if (begins(first, 0xfe, 0xff)) {
            in.skipNBytes(2);
            return StandardCharsets.UTF_16BE;
        }
        return null;
    }

    private static boolean begins(byte[] bytes, int... wanted) {
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
