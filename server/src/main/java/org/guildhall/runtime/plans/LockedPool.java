package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.problem.Require;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.jspecify.annotations.Nullable;

/**
 * A pool that is locked until the transaction ends, with all due changes written.
 *
 * @param now the instant at which a change takes effect; it is after every earlier change of the pool
 * @param spans the provisions at that instant, and some earlier ones
 * @param scheduled the scheduled transitions, in the order of their instants
 * @param rows the stored rows, with the changes of this transaction
 */
public record LockedPool(
        PoolStore.Row pool, UUID orgTypeId, String organizationState, Instant now, List<ProvisionSpan> spans,
        List<PoolProjection.ScheduledTransition> scheduled, PoolRows rows) {

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
        return spans.stream().filter(span -> span.on(ladderId) && span.holds(now)).findFirst().orElse(null);
    }

    /** The plans, at most one per ladder. */
    List<ProvisionSpan> plans() {
        return spans.stream().filter(span -> span.ladderId() != null && span.holds(now)).toList();
    }

    /** @throws ProblemException {@code invalid_state} if the organization is archived */
    LockedPool requireActive() {
        Require.active(organizationState, "organization");
        return this;
    }

    /** The pool after a transition. */
    LockedPool after(PoolProjection.ProjectedTransition step) {
        var changed = new ArrayList<>(spans);
        if (step.from() != null) {
            changed.remove(step.from());
            changed.add(step.from().until(step.scheduled().effectiveAt()));
        }
        if (step.to() != null) {
            changed.add(step.to());
        }
        return new LockedPool(pool, orgTypeId, organizationState, now, changed, scheduled, rows);
    }

    /** The pool with other provisions. */
    LockedPool withSpans(List<ProvisionSpan> changed) {
        return new LockedPool(pool, orgTypeId, organizationState, now, changed, scheduled, rows);
    }

    /** The pool with another row. */
    LockedPool as(PoolStore.Row row) {
        return new LockedPool(row, orgTypeId, organizationState, now, spans, scheduled, rows);
    }
}
