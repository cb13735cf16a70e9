package org.guildhall.providers.checks;

import java.util.UUID;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** The signals of checks, as checks need them. */
public interface CheckedSignals {

    /** A signal as it is before a change of its checks. */
    interface Signal {

        UUID id();

        /** @return active or archived */
        String state();

        /** Records the signal in the event of the change, if what it shows has changed. */
        void record(Tx tx, Changes changes);

        /** Records the signal in the event of a new result, if an event said that it is stale, it isn't any more, and its status has changed. */
        void recordFresh(Tx tx, Changes changes);
    }

    /** The signal; null if there is none. */
    @Nullable Signal get(Tx tx, UUID id);

    /** Locks the signal until the transaction ends; null if there is none. */
    @Nullable Signal lock(Tx tx, UUID id);
}
