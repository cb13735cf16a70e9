package org.guildhall.core.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.sql.PageRequest.Position;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;

/**
 * Cursors, opaque to callers. A cursor is valid only for the tenant, list, filters and sort order that it was made for, and only in
 * exactly the bytes that the server issued.
 */
final class Cursors {

    private static final int MAC_BYTES = 16;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final Keys keys;

    Cursors(Keys keys) {
        this.keys = keys;
    }

    /** @param binding the tenant, list, filters and sort order; everything but the position */
    String write(Position position, byte[] binding) {
        var value = position.value().getBytes(StandardCharsets.UTF_8);
        var payload = ByteBuffer.allocate(16 + value.length)
                .putLong(position.id().getMostSignificantBits())
                .putLong(position.id().getLeastSignificantBits())
                .put(value)
                .array();
        var mac = keys.mac(Keys.Purpose.CURSOR, binding, payload);
        return ENCODER.encodeToString(ByteBuffer.allocate(MAC_BYTES + payload.length).put(mac, 0, MAC_BYTES).put(payload).array());
    }

    /** @throws ProblemException {@code invalid_cursor} unless {@link #write} made the text for the same binding */
    Position read(String text, byte[] binding) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            throw invalid();
        }
        if (bytes.length < MAC_BYTES + 16 || !ENCODER.encodeToString(bytes).equals(text)) {
            throw invalid();
        }
        var payload = Arrays.copyOfRange(bytes, MAC_BYTES, bytes.length);
        if (!keys.verifyTruncated(Keys.Purpose.CURSOR, Arrays.copyOf(bytes, MAC_BYTES), binding, payload)) {
            throw invalid();
        }
        var buffer = ByteBuffer.wrap(payload);
        var id = new UUID(buffer.getLong(), buffer.getLong());
        return new Position(StandardCharsets.UTF_8.decode(buffer).toString(), id);
    }

    private static ProblemException invalid() {
        return Problem.INVALID_CURSOR.refusal().with(altered());
    }

    /** The item for a cursor that was altered or made for another binding. */
    static ProblemException.Item altered() {
        return ProblemException.Item.parameter("cursor", Problem.INVALID_CURSOR.code(), "The cursor doesn't belong to this list, filter and sort order.");
    }
}
