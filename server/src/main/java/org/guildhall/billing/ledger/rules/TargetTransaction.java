package org.guildhall.billing.ledger.rules;

import java.time.Instant;
import java.util.List;
import org.guildhall.billing.ledger.facts.MirroredObject;

/**
 * A transaction that the mirror's state asks for.
 *
 * @param aspect what it says of the entity, such as {@code receipt}; entity and aspect are the key, to which a generation is added when it is posted
 * @param effectiveAt the provider's instant
 * @param postings at least one
 */
public record TargetTransaction(MirroredObject entity, String aspect, TransactionKind kind, Instant effectiveAt, List<Posting> postings) {

    public TargetTransaction {
        if (postings.isEmpty()) {
            throw new IllegalArgumentException("a transaction without postings");
        }
        postings = List.copyOf(postings);
    }

    /** The key without the generation, such as {@code pay_…:receipt}. */
    public String key() {
        return key(entity, aspect);
    }

    public static String key(MirroredObject entity, String aspect) {
        return entity.text() + ":" + aspect;
    }
}
