package org.guildhall.core.data;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The stored reply of an idempotency key.
 *
 * @param status 0 if the reply is still awaited from outside
 * @param reply the body, byte for byte; encrypted if {@code sealed}
 * @param headers the headers of the reply (Location, ETag, Content-Type), one per line
 */
public record StoredReply(
        byte[] requestHash, int status, byte @Nullable [] reply, String headers, boolean sealed,
        @Nullable String entityType, @Nullable UUID entityId) {

    /** The place of a reply that needs a call outside. */
    public static StoredReply awaiting(byte[] requestHash, String entityType, UUID entityId) {
        return new StoredReply(requestHash, 0, null, "", false, entityType, entityId);
    }

    /** True if the row of the request is committed, but its reply isn't known yet. */
    public boolean isAwaiting() {
        return status == 0;
    }
}
