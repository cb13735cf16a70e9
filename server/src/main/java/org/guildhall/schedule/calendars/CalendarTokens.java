package org.guildhall.schedule.calendars;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.auth.LinkTokens;
import org.jspecify.annotations.Nullable;

/** The secret part of a calendar's address: the ids of tenant and feed, signed by the server. */
final class CalendarTokens {

    private final LinkTokens tokens;

    CalendarTokens(Keys keys) {
        this.tokens = new LinkTokens(keys, Keys.Purpose.CALENDAR);
    }

    /** The feed of a token. */
    record Feed(UUID tenant, UUID id) {}

    String token(Feed feed) {
        var payload = ByteBuffer.allocate(2 * LinkTokens.ID_BYTES);
        return tokens.token(LinkTokens.put(LinkTokens.put(payload, feed.tenant()), feed.id()).array());
    }

    /** The feed of a token; null if this server didn't make it. */
    @Nullable Feed read(String token) {
        var payload = tokens.read(token);
        return payload == null ? null : new Feed(LinkTokens.id(payload), LinkTokens.id(payload));
    }
}
