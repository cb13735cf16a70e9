package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog.Ladder;
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

    /** True if a scheduled transition, or the end of a grant off the ladders, may change what the pool holds at an instant or earlier. */
    public boolean mayChangeUntil(Instant until) {
        var next = rows.nextDue();
        return next != null && !next.isAfter(until);
    }

    /** The ladders of the transitions that are scheduled for an instant or earlier. */
    public Set<UUID> laddersChangingUntil(Instant until) {
        return scheduledUntil(until).map(PoolProjection.ScheduledTransition::ladderId).collect(Collectors.toSet());
    }

    /** The products of the present plans, and those that the organization's type gives by default. */
    public Set<UUID> productsOfPlans() {
        return Stream.concat(spans.stream().map(ProvisionSpan::productId), rows.defaults().stream().map(DefaultGrant::productId)).collect(Collectors.toSet());
    }

    /** The plans once the transitions that are scheduled for an instant or earlier have taken effect, as the catalog is now. @param ladders those of the transitions */
    public PoolProjection projected(Instant until, List<Ladder> ladders) {
        var byId = ladders.stream().collect(Collectors.toMap(Ladder::id, Function.identity()));
        return PoolProjection.of(spans, scheduledUntil(until).toList(), new PoolProjection.CatalogHistory(byId, rows.defaults()));
    }

    private Stream<PoolProjection.ScheduledTransition> scheduledUntil(Instant until) {
        return scheduled.stream().filter(transition -> !transition.effectiveAt().isAfter(until));
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
