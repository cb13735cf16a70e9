package org.guildhall.client;

/**
 * Options for a change. All are optional; each {@code with…} returns a copy.
 *
 * @param idempotencyKey a change sent again with the same key within 24 hours happens once, also from another process; by default
 *     the client makes a key for each call and keeps it over its retries
 * @param ifMatch the {@code ETag} that the resource must still have, otherwise 412 {@code precondition_failed}
 * @param auditReason the reason for the change; stored in the audit event
 * @param dryRun run the change and roll it back: the answer's value is what it would have been, {@link Response#dryRun()} lists the
 *     changes
 */
public record WriteOptions(String idempotencyKey, String ifMatch, String auditReason, boolean dryRun) {

    /** No options. */
    public WriteOptions() {
        this(null, null, null, false);
    }

    /** With this key instead of a generated one. */
    public WriteOptions withIdempotencyKey(String key) {
        return new WriteOptions(key, ifMatch, auditReason, dryRun);
    }

    /** Only if the resource still has this {@code ETag}. */
    public WriteOptions withIfMatch(String etag) {
        return new WriteOptions(idempotencyKey, etag, auditReason, dryRun);
    }

    /** With a reason for the audit trail. */
    public WriteOptions withAuditReason(String reason) {
        return new WriteOptions(idempotencyKey, ifMatch, reason, dryRun);
    }

    /** As a dry run. */
    public WriteOptions withDryRun() {
        return new WriteOptions(idempotencyKey, ifMatch, auditReason, true);
    }
}
