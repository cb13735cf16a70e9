package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.problem.Require;
import org.jspecify.annotations.Nullable;

/**
 * A pool that is held until the transaction ends, with everything settled that was due.
 *
 * @param now when a change of it takes effect: behind every change that was made before
 * @param holdings what it holds at that instant, and maybe some of what it held
 * @param scheduled the transitions that are still to come, in the order of their instants
 */
public record LockedPool(
        PoolStore.Row pool, UUID orgTypeId, String organizationState, Instant now, List<ProvisionSpan> holdings,
        List<PoolProjection.ScheduledTransition> scheduled) {

    public UUID poolId() {
        return pool.id();
    }

    public UUID organizationId() {
        return pool.organizationId();
    }

    long version() {
        return pool.version();
    }

    /** The plan on a ladder; null if there is none. */
    @Nullable ProvisionSpan plan(UUID ladderId) {
        return holdings.stream().filter(holding -> holding.on(ladderId) && holding.holds(now)).findFirst().orElse(null);
    }

    /** The plans, one for each ladder where there is any. */
    List<ProvisionSpan> plans() {
        return holdings.stream().filter(holding -> holding.ladderId() != null && holding.holds(now)).toList();
    }

    /** @throws ProblemException {@code invalid_state} if the organization is archived: it is given nothing any more */
    LockedPool requireActive() {
        Require.active(organizationState, "organization");
        return this;
    }

    /** The same after a step on a ladder. */
    LockedPool after(PoolProjection.ProjectedTransition step) {
        var changed = new ArrayList<>(holdings);
        if (step.from() != null) {
            changed.remove(step.from());
            changed.add(step.from().until(step.what().effectiveAt()));
        }
        if (step.to() != null) {
            changed.add(step.to());
        }
        return new LockedPool(pool, orgTypeId, organizationState, now, changed, scheduled);
    }

    /** The same with what it holds otherwise. */
    LockedPool holding(List<ProvisionSpan> changed) {
        return new LockedPool(pool, orgTypeId, organizationState, now, changed, scheduled);
    }

    /** The same as another row of the pool has it. */
    LockedPool as(PoolStore.Row row) {
        return new LockedPool(row, orgTypeId, organizationState, now, holdings, scheduled);
    }
}
