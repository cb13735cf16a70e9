package org.guildhall.runtime.plans;

import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.guildhall.core.data.Tx;

/** Tells which of the sites that a caller names belong to a pool. */
@FunctionalInterface
public interface SitesOfPool {

    /** @return the ids of those that do */
    Set<UUID> among(Tx tx, UUID poolId, Collection<UUID> ids);
}
