package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.api.model.PoolId;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.plans.TransitionStore.TransitionDetails;
import org.guildhall.runtime.plans.TransitionWriter.NewProvision;
import org.guildhall.runtime.rules.GrantEnd;
import org.guildhall.runtime.rules.PoolProjection.CatalogHistory;
import org.guildhall.runtime.rules.PoolProjection.ProjectedTransition;
import org.guildhall.runtime.rules.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.runtime.rules.ProvisionCause;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.guildhall.runtime.rules.TransitionRules;
import org.guildhall.runtime.rules.UsageHoldback;
import org.jspecify.annotations.Nullable;

/**
 * Pools and their due changes. Every change of what an organization holds calls {@link #lock} first, which writes the due changes. Reads
 * include the due changes without writing them.
 */
public final class Pools {

    private static final String DEFAULT_REASON = "The default of the organization's type.";
    private static final int PROJECTED_MAX = 1_000;
    private static final int PROJECTED_RETRY_SECONDS = 5;

    private final Catalog catalog;
    private final AfterMove afterMove;
    private final PoolStore store = new PoolStore();
    private final UsageHoldback.Loader holdbacks;
    private final TransitionWriter writer;
    private final DueTasks dueTasks;

    /** The consequences of a change outside this part. The pool is locked, and its provisions are written. */
    @FunctionalInterface
    public interface AfterMove {

        /** Adds the question whether a change of the organization's pool can have consequences, to the statements that lock the pool. */
        default BooleanSupplier isNeeded(Batch batch, UUID organizationId) {
            return () -> true;
        }

        /** @param keepSiteIds the sites that stay active if there are too many */
        void settle(Tx tx, Changes changes, LockedPool locked, List<UUID> keepSiteIds);
    }

    /**
     * The provisions of a pool at an instant.
     *
     * @param now the instant
     * @param spans the provisions in effect, with due transitions applied
     */
    public record PoolSnapshot(PoolStore.Row pool, UUID orgTypeId, Instant now, List<ProvisionSpan> spans) {

        /** The plans, at most one per ladder. */
        List<ProvisionSpan> plans() {
            return spans.stream().filter(span -> span.ladderId() != null).toList();
        }
    }

    /**
     * The pool of a new organization.
     *
     * @param changes records the default grants, then the pool
     */
    public record Opening(Changes changes, PoolStore.Row pool) {}

    public Pools(Catalog catalog, TransitionWriter writer, AfterMove afterMove, UsageHoldback.Loader holdbacks, DueTasks dueTasks) {
        this.dueTasks = dueTasks;
        this.catalog = catalog;
        this.writer = writer;
        this.afterMove = afterMove;
        this.holdbacks = holdbacks;
    }

    /**
     * Adds the read of the default grants for {@link #open}, after the type is locked.
     *
     * @param orgTypeId null for the tenant's default type
     */
    public Supplier<List<DefaultGrant>> defaults(Batch batch, @Nullable UUID orgTypeId) {
        return orgTypeId == null ? catalog.defaultsOfDefaultType(batch) : catalog.defaults(batch, orgTypeId);
    }

    /**
     * Issues the default grants of a type to new organizations. The number of statements doesn't depend on the number of organizations.
     */
    public void open(Tx tx, Actor actor, UUID orgTypeId, List<DefaultGrant> defaults, List<Opening> those) {
        var after = new ArrayList<LockedPool>(those.size());
        var beginnings = new ArrayList<NewProvision>();
        for (var opening : those) {
            var pool = opening.pool();
            var locked = new LockedPool(pool, orgTypeId, "active", pool.createdAt(), List.of(), List.of(), PoolRows.ofNewPool(defaults));
            for (var policy : defaults) {
                if (policy.lifetime().holds(locked.now())) {
                    var beginning = given(opening.changes(), locked, policy, actor);
                    beginnings.add(beginning);
                    locked = beginning.after();
                }
            }
            after.add(locked);
        }
        writer.begin(tx, beginnings);
        for (int at = 0; at < those.size(); at++) {
            var pool = those.get(at).pool();
            those.get(at).changes().created(new PoolId(pool.id()), PlanViews.toApi(pool, after.get(at).plans()));
        }
    }

    /** Ends everything that an organization holds, and cancels its scheduled transitions. No default grant follows. */
    public void close(Tx tx, Changes changes, Actor actor, UUID organizationId, String reason) {
        var locked = Objects.requireNonNull(lock(tx, changes, organizationId), "an organization without a pool");
        var after = locked;
        for (var plan : locked.plans()) {
            var scheduled = ScheduledTransition.of(
                    Objects.requireNonNull(plan.ladderId()), TransitionRules.Kind.END, plan.tierId(), null, ProvisionCause.MANUAL, plan.grantId(), locked.now());
            var details = TransitionDetails.of(actor, reason);
            after = writer.move(tx, changes, after, new ProjectedTransition(scheduled, plan, null), details, null).locked();
        }
        writer.endOffLadders(tx, changes, locked, null);
        writer.revokeAll(tx, changes, locked, reason);
        writer.dropAll(tx, changes, locked, locked.scheduled().stream().map(ScheduledTransition::id).toList(), reason, locked.now());
        changed(tx, changes, locked, after, List.of());
    }

    /**
     * Locks the pool of an organization until the transaction ends, and writes its due changes. They are recorded as secondary changes of the
     * audit event.
     *
     * @return null if there is no such organization
     */
    public @Nullable LockedPool lock(Tx tx, Changes changes, UUID organizationId) {
        var batch = new Batch();
        var lock = lock(batch, organizationId);
        batch.send(tx);
        return lock.applied(tx, changes);
    }

    /** The lock of a pool that was added to a batch. */
    @FunctionalInterface
    public interface Lock {

        /** Writes the due changes of the pool, once the batch is sent; null if there is no such organization. */
        @Nullable LockedPool applied(Tx tx, Changes changes);
    }

    /** Adds the lock of a pool to a batch, for callers that read more in the same round trip. Statements added later run after the lock. */
    public Lock lock(Batch batch, UUID organizationId) {
        var found = store.lock(batch, organizationId);
        var needed = afterMove.isNeeded(batch, organizationId);
        return (tx, changes) -> applied(tx, changes, found.get(), needed);
    }

    private @Nullable LockedPool applied(Tx tx, Changes changes, PoolStore.@Nullable State state, BooleanSupplier needed) {
        if (state == null) {
            return null;
        }
        var rows = new PoolRows(
                state.provisions(), state.transitions().stream().map(PoolStore.Pending::row).toList(), state.grants(), state.nextEnd(), state.defaults(),
                needed.getAsBoolean());
        var locked = new LockedPool(state.pool(), state.orgTypeId(), state.organizationState(), state.now(), state.spans(), state.scheduled(), rows);
        return state.due().isEmpty() && state.expired().isEmpty() ? locked : settle(tx, changes.secondary(), locked, state);
    }

    /**
     * Locks the pool as {@link #lock} does, and applies the consequences of changed entitlement rules, if there are any.
     *
     * @param changes an empty recorder
     */
    public @Nullable LockedPool review(Tx tx, Changes changes, UUID organizationId) {
        var locked = lock(tx, changes, organizationId);
        if (locked == null || !changes.isEmpty()) {
            return locked;
        }
        consequences(tx, changes, locked, List.of());
        return changes.isEmpty() ? locked : touched(tx, changes, locked, locked);
    }

    /** The instant of the next scheduled change of an organization's pool; null for none. */
    @Nullable Instant nextDue(Tx tx, UUID organizationId) {
        return store.nextDue(tx, organizationId);
    }

    /** The provisions of an organization at an instant, or now; null if its pool didn't exist. */
    public @Nullable PoolSnapshot seen(Tx tx, UUID organizationId, @Nullable Instant at) {
        var state = store.snapshot(tx, organizationId, at);
        if (state == null) {
            return null;
        }
        var timeline = timeline(tx, state);
        return new PoolSnapshot(state.pool().after(state.instants(timeline)), state.orgTypeId(), state.now(), timeline.spans().stream()
                .filter(span -> span.holds(state.now()))
                .map(span -> span.startsAt().isAfter(state.clock()) ? span.yetToCome() : span)
                .toList());
    }

    /**
     * The rows that the due transitions will write.
     *
     * @param organizationId null for all organizations
     * @throws ProblemException {@code unavailable} if more transitions are due in all organizations than one answer can include
     */
    ProjectedRows projected(Tx tx, @Nullable UUID organizationId) {
        var projected = ProjectedRows.nothing();
        var states = store.due(tx, organizationId, PROJECTED_MAX + 1);
        if (organizationId == null && states.stream().mapToInt(state -> state.due().size()).sum() > PROJECTED_MAX) {
            // A part of the due transitions would give a wrong answer.
            throw Problem.UNAVAILABLE
                    .because("More than " + PROJECTED_MAX + " transitions are due and being written. Filter the list by `organization_id`, or retry later.")
                    .retryAfter(PROJECTED_RETRY_SECONDS);
        }
        var histories = histories(tx, states);
        for (var state : states) {
            var steps = PoolProjection.of(state.spans(), state.due(), Objects.requireNonNull(histories.get(state.pool().id()))).steps();
            projected.with(state.pool().organizationId(), state.pool().id(), state.now(), state.scheduled(), steps);
        }
        return projected;
    }

    /** Applies a default-grant policy: a plan by a transition on its ladder, where there must be no plan; another product by a provision. */
    public LockedPool give(Tx tx, Changes changes, LockedPool locked, DefaultGrant policy, Actor actor) {
        var beginning = given(changes, locked, policy, actor);
        writer.begin(tx, List.of(beginning));
        return beginning.after();
    }

    private static NewProvision given(Changes changes, LockedPool locked, DefaultGrant policy, Actor actor) {
        var ladderId = policy.ladderId();
        var to = new ProvisionSpan(
                Ids.next(), policy.productId(), ladderId, policy.tierId(), ProvisionCause.DEFAULT, null, policy.policyId(), locked.now(), null);
        if (ladderId == null) {
            return NewProvision.offLadders(changes, locked, to);
        }
        var scheduled = ScheduledTransition.of(ladderId, TransitionRules.Kind.INITIATE, null, policy.tierId(), ProvisionCause.DEFAULT, null, locked.now());
        var details = TransitionDetails.of(actor, DEFAULT_REASON);
        return NewProvision.onLadder(changes, locked, new ProjectedTransition(scheduled, null, to), details);
    }

    /**
     * Applies the consequences of a change, increments the pool's version, and records the pool last.
     *
     * @param before the pool as it was locked
     */
    public LockedPool changed(Tx tx, Changes changes, LockedPool before, LockedPool after, List<UUID> keepSiteIds) {
        // Needed after every change: an end takes effect before it is written, and products off the ladders also have rules.
        consequences(tx, changes, after, keepSiteIds);
        return touched(tx, changes, before, after);
    }

    private LockedPool touched(Tx tx, Changes changes, LockedPool before, LockedPool after) {
        return touched(tx, changes, before, after, before.pool().after(new TreeSet<>(Set.of(after.now()))));
    }

    private void consequences(Tx tx, Changes changes, LockedPool after, List<UUID> keepSiteIds) {
        if (after.rows().moveHasConsequences()) {
            afterMove.settle(tx, changes, after, keepSiteIds);
        }
    }

    private LockedPool touched(Tx tx, Changes changes, LockedPool before, LockedPool after, PoolStore.Row changed) {
        store.touch(tx, changed);
        var nextDue = after.rows().nextDue();
        if (nextDue != null) {
            dueTasks.request(tx, changed.organizationId(), nextDue);
        }
        changes.changed(new PoolId(changed.id()), PlanViews.toApi(before.pool(), before.plans()), PlanViews.toApi(changed, after.plans()));
        return after.as(changed);
    }

    private PoolProjection timeline(Tx tx, PoolStore.State state) {
        var due = state.due();
        var history = due.isEmpty() ? new CatalogHistory(Map.of(), List.of()) : Objects.requireNonNull(histories(tx, List.of(state)).get(state.pool().id()));
        return PoolProjection.of(state.spans(), due, history);
    }

    private LockedPool settle(Tx tx, Changes changes, LockedPool locked, PoolStore.State state) {
        var due = state.due();
        var timeline = timeline(tx, state);
        var after = locked;
        var keep = new ArrayList<UUID>();
        for (var step : timeline.steps()) {
            var moved = writer.settle(tx, changes, after, step);
            after = moved.locked();
            if (step.dropped() == null) {
                keep.addAll(moved.transition().keepSiteIds());
            }
        }
        writer.overAll(tx, changes, locked, state.expired(), GrantEnd.EXPIRED, null);
        // A transition at this very instant is written. The change of this request comes after it.
        boolean sameInstant = !due.isEmpty() && due.getLast().effectiveAt().equals(locked.now());
        var now = sameInstant ? locked.now().plusNanos(1_000) : locked.now();
        var ahead = locked.scheduled().stream().filter(other -> !due.contains(other)).filter(other -> !dropped(other, timeline)).toList();
        var settled = new LockedPool(locked.pool(), locked.orgTypeId(), locked.organizationState(), now, after.spans(), ahead, locked.rows());
        consequences(tx, changes, settled, keep);
        return touched(tx, changes, locked, settled, locked.pool().after(state.instants(timeline)));
    }

    /** True if the transition of a grant was canceled: a due transition replaced the grant's plan, or the grant didn't begin. */
    private static boolean dropped(ScheduledTransition ahead, PoolProjection timeline) {
        return ahead.grantId() != null && timeline.steps().stream()
                .anyMatch(step -> step.dropped() == null
                        ? step.from() != null && ahead.grantId().equals(step.from().grantId())
                        : step.scheduled().beginsGrant() && ahead.grantId().equals(step.scheduled().grantId()));
    }

    /** The catalog history of the due transitions of pools, with their usage checks, by pool. */
    private Map<UUID, CatalogHistory> histories(Tx tx, List<PoolStore.State> states) {
        var ladders = catalog.ladders(
                tx, states.stream().flatMap(state -> state.due().stream()).map(ScheduledTransition::ladderId).collect(Collectors.toSet()));
        var holdbacks = holdbacks(tx, states, ladders);
        var histories = new HashMap<UUID, CatalogHistory>();
        for (var state : states) {
            var history = history(tx, state.defaults(), ladders, List.of());
            histories.put(state.pool().id(), history.with(holdbacks.getOrDefault(state.pool().id(), UsageHoldback.NONE)));
        }
        return histories;
    }

    private Map<UUID, UsageHoldback> holdbacks(Tx tx, List<PoolStore.State> states, List<Ladder> ladders) {
        var clocks = new HashMap<UUID, Instant>();
        var products = new HashSet<UUID>();
        var since = Instant.MAX;
        for (var state : states) {
            var first = state.due().stream().filter(ScheduledTransition::mayBeHeldBack).map(ScheduledTransition::effectiveAt).findFirst().orElse(null);
            if (first != null) {
                clocks.put(state.pool().id(), state.clock());
                state.spans().forEach(span -> products.add(span.productId()));
                since = first.isBefore(since) ? first : since;
            }
        }
        if (clocks.isEmpty()) {
            return Map.of();
        }
        ladders.stream().flatMap(ladder -> ladder.tiers().stream()).flatMap(tier -> tier.products().stream())
                .forEach(standing -> products.add(standing.productId()));
        return holdbacks.of(tx, clocks, products, since);
    }

    /** The catalog history of the ladders of transitions, and of ladders that were read before. */
    CatalogHistory history(Tx tx, List<DefaultGrant> defaults, List<Ladder> known, List<ScheduledTransition> transitions) {
        var ladders = new HashMap<UUID, Ladder>();
        known.forEach(ladder -> ladders.put(ladder.id(), ladder));
        var others = transitions.stream().map(ScheduledTransition::ladderId).filter(id -> !ladders.containsKey(id)).collect(Collectors.toSet());
        catalog.ladders(tx, others).forEach(ladder -> ladders.put(ladder.id(), ladder));
        return new CatalogHistory(ladders, defaults);
    }
}
