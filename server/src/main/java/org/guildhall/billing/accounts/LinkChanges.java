package org.guildhall.billing.accounts;

import java.util.UUID;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Gets a signal when an operator links an account or ends its link. The part {@code plans} implements it. */
public interface LinkChanges {

    /** Called after an account was linked. */
    void linked(Tx tx, Changes changes, Actor actor, UUID organizationId);

    /** Called after the link has ended. */
    void unlinked(Tx tx, Changes changes, Actor actor, UUID organizationId, UUID accountId);
}
