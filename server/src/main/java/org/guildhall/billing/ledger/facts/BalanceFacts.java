package org.guildhall.billing.ledger.facts;

import java.time.Instant;
import java.util.UUID;

/**
 * The balance that a provider keeps for an account, at an instant.
 *
 * @param id the account
 * @param creditMinor what the account has for later invoices; negative if it owes something
 * @param movedMinor what invoices, overpayments and credit notes of the mirror make of it until then
 * @param at the provider's instant of the balance
 */
public record BalanceFacts(UUID id, String currency, long creditMinor, long movedMinor, Instant at) {

    public MirroredObject entity() {
        return new MirroredObject(MirroredObject.Type.ACCOUNT, id);
    }
}
