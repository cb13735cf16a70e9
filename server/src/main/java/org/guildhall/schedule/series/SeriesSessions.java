package org.guildhall.schedule.series;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.SessionId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.schedule.series.Recurrence.Occurrence;
import org.guildhall.schedule.series.SeriesStore.Row;
import org.guildhall.schedule.sessions.MoveTasks;
import org.guildhall.schedule.sessions.SessionPlaces;
import org.guildhall.schedule.sessions.SessionStore;
import org.guildhall.schedule.sessions.SessionViews;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** Makes the sessions of a series, and fits them to a changed one. Every call has the series locked. */
final class SeriesSessions {

    /** Sessions of the next 90 days exist at every instant; a day more is made, so that a late task changes no answer. */
    private static final Duration AHEAD = Duration.ofDays(91);

    private static final int IDS_MAX = 100;
    private static final String USUAL_REASON = "The series has no session at this time any more.";

    private final SessionStore sessions;
    private final SeriesSessionStore ofSeries;
    private final SessionPlaces places;
    private final MoveTasks moveTasks;
    private final TaskQueue queue;

    SeriesSessions(SessionStore sessions, SeriesSessionStore ofSeries, SessionPlaces places, MoveTasks moveTasks, TaskQueue queue) {
        this.sessions = sessions;
        this.ofSeries = ofSeries;
        this.places = places;
        this.moveTasks = moveTasks;
        this.queue = queue;
    }

    /** What happens to sessions with bookings that a series loses. @param cancel false to refuse the change */
    record Booked(boolean cancel, @Nullable String reason) {

        static final Booked KEPT = new Booked(false, null);
    }

    /** The instant until which sessions are made now. */
    static Instant horizon(Tx tx) {
        return tx.now().plus(AHEAD);
    }

    /** The start of the last session of a series before an instant; null if there is none. */
    static @Nullable Instant last(List<Occurrence> occurrences, @Nullable Instant before) {
        return occurrences.stream()
                .filter(occurrence -> !occurrence.exceptional())
                .map(Occurrence::startsAt)
                .filter(at -> before == null || at.isBefore(before))
                .reduce((first, second) -> second)
                .orElse(null);
    }

    /** The occurrences with a session. */
    static List<Occurrence> held(Row series) {
        var from = series.end().from();
        return series.recurrence().all().stream()
                .filter(occurrence -> !occurrence.exceptional())
                .filter(occurrence -> from == null || occurrence.startsAt().isBefore(from))
                .toList();
    }

    /**
     * Makes the sessions after one instant until another, which is included.
     *
     * @return the instant at which the next one is to be made; null if there are no more
     */
    @Nullable Instant make(Tx tx, Changes changes, Row series, Instant after, Instant until) {
        var held = held(series);
        insert(tx, changes, series, held.stream().filter(one -> one.startsAt().isAfter(after) && !one.startsAt().isAfter(until)).toList());
        return next(held, until);
    }

    /** The instant at which the first session after another instant is to be made. */
    static @Nullable Instant next(List<Occurrence> held, Instant madeUntil) {
        return held.stream().map(Occurrence::startsAt).filter(at -> at.isAfter(madeUntil)).findFirst().map(at -> at.minus(AHEAD)).orElse(null);
    }

    /** Requests the task that makes later sessions. */
    void requestNext(Tx tx, Row series, @Nullable Instant at) {
        if (at != null) {
            queue.enqueueAt(tx, MakeSessionsJob.NAME, series.id(), at);
        }
    }

    /** Makes the sessions of occurrences. */
    void insert(Tx tx, Changes changes, Row series, List<Occurrence> occurrences) {
        if (!occurrences.isEmpty()) {
            for (var made : sessions.getAll(tx, ofSeries.insert(tx, series, occurrences))) {
                changes.created(new SessionId(made.id()), SessionViews.toApi(made));
            }
        }
    }

    /**
     * Fits sessions to a changed series: those whose time it no longer has go, the others get its values, and missing ones are made. A session that was
     * changed, canceled or started stays as it is, while the series has its time.
     *
     * @param of the series that has the sessions until now
     * @param from sessions before this original start stay
     * @throws ProblemException {@code conflict} if sessions with bookings stand against it
     */
    void fit(Tx tx, Changes changes, UUID of, Row series, Instant from, Booked booked) {
        var now = tx.now();
        var after = now.isAfter(from) ? now : from;
        // A series that follows another can start earlier on the day on which that one ends.
        var begin = of.equals(series.id()) ? after : now;
        var held = held(series);
        var wanted = held.stream().map(Occurrence::local).collect(Collectors.toSet());
        var present = sessions.lockOfSeries(tx, of, after);
        remove(tx, changes, present.stream().filter(row -> row.state().equals("scheduled") && !wanted.contains(original(row, series))).toList(), booked);
        var kept = present.stream().filter(row -> wanted.contains(original(row, series))).toList();
        var followed = kept.stream().filter(SeriesSessions::follows).toList();
        update(tx, changes, series, followed.stream().filter(row -> differs(row, series)).toList());
        if (!of.equals(series.id())) {
            move(tx, changes, series, kept.stream().filter(row -> !follows(row)).toList());
        }
        var known = kept.stream().map(row -> original(row, series)).collect(Collectors.toSet());
        insert(tx, changes, series, held.stream()
                .filter(one -> !known.contains(one.local()) && !one.startsAt().isBefore(begin) && !one.startsAt().isAfter(series.madeUntil()))
                .toList());
        requestNext(tx, series, next(held, series.madeUntil()));
    }

    /** The local start of a session by the rule. It stays when time zone rules change, so it identifies the occurrence. */
    static LocalDateTime original(SessionStore.Row row, Row series) {
        var place = Objects.requireNonNull(row.series());
        return place.originalLocal() == null
                ? LocalDateTime.ofInstant(place.originalStartsAt(), TimeZones.of(series.zone()))
                : place.originalLocal();
    }

    /** True if the session takes the values of its series. */
    private static boolean follows(SessionStore.Row row) {
        return row.state().equals("scheduled") && !Objects.requireNonNull(row.series()).changed();
    }

    private static boolean differs(SessionStore.Row row, Row series) {
        var old = row.values();
        var wanted = series.values();
        var same = new SessionStore.Values(
                old.externalId(), wanted.name(), wanted.locationId(), wanted.coachPersonId(), row.startsAt(),
                row.startsAt().plus(Duration.ofMinutes(wanted.durationMinutes())), wanted.capacity(), wanted.rules());
        return !old.equals(same) || !Objects.requireNonNull(row.series()).seriesId().equals(series.id());
    }

    static boolean hasBookings(SessionStore.Row row) {
        return row.places().taken() + row.places().waiting() > 0;
    }

    /** Deletes sessions. One that was ever booked is canceled instead, with its bookings, if that is allowed. */
    void remove(Tx tx, Changes changes, List<SessionStore.Row> gone, Booked booked) {
        if (gone.isEmpty()) {
            return;
        }
        if (!booked.cancel()) {
            refuse(gone.stream().filter(SeriesSessions::hasBookings).toList(),
                    "Sessions with bookings would be lost. Use `cancel_booked` and a `reason` to cancel them.");
        }
        var deleted = Set.copyOf(ofSeries.delete(tx, ids(gone)));
        for (var row : gone) {
            var id = new SessionId(row.id());
            if (deleted.contains(row.id())) {
                changes.deleted(id, SessionViews.toApi(row));
            } else {
                places.cancelAll(tx, changes, row);
                changes.changed(id, SessionViews.toApi(row), SessionViews.toApi(sessions.cancel(
                        tx, row.id(), booked.reason() == null ? USUAL_REASON : booked.reason())));
                moveTasks.complete(tx, changes, row, Tasks.Outcome.NO_LONGER_NEEDED, "The session was canceled.");
            }
        }
    }

    private static void refuse(List<SessionStore.Row> rows, String detail) {
        if (!rows.isEmpty()) {
            throw Problem.CONFLICT.because(detail)
                    .member("session_ids", rows.stream().limit(IDS_MAX).map(row -> new SessionId(row.id()).toString()).toList());
        }
    }

    private void update(Tx tx, Changes changes, Row series, List<SessionStore.Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        var booked = rows.stream().filter(SeriesSessions::hasBookings).toList();
        int capacity = series.values().capacity();
        var instants = new HashMap<UUID, Instant>();
        for (var row : booked) {
            instants.put(row.id(), places.settle(tx, changes, row, row.values().capacity() > capacity));
        }
        var settled = sessions.getAll(tx, ids(booked));
        refuse(settled.stream().filter(row -> row.places().taken() > capacity && row.values().capacity() > capacity).toList(),
                "Sessions have more taken places than the capacity of " + capacity + ". Change their own capacity first.");
        refuse(settled.stream().filter(row -> hasBookings(row) && !Objects.equals(row.rules().needs(), series.values().rules().needs())).toList(),
                "Sessions have bookings, so their `needs` can't be changed.");
        ofSeries.update(tx, series, ids(rows));
        var after = sessions.getAll(tx, ids(booked)).stream().collect(Collectors.toMap(SessionStore.Row::id, Function.identity()));
        for (var row : settled) {
            places.changed(tx, changes, new SessionPlaces.Change(row, after.get(row.id()), instants.get(row.id()), false, false));
        }
        record(tx, changes, rows);
    }

    private void move(Tx tx, Changes changes, Row series, List<SessionStore.Row> rows) {
        if (!rows.isEmpty()) {
            ofSeries.move(tx, series.id(), ids(rows));
            record(tx, changes, rows);
        }
    }

    /** Records changed sessions, which have been read before. */
    void record(Tx tx, Changes changes, List<SessionStore.Row> before) {
        Map<UUID, SessionStore.Row> after = sessions.getAll(tx, ids(before)).stream()
                .collect(Collectors.toMap(SessionStore.Row::id, Function.identity()));
        for (var row : before) {
            changes.changed(new SessionId(row.id()), SessionViews.toApi(row), SessionViews.toApi(after.get(row.id())));
        }
    }

    private static List<UUID> ids(List<SessionStore.Row> rows) {
        return rows.stream().map(SessionStore.Row::id).toList();
    }
}
