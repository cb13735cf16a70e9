package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.model.GrantId;
import org.guildhall.api.model.ProvisionId;
import org.guildhall.api.model.TransitionId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.plans.PoolProjection.ProjectedTransition;
import org.guildhall.runtime.plans.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.plans.TransitionStore.Manner;
import org.guildhall.runtime.plans.TransitionStore.Written;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what was decided about a plan: one path for every cause, whoever acts. Ends what was held, begins what is held from the
 * same instant on, and records the transition; the pool is held. What it writes it tells, the transition first.
 */
public final class TransitionWriter {

    static final String REVOKED = "revoked";
    static final String SUPERSEDED = "superseded";
    static final String EXPIRED = "expired";
    static final String CANCELED = "canceled";

    private final ProvisionStore provisions;
    private final TransitionStore transitions;
    private final GrantStore grants;

    /**
     * Something that begins where nothing was, with the pool held or new.
     *
     * @param changes told of it
     * @param move that leads to it; null off the ladders
     */
    record NewProvision(Changes changes, LockedPool held, ProvisionSpan to, @Nullable Written move) {

        static NewProvision onLadder(Changes changes, LockedPool held, ProjectedTransition step, Manner manner) {
            return new NewProvision(changes, held, Objects.requireNonNull(step.to()), written(held, step, manner, true));
        }

        static NewProvision offLadders(Changes changes, LockedPool held, ProvisionSpan to) {
            return new NewProvision(changes, held, to, null);
        }

        /** The pool after it. */
        LockedPool after() {
            return move == null ? held : held.after(move.step());
        }
    }

    public TransitionWriter(ProvisionStore provisions, TransitionStore transitions, GrantStore grants) {
        this.provisions = provisions;
        this.transitions = transitions;
        this.grants = grants;
    }

    /** A transition as it was written down, and the pool after it. */
    record WrittenTransition(TransitionStore.Row transition, LockedPool held) {}

    /** A provision before and after its end was written down. */
    private record Ended(ProvisionStore.Row before, ProvisionStore.Row after) {}

    /**
     * Moves at once.
     *
     * @param grantOver what becomes of the grant that the plan came from: revoked or superseded; null if that is written down already
     */
    WrittenTransition move(Tx tx, Changes changes, LockedPool held, ProjectedTransition step, Manner manner, @Nullable String grantOver) {
        var ended = ended(tx, step, held.now());
        var begun = begun(tx, held, step);
        var transition = transitions.insert(tx, List.of(written(held, step, manner, true))).getFirst();
        changes.created(new TransitionId(transition.id()), PlanViews.toApi(transition));
        tell(changes, ended, begun);
        if (grantOver != null) {
            over(tx, changes, held, step, grantOver);
        }
        return new WrittenTransition(transition, held.after(step));
    }

    /** Agrees on a move for later: nothing is held by it until then. */
    TransitionStore.Row schedule(Tx tx, Changes changes, LockedPool held, ScheduledTransition what, Manner manner) {
        var step = new ProjectedTransition(what, null, null);
        var transition = transitions.insert(tx, List.of(written(held, step, manner, false))).getFirst();
        changes.created(new TransitionId(transition.id()), PlanViews.toApi(transition));
        return transition;
    }

    private static Written written(LockedPool held, ProjectedTransition step, Manner manner, boolean done) {
        return new Written(held.organizationId(), held.poolId(), step, manner, done, held.now());
    }

    /** Writes down what came of a scheduled transition that was due, dated at its instant: as {@link ProjectedRows} showed it. */
    WrittenTransition settle(Tx tx, Changes changes, LockedPool held, ProjectedTransition step) {
        var what = step.what();
        if (step.dropped() != null) {
            var dropped = drop(tx, changes, what.id(), step.dropped().reason(), step.dropped().at());
            if (what.beginsGrant() && what.grantId() != null) {
                over(tx, changes, what.grantId(), what.effectiveAt(), CANCELED, step.dropped().reason(), held.now());
                dropOf(tx, changes, held, what.grantId(), CANCELED, what.effectiveAt());
            }
            return new WrittenTransition(dropped, held);
        }
        var ended = ended(tx, step, held.now());
        var begun = begun(tx, held, step);
        var before = Objects.requireNonNull(transitions.get(tx, what.id()));
        var transition = put(tx, changes, List.of(before), List.of(before.done(step))).getFirst();
        tell(changes, ended, begun);
        over(tx, changes, held, step, step.grantOver());
        return new WrittenTransition(transition, held.after(step));
    }

    /** Drops a transition that is still to come, or that came to nothing. */
    TransitionStore.Row drop(Tx tx, Changes changes, UUID id, @Nullable String reason, Instant at) {
        return dropAll(tx, changes, List.of(id), reason, at).getFirst();
    }

    /** Drops transitions, however many, in two statements. */
    List<TransitionStore.Row> dropAll(Tx tx, Changes changes, List<UUID> ids, @Nullable String reason, Instant at) {
        if (ids.isEmpty()) {
            return List.of();
        }
        var before = transitions.getAll(tx, ids);
        return put(tx, changes, before, before.stream().map(row -> row.canceled(reason, at)).toList());
    }

    private List<TransitionStore.Row> put(Tx tx, Changes changes, List<TransitionStore.Row> before, List<TransitionStore.Row> after) {
        transitions.save(tx, after);
        for (int at = 0; at < after.size(); at++) {
            changes.changed(
                    new TransitionId(after.get(at).id()), PlanViews.toApi(before.get(at)), PlanViews.toApi(after.get(at)));
        }
        return after;
    }

    /** Drops everything that is still to come by a grant that is over since an instant. */
    void dropOf(Tx tx, Changes changes, LockedPool held, UUID grantId, String reason, Instant at) {
        var dropped = held.scheduled().stream()
                .filter(other -> grantId.equals(other.grantId()) && other.effectiveAt().isAfter(held.now()))
                .map(ScheduledTransition::id)
                .toList();
        dropAll(tx, changes, dropped, reason, at);
    }

    /** Ends what is held off the ladders: everything, or what a grant gave. */
    void endOffLadders(Tx tx, Changes changes, LockedPool held, @Nullable UUID grantId) {
        var ended = provisions.heldOffLadders(tx, held.poolId(), grantId, held.now()).stream()
                .map(before -> new Ended(before, before.until(held.now())))
                .toList();
        if (!ended.isEmpty()) {
            provisions.save(tx, ended.stream().map(Ended::after).toList());
            ended.forEach(each -> tell(changes, each, null));
        }
    }

    /**
     * Moves the end of a grant, with all that follows from it, and tells the grant first.
     *
     * @param end of its plan, to be scheduled; null for none
     * @return the pool after it
     */
    LockedPool reschedule(Tx tx, Changes changes, LockedPool held, GrantStore.Row before, GrantStore.Row after, @Nullable ScheduledTransition end, Manner manner) {
        grants.save(tx, List.of(after));
        changes.changed(new GrantId(after.id()), PlanViews.toApi(before), PlanViews.toApi(after));
        held.scheduled().stream()
                .filter(other -> other.endsGrant() && after.id().equals(other.grantId()))
                .forEach(other -> drop(tx, changes, other.id(), "The end of the grant was changed.", held.now()));
        if (end != null) {
            schedule(tx, changes, held, end, manner);
        }
        var holdings = new ArrayList<ProvisionSpan>();
        for (var holding : held.holdings()) {
            boolean itsOwn = after.id().equals(holding.grantId()) && (holding.endsAt() == null || holding.endsAt().isAfter(held.now()));
            if (itsOwn) {
                var provision = provisions.getAll(tx, List.of(Objects.requireNonNull(holding.provisionId())), held.now()).getFirst();
                var moved = provision.ending(after.endsAt(), held.now());
                provisions.save(tx, List.of(moved));
                tell(changes, new Ended(provision, moved), null);
            }
            holdings.add(itsOwn ? holding.until(after.endsAt()) : holding);
        }
        return held.holding(holdings);
    }

    /** Begins all of it at once. */
    void begin(Tx tx, List<NewProvision> those) {
        if (those.isEmpty()) {
            return;
        }
        var begun = those.stream().map(each -> begun(each.held(), each.to())).toList();
        provisions.insert(tx, begun);
        var moves = those.stream().map(NewProvision::move).filter(Objects::nonNull).toList();
        var moved = moves.isEmpty() ? Collections.<TransitionStore.Row>emptyIterator() : transitions.insert(tx, moves).iterator();
        for (int at = 0; at < begun.size(); at++) {
            var changes = those.get(at).changes();
            if (those.get(at).move() != null) {
                var transition = moved.next();
                changes.created(new TransitionId(transition.id()), PlanViews.toApi(transition));
            }
            tell(changes, null, begun.get(at));
        }
    }

    private static ProvisionStore.Row begun(LockedPool held, ProvisionSpan holding) {
        return ProvisionStore.Row.begun(held.organizationId(), held.poolId(), holding, held.now());
    }

    /** Notes that a grant is over. */
    GrantStore.Row over(Tx tx, Changes changes, UUID grantId, Instant end, String by, @Nullable String reason, Instant now) {
        return overAll(tx, changes, Map.of(grantId, end), by, reason, now).getFirst();
    }

    /**
     * Notes that grants are over, however many, in two statements.
     *
     * @param ends since when, by grant
     */
    List<GrantStore.Row> overAll(Tx tx, Changes changes, Map<UUID, Instant> ends, String by, @Nullable String reason, Instant now) {
        if (ends.isEmpty()) {
            return List.of();
        }
        var before = grants.getAll(tx, ends.keySet(), now);
        var after = before.stream().map(row -> row.over(Objects.requireNonNull(ends.get(row.id())), by, reason)).toList();
        grants.save(tx, after);
        for (int at = 0; at < after.size(); at++) {
            changes.changed(new GrantId(after.get(at).id()), PlanViews.toApi(before.get(at)), PlanViews.toApi(after.get(at)));
        }
        return after;
    }

    private void over(Tx tx, Changes changes, LockedPool held, ProjectedTransition step, String by) {
        var from = step.from();
        if (from == null || from.grantId() == null) {
            return;
        }
        over(tx, changes, from.grantId(), step.what().effectiveAt(), by, null, held.now());
        dropOf(tx, changes, held, from.grantId(), by, step.what().effectiveAt());
    }

    /** Ends the plan that is left; one whose end has come by itself is left as it is. */
    private @Nullable Ended ended(Tx tx, ProjectedTransition step, Instant now) {
        var from = step.from();
        var at = step.what().effectiveAt();
        if (from == null || at.equals(from.endsAt())) {
            return null;
        }
        return end(tx, provisions.getAll(tx, List.of(Objects.requireNonNull(from.provisionId())), now).getFirst(), at);
    }

    private Ended end(Tx tx, ProvisionStore.Row before, Instant at) {
        var after = before.until(at);
        provisions.save(tx, List.of(after));
        return new Ended(before, after);
    }

    private ProvisionStore.@Nullable Row begun(Tx tx, LockedPool held, ProjectedTransition step) {
        if (step.to() == null) {
            return null;
        }
        var begun = begun(held, step.to());
        provisions.insert(tx, List.of(begun));
        return begun;
    }

    private static void tell(Changes changes, @Nullable Ended ended, ProvisionStore.@Nullable Row begun) {
        if (ended != null) {
            changes.changed(
                    new ProvisionId(ended.after().id()), PlanViews.toApi(ended.before()), PlanViews.toApi(ended.after()));
        }
        if (begun != null) {
            changes.created(new ProvisionId(begun.id()), PlanViews.toApi(begun));
        }
    }
}
