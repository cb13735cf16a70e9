package org.guildhall.schedule.bookings;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.guildhall.api.model.BookingId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.schedule.bookings.BookedPersonStore.Person;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.jspecify.annotations.Nullable;

/** Makes and cancels bookings, under the lock of their session. */
final class Bookings {

    private static final int HOLDS_OF_PERSON_MAX = 3;
    private static final int HOLDS_OF_CONSUMER_MAX = 20;
    private static final int REFERENCES_MAX = 5;

    private final BookedSessions booked;
    private final BookingStore bookings;
    private final BookedPersonStore persons;
    private final BookingAllowances allowances;
    private final BookingWriter writer;
    private final Promotions promotions;
    private final BookingSecrets secrets;

    Bookings(
            BookedSessions booked, BookingStore bookings, BookedPersonStore persons, BookingAllowances allowances, BookingWriter writer,
            Promotions promotions, BookingSecrets secrets) {
        this.booked = booked;
        this.bookings = bookings;
        this.persons = persons;
        this.allowances = allowances;
        this.writer = writer;
        this.promotions = promotions;
        this.secrets = secrets;
    }

    /** A requested booking. @param holdSeconds null to book at once */
    record Request(
            UUID sessionId, UUID personId, @Nullable UUID actingPersonId, @Nullable UUID organizationId, UUID consumerId, @Nullable String externalId,
            boolean waitlist, @Nullable Integer holdSeconds, @Nullable String note) {}

    /** A booking that is locked by its session. @param row after everything that is due is written */
    record Locked(LockedSession session, Row row) {}

    /** A new booking and its code. */
    record Created(Row row, String code) {}

    /**
     * Books a place, holds it, or joins the waitlist.
     *
     * @throws ProblemException in the order of the document's description of the operation
     */
    Created book(Tx tx, Function<String, Changes> changes, Request request) {
        var organizationId = request.organizationId();
        var locked = booked.lock(
                tx, changes, request.sessionId(), List.of(request.personId()), organizationId == null ? List.of() : List.of(organizationId));
        if (locked == null) {
            throw Problem.VALIDATION_FAILED.at("/session_id", "There is no such session.");
        }
        var session = locked.session();
        var now = locked.now();
        var reads = new Reads(tx, locked, request.personId());
        var person = reads.person();
        allowances.requireOrganization(tx, organizationId, "/organization_id");
        var needs = session.rules().needs();
        if (needs != null && organizationId == null) {
            throw Problem.VALIDATION_FAILED.at("/organization_id", "`organization_id` is required, since the session uses an allowance.");
        }
        BookingRules.requireScheduled(session, now);
        BookingRules.requireOpen(session, now);
        BookingRules.requireAllowed(session, person);
        var existing = reads.existing.get();
        if (existing != null) {
            throw existing(Problem.ALREADY_EXISTS, existing, "The person has a booking of this session.");
        }
        if (!session.rules().allowOverlap() && person.overlapping() != null) {
            throw existing(Problem.BOOKING_OVERLAPS, person.overlapping(), "The person has a booking of another session at that time.");
        }
        requireFewHolds(tx, locked, request);
        boolean free = locked.open() >= 1;
        if (!free && !(request.waitlist() && canWait(locked))) {
            throw Problem.CAPACITY_EXHAUSTED
                    .because("The session has no free place" + (request.waitlist() ? ", and its waitlist is full or closed." : "."))
                    .member("free", locked.open())
                    .member("waiting", locked.counts().waiting());
        }
        boolean held = free && request.holdSeconds() != null;
        var id = Ids.next();
        var use = free ? needs : null;
        if (use != null) {
            allowances.hold(tx, changes.apply("booking.created"), id, Objects.requireNonNull(organizationId), use, session.startsAt());
        }
        var code = secrets.code();
        var row = bookings.insert(tx, new BookingStore.New(
                id, request.externalId(), session.id(), person.id(), request.actingPersonId(), organizationId, request.consumerId(),
                !free ? "waitlisted" : held ? "held" : "booked", free ? null : locked.counts().lastPlace() + 1,
                held ? now.plusSeconds(Objects.requireNonNull(request.holdSeconds())) : null, free && !held ? now : null, use,
                reads.reference(tx),
                secrets.hmac(code), request.note(), session.startsAt(), session.endsAt(), now));
        writer.requestDue(tx, row);
        return new Created(row, code);
    }

    private static boolean canWait(LockedSession locked) {
        var rules = locked.session().rules();
        return locked.counts().waiting() + 1 <= rules.waitlistPlaces()
                && !WaitlistRules.isClosed(rules, locked.session().startsAt(), locked.now());
    }

    /** What a new booking depends on beside its session, in one round trip. */
    private final class Reads {

        private final Supplier<List<Person>> found;
        private final Supplier<@Nullable UUID> existing;
        private final String candidate = secrets.reference();
        private final BooleanSupplier taken;

        Reads(Tx tx, LockedSession locked, UUID personId) {
            var batch = new Batch();
            this.found = persons.get(batch, List.of(personId), locked);
            this.existing = bookings.existing(batch, locked.session().id(), personId);
            this.taken = bookings.hasReference(batch, candidate);
            batch.send(tx);
        }

        Person person() {
            if (found.get().isEmpty()) {
                throw Problem.VALIDATION_FAILED.at("/person_id", "There is no such person.");
            }
            return found.get().getFirst();
        }

        /** A reference that no booking has. */
        String reference(Tx tx) {
            if (!taken.getAsBoolean()) {
                return candidate;
            }
            for (int attempt = 0; attempt < REFERENCES_MAX; attempt++) {
                var other = secrets.reference();
                if (bookings.byReference(tx, other) == null) {
                    return other;
                }
            }
            throw new IllegalStateException("no free reference of a booking was found");
        }
    }

    private void requireFewHolds(Tx tx, LockedSession locked, Request request) {
        if (request.holdSeconds() == null) {
            return;
        }
        var holds = persons.holds(tx, request.personId(), request.sessionId(), request.consumerId(), locked.now());
        if (holds.ofPerson() >= HOLDS_OF_PERSON_MAX) {
            throw Problem.CONFLICT.because("The person holds " + HOLDS_OF_PERSON_MAX + " places already.");
        }
        if (holds.ofConsumer() >= HOLDS_OF_CONSUMER_MAX) {
            throw Problem.CONFLICT.because("The consumer holds " + HOLDS_OF_CONSUMER_MAX + " places of this session already.");
        }
    }

    private static ProblemException existing(Problem problem, UUID id, String detail) {
        return problem.because(detail).member("existing_id", new BookingId(id).toString());
    }

    /** Locks a booking by its session. @throws ProblemException {@code not_found} if there is no such booking */
    Locked lock(Call call, UUID bookingId) {
        var locks = Require.found(bookings.locks(call.tx(), bookingId));
        var organizations = locks.organizationId() == null ? List.<UUID>of() : List.of(locks.organizationId());
        var locked = Require.found(
                booked.lock(call.tx(), action -> call.changes().secondary(), locks.sessionId(), List.of(), organizations));
        var row = Require.found(bookings.stored(call.tx(), bookingId));
        call.expect(row.version());
        return new Locked(locked, row);
    }

    /** Turns a held or offered place into a booking. */
    Row book(Call call, Locked locked, String from, Problem ended) {
        requireScheduled(locked);
        var state = locked.row().state();
        if (state.equals("expired") && from.equals("held") || state.equals("lapsed") && from.equals("offered")) {
            throw ended.because("The place was kept until " + (from.equals("held") ? locked.row().heldUntil() : locked.row().offeredUntil()) + ".");
        }
        requireState(locked, List.of(from));
        return changed(call, locked, locked.row().booked(locked.session().now()));
    }

    /** Declines an offer, and gives its place to the next. */
    Row decline(Call call, Locked locked) {
        if (locked.row().state().equals("lapsed")) {
            throw Problem.OFFER_LAPSED.because("The place was offered until " + locked.row().offeredUntil() + ".");
        }
        requireState(locked, List.of("offered"));
        var after = changed(call, locked, locked.row().to("declined"));
        promote(call, locked);
        return after;
    }

    /** Cancels a booking, and gives its place to the waitlist. @param asTimely true to cancel it as timely until the session ends */
    Row cancel(Call call, Locked locked, boolean asTimely) {
        var session = locked.session().session();
        var now = locked.session().now();
        requireState(locked, List.of("held", "booked", "waitlisted", "offered"));
        if (!now.isBefore(asTimely ? session.endsAt() : session.startsAt())) {
            throw Problem.INVALID_STATE.because(asTimely ? "The session is over." : "The session has started.");
        }
        boolean late = locked.row().state().equals("booked") && !asTimely && BookingRules.isLate(session, now);
        var after = changed(call, locked, locked.row().canceled(late ? "late_canceled" : "canceled", now));
        promote(call, locked);
        return after;
    }

    /** Checks a person in, who is booked or counts as a no-show. */
    Row checkIn(Call call, Locked locked) {
        requireState(locked, List.of("booked", "no_show"));
        return changed(call, locked, locked.row().attended(locked.session().now()));
    }

    Row markNoShow(Call call, Locked locked) {
        requireState(locked, List.of("attended"));
        return changed(call, locked, locked.row().to("no_show"));
    }

    private void promote(Call call, Locked locked) {
        Function<String, Changes> changes = action -> call.changes().secondary();
        promotions.promote(call.tx(), changes, locked.session().recounted(call.tx(), bookings));
    }

    private Row changed(Call call, Locked locked, Row wanted) {
        return writer.changed(call.tx(), call.changes(), locked.row(), wanted, locked.session().now());
    }

    private static void requireScheduled(Locked locked) {
        BookingRules.requireScheduled(locked.session().session(), locked.session().now());
    }

    private static void requireState(Locked locked, List<String> states) {
        if (!states.contains(locked.row().state())) {
            throw Problem.INVALID_STATE.because("The booking is " + locked.row().state() + ".");
        }
    }
}
