package org.guildhall.schedule.bookings;

import java.time.Instant;
import java.util.List;
import org.guildhall.api.model.ApiWarning;
import org.guildhall.api.model.Booking;
import org.guildhall.api.model.BookingId;
import org.guildhall.api.model.BookingState;
import org.guildhall.api.model.CreatedBooking;
import org.guildhall.api.model.CreatedParty;
import org.guildhall.api.model.EntitlementPeriod;
import org.guildhall.api.model.FoundBooking;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.Party;
import org.guildhall.api.model.PartyId;
import org.guildhall.api.model.PartyLine;
import org.guildhall.api.model.PartyMode;
import org.guildhall.api.model.PartyOutcome;
import org.guildhall.api.model.PartyProblem;
import org.guildhall.api.model.PassedOver;
import org.guildhall.api.model.PassedOverReason;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.SessionId;
import org.guildhall.api.model.WarningCode;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.runtime.Runtime.LoweredAllowance;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.bookings.NewBookings.Created;
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
                row.partyId() == null ? null : new PartyId(row.partyId()),
                row.bookedByPersonId() == null ? null : new PersonId(row.bookedByPersonId()),
                row.organizationId() == null ? null : new OrganizationId(row.organizationId()), BookingState.fromValue(row.state()), row.place(),
                row.position(), row.placesNeeded(), row.heldUntil(), row.offeredUntil(), row.bookedAt(), row.promotedAt(), row.canceledAt(), isLate(row),
                row.checkedInAt(), passedOver(row), AllowanceUses.toApi(row.hold()), row.reference(), row.note(), row.startsAt(), row.endsAt(), row.createdAt(), row.updatedAt(),
                row.version());
    }

    /** With the code and the warnings, which are shown once. */
    static CreatedBooking toApi(Created created) {
        var row = created.row();
        return new CreatedBooking(
                new BookingId(row.id()), row.externalId(), new SessionId(row.sessionId()), new PersonId(row.personId()),
                row.partyId() == null ? null : new PartyId(row.partyId()),
                row.bookedByPersonId() == null ? null : new PersonId(row.bookedByPersonId()),
                row.organizationId() == null ? null : new OrganizationId(row.organizationId()), BookingState.fromValue(row.state()), row.place(),
                row.position(), row.placesNeeded(), row.heldUntil(), row.offeredUntil(), row.bookedAt(), row.promotedAt(), row.canceledAt(), isLate(row),
                row.checkedInAt(), passedOver(row), AllowanceUses.toApi(row.hold()), row.reference(), row.note(), row.startsAt(), row.endsAt(), row.createdAt(), row.updatedAt(),
                row.version(), created.code(), warnings(created));
    }

    /** What a visitor sees of their own booking. */
    static FoundBooking toPublic(Row row, SessionStore.Row session) {
        return new FoundBooking(
                row.reference(), BookingState.fromValue(row.state()), row.position(), row.heldUntil(), row.offeredUntil(),
                SessionViews.toPublic(session));
    }

    static Party toApi(PartyStore.Row row) {
        return new Party(new PartyId(row.id()), new SessionId(row.sessionId()), PartyMode.fromValue(row.mode()), row.createdAt(), 1L);
    }

    /** With the codes, which are shown once. */
    static CreatedParty toApi(Parties.Made made) {
        var row = made.party();
        return new CreatedParty(
                new PartyId(row.id()), new SessionId(row.sessionId()), PartyMode.fromValue(row.mode()), made.lines().stream().map(BookingViews::toApi).toList(),
                row.createdAt(), 1L);
    }

    private static PartyLine toApi(Parties.Line line) {
        var created = line.created();
        var refusal = line.refusal();
        return new PartyLine(
                new PersonId(line.personId()), PartyOutcome.fromValue(created == null ? "refused" : created.row().state()),
                created == null ? null : toApi(created.row()), created == null ? null : created.code(),
                refusal == null ? null : new PartyProblem(refusal.problem().code(), detail(refusal)), created == null ? List.of() : warnings(created));
    }

    private static List<ApiWarning> warnings(Created created) {
        var use = created.row().hold();
        return use == null ? List.of() : created.lowered().stream().map(lowered -> warning(use.resourceKey(), lowered, created.row().startsAt())).toList();
    }

    private static ApiWarning warning(String key, LoweredAllowance lowered, Instant startsAt) {
        var now = lowered.before() == null ? "there is none" : "it is " + lowered.before();
        var detail = "%s: from %s on, the limit per %s is %s; now %s. The session starts at %s.".formatted(
                key, lowered.since(), lowered.period(), lowered.after(), now, startsAt);
        return new ApiWarning(
                WarningCode.PLAN_CHANGES_BEFORE_SESSION, detail, lowered.since(), key, EntitlementPeriod.fromValue(lowered.period()), lowered.after());
    }

    /** The detail of a refusal, or of its first member. */
    private static String detail(ProblemException refusal) {
        return refusal.items().isEmpty() ? String.valueOf(refusal.getMessage()) : refusal.items().getFirst().detail();
    }

    private static boolean isLate(Row row) {
        return row.state().equals("late_canceled");
    }

    private static @Nullable PassedOver passedOver(Row row) {
        return row.passedOverReason() == null ? null : new PassedOver(row.passedOverTimes(), PassedOverReason.fromValue(row.passedOverReason()));
    }
}
