package org.guildhall.client;

/**
 * What can be said beside a change. All of it is optional; each {@code with…} gives a copy.
 *
 * @param idempotencyKey the same change sent again with the same key happens once, also from another process, within 24 hours; without
 *     one the client makes one up for each call and keeps it over its own retries
 * @param ifMatch the {@code ETag} that the resource must still have, else 412 {@code precondition_failed}
 * @param auditReason why, in a sentence; kept in the audit event
 * @param dryRun do everything and keep nothing: the answer's value is what it would have been, {@link Response#dryRun()} what would
 *     have changed
 */
public record WriteOptions(String idempotencyKey, String ifMatch, String auditReason, boolean dryRun) {

    /** Says nothing. */
    public WriteOptions() {
        this(null, null, null, false);
    }

    /** With this key instead of one made up. */
    public WriteOptions withIdempotencyKey(String key) {
        return new WriteOptions(key, ifMatch, auditReason, dryRun);
    }

    /** Only while the resource has this {@code ETag}. */
    public WriteOptions withIfMatch(String etag) {
        return new WriteOptions(idempotencyKey, etag, auditReason, dryRun);
    }

    /** With a reason for the audit trail. */
    public WriteOptions withAuditReason(String reason) {
        return new WriteOptions(idempotencyKey, ifMatch, reason, dryRun);
    }

    /** Only tried out. */
    public WriteOptions withDryRun() {
        return new WriteOptions(idempotencyKey, ifMatch, auditReason, true);
    }
}
