package org.guildhall.schedule.bookings;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.guildhall.core.data.TimeZones;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.sessions.SessionStore;
import org.jspecify.annotations.Nullable;

/** The messages about bookings: which one a booking needs, and the values of its template. */
final class BookingMessages {

    static final String PROMOTED = "booking_promoted";
    static final String OFFERED = "booking_offered";
    static final String SESSION_CANCELED = "session_canceled";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm");

    private BookingMessages() {}

    /**
     * A message about a booking.
     *
     * @param templateKey the key of the template, if the tenant has one
     * @param since the instant of what the message is about; there is one message for it
     * @param expiresAt the instant from which it is of no use; null for none
     */
    record Message(String templateKey, Instant since, @Nullable Instant expiresAt) {}

    /** The message that a booking needs at an instant; null for none, such as for an offer that was declined. */
    static @Nullable Message of(Row booking, SessionStore.Row session, Instant now) {
        var promotedAt = booking.promotedAt();
        var canceledAt = session.canceledAt();
        if (promotedAt != null && booking.state().equals("offered") && Objects.requireNonNull(booking.offeredUntil()).isAfter(now)) {
            return new Message(OFFERED, promotedAt, booking.offeredUntil());
        }
        // A booking by an accepted offer is later than the offer.
        if (promotedAt != null && booking.state().equals("booked") && promotedAt.equals(booking.bookedAt()) && booking.startsAt().isAfter(now)) {
            return new Message(PROMOTED, promotedAt, booking.startsAt());
        }
        // A booking that was canceled earlier has an earlier instant.
        if (canceledAt != null && booking.state().equals("canceled") && booking.bookedAt() != null
                && !Objects.requireNonNull(booking.canceledAt()).isBefore(canceledAt)) {
            return new Message(SESSION_CANCELED, canceledAt, null);
        }
        return null;
    }

    /** The values for the template, all of them local times of the session. */
    static Map<String, String> values(Row booking, SessionStore.Row session, String personName) {
        var zone = TimeZones.of(session.zone());
        var starts = session.startsAt().atZone(zone);
        var values = new HashMap<String, String>();
        values.put("person_name", personName);
        values.put("session_name", session.values().name());
        values.put("date", starts.toLocalDate().toString());
        values.put("time", TIME.format(starts));
        values.put("zone", session.zone());
        values.put("location_name", session.locationName() == null ? "" : session.locationName());
        values.put("reference", booking.reference());
        var until = booking.offeredUntil();
        values.put("offered_until_date", until == null ? "" : until.atZone(zone).toLocalDate().toString());
        values.put("offered_until_time", until == null ? "" : TIME.format(until.atZone(zone)));
        values.put("reason", session.cancelReason() == null ? "" : session.cancelReason());
        return values;
    }
}
