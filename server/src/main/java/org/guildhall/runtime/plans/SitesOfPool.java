package org.guildhall.runtime.plans;

import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.guildhall.core.data.Tx;

/** Finds the sites of a pool among given ids. */
@FunctionalInterface
public interface SitesOfPool {

    /** @return the ids of the sites that belong to the pool */
    Set<UUID> among(Tx tx, UUID poolId, Collection<UUID> ids);
}
