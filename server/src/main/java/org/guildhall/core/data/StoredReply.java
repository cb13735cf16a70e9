package org.guildhall.core.data;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The reply that is kept for an idempotency key.
 *
 * @param reply the body, byte for byte; encrypted if {@code sealed}
 * @param headers those that belong to the reply (Location, ETag, Content-Type), one a line
 */
public record StoredReply(
        byte[] requestHash, int status, byte @Nullable [] reply, String headers, boolean sealed,
        @Nullable String entityType, @Nullable UUID entityId) {}
