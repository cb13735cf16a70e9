package org.guildhall.schedule.bookings;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.Runtime.LoweredAllowance;
import org.guildhall.schedule.bookings.BookedPersonStore.Person;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.bookings.BookingStore.Existing;
import org.jspecify.annotations.Nullable;

/** Makes new bookings in a locked session: of one person, or of a party. */
final class NewBookings {

    private static final int HOLDS_OF_PERSON_MAX = 3;
    private static final int HOLDS_OF_CONSUMER_MAX = 20;
    private static final int REFERENCES_MAX = 5;

    private final BookingStore bookings;
    private final BookedPersonStore persons;
    private final BookingAllowances allowances;
    private final BookingWriter writer;
    private final BookingSecrets secrets;

    NewBookings(
            BookingStore bookings, BookedPersonStore persons, BookingAllowances allowances, BookingWriter writer, BookingSecrets secrets) {
        this.bookings = bookings;
        this.persons = persons;
        this.allowances = allowances;
        this.writer = writer;
        this.secrets = secrets;
    }

    /**
     * A person to book.
     *
     * @param pointer the place of the person's members in the body, such as {@code /persons/0}
     */
    record Wanted(UUID personId, @Nullable UUID organizationId, @Nullable String externalId, @Nullable String note, String pointer) {}

    /** What the bookings of a request have in common. @param holdSeconds null to book at once */
    record Common(@Nullable UUID partyId, @Nullable UUID actingPersonId, UUID consumerId, @Nullable Integer holdSeconds) {}

    /** A new booking and its code. @param lowered what scheduled changes of plans leave smaller of its allowance */
    record Created(Row row, String code, List<LoweredAllowance> lowered) {

        Created with(Row changed) {
            return new Created(changed, code, lowered);
        }

        Created with(List<LoweredAllowance> changed) {
            return new Created(row, code, changed);
        }
    }

    /** The persons of new bookings, and the bookings that they have in the session already. */
    record Known(Map<UUID, Person> persons, Map<UUID, UUID> existing) {

        @Nullable ProblemException refusal(LockedSession locked, Wanted wanted) {
            return BookingRules.refusal(
                    locked.session(), Objects.requireNonNull(persons.get(wanted.personId())), existing.get(wanted.personId()), wanted.pointer() + "/person_id");
        }
    }

    /** The reads for new bookings in a session. */
    Reading reading(UUID sessionId, List<Wanted> all) {
        return new Reading(sessionId, all);
    }

    /** The reads of one request, which are sent with the lock of the session. */
    final class Reading implements BookedSessions.Reads {

        private final UUID sessionId;
        private final List<Wanted> all;
        private @Nullable Supplier<List<Person>> found;
        private @Nullable Supplier<List<Existing>> existing;

        private Reading(UUID sessionId, List<Wanted> all) {
            this.sessionId = sessionId;
            this.all = all;
        }

        @Override
        public void add(Batch batch) {
            var ids = all.stream().map(Wanted::personId).toList();
            found = persons.get(batch, ids, sessionId);
            existing = bookings.existing(batch, sessionId, ids);
        }

        /** @throws ProblemException {@code validation_failed} if a person or an organization doesn't exist, or is missing */
        Known known(Tx tx, LockedSession locked) {
            var byId = new HashMap<UUID, Person>();
            Objects.requireNonNull(found).get().forEach(person -> byId.put(person.id(), person));
            requireKnown(tx, locked, byId.keySet());
            var bookingOf = new HashMap<UUID, UUID>();
            Objects.requireNonNull(existing).get().forEach(booking -> bookingOf.put(booking.personId(), booking.id()));
            return new Known(byId, bookingOf);
        }

        private void requireKnown(Tx tx, LockedSession locked, Set<UUID> known) {
            var wrong = new ArrayList<ProblemException.Item>();
            for (var wanted : all) {
                if (!known.contains(wanted.personId())) {
                    wrong.add(ProblemException.Item.pointer(wanted.pointer() + "/person_id", "unknown_reference", "There is no such person."));
                }
                if (wanted.organizationId() == null && locked.session().rules().needs() != null) {
                    wrong.add(ProblemException.Item.pointer(
                            wanted.pointer() + "/organization_id", "required", "`organization_id` is required, since the session uses an allowance."));
                }
            }
            ProblemException.ifAny(wrong);
            var organizations = new HashSet<UUID>();
            for (var wanted : all) {
                if (wanted.organizationId() != null && organizations.add(wanted.organizationId())) {
                    allowances.requireOrganization(tx, wanted.organizationId(), wanted.pointer() + "/organization_id");
                }
            }
        }
    }

    /** @throws ProblemException {@code conflict} if the person or the consumer holds too many places already */
    void requireFewHolds(Tx tx, LockedSession locked, UUID personId, Common common) {
        if (common.holdSeconds() == null) {
            return;
        }
        var holds = persons.holds(tx, personId, locked.session().id(), common.consumerId(), locked.now());
        if (holds.ofPerson() >= HOLDS_OF_PERSON_MAX) {
            throw Problem.CONFLICT.because("The person holds " + HOLDS_OF_PERSON_MAX + " places already.");
        }
        if (holds.ofConsumer() >= HOLDS_OF_CONSUMER_MAX) {
            throw Problem.CONFLICT.because("The consumer holds " + HOLDS_OF_CONSUMER_MAX + " places of this session already.");
        }
    }

    /** The refusal of a request that finds no place. */
    static ProblemException noPlace(LockedSession locked, boolean waitlist) {
        return Problem.CAPACITY_EXHAUSTED
                .because("The session has no free place" + (waitlist ? ", and its waitlist is full or closed." : "."))
                .member("free", locked.open())
                .member("waiting", locked.counts().waiting());
    }

    /** True if so many more persons can wait. */
    static boolean canWait(LockedSession locked, int more) {
        var rules = locked.session().rules();
        return locked.counts().waiting() + more <= rules.waitlistPlaces()
                && !WaitlistRules.isClosed(rules, locked.session().startsAt(), locked.now());
    }

    /**
     * Books or holds a free place, with the allowance that it uses.
     *
     * @throws ProblemException {@code entitlement_exceeded}, or {@code invalid_state} if the organization is archived; nothing is changed then
     */
    Created place(Tx tx, Changes changes, LockedSession locked, Wanted wanted, Common common) {
        var id = Ids.next();
        var use = locked.session().rules().needs();
        var lowered = use == null ? List.<LoweredAllowance>of() : allowances.hold(
                tx, changes, id, Objects.requireNonNull(wanted.organizationId()), use, locked.session().startsAt());
        var until = common.holdSeconds() == null ? null : locked.now().plusSeconds(common.holdSeconds());
        return insert(tx, locked, wanted, common, new Place(id, until == null ? "booked" : "held", null, until)).with(lowered);
    }

    /** Lets a person wait. @param place the number on the waitlist, which a party has together */
    Created waiting(Tx tx, LockedSession locked, Wanted wanted, Common common, long place) {
        return insert(tx, locked, wanted, common, new Place(Ids.next(), "waitlisted", place, null));
    }

    /** As they are once all of their party are stored: a waiting party's number of places counts all of them. */
    List<Created> together(Tx tx, List<Created> created) {
        var rows = bookings.getAll(tx, created.stream().map(one -> one.row().id()).toList());
        return created.stream().map(one -> one.with(Objects.requireNonNull(rows.get(one.row().id())))).toList();
    }

    private record Place(UUID id, String state, @Nullable Long number, @Nullable Instant heldUntil) {}

    private Created insert(Tx tx, LockedSession locked, Wanted wanted, Common common, Place place) {
        var session = locked.session();
        var code = secrets.code();
        var hmac = secrets.hmac(code);
        for (int attempt = 0; attempt < REFERENCES_MAX; attempt++) {
            var row = bookings.insert(tx, new BookingStore.New(
                    place.id(), wanted.externalId(), session.id(), wanted.personId(), common.partyId(), common.actingPersonId(),
                    wanted.organizationId(), common.consumerId(), place.state(), place.number(), place.heldUntil(),
                    place.state().equals("booked") ? locked.now() : null, place.number() == null ? session.rules().needs() : null,
                    secrets.reference(), hmac, wanted.note(), session.startsAt(), session.endsAt(), locked.now()));
            if (row != null) {
                writer.requestDue(tx, row);
                return new Created(row, code, List.of());
            }
        }
        throw new IllegalStateException("no free reference of a booking was found");
    }
}
