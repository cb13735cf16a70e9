package org.guildhall.schedule.calendars;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.guildhall.core.auth.Keys;
import org.jspecify.annotations.Nullable;

/** The secret part of a calendar's URL: the ids of tenant and feed with a MAC under the server's keys. Nobody can guess one, and none is stored. */
final class CalendarTokens {

    private static final int MAC_BYTES = 16;
    private static final int UUID_BYTES = 16;
    private static final int TOKEN_BYTES = MAC_BYTES + 2 * UUID_BYTES;

    private final Keys keys;

    CalendarTokens(Keys keys) {
        this.keys = keys;
    }

    /** The feed of a token. */
    record Feed(UUID tenant, UUID id) {}

    String token(Feed feed) {
        var payload = ByteBuffer.allocate(2 * UUID_BYTES);
        put(payload, feed.tenant());
        put(payload, feed.id());
        var mac = Arrays.copyOf(keys.mac(Keys.Purpose.CALENDAR, payload.array()), MAC_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(ByteBuffer.allocate(TOKEN_BYTES).put(mac).put(payload.array()).array());
    }

    /** The feed of a token; null if this server didn't make it. 48 bytes are 64 characters of base64 without unused bits, so a token has one spelling. */
    @Nullable Feed read(String token) {
        var bytes = decoded(token);
        if (bytes == null || bytes.length != TOKEN_BYTES) {
            return null;
        }
        var payload = Arrays.copyOfRange(bytes, MAC_BYTES, TOKEN_BYTES);
        if (!keys.verifyTruncated(Keys.Purpose.CALENDAR, Arrays.copyOf(bytes, MAC_BYTES), payload)) {
            return null;
        }
        var read = ByteBuffer.wrap(payload);
        return new Feed(uuid(read), uuid(read));
    }

    private static byte @Nullable [] decoded(String token) {
        try {
            return Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException unreadable) {
            return null;
        }
    }

    private static void put(ByteBuffer to, UUID id) {
        to.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static UUID uuid(ByteBuffer from) {
        return new UUID(from.getLong(), from.getLong());
    }
}
