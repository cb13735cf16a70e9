package org.guildhall.schedule.bookings;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Booking;
import org.guildhall.api.model.BookingActing;
import org.guildhall.api.model.BookingCancellation;
import org.guildhall.api.model.BookingId;
import org.guildhall.api.model.BookingLookup;
import org.guildhall.api.model.BookingReason;
import org.guildhall.api.model.CreatedBooking;
import org.guildhall.api.model.FoundBooking;
import org.guildhall.api.model.ListBookingsQuery;
import org.guildhall.api.model.NewBooking;
import org.guildhall.api.model.NoShow;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.schedule.BookingsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.bookings.BookingStore.Filter;
import org.guildhall.schedule.bookings.Bookings.Locked;
import org.guildhall.schedule.bookings.Bookings.Request;
import org.guildhall.schedule.sessions.SessionStore;
import org.jspecify.annotations.Nullable;

/** Bookings: {@code /schedule/bookings}. */
final class BookingsHandler implements BookingsApi<Call> {

    private final Bookings booking;
    private final BookingStore bookings;
    private final SessionStore sessions;
    private final BookedPersonStore persons;
    private final BookingSecrets secrets;

    BookingsHandler(Bookings booking, BookingStore bookings, SessionStore sessions, BookedPersonStore persons, BookingSecrets secrets) {
        this.booking = booking;
        this.bookings = bookings;
        this.sessions = sessions;
        this.persons = persons;
        this.secrets = secrets;
    }

    @Override
    public Reply<CreatedBooking> createBooking(Call call, NewBooking body) {
        requireActing(call, body.actingPersonId(), body.personId().value());
        requireMember(call, body.actingPersonId(), body.personId().value(), body.organizationId());
        var created = booking.book(call.tx(), action -> call.changes().secondary(), new Request(
                body.sessionId().value(), body.personId().value(), body.actingPersonId() == null ? null : body.actingPersonId().value(),
                body.organizationId() == null ? null : body.organizationId().value(), call.caller().consumer(), body.externalId(),
                Boolean.TRUE.equals(body.waitlist()), body.holdSeconds(), body.note()));
        var shown = BookingViews.toApi(created.row());
        call.created(shown.id(), shown);
        return Reply.created("/api/v1/schedule/bookings/" + shown.id(), BookingViews.toApi(created.row(), created.code()));
    }

    @Override
    public Reply<Page<Booking>> listBookings(Call call, ListBookingsQuery query) {
        var filter = new Filter(
                query.externalId(), query.sessionId() == null ? null : query.sessionId().value(),
                query.personId() == null ? null : query.personId().value(),
                query.organizationId() == null ? null : query.organizationId().value(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.startsAfter(), query.startsFrom(), query.startsBefore()));
        return Reply.list(bookings.list(call.tx(), call.page(), filter).map(BookingViews::toApi));
    }

    @Override
    public Reply<Booking> getBooking(Call call, BookingId bookingId) {
        return Reply.ok(BookingViews.toApi(Require.found(bookings.get(call.tx(), bookingId.value()))));
    }

    @Override
    public Reply<Booking> confirmBooking(Call call, BookingId bookingId, @Nullable BookingActing body) {
        return shown(booking.book(call, locked(call, bookingId, acting(body)), "held", Problem.HOLD_EXPIRED));
    }

    @Override
    public Reply<Booking> acceptBooking(Call call, BookingId bookingId, @Nullable BookingActing body) {
        return shown(booking.book(call, locked(call, bookingId, acting(body)), "offered", Problem.OFFER_LAPSED));
    }

    @Override
    public Reply<Booking> declineBooking(Call call, BookingId bookingId, @Nullable BookingActing body) {
        return shown(booking.decline(call, locked(call, bookingId, acting(body))));
    }

    @Override
    public Reply<Booking> cancelBooking(Call call, BookingId bookingId, @Nullable BookingCancellation body) {
        if (body == null) {
            return shown(booking.cancel(call, locked(call, bookingId, null), false));
        }
        boolean asTimely = Boolean.TRUE.equals(body.asTimely());
        if (asTimely) {
            requireOperator(call);
            requireReason(body.reason(), "A reason is required with `as_timely`.");
        }
        keepReason(call, body.reason());
        return shown(booking.cancel(call, locked(call, bookingId, body.actingPersonId()), asTimely));
    }

    @Override
    public Reply<Booking> checkInBooking(Call call, BookingId bookingId, @Nullable BookingReason body) {
        requireOperator(call);
        var reason = body == null ? null : body.reason();
        var locked = booking.lock(call, bookingId.value());
        if (locked.row().state().equals("no_show")) {
            requireReason(reason, "A reason is required to check in a no-show.");
        }
        keepReason(call, reason);
        return shown(booking.checkIn(call, locked));
    }

    @Override
    public Reply<Booking> markNoShowBooking(Call call, BookingId bookingId, NoShow body) {
        requireOperator(call);
        keepReason(call, body.reason());
        return shown(booking.markNoShow(call, booking.lock(call, bookingId.value())));
    }

    @Override
    public Reply<FoundBooking> lookUpBooking(Call call, BookingLookup body) {
        var row = bookings.find(call.tx(), body.reference(), secrets.hmacs(body.code()));
        if (row == null) {
            throw Problem.VALIDATION_FAILED.at("/reference", "No booking has this reference and code.");
        }
        return Reply.plain(BookingViews.toPublic(row, Require.found(sessions.get(call.tx(), row.sessionId()))));
    }

    private static @Nullable PersonId acting(@Nullable BookingActing body) {
        return body == null ? null : body.actingPersonId();
    }

    private Locked locked(Call call, BookingId bookingId, @Nullable PersonId acting) {
        if (isMember(call)) {
            requireActing(call, acting, Require.found(bookings.get(call.tx(), bookingId.value())).personId());
        }
        return booking.lock(call, bookingId.value());
    }

    private void requireActing(Call call, @Nullable PersonId acting, UUID person) {
        if (!isMember(call)) {
            return;
        }
        if (acting == null) {
            throw Problem.NOT_GUARDIAN.because("`acting_person_id` is required from a consumer that acts as a member.");
        }
        if (!acting.value().equals(person) && !persons.isGuardian(call.tx(), acting.value(), person)) {
            throw Problem.NOT_GUARDIAN.because("The acting person isn't an adult of a household in which the person is a dependent.");
        }
    }

    private void requireMember(Call call, @Nullable PersonId acting, UUID person, @Nullable OrganizationId organization) {
        if (!isMember(call) || organization == null) {
            return;
        }
        if (!persons.isMember(call.tx(), List.of(Objects.requireNonNull(acting).value(), person), organization.value())) {
            throw Problem.NOT_GUARDIAN.because("Neither the acting nor the booked person is a member of the organization.");
        }
    }

    private static void requireOperator(Call call) {
        if (isMember(call)) {
            throw Problem.NOT_GUARDIAN.because("Only an operator can do that.");
        }
    }

    private static boolean isMember(Call call) {
        return call.caller().actsAs().equals("member");
    }

    private static void requireReason(@Nullable String reason, String detail) {
        if (reason == null) {
            throw Problem.VALIDATION_FAILED.at("/reason", detail);
        }
    }

    private static void keepReason(Call call, @Nullable String reason) {
        if (reason != null) {
            call.because(reason);
        }
    }

    private static Reply<Booking> shown(Row row) {
        return Reply.ok(BookingViews.toApi(row));
    }
}
