package org.guildhall.providers.alerts;

import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.data.Tx;

/** The signals whose evidence gets old, as their evaluation needs them. */
@FunctionalInterface
public interface SignalStaleness {

    /**
     * Records the signals whose status has changed by the age of their evidence since the last evaluation.
     *
     * @return true if the evidence of any active signal can get old
     */
    boolean record(Tx tx, Events events);
}
