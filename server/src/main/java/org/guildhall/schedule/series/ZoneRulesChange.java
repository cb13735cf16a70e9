package org.guildhall.schedule.series;

import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.api.model.SeriesId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.schedule.series.Recurrence.Occurrence;
import org.guildhall.schedule.series.SeriesSessions.Booked;
import org.guildhall.schedule.series.SeriesStore.Row;
import org.guildhall.schedule.sessions.MoveTasks;
import org.guildhall.schedule.sessions.SessionStore;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/**
 * Moves the sessions of a series to the instants that their local starts have by the present time zone rules. A session with bookings gets a task
 * instead. One that was changed or canceled by itself stays as it is.
 */
final class ZoneRulesChange {

    private static final Booked UNBOOKED = new Booked(true, "By the changed time zone rules, the series has no session at this local time.");

    private final SeriesStore series;
    private final SessionStore sessions;
    private final SeriesSessionStore ofSeries;
    private final SeriesSessions made;
    private final MoveTasks moveTasks;

    ZoneRulesChange(
            SeriesStore series, SessionStore sessions, SeriesSessionStore ofSeries, SeriesSessions made, MoveTasks moveTasks) {
        this.series = series;
        this.sessions = sessions;
        this.ofSeries = ofSeries;
        this.made = made;
        this.moveTasks = moveTasks;
    }

    /** A session, and the instant of its local start. */
    private record Target(SessionStore.Row session, Instant at) {

        boolean isLater() {
            return at.isAfter(session.startsAt());
        }
    }

    /** Locks a series and its sessions, and fits them to the present rules. @param changes gets the series first, if anything changes */
    void apply(Tx tx, Changes changes, UUID id) {
        var row = series.lock(tx, id);
        if (row == null) {
            return;
        }
        var now = tx.now();
        var occurrences = row.recurrence().all();
        var present = sessions.lockOfSeries(tx, id, now);
        var more = changes.secondary();
        fit(tx, more, row, present, instants(occurrences), now);
        var held = SeriesSessions.held(row);
        made.insert(tx, more, row, missing(tx, row, held, present, now));
        made.requestNext(tx, row, SeriesSessions.next(held, row.madeUntil()));
        record(tx, changes, row, occurrences, now);
    }

    private static Map<LocalDateTime, Instant> instants(List<Occurrence> occurrences) {
        return occurrences.stream()
                .filter(occurrence -> !occurrence.exceptional())
                .collect(Collectors.toMap(Occurrence::local, Occurrence::startsAt));
    }

    private void fit(Tx tx, Changes changes, Row row, List<SessionStore.Row> present, Map<LocalDateTime, Instant> instants, Instant now) {
        var moving = new ArrayList<Target>();
        var gone = new ArrayList<SessionStore.Row>();
        for (var session : present) {
            var at = instants.get(SeriesSessions.original(session, row));
            if (!session.state().equals("scheduled")) {
                continue;
            }
            if (session.startsAt().equals(at)) {
                moveTasks.complete(tx, changes, session, Tasks.Outcome.NO_LONGER_NEEDED, "The session starts at its local time.");
            } else if (!Objects.requireNonNull(session.series()).changed()) {
                if (SeriesSessions.hasBookings(session)) {
                    moveTasks.open(tx, changes, session, at);
                } else if (at == null) {
                    gone.add(session);
                } else if (at.isAfter(now)) {
                    moving.add(new Target(session, at));
                }
            }
        }
        for (var target : withoutRoom(moving, present)) {
            moveTasks.open(tx, changes, target.session(), target.at());
        }
        made.remove(tx, changes, gone, UNBOOKED);
        move(tx, changes, moving);
    }

    /** Takes out, and returns, the sessions that would get the original start of one that stays. That takes rules that change by a whole day. */
    private static List<Target> withoutRoom(List<Target> moving, List<SessionStore.Row> present) {
        var without = new ArrayList<Target>();
        while (true) {
            var ids = moving.stream().map(target -> target.session().id()).collect(Collectors.toSet());
            var staying = present.stream()
                    .filter(session -> !ids.contains(session.id()))
                    .map(session -> Objects.requireNonNull(session.series()).originalStartsAt())
                    .collect(Collectors.toSet());
            var more = moving.stream().filter(target -> staying.contains(target.at())).toList();
            if (more.isEmpty()) {
                return without;
            }
            moving.removeAll(more);
            without.addAll(more);
        }
    }

    /** Moves the last of those that go forward first, and the first of those that go back, so that none meets a neighbor that hasn't moved yet. */
    private void move(Tx tx, Changes changes, List<Target> moving) {
        if (moving.isEmpty()) {
            return;
        }
        var ordered = new LinkedHashMap<UUID, Instant>();
        var byStart = Comparator.comparing((Target target) -> target.session().startsAt());
        moving.stream().filter(Target::isLater).sorted(byStart.reversed()).forEach(target -> ordered.put(target.session().id(), target.at()));
        moving.stream().filter(target -> !target.isLater()).sorted(byStart).forEach(target -> ordered.put(target.session().id(), target.at()));
        ofSeries.remap(tx, ordered);
        for (var target : moving) {
            moveTasks.complete(tx, changes, target.session(), Tasks.Outcome.DONE, "The session was moved.");
        }
        made.record(tx, changes, moving.stream().map(Target::session).toList());
    }

    /** The occurrences without a session, such as one whose local time didn't exist before. */
    private List<Occurrence> missing(Tx tx, Row row, List<Occurrence> held, List<SessionStore.Row> present, Instant now) {
        var known = present.stream().map(session -> SeriesSessions.original(session, row)).collect(Collectors.toSet());
        var next = row.end().followedBy() == null ? null : series.get(tx, row.end().followedBy());
        return held.stream()
                .filter(one -> one.startsAt().isAfter(now) && !one.startsAt().isAfter(row.madeUntil()))
                .filter(one -> !known.contains(one.local()) && (next == null || one.local().isBefore(next.start())))
                .toList();
    }

    private void record(Tx tx, Changes changes, Row row, List<Occurrence> occurrences, Instant now) {
        var last = SeriesSessions.last(occurrences, row.end().from());
        var start = Recurrence.instant(row.start(), row.recurrence().zone());
        var startsAt = start != null && row.startsAt().isAfter(now) ? start : row.startsAt();
        if (changes.isEmpty() && startsAt.equals(row.startsAt()) && Objects.equals(last, row.end().lastStartsAt())) {
            series.current(tx, row.id());
        } else {
            changes.changed(new SeriesId(row.id()), SeriesViews.toApi(row), SeriesViews.toApi(series.remap(tx, row.id(), startsAt, last)));
        }
    }
}
