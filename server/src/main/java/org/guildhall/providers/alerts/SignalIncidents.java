package org.guildhall.providers.alerts;

import java.util.UUID;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** The incidents of signals, as alerts need them. */
public interface SignalIncidents {

    /** The incident of a signal and cause that isn't closed; null if there is none. */
    @Nullable UUID open(Tx tx, UUID signalId, String cause);

    /**
     * Opens an incident, with owner, impact and recovery action of the signal.
     *
     * @param changes gets the incident, and the signal if what it shows has changed
     * @return the id of the incident, or of the one that was open already
     */
    UUID create(Tx tx, Changes changes, UUID signalId, UUID ruleId, String ruleName, String cause, String severity);

    /** Adds an automatic entry to the timeline, unless the incident is closed. */
    void note(Tx tx, UUID incidentId, String words);
}
