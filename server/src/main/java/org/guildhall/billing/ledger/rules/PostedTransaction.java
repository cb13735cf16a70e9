package org.guildhall.billing.ledger.rules;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.billing.ledger.facts.MirroredObject;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that is posted and isn't a reversal.
 *
 * @param generation counts the transactions of one entity and aspect from 1 on
 * @param reversedAt when its reversal is effective; null while it counts
 */
public record PostedTransaction(
        UUID id, MirroredObject entity, String aspect, TransactionKind kind, int generation, Instant effectiveAt, List<Posting> postings,
        @Nullable Instant reversedAt) {

    public PostedTransaction with(List<Posting> all) {
        return new PostedTransaction(id, entity, aspect, kind, generation, effectiveAt, all, reversedAt);
    }

    public String key() {
        return TargetTransaction.key(entity, aspect);
    }
}
