package org.guildhall.core.data;

import org.jspecify.annotations.Nullable;

/**
 * What commits together with an effect.
 *
 * @param audit the event; null where the server did something that no one asked for
 * @param claim of the key whose reply is {@code kept}; null without a key
 * @param credentials true if what callers may do has changed, which every node must see from its next request on
 */
public record CommitRecords(@Nullable AuditRecord audit, @Nullable IdempotencyClaim claim, @Nullable StoredReply kept, boolean credentials) {

    /** Only the effect. */
    public static final CommitRecords NOTHING = new CommitRecords(null, null, null, false);
}
