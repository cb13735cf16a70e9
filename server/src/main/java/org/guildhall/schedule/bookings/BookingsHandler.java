package org.guildhall.schedule.bookings;

import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
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
import org.guildhall.api.model.NewCheckIn;
import org.guildhall.api.model.NoShow;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.SessionId;
import org.guildhall.api.schedule.BookingsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.bookings.BookingStore.Filter;
import org.guildhall.schedule.bookings.Bookings.Locked;
import org.guildhall.schedule.bookings.Bookings.Request;
import org.guildhall.schedule.bookings.NewBookings.Common;
import org.guildhall.schedule.bookings.NewBookings.Wanted;
import org.guildhall.schedule.sessions.SessionStore;
import org.jspecify.annotations.Nullable;

/** Bookings: {@code /schedule/bookings}. */
final class BookingsHandler implements BookingsApi<Call> {

    private final Bookings booking;
    private final BookingStore bookings;
    private final SessionStore sessions;
    private final Acting acting;
    private final BookingSecrets secrets;

    BookingsHandler(Bookings booking, BookingStore bookings, SessionStore sessions, Acting acting, BookingSecrets secrets) {
        this.booking = booking;
        this.bookings = bookings;
        this.sessions = sessions;
        this.acting = acting;
        this.secrets = secrets;
    }

    @Override
    public Reply<CreatedBooking> createBooking(Call call, NewBooking body) {
        var actingId = body.actingPersonId() == null ? null : body.actingPersonId().value();
        var organizationId = body.organizationId() == null ? null : body.organizationId().value();
        acting.require(call, actingId, body.personId().value(), organizationId);
        var created = booking.book(call.tx(), action -> call.changes().secondary(), new Request(
                body.sessionId().value(), new Wanted(body.personId().value(), organizationId, body.externalId(), body.note(), ""),
                new Common(null, actingId, call.caller().consumer(), body.holdSeconds()), Boolean.TRUE.equals(body.waitlist())));
        var shown = BookingViews.toApi(created.row());
        call.created(shown.id(), shown);
        return Reply.created("/api/v1/schedule/bookings/" + shown.id(), BookingViews.toApi(created));
    }

    @Override
    public Reply<Page<Booking>> listBookings(Call call, ListBookingsQuery query) {
        var filter = new Filter(
                query.externalId(), query.sessionId() == null ? null : query.sessionId().value(),
                query.personId() == null ? null : query.personId().value(),
                query.partyId() == null ? null : query.partyId().value(), query.organizationId() == null ? null : query.organizationId().value(), query.state() == null ? null : query.state().value(),
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
            Acting.requireOperator(call);
            requireReason(body.reason(), "A reason is required with `as_timely`.");
        }
        keepReason(call, body.reason());
        return shown(booking.cancel(call, locked(call, bookingId, body.actingPersonId()), asTimely));
    }

    @Override
    public Reply<Booking> checkInBooking(Call call, BookingId bookingId, @Nullable BookingReason body) {
        Acting.requireOperator(call);
        return checkedIn(call, booking.lock(call, bookingId.value()), body == null ? null : body.reason());
    }

    @Override
    public Reply<Booking> checkInAtSession(Call call, SessionId sessionId, @Nullable NewCheckIn body) {
        Acting.requireOperator(call);
        if (body == null) {
            throw notOne();
        }
        return checkedIn(call, booking.lock(call, atSession(call, sessionId, body)), body.reason());
    }

    private UUID atSession(Call call, SessionId sessionId, NewCheckIn body) {
        if (Stream.of(body.bookingId(), body.reference(), body.code()).filter(Objects::nonNull).count() != 1) {
            throw notOne();
        }
        if (body.bookingId() != null) {
            return found(call, sessionId, "booking_id", bookings.ofSession(call.tx(), sessionId.value(), body.bookingId().value()));
        }
        return body.reference() != null
                ? found(call, sessionId, "reference", bookings.ofSession(call.tx(), sessionId.value(), body.reference()))
                : found(call, sessionId, "code", bookings.ofSession(call.tx(), sessionId.value(), secrets.hmacs(body.code())));
    }

    private UUID found(Call call, SessionId sessionId, String member, @Nullable UUID bookingId) {
        if (bookingId == null) {
            Require.found(sessions.get(call.tx(), sessionId.value()));
            throw Problem.VALIDATION_FAILED.at("/" + member, "No booking of this session has this `" + member + "`.");
        }
        return bookingId;
    }

    private static ProblemException notOne() {
        return Problem.VALIDATION_FAILED.at("", "A check-in has a `booking_id`, a `reference` or a `code`, exactly one of them.");
    }

    private Reply<Booking> checkedIn(Call call, Locked locked, @Nullable String reason) {
        if (locked.row().state().equals("no_show")) {
            requireReason(reason, "A reason is required to check in a no-show.");
        }
        keepReason(call, reason);
        return shown(booking.checkIn(call, locked));
    }

    @Override
    public Reply<Booking> markNoShowBooking(Call call, BookingId bookingId, NoShow body) {
        Acting.requireOperator(call);
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

    private Locked locked(Call call, BookingId bookingId, @Nullable PersonId actingId) {
        if (Acting.isMember(call)) {
            var person = Require.found(bookings.get(call.tx(), bookingId.value())).personId();
            acting.require(call, actingId == null ? null : actingId.value(), person, null);
        }
        return booking.lock(call, bookingId.value());
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
