package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.guildhall.runtime.rules.GrantEnd;
import org.guildhall.runtime.rules.PoolProjection.ProjectedTransition;
import org.guildhall.runtime.rules.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.jspecify.annotations.Nullable;

/**
 * The rows that due transitions will write: the changed rows, and the provisions that begin. Reads show these rows, and the later write
 * stores the same. So a reader can't see whether they are written.
 */
public final class ProjectedRows {

    private static final Comparator<ProvisionStore.Row> NEWEST_FIRST =
            Comparator.comparing(ProvisionStore.Row::createdAt).thenComparing(ProvisionStore.Row::id).reversed();

    private final Map<UUID, UnaryOperator<TransitionStore.Row>> transitions = new HashMap<>();
    private final Map<UUID, UnaryOperator<ProvisionStore.Row>> provisions = new HashMap<>();
    private final Map<UUID, UnaryOperator<GrantStore.Row>> grants = new HashMap<>();
    private final Map<UUID, ProvisionStore.Row> begun = new LinkedHashMap<>();

    /** No due changes, or not read yet. */
    public static ProjectedRows nothing() {
        return new ProjectedRows();
    }

    /**
     * Adds the due changes of a pool.
     *
     * @param now the instant of the read
     * @param scheduled all scheduled transitions of the pool, due ones included
     * @param steps the results of the due transitions
     */
    public ProjectedRows with(UUID organizationId, UUID poolId, Instant now, List<ScheduledTransition> scheduled, List<ProjectedTransition> steps) {
        for (var step : steps) {
            var move = step.scheduled();
            var dropped = step.dropped();
            if (dropped != null) {
                transitions.put(move.id(), row -> row.canceled(dropped.reason(), dropped.at()));
                if (move.beginsGrant() && move.grantId() != null) {
                    over(move.grantId(), GrantEnd.CANCELED, dropped.reason(), move.effectiveAt(), now, scheduled);
                }
                continue;
            }
            transitions.put(move.id(), row -> row.done(step));
            end(step.from(), move.effectiveAt());
            if (step.to() != null) {
                var row = ProvisionStore.Row.begun(organizationId, poolId, step.to(), now);
                begun.put(row.id(), row);
            }
            release(step, now, scheduled);
        }
        return this;
    }

    private void end(@Nullable ProvisionSpan from, Instant at) {
        if (from == null || at.equals(from.endsAt())) {
            return;
        }
        var provisionId = Objects.requireNonNull(from.provisionId());
        if (begun.computeIfPresent(provisionId, (id, row) -> row.until(at)) == null) {
            provisions.put(provisionId, row -> row.until(at));
        }
    }

    /** Ends the grant of an ended plan, and cancels its later transitions. */
    private void release(ProjectedTransition step, Instant now, List<ScheduledTransition> scheduled) {
        var grantId = step.from() == null ? null : step.from().grantId();
        if (grantId == null) {
            return;
        }
        over(grantId, step.grantOver(), null, step.scheduled().effectiveAt(), now, scheduled);
    }

    private void over(UUID grantId, String by, @Nullable String why, Instant at, Instant now, List<ScheduledTransition> scheduled) {
        grants.put(grantId, row -> row.over(at, by, why));
        scheduled.stream()
                .filter(other -> grantId.equals(other.grantId()) && other.effectiveAt().isAfter(now))
                .forEach(other -> transitions.put(other.id(), row -> row.canceled(by, at)));
    }

    boolean isNothing() {
        return transitions.isEmpty();
    }

    /** The changes of transitions. */
    Projection<TransitionStore.Row> transitions() {
        return new Projection<>(transitions.keySet(), this::of, List.of(), isNothing());
    }

    /** The changes of provisions, and the new provisions. */
    Projection<ProvisionStore.Row> provisions() {
        return new Projection<>(provisions.keySet(), this::of, begun.values(), isNothing());
    }

    /** The changes of grants. */
    Projection<GrantStore.Row> grants() {
        return new Projection<>(grants.keySet(), this::of, List.of(), isNothing());
    }

    public TransitionStore.Row of(TransitionStore.Row row) {
        return transitions.getOrDefault(row.id(), UnaryOperator.identity()).apply(row);
    }

    ProvisionStore.Row of(ProvisionStore.Row row) {
        return provisions.getOrDefault(row.id(), UnaryOperator.identity()).apply(row);
    }

    public GrantStore.Row of(GrantStore.Row row) {
        return grants.getOrDefault(row.id(), GrantStore.Row::expired).apply(row);
    }

    /** The newest provisions of one organization, together with the new ones. */
    public List<ProvisionStore.Row> among(List<ProvisionStore.Row> newest) {
        var all = new ArrayList<>(begun.values());
        newest.forEach(row -> all.add(of(row)));
        all.sort(NEWEST_FIRST);
        return all;
    }
}
