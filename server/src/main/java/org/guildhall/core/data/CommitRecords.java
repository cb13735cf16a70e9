package org.guildhall.core.data;

import org.jspecify.annotations.Nullable;

/**
 * The records that commit together with an effect.
 *
 * @param audit the audit event; null for upkeep by the server that no caller asked for
 * @param claim the claim of the key whose reply is {@code kept}; null without a key
 * @param credentials true if a caller's rights have changed; every node then reads credentials again from its next request on
 */
public record CommitRecords(@Nullable AuditRecord audit, @Nullable IdempotencyClaim claim, @Nullable StoredReply kept, boolean credentials) {

    /** No records, only the effect. */
    public static final CommitRecords NOTHING = new CommitRecords(null, null, null, false);
}
