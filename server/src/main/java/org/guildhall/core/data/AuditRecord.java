package org.guildhall.core.data;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One audit event: the record of a mutation, as it is written.
 *
 * @param subjectTenant the tenant that a platform operation concerns; the event also appears in that tenant's trail
 * @param entities the touched entities, the primary one first
 */
public record AuditRecord(
        UUID id, String actorType, @Nullable UUID actorId, @Nullable UUID tokenId, @Nullable UUID subjectTenant, String operation, int status,
        String action, String category, @Nullable String reason, @Nullable String sourceWorkflow, @Nullable String replayPointer,
        String requestId, String traceId, byte @Nullable [] keyHmac, List<Entity> entities) {

    /** An entity before and after, in the wire form with personal members masked, and the salted digests of both. */
    public record Entity(
            String type, UUID id, @Nullable String before, @Nullable String after, byte[] salt,
            byte @Nullable [] beforeDigest, byte @Nullable [] afterDigest) {}
}
