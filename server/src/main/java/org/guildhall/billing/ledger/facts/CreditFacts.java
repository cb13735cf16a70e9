package org.guildhall.billing.ledger.facts;

import java.time.Instant;
import java.util.UUID;

/**
 * A balance that was given to an account, by the provider's balance or as goodwill. What invoices take from it is said by the invoices.
 *
 * @param amountMinor negative if it was taken away
 * @param active false if it was withdrawn
 */
public record CreditFacts(UUID id, UUID accountId, String currency, long amountMinor, boolean active, Instant givenAt, Instant changedAt) {

    public MirroredObject entity() {
        return new MirroredObject(MirroredObject.Type.CREDIT, id);
    }
}
