package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.runtime.plans.GrantStore.Row;
import org.guildhall.runtime.plans.TransitionStore.TransitionDetails;
import org.guildhall.runtime.rules.CalendarTerm;
import org.guildhall.runtime.rules.GrantTerm;
import org.guildhall.runtime.rules.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.rules.ProvisionCause;
import org.guildhall.runtime.rules.TransitionRules;
import org.jspecify.annotations.Nullable;

/** Changes the end of an active or scheduled grant. Its provision stays the same, with another end. */
final class GrantTerms {

    private final Pools pools;
    private final TransitionWriter writer;
    private final GrantStore grants;

    GrantTerms(Pools pools, TransitionWriter writer, GrantStore grants) {
        this.pools = pools;
        this.writer = writer;
        this.grants = grants;
    }

    /**
     * Changes the end of a grant, to an earlier or later instant.
     *
     * @param before the grant at the pool's instant
     * @param externalId the new external id
     * @throws ProblemException as documented for {@code updateGrant}
     */
    Row change(Tx tx, Changes changes, LockedPool locked, Row before, @Nullable String externalId, @Nullable Instant endsAt) {
        if (endsAt == null && before.kind().equals("trial")) {
            throw refusal("/ends_at", "required", "A trial must have an end.");
        }
        if (endsAt != null && !endsAt.isAfter(locked.now())) {
            throw refusal("/ends_at", "past", "`ends_at` is not in the future.");
        }
        if (endsAt != null && !endsAt.isAfter(before.startsAt())) {
            throw refusal("/ends_at", "past", "`ends_at` is not after the start of the grant.");
        }
        requireOpen(before);
        return moved(tx, changes, locked, before, externalId, GrantTerm.until(endsAt));
    }

    /**
     * Extends a grant to a later instant, or by a length that is added to its term.
     *
     * @param before the grant at the pool's instant
     * @throws ProblemException as documented for {@code extendGrant}
     */
    Row extend(Tx tx, Changes changes, LockedPool locked, Row before, @Nullable Instant endsAt, @Nullable CalendarTerm length) {
        requireOpen(before);
        if (before.endsAt() == null) {
            throw Problem.INVALID_STATE.because("The grant has no end, so it can't be extended.");
        }
        var term = length == null ? GrantTerm.until(endsAt) : prolonged(tx, before, before.endsAt(), length);
        if (term.endsAt() == null || !term.endsAt().isAfter(before.endsAt())) {
            throw refusal(length == null ? "/ends_at" : "/duration", "not_later", "The new end is not after the present one, " + before.endsAt() + ".");
        }
        return moved(tx, changes, locked, before, before.externalId(), term);
    }

    /** The scheduled transition at the end of a grant on a ladder. */
    static ScheduledTransition end(UUID ladderId, UUID tierId, ProvisionCause kind, UUID grantId, Instant at) {
        return ScheduledTransition.of(ladderId, TransitionRules.Kind.END, tierId, null, kind, grantId, at);
    }

    /** The actor and reason of a grant's scheduled end. */
    static TransitionDetails byItself(ProvisionCause kind) {
        var reason = kind == ProvisionCause.TRIAL ? "The trial ended." : "The grant ended.";
        return TransitionDetails.of(Actor.JOB, reason);
    }

    private GrantTerm prolonged(Tx tx, Row before, Instant end, CalendarTerm more) {
        var zone = grants.zone(tx);
        return before.term() == null || before.termStartsAt() == null
                ? GrantTerm.of(more, end, zone)
                : GrantTerm.of(CalendarTerm.parse(before.term()).plus(more), before.termStartsAt(), zone);
    }

    private static void requireOpen(Row before) {
        if (!before.isOpen()) {
            throw Problem.INVALID_STATE.because("The end of a grant that is over can't be changed; this one is " + before.state() + ".");
        }
    }

    private Row moved(Tx tx, Changes changes, LockedPool locked, Row before, @Nullable String externalId, GrantTerm term) {
        var renewal = grants.renewal(tx, before.id(), locked.now());
        if (renewal != null) {
            throw Problem.CONFLICT.because("Another grant renews this one from " + renewal.startsAt() + " on. Change or revoke that grant first.");
        }
        var after = before.named(externalId).ending(term, locked.now());
        var kind = ProvisionCause.of(after.kind());
        var end = after.ladderId() == null || after.tierId() == null || after.endsAt() == null
                ? null
                : end(after.ladderId(), after.tierId(), kind, after.id(), after.endsAt());
        pools.changed(tx, changes, locked, writer.reschedule(tx, changes, locked, before, after, end, byItself(kind)), List.of());
        return after;
    }

    private static ProblemException refusal(String pointer, String code, String detail) {
        return Problem.VALIDATION_FAILED.because(detail).with(Item.pointer(pointer, code, detail));
    }
}
