package org.guildhall.runtime;

import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Actor;
import org.guildhall.core.http.Changes;

/** The pools of organizations, for whoever in this room changes what an organization holds. */
final class Pools {

    private final PoolStore pools;

    Pools(PoolStore pools) {
        this.pools = pools;
    }

    /** Gives a new organization its pool. */
    UUID open(Tx tx, Changes changes, Actor actor, UUID organizationId, UUID orgTypeId) {
        var pool = PoolsHandler.toApi(pools.insert(tx, organizationId));
        changes.created(pool.id(), pool);
        return pool.id().value();
    }
}
