package org.guildhall.core.data;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The stored reply of an idempotency key.
 *
 * @param reply the body, byte for byte; encrypted if {@code sealed}
 * @param headers the headers of the reply (Location, ETag, Content-Type), one per line
 */
public record StoredReply(
        byte[] requestHash, int status, byte @Nullable [] reply, String headers, boolean sealed,
        @Nullable String entityType, @Nullable UUID entityId) {}
