package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.api.model.GrantId;
import org.guildhall.api.model.ProvisionId;
import org.guildhall.api.model.TransitionId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.plans.TransitionStore.TransitionDetails;
import org.guildhall.runtime.plans.TransitionStore.NewTransition;
import org.guildhall.runtime.rules.GrantEnd;
import org.guildhall.runtime.rules.PoolProjection.ProjectedTransition;
import org.guildhall.runtime.rules.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.jspecify.annotations.Nullable;

/**
 * Writes transitions and their effects, for every cause and every actor: it ends a provision, starts another one at the same instant, and
 * inserts the transition. The pool is locked. It records all changes, the transition first.
 */
public final class TransitionWriter {

    private final ProvisionStore provisions;
    private final TransitionStore transitions;
    private final GrantStore grants;

    /**
     * A provision that replaces no other one. Its pool is locked or new.
     *
     * @param changes records the provision and its transition
     * @param move the transition that starts it; null off the ladders
     */
    record NewProvision(Changes changes, LockedPool locked, ProvisionSpan to, @Nullable NewTransition move) {

        static NewProvision onLadder(Changes changes, LockedPool locked, ProjectedTransition step, TransitionDetails details) {
            return new NewProvision(changes, locked, Objects.requireNonNull(step.to()), written(locked, step, details, true));
        }

        static NewProvision offLadders(Changes changes, LockedPool locked, ProvisionSpan to) {
            return new NewProvision(changes, locked, to, null);
        }

        /** The pool after the provision has started. */
        LockedPool after() {
            return move == null ? locked : locked.after(move.step());
        }
    }

    public TransitionWriter(ProvisionStore provisions, TransitionStore transitions, GrantStore grants) {
        this.provisions = provisions;
        this.transitions = transitions;
        this.grants = grants;
    }

    /** A written transition, and the pool after it. */
    record WrittenTransition(TransitionStore.Row transition, LockedPool locked) {}

    /** A provision before and after its end was written. */
    private record Ended(ProvisionStore.Row before, ProvisionStore.Row after) {}

    /**
     * Executes a transition now.
     *
     * @param grantOver how the grant of the ended plan ends: revoked or superseded; null if its end is written already
     */
    WrittenTransition move(Tx tx, Changes changes, LockedPool locked, ProjectedTransition step, TransitionDetails details, @Nullable String grantOver) {
        var ended = ended(tx, locked, step);
        var begun = begun(tx, locked, step);
        var transition = inserted(tx, locked, written(locked, step, details, true));
        changes.created(new TransitionId(transition.id()), PlanViews.toApi(transition));
        record(changes, ended, begun);
        if (grantOver != null) {
            over(tx, changes, locked, step, grantOver);
        }
        return new WrittenTransition(transition, locked.after(step));
    }

    /** Schedules a transition. */
    TransitionStore.Row schedule(Tx tx, Changes changes, LockedPool locked, ScheduledTransition scheduled, TransitionDetails details) {
        var step = new ProjectedTransition(scheduled, null, null);
        var transition = inserted(tx, locked, written(locked, step, details, false));
        changes.created(new TransitionId(transition.id()), PlanViews.toApi(transition));
        return transition;
    }

    private TransitionStore.Row inserted(Tx tx, LockedPool locked, NewTransition move) {
        transitions.insert(tx, List.of(move));
        locked.rows().put(move.row());
        return move.row();
    }

    private static NewTransition written(LockedPool locked, ProjectedTransition step, TransitionDetails details, boolean done) {
        return new NewTransition(locked.organizationId(), locked.poolId(), step, details, done, locked.now());
    }

    /** Writes the result of a due transition at its own instant, equal to {@link ProjectedRows}. */
    WrittenTransition settle(Tx tx, Changes changes, LockedPool locked, ProjectedTransition step) {
        var scheduled = step.scheduled();
        if (step.dropped() != null) {
            var dropped = drop(tx, changes, locked, scheduled.id(), step.dropped().reason(), step.dropped().at());
            if (scheduled.beginsGrant() && scheduled.grantId() != null) {
                over(tx, changes, locked, scheduled.grantId(), scheduled.effectiveAt(), GrantEnd.CANCELED, step.dropped().reason());
                dropOf(tx, changes, locked, scheduled.grantId(), GrantEnd.CANCELED, scheduled.effectiveAt());
            }
            return new WrittenTransition(dropped, locked);
        }
        var ended = ended(tx, locked, step);
        var begun = begun(tx, locked, step);
        var before = locked.rows().transition(scheduled.id());
        var transition = put(tx, changes, locked, List.of(before), List.of(before.done(step))).getFirst();
        record(changes, ended, begun);
        over(tx, changes, locked, step, step.grantOver());
        return new WrittenTransition(transition, locked.after(step));
    }

    /** Cancels a scheduled transition. */
    TransitionStore.Row drop(Tx tx, Changes changes, LockedPool locked, UUID id, @Nullable String reason, Instant at) {
        return dropAll(tx, changes, locked, List.of(id), reason, at).getFirst();
    }

    /** Cancels scheduled transitions, in one statement. */
    List<TransitionStore.Row> dropAll(Tx tx, Changes changes, LockedPool locked, List<UUID> ids, @Nullable String reason, Instant at) {
        if (ids.isEmpty()) {
            return List.of();
        }
        var before = ids.stream().map(locked.rows()::transition)
                .sorted(Comparator.comparing(TransitionStore.Row::effectiveAt).thenComparing(row -> row.id().toString()))
                .toList();
        return put(tx, changes, locked, before, before.stream().map(row -> row.canceled(reason, at)).toList());
    }

    private List<TransitionStore.Row> put(
            Tx tx, Changes changes, LockedPool locked, List<TransitionStore.Row> before, List<TransitionStore.Row> after) {
        transitions.save(tx, after);
        after.forEach(locked.rows()::put);
        for (int at = 0; at < after.size(); at++) {
            changes.changed(
                    new TransitionId(after.get(at).id()), PlanViews.toApi(before.get(at)), PlanViews.toApi(after.get(at)));
        }
        return after;
    }

    /** Cancels the scheduled transitions of a grant that ended at an instant. */
    void dropOf(Tx tx, Changes changes, LockedPool locked, UUID grantId, String reason, Instant at) {
        var dropped = locked.scheduled().stream()
                .filter(other -> grantId.equals(other.grantId()) && other.effectiveAt().isAfter(locked.now()))
                .map(ScheduledTransition::id)
                .toList();
        dropAll(tx, changes, locked, dropped, reason, at);
    }

    /** Ends the provisions off the ladders; with a grant, only the grant's. */
    void endOffLadders(Tx tx, Changes changes, LockedPool locked, @Nullable UUID grantId) {
        var ended = provisions.offLadders(tx, locked.poolId(), grantId, locked.now()).stream()
                .map(before -> new Ended(before, before.until(locked.now())))
                .toList();
        if (!ended.isEmpty()) {
            save(tx, locked, ended);
            ended.forEach(each -> record(changes, each, null));
        }
    }

    /**
     * Writes a changed end of a grant: the grant, its provision and its scheduled end. It records the grant first.
     *
     * @param end the scheduled end of its plan; null for none
     * @return the pool after the change
     */
    LockedPool reschedule(Tx tx, Changes changes, LockedPool locked, GrantStore.Row before, GrantStore.Row after, @Nullable ScheduledTransition end, TransitionDetails details) {
        grants.save(tx, List.of(after));
        locked.rows().put(after);
        changes.changed(new GrantId(after.id()), PlanViews.toApi(before), PlanViews.toApi(after));
        locked.scheduled().stream()
                .filter(other -> other.endsGrant() && after.id().equals(other.grantId()))
                .forEach(other -> drop(tx, changes, locked, other.id(), "The end of the grant was changed.", locked.now()));
        if (end != null) {
            schedule(tx, changes, locked, end, details);
        }
        if (after.ladderId() == null) {
            provisions.offLadders(tx, locked.poolId(), after.id(), locked.now()).forEach(provision -> moveEnd(tx, changes, locked, provision, after.endsAt()));
            return locked;
        }
        var spans = new ArrayList<ProvisionSpan>();
        for (var span : locked.spans()) {
            boolean itsOwn = after.id().equals(span.grantId()) && (span.endsAt() == null || span.endsAt().isAfter(locked.now()));
            if (itsOwn) {
                moveEnd(tx, changes, locked, locked.rows().provision(Objects.requireNonNull(span.provisionId()), locked.now()), after.endsAt());
            }
            spans.add(itsOwn ? span.until(after.endsAt()) : span);
        }
        return locked.withSpans(spans);
    }

    private void moveEnd(Tx tx, Changes changes, LockedPool locked, ProvisionStore.Row provision, @Nullable Instant end) {
        var moved = new Ended(provision, provision.ending(end, locked.now()));
        save(tx, locked, List.of(moved));
        record(changes, moved, null);
    }

    private void save(Tx tx, LockedPool locked, List<Ended> ended) {
        provisions.save(tx, ended.stream().map(Ended::after).toList());
        ended.forEach(each -> locked.rows().put(each.after()));
    }

    /** Inserts provisions with their transitions, in two statements. */
    void begin(Tx tx, List<NewProvision> those) {
        if (those.isEmpty()) {
            return;
        }
        provisions.insert(tx, those.stream().map(each -> begun(each.locked(), each.to())).toList());
        var moves = those.stream().map(NewProvision::move).filter(Objects::nonNull).toList();
        if (!moves.isEmpty()) {
            transitions.insert(tx, moves);
        }
        for (var each : those) {
            if (each.move() != null) {
                var transition = each.move().row();
                each.locked().rows().put(transition);
                each.changes().created(new TransitionId(transition.id()), PlanViews.toApi(transition));
            }
            var begun = begun(each.locked(), each.to());
            each.locked().rows().put(begun);
            record(each.changes(), null, begun);
        }
    }

    private static ProvisionStore.Row begun(LockedPool locked, ProvisionSpan span) {
        return ProvisionStore.Row.begun(locked.organizationId(), locked.poolId(), span, locked.now());
    }

    /** Stores the actual end of a grant; null if it was stored before. */
    GrantStore.@Nullable Row over(Tx tx, Changes changes, LockedPool locked, UUID grantId, Instant end, String by, @Nullable String reason) {
        var over = overAll(tx, changes, locked, Map.of(grantId, end), by, reason);
        return over.isEmpty() ? null : over.getFirst();
    }

    /**
     * Stores the actual ends of grants, in one statement. Grants whose end was stored before stay as they are.
     *
     * @param ends the ends, by grant
     */
    List<GrantStore.Row> overAll(Tx tx, Changes changes, LockedPool locked, Map<UUID, Instant> ends, String by, @Nullable String reason) {
        var missing = ends.keySet().stream().filter(id -> locked.rows().grant(id, locked.now()) == null).toList();
        if (!missing.isEmpty()) {
            grants.all(tx, missing).forEach(locked.rows()::put);
        }
        var before = ends.keySet().stream()
                .sorted(Comparator.comparing(UUID::toString))
                .map(id -> locked.rows().grant(id, locked.now()))
                .filter(row -> row != null && row.endedBy() == null)
                .toList();
        return before.isEmpty() ? List.of() : over(tx, changes, locked, before, ends, by, reason);
    }

    /** Revokes all grants whose end isn't stored, in one statement. */
    void revokeAll(Tx tx, Changes changes, LockedPool locked, @Nullable String reason) {
        var open = grants.open(tx, locked.poolId(), locked.now());
        if (!open.isEmpty()) {
            var ends = open.stream().collect(Collectors.toMap(GrantStore.Row::id, row -> locked.now()));
            over(tx, changes, locked, open, ends, GrantEnd.REVOKED, reason);
        }
    }

    private List<GrantStore.Row> over(
            Tx tx, Changes changes, LockedPool locked, List<GrantStore.Row> before, Map<UUID, Instant> ends, String by, @Nullable String reason) {
        var after = before.stream().map(row -> row.over(Objects.requireNonNull(ends.get(row.id())), by, reason)).toList();
        grants.save(tx, after);
        for (int at = 0; at < after.size(); at++) {
            locked.rows().put(after.get(at));
            changes.changed(new GrantId(after.get(at).id()), PlanViews.toApi(before.get(at)), PlanViews.toApi(after.get(at)));
        }
        return after;
    }

    private void over(Tx tx, Changes changes, LockedPool locked, ProjectedTransition step, String by) {
        var from = step.from();
        if (from == null || from.grantId() == null) {
            return;
        }
        over(tx, changes, locked, from.grantId(), step.scheduled().effectiveAt(), by, null);
        dropOf(tx, changes, locked, from.grantId(), by, step.scheduled().effectiveAt());
    }

    /** Ends the previous plan, unless its own end is the same instant. */
    private @Nullable Ended ended(Tx tx, LockedPool locked, ProjectedTransition step) {
        var from = step.from();
        var at = step.scheduled().effectiveAt();
        if (from == null || at.equals(from.endsAt())) {
            return null;
        }
        var before = locked.rows().provision(Objects.requireNonNull(from.provisionId()), locked.now());
        var ended = new Ended(before, before.until(at));
        save(tx, locked, List.of(ended));
        return ended;
    }

    private ProvisionStore.@Nullable Row begun(Tx tx, LockedPool locked, ProjectedTransition step) {
        if (step.to() == null) {
            return null;
        }
        var begun = begun(locked, step.to());
        provisions.insert(tx, List.of(begun));
        locked.rows().put(begun);
        return begun;
    }

    private static void record(Changes changes, @Nullable Ended ended, ProvisionStore.@Nullable Row begun) {
        if (ended != null) {
            changes.changed(
                    new ProvisionId(ended.after().id()), PlanViews.toApi(ended.before()), PlanViews.toApi(ended.after()));
        }
        if (begun != null) {
            changes.created(new ProvisionId(begun.id()), PlanViews.toApi(begun));
        }
    }
}
