package org.guildhall.core.auth;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The tokens in secret links of one purpose: a payload with an HMAC of 128 bits under the server's keys, as base64 for a URL. None is stored. */
public final class LinkTokens {

    /** The bytes of an id in a payload. */
    public static final int ID_BYTES = 16;

    private static final int MAC_BYTES = 16;

    private final Keys keys;
    private final Keys.Purpose purpose;

    public LinkTokens(Keys keys, Keys.Purpose purpose) {
        this.keys = keys;
        this.purpose = purpose;
    }

    /** The token of a payload. */
    public String token(byte[] payload) {
        var mac = Arrays.copyOf(keys.mac(purpose, payload), MAC_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(ByteBuffer.allocate(MAC_BYTES + payload.length).put(mac).put(payload).array());
    }

    /** The payload of a token; null if this server didn't make it. */
    public @Nullable ByteBuffer read(String token) {
        var bytes = decoded(token);
        if (bytes == null || bytes.length <= MAC_BYTES) {
            return null;
        }
        var payload = Arrays.copyOfRange(bytes, MAC_BYTES, bytes.length);
        // A token has one spelling: the last character of a base64 text can have unused bits.
        boolean isOurs = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(token)
                && keys.verifyTruncated(purpose, Arrays.copyOf(bytes, MAC_BYTES), payload);
        return isOurs ? ByteBuffer.wrap(payload) : null;
    }

    private static byte @Nullable [] decoded(String token) {
        try {
            return Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException unreadable) {
            return null;
        }
    }

    /** Adds an id to a payload. */
    public static ByteBuffer put(ByteBuffer payload, UUID id) {
        return payload.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    /** The next id of a payload. */
    public static UUID id(ByteBuffer payload) {
        return new UUID(payload.getLong(), payload.getLong());
    }
}
