package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.data.Tx;

/** Requests the task that applies an organization's due changes. */
@FunctionalInterface
public interface DueTasks {

    /** Requests a run at the instant of the next due change. */
    void request(Tx tx, UUID organizationId, Instant at);
}
