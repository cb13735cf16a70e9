package org.guildhall.schedule.sessions;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.guildhall.api.model.ClassTypeId;
import org.guildhall.api.model.LocalStart;
import org.guildhall.api.model.LocationId;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.Promotion;
import org.guildhall.api.model.PublicSession;
import org.guildhall.api.model.SeriesId;
import org.guildhall.api.model.Session;
import org.guildhall.api.model.SessionId;
import org.guildhall.api.model.SessionState;
import org.guildhall.core.data.TimeZones;
import org.guildhall.schedule.classes.AllowanceUses;
import org.guildhall.schedule.sessions.SessionStore.Row;

/** Sessions in their API form. */
public final class SessionViews {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm");

    private SessionViews() {}

    public static Session toApi(Row row) {
        var values = row.values();
        var rules = values.rules();
        var places = row.places();
        return new Session(
                new SessionId(row.id()), values.externalId(), new ClassTypeId(row.classTypeId()),
                row.series() == null ? null : new SeriesId(row.series().seriesId()), row.series() == null ? null : row.series().originalStartsAt(),
                values.name(),
                values.locationId() == null ? null : new LocationId(values.locationId()),
                values.coachPersonId() == null ? null : new PersonId(values.coachPersonId()), values.startsAt(), values.endsAt(), local(row),
                values.capacity(), rules.waitlistPlaces(), rules.bookingOpensMinutes(), rules.bookingClosesMinutes(),
                rules.cancellationCutoffMinutes(), rules.waitlistClosesMinutes(), Promotion.fromValue(rules.promotion()), rules.offerMinutes(),
                rules.strictOrder(), rules.allowOverlap(), rules.ageMin(), rules.ageMax(), AllowanceUses.toApi(rules.needs()), places.booked(), places.held(),
                places.offered(), values.capacity() - places.taken(), places.waiting(), SessionState.fromValue(row.state()), row.cancelReason(), row.canceledAt(),
                row.createdAt(), row.updatedAt(), row.version());
    }

    /** What anybody can see. */
    public static PublicSession toPublic(Row row) {
        var values = row.values();
        var rules = values.rules();
        return new PublicSession(
                new SessionId(row.id()), new ClassTypeId(row.classTypeId()), values.name(),
                values.locationId() == null ? null : new LocationId(values.locationId()), row.locationName(), values.startsAt(), values.endsAt(),
                local(row), values.capacity(), rules.waitlistPlaces(), before(row, rules.bookingOpensMinutes()),
                before(row, rules.bookingClosesMinutes()), before(row, rules.waitlistClosesMinutes()), rules.ageMin(), rules.ageMax(), Math.max(0, values.capacity() - row.places().taken()), row.places().waiting(),
                SessionState.fromValue(row.state()));
    }

    private static Instant before(Row row, int minutes) {
        return row.startsAt().minus(Duration.ofMinutes(minutes));
    }

    private static LocalStart local(Row row) {
        var local = row.startsAt().atZone(TimeZones.of(row.zone()));
        return new LocalStart(local.toLocalDate(), TIME.format(local), row.zone());
    }
}
