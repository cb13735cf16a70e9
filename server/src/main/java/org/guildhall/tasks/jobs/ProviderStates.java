package org.guildhall.tasks.jobs;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.data.Tx;

/** The state of the providers that jobs depend on. */
@FunctionalInterface
public interface ProviderStates {

    /** A signal that is degraded or blocked now. */
    record Signal(UUID id, String name, String lane, boolean blocked) {}

    /** The degraded and blocked signals of some lanes, and among some signals. */
    List<Signal> of(Tx tx, Collection<String> lanes, Collection<UUID> signalIds);
}
