package org.guildhall.schedule.sessions;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListSessionsQuery;
import org.guildhall.api.model.LocationId;
import org.guildhall.api.model.NewSession;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.Promotion;
import org.guildhall.api.model.Session;
import org.guildhall.api.model.SessionCancellation;
import org.guildhall.api.model.SessionId;
import org.guildhall.api.model.SessionPatch;
import org.guildhall.api.model.WhenBelow;
import org.guildhall.api.schedule.SessionsApi;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.classes.AllowanceUses;
import org.guildhall.schedule.classes.ClassRules;
import org.guildhall.schedule.classes.ClassTypeStore;
import org.guildhall.schedule.classes.GivenRules;
import org.guildhall.schedule.classes.LocationStore;
import org.guildhall.schedule.classes.RuleChecks;
import org.guildhall.schedule.sessions.SessionStore.Filter;
import org.guildhall.schedule.sessions.SessionStore.Row;
import org.guildhall.schedule.sessions.SessionStore.Values;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** Sessions: {@code /schedule/sessions}. */
final class SessionsHandler implements SessionsApi<Call> {

    private static final Duration LENGTH_MAX = Duration.ofDays(1);
    /** What follows from the start, such as the instant from which the session can be booked, must be an instant too. */
    private static final Instant STARTS_MIN = Instant.parse("1900-01-01T00:00:00Z");
    private static final Instant STARTS_BEFORE = Instant.parse("9999-01-01T00:00:00Z");

    private final SessionStore sessions;
    private final ClassTypeStore classTypes;
    private final LocationStore locations;
    private final TenantZoneStore zones;
    private final RuleChecks checks;
    private final SessionPlaces places;
    private final MoveTasks moveTasks;

    SessionsHandler(
            SessionStore sessions, ClassTypeStore classTypes, LocationStore locations, TenantZoneStore zones, RuleChecks checks, SessionPlaces places,
            MoveTasks moveTasks) {
        this.sessions = sessions;
        this.classTypes = classTypes;
        this.locations = locations;
        this.zones = zones;
        this.checks = checks;
        this.places = places;
        this.moveTasks = moveTasks;
    }

    @Override
    public Reply<Session> createSession(Call call, NewSession body) {
        var classType = Require.named(classTypes.lockShared(call.tx(), body.classTypeId().value()), "/class_type_id", "class type");
        Require.active(classType.state(), "/class_type_id", "class type");
        var usual = classType.values();
        var starts = body.startsAt();
        var values = new Values(
                body.externalId(), body.name() == null ? usual.name() : body.name(), body.locationId() == null ? null : body.locationId().value(),
                body.coachPersonId() == null ? null : body.coachPersonId().value(), starts,
                body.endsAt() == null ? starts.plus(Duration.ofMinutes(usual.durationMinutes())) : body.endsAt(),
                body.capacity() == null ? usual.capacity() : body.capacity(), rules(body).or(usual.rules()));
        var zone = checked(call.tx(), values, null);
        var session = SessionViews.toApi(sessions.insert(call.tx(), values, classType.id(), zone));
        call.created(session.id(), session);
        return Reply.created("/api/v1/schedule/sessions/" + session.id(), session);
    }

    @Override
    public Reply<Page<Session>> listSessions(Call call, ListSessionsQuery query) {
        var filter = new Filter(
                query.externalId(), query.seriesId() == null ? null : query.seriesId().value(), query.classTypeId() == null ? null : query.classTypeId().value(),
                query.locationId() == null ? null : query.locationId().value(), query.coachPersonId() == null ? null : query.coachPersonId().value(),
                query.hasFree(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.startsAfter(), query.startsFrom(), query.startsBefore()));
        return Reply.list(sessions.list(call.tx(), call.page(), filter).map(SessionViews::toApi));
    }

    @Override
    public Reply<Session> getSession(Call call, SessionId sessionId) {
        return Reply.ok(SessionViews.toApi(Require.found(sessions.get(call.tx(), sessionId.value()))));
    }

    @Override
    public Reply<Session> updateSession(Call call, SessionId sessionId, Patch<SessionPatch> patch) {
        var before = locked(call, sessionId);
        var old = before.values();
        var wanted = patch.onto(patchable(old));
        var values = values(wanted);
        if (values.equals(old)) {
            call.unchanged();
            return Reply.ok(SessionViews.toApi(before));
        }
        if (!before.state().equals("scheduled")) {
            throw Problem.INVALID_STATE.because("The session is " + before.state() + ".");
        }
        boolean force = Boolean.TRUE.equals(wanted.force());
        keepReason(call, wanted.reason(), force);
        var zone = checked(call.tx(), values, before);
        boolean movesAllowances = !values.startsAt().equals(old.startsAt()) || values.capacity() < old.capacity();
        var now = places.settle(call.tx(), call.changes().secondary(), before, movesAllowances);
        var settled = Require.found(sessions.get(call.tx(), before.id()));
        boolean moveLast = wanted.whenBelow() == WhenBelow.MOVE_LAST;
        int taken = settled.places().taken();
        if (taken + settled.places().waiting() > 0 && !Objects.equals(values.rules().needs(), old.rules().needs())) {
            throw Problem.CONFLICT.because("The session has bookings, so its `needs` can't be changed.");
        }
        if (values.capacity() < taken && values.capacity() < old.capacity() && !moveLast) {
            throw Problem.CONFLICT
                    .because("%d places are taken, so the capacity can't be %d. Use `when_below`: `move_last` to move the last bookings."
                            .formatted(taken, values.capacity()))
                    .member("capacity", values.capacity())
                    .member("taken", taken);
        }
        var after = sessions.update(call.tx(), before.id(), values, zone);
        places.changed(call.tx(), call.changes().secondary(), new SessionPlaces.Change(before, after, now, moveLast, force));
        if (!values.startsAt().equals(old.startsAt())) {
            moveTasks.complete(call.tx(), call.changes().secondary(), before, Tasks.Outcome.DONE, "The session was moved.");
        }
        return changed(call, before);
    }

    @Override
    public Reply<Session> cancelSession(Call call, SessionId sessionId, SessionCancellation body) {
        var before = locked(call, sessionId);
        if (!before.state().equals("scheduled") && !before.state().equals("running")) {
            throw Problem.INVALID_STATE.because("The session is " + before.state() + ".");
        }
        places.cancelAll(call.tx(), call.changes().secondary(), before);
        sessions.cancel(call.tx(), before.id(), body.reason());
        moveTasks.complete(call.tx(), call.changes().secondary(), before, Tasks.Outcome.NO_LONGER_NEEDED, "The session was canceled.");
        return changed(call, before);
    }

    private static void keepReason(Call call, @Nullable String reason, boolean force) {
        if (reason != null) {
            call.because(reason);
        } else if (force) {
            throw Problem.VALIDATION_FAILED.at("/reason", "`reason` is required with `force`.");
        }
    }

    private Row locked(Call call, SessionId sessionId) {
        var batch = new Batch();
        var locked = sessions.lock(batch, sessionId.value());
        batch.send(call.tx());
        var row = Require.found(locked.get());
        call.expect(row.version());
        return row;
    }

    private Reply<Session> changed(Call call, Row before) {
        var session = SessionViews.toApi(Require.found(sessions.get(call.tx(), before.id())));
        call.changed(session.id(), SessionViews.toApi(before), session);
        return Reply.ok(session);
    }

    /**
     * Checks the values, and returns the zone of the session.
     *
     * @param before null for a new session
     */
    private String checked(Tx tx, Values values, @Nullable Row before) {
        checks.check(tx, values.rules());
        var wrong = new ArrayList<Item>();
        if (values.startsAt().isBefore(STARTS_MIN) || !values.startsAt().isBefore(STARTS_BEFORE)) {
            wrong.add(Item.pointer("/starts_at", "out_of_range", "A session must start in the years 1900 to 9998."));
        }
        if (!values.endsAt().isAfter(values.startsAt()) || values.endsAt().isAfter(values.startsAt().plus(LENGTH_MAX))) {
            wrong.add(Item.pointer("/ends_at", "out_of_order", "`ends_at` must be after `starts_at`, by a day at most."));
        }
        if (before != null && !values.startsAt().equals(before.startsAt()) && !values.startsAt().isAfter(tx.now())) {
            wrong.add(Item.pointer("/starts_at", "past", "A session can only move to a future instant."));
        }
        ProblemException.ifAny(wrong);
        if (values.locationId() == null) {
            return before != null && before.values().locationId() == null ? before.zone() : zones.get(tx);
        }
        var location = Require.named(locations.lockShared(tx, values.locationId()), "/location_id", "location");
        if (before == null || !values.locationId().equals(before.values().locationId())) {
            Require.active(location.state(), "/location_id", "location");
        }
        var most = location.values().places();
        if (most != null && values.capacity() > most && (before == null || before.values().capacity() != values.capacity())) {
            throw Problem.VALIDATION_FAILED.at("/capacity", "The location has " + most + " places.");
        }
        if (before != null && before.series() != null && values.locationId().equals(before.values().locationId())) {
            return before.zone();
        }
        var zone = location.values().zone();
        return zone == null ? zones.get(tx) : zone;
    }

    private static Values values(SessionPatch wanted) {
        var rules = new ClassRules(
                wanted.waitlistPlaces(), wanted.bookingOpensMinutes(), wanted.bookingClosesMinutes(), wanted.cancellationCutoffMinutes(),
                wanted.waitlistClosesMinutes(), wanted.promotion().value(), wanted.offerMinutes(), wanted.strictOrder(), wanted.allowOverlap(),
                wanted.ageMin(), wanted.ageMax(), AllowanceUses.of(wanted.needs()));
        return new Values(
                wanted.externalId(), wanted.name(), id(wanted.locationId()), wanted.coachPersonId() == null ? null : wanted.coachPersonId().value(),
                wanted.startsAt(), wanted.endsAt(), wanted.capacity(), rules);
    }

    private static @Nullable UUID id(@Nullable LocationId location) {
        return location == null ? null : location.value();
    }

    private static SessionPatch patchable(Values values) {
        var rules = values.rules();
        return new SessionPatch(
                values.externalId(), values.name(), values.locationId() == null ? null : new LocationId(values.locationId()),
                values.coachPersonId() == null ? null : new PersonId(values.coachPersonId()), values.startsAt(), values.endsAt(), values.capacity(),
                rules.waitlistPlaces(), rules.bookingOpensMinutes(), rules.bookingClosesMinutes(), rules.cancellationCutoffMinutes(),
                rules.waitlistClosesMinutes(), Promotion.fromValue(rules.promotion()), rules.offerMinutes(), rules.strictOrder(),
                rules.allowOverlap(), rules.ageMin(), rules.ageMax(), AllowanceUses.patchable(rules.needs()), WhenBelow.REFUSE, false, null);
    }

    private static GivenRules rules(NewSession body) {
        return new GivenRules(
                body.waitlistPlaces(), body.bookingOpensMinutes(), body.bookingClosesMinutes(), body.cancellationCutoffMinutes(),
                body.waitlistClosesMinutes(), body.promotion(), body.offerMinutes(), body.strictOrder(), body.allowOverlap(), body.ageMin(),
                body.ageMax(), AllowanceUses.of(body.needs()));
    }
}
