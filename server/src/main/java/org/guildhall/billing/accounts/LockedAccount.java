package org.guildhall.billing.accounts;

import java.util.UUID;
import org.guildhall.api.model.Account;
import org.guildhall.core.audit.Changes;
import org.jspecify.annotations.Nullable;

/** An account that is locked until the transaction ends. @param stub the account if this transaction has made it, as a stub; else null */
public record LockedAccount(UUID id, @Nullable Account stub) {

    /** Records that the account was made, if it was. */
    public void record(Changes changes) {
        if (stub != null) {
            changes.created(stub.id(), stub);
        }
    }
}
