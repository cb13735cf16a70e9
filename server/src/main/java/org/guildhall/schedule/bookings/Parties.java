package org.guildhall.schedule.bookings;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.schedule.bookings.NewBookings.Common;
import org.guildhall.schedule.bookings.NewBookings.Created;
import org.guildhall.schedule.bookings.NewBookings.Known;
import org.guildhall.schedule.bookings.NewBookings.Wanted;
import org.jspecify.annotations.Nullable;

/** Books parties, under the lock of their session: all persons or nobody, or as many as fit. */
final class Parties {

    static final String ALL_OR_NOTHING = "all_or_nothing";

    /** What one person can be refused for while others of the party are booked. */
    private static final Set<Problem> OF_ONE = Set.of(Problem.ENTITLEMENT_EXCEEDED, Problem.INVALID_STATE, Problem.CONFLICT);

    private final BookedSessions booked;
    private final PartyStore parties;
    private final NewBookings places;

    Parties(BookedSessions booked, PartyStore parties, NewBookings places) {
        this.booked = booked;
        this.parties = parties;
        this.places = places;
    }

    /**
     * A requested party.
     *
     * @param mode all_or_nothing or as_many_as_fit
     * @param notGuardian the refusals of persons for whom the caller can't act, by their ids
     */
    record Request(
            UUID sessionId, List<Wanted> persons, String mode, boolean waitlist, @Nullable Integer holdSeconds, @Nullable UUID actingPersonId,
            UUID consumerId, Function<Wanted, @Nullable ProblemException> notGuardian) {}

    /** The outcome for one person: a booking or a refusal. */
    record Line(UUID personId, @Nullable Created created, @Nullable ProblemException refusal) {}

    /** A new party. */
    record Made(PartyStore.Row party, List<Line> lines) {}

    /**
     * Books a party.
     *
     * @throws ProblemException as the document's description of the operation says; nothing is changed then
     */
    Made book(Tx tx, Function<String, Changes> changes, Request request) {
        requireDifferent(request.persons());
        var organizations = request.persons().stream().map(Wanted::organizationId).filter(Objects::nonNull).distinct().toList();
        var reading = places.reading(request.sessionId(), request.persons());
        var locked = Require.named(booked.lock(
                tx, changes, request.sessionId(), request.persons().stream().map(Wanted::personId).toList(), organizations, reading),
                "/session_id", "session");
        var known = reading.known(tx, locked);
        boolean together = request.mode().equals(ALL_OR_NOTHING);
        if (together && request.persons().size() > locked.session().values().capacity()) {
            throw Problem.VALIDATION_FAILED.at("/persons", "The session has " + locked.session().values().capacity() + " places.");
        }
        BookingRules.requireScheduled(locked.session(), locked.now());
        BookingRules.requireOpen(locked.session(), locked.now());
        var party = new PartyStore.Row(Ids.next(), locked.session().id(), request.mode(), locked.now());
        parties.insert(tx, party);
        var work = new Work(tx, changes.apply("party.created"), locked, known, request,
                new Common(party.id(), request.actingPersonId(), request.consumerId(), request.holdSeconds()));
        return new Made(party, together ? work.together() : work.asManyAsFit());
    }

    private static void requireDifferent(List<Wanted> persons) {
        var seen = new HashSet<UUID>();
        var twice = new ArrayList<ProblemException.Item>();
        for (var wanted : persons) {
            if (!seen.add(wanted.personId())) {
                twice.add(ProblemException.Item.pointer(wanted.pointer() + "/person_id", "duplicate", "The person is named twice."));
            }
        }
        ProblemException.ifAny(twice);
    }

    /** The work of one request. */
    private final class Work {

        private final Tx tx;
        private final Changes changes;
        private final LockedSession locked;
        private final Known known;
        private final Request request;
        private final Common common;

        Work(Tx tx, Changes changes, LockedSession locked, Known known, Request request, Common common) {
            this.tx = tx;
            this.changes = changes;
            this.locked = locked;
            this.known = known;
            this.request = request;
            this.common = common;
        }

        /** All get a place, or all wait as one entry. */
        List<Line> together() {
            for (var wanted : request.persons()) {
                var refusal = refusal(wanted);
                if (refusal != null) {
                    throw refusal;
                }
            }
            int size = request.persons().size();
            boolean free = size <= locked.open();
            if (!free && !(request.waitlist() && NewBookings.canWait(locked, size))) {
                throw NewBookings.noPlace(locked, request.waitlist());
            }
            var created = new ArrayList<Created>();
            long place = locked.counts().lastPlace() + 1;
            for (var wanted : request.persons()) {
                created.add(free ? placed(wanted) : waiting(wanted, place));
            }
            return (free ? created : places.together(tx, created)).stream().map(one -> new Line(one.row().personId(), one, null)).toList();
        }

        /** Who fits gets a place, in the order of the request; the others wait one by one. */
        List<Line> asManyAsFit() {
            var lines = new ArrayList<Line>();
            int open = locked.open();
            int waiting = 0;
            for (var wanted : request.persons()) {
                var line = open > 0 ? attempt(wanted) : rest(wanted, waiting);
                if (line.created() != null) {
                    open = Math.max(0, open - 1);
                    waiting += line.created().row().state().equals("waitlisted") ? 1 : 0;
                }
                lines.add(line);
            }
            if (lines.stream().allMatch(line -> line.created() == null)) {
                throw Objects.requireNonNull(lines.getFirst().refusal());
            }
            return lines;
        }

        private Line attempt(Wanted wanted) {
            var refusal = refusal(wanted);
            if (refusal != null) {
                return new Line(wanted.personId(), null, refusal);
            }
            try {
                return new Line(wanted.personId(), placed(wanted), null);
            } catch (ProblemException refused) {
                if (!OF_ONE.contains(refused.problem())) {
                    throw refused;
                }
                return new Line(wanted.personId(), null, refused);
            }
        }

        private Line rest(Wanted wanted, int before) {
            var refusal = refusal(wanted);
            if (refusal == null && !(request.waitlist() && NewBookings.canWait(locked, before + 1))) {
                refusal = NewBookings.noPlace(locked, request.waitlist());
            }
            return refusal != null
                    ? new Line(wanted.personId(), null, refusal)
                    : new Line(wanted.personId(), waiting(wanted, locked.counts().lastPlace() + 1 + before), null);
        }

        private @Nullable ProblemException refusal(Wanted wanted) {
            var refusal = request.notGuardian().apply(wanted);
            return refusal != null ? refusal : known.refusal(locked, wanted);
        }

        private Created placed(Wanted wanted) {
            places.requireFewHolds(tx, locked, wanted.personId(), common);
            return places.place(tx, changes, locked, wanted, common);
        }

        private Created waiting(Wanted wanted, long place) {
            return places.waiting(tx, locked, wanted, common, place);
        }
    }
}
