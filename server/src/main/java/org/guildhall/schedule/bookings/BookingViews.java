package org.guildhall.schedule.bookings;

import org.guildhall.api.model.Booking;
import org.guildhall.api.model.BookingId;
import org.guildhall.api.model.BookingState;
import org.guildhall.api.model.CreatedBooking;
import org.guildhall.api.model.FoundBooking;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.PassedOver;
import org.guildhall.api.model.PassedOverReason;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.SessionId;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.classes.AllowanceUses;
import org.guildhall.schedule.sessions.SessionStore;
import org.guildhall.schedule.sessions.SessionViews;
import org.jspecify.annotations.Nullable;

/** Bookings in their API form. */
final class BookingViews {

    private BookingViews() {}

    static Booking toApi(Row row) {
        return new Booking(
                new BookingId(row.id()), row.externalId(), new SessionId(row.sessionId()), new PersonId(row.personId()),
                row.bookedByPersonId() == null ? null : new PersonId(row.bookedByPersonId()),
                row.organizationId() == null ? null : new OrganizationId(row.organizationId()), BookingState.fromValue(row.state()), row.place(),
                row.position(), row.heldUntil(), row.offeredUntil(), row.bookedAt(), row.promotedAt(), row.canceledAt(), isLate(row),
                row.checkedInAt(), passedOver(row), AllowanceUses.toApi(row.hold()), row.reference(), row.note(), row.startsAt(), row.endsAt(), row.createdAt(), row.updatedAt(),
                row.version());
    }

    /** With the code, which is shown once. */
    static CreatedBooking toApi(Row row, String code) {
        return new CreatedBooking(
                new BookingId(row.id()), row.externalId(), new SessionId(row.sessionId()), new PersonId(row.personId()),
                row.bookedByPersonId() == null ? null : new PersonId(row.bookedByPersonId()),
                row.organizationId() == null ? null : new OrganizationId(row.organizationId()), BookingState.fromValue(row.state()), row.place(),
                row.position(), row.heldUntil(), row.offeredUntil(), row.bookedAt(), row.promotedAt(), row.canceledAt(), isLate(row),
                row.checkedInAt(), passedOver(row), AllowanceUses.toApi(row.hold()), row.reference(), row.note(), row.startsAt(), row.endsAt(), row.createdAt(), row.updatedAt(),
                row.version(), code);
    }

    /** What a visitor sees of their own booking. */
    static FoundBooking toPublic(Row row, SessionStore.Row session) {
        return new FoundBooking(
                row.reference(), BookingState.fromValue(row.state()), row.position(), row.heldUntil(), row.offeredUntil(),
                SessionViews.toPublic(session));
    }

    private static boolean isLate(Row row) {
        return row.state().equals("late_canceled");
    }

    private static @Nullable PassedOver passedOver(Row row) {
        return row.passedOverReason() == null ? null : new PassedOver(row.passedOverTimes(), PassedOverReason.fromValue(row.passedOverReason()));
    }
}
