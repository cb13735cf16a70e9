package org.guildhall.schedule.series;

import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.SeriesId;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.schedule.series.Recurrence.Occurrence;
import org.guildhall.schedule.series.SeriesSessions.Booked;
import org.guildhall.schedule.series.SeriesStore.End;
import org.guildhall.schedule.series.SeriesStore.New;
import org.guildhall.schedule.series.SeriesStore.Row;
import org.guildhall.schedule.series.SeriesStore.Values;
import org.jspecify.annotations.Nullable;

/** Creates, changes, splits and ends series, each with its sessions. */
final class SeriesChanges {

    private final SeriesStore series;
    private final SeriesSessions sessions;

    SeriesChanges(SeriesStore series, SeriesSessions sessions) {
        this.series = series;
        this.sessions = sessions;
    }

    /** Creates a series with its sessions of the next days. */
    Row create(Call call, UUID classTypeId, Values values, LocalDateTime start, String zone) {
        var tx = call.tx();
        var occurrences = recurrence(values, start, zone).checked();
        var made = series.insert(tx, new New(
                classTypeId, values, start, zone, occurrences.getFirst().startsAt(), SeriesSessions.last(occurrences, null), SeriesSessions.horizon(tx)));
        call.created(new SeriesId(made.id()), SeriesViews.toApi(made));
        var next = sessions.make(tx, call.changes().secondary(), made, tx.now(), made.madeUntil());
        sessions.requestNext(tx, made, next);
        return made;
    }

    private static Recurrence recurrence(Values values, LocalDateTime start, String zone) {
        return new Recurrence(RecurrenceRule.parse(values.rrule()), start, TimeZones.of(zone), values.exceptions());
    }

    /** Changes a locked series, and its sessions from now on. */
    Row update(Call call, Row before, Values values, Booked booked) {
        var tx = call.tx();
        var occurrences = recurrence(values, before.start(), before.zone()).checked();
        var after = series.update(tx, before.id(), values, SeriesSessions.last(occurrences, before.end().from()));
        changed(call, before, after);
        sessions.fit(tx, call.changes().secondary(), before.id(), after, tx.now(), booked);
        return after;
    }

    /** Ends a locked series from an instant on. */
    Row end(Call call, Row before, Instant from, Booked booked) {
        var after = ended(call, before, from, null);
        sessions.fit(call.tx(), call.changes().secondary(), before.id(), after, from, booked);
        return after;
    }

    private Row ended(Call call, Row before, Instant from, @Nullable Row follower) {
        var last = SeriesSessions.last(before.recurrence().all(), from);
        var after = series.end(call.tx(), before.id(), new End(last, from, follower == null ? null : follower.id()));
        changed(call, before, after);
        return after;
    }

    /**
     * Ends a locked series before an instant, and begins another one that goes on from there.
     *
     * @param values the values of the other one
     * @param start its start; null for the first occurrence from the instant on
     */
    Row split(Call call, Row before, Instant from, Values values, @Nullable LocalDateTime start, Booked booked) {
        var tx = call.tx();
        var old = before.recurrence().all();
        var begins = start == null ? first(old, from) : start;
        var zone = TimeZones.of(before.zone());
        if (begins.toLocalDate().isBefore(from.atZone(zone).toLocalDate())) {
            throw Problem.VALIDATION_FAILED.at("/starts_local", "The following series must not start on a day before `from`.");
        }
        var rest = values.rrule().equals(before.values().rrule()) ? rest(values, old, from) : values;
        var occurrences = recurrence(rest, begins, before.zone()).checked();
        if (!occurrences.getFirst().startsAt().isAfter(tx.now())) {
            throw Problem.VALIDATION_FAILED.at("/starts_local", "The following series must start in the future.");
        }
        var follower = series.insert(tx, new New(
                before.classTypeId(), rest, begins, before.zone(), occurrences.getFirst().startsAt(), SeriesSessions.last(occurrences, null),
                before.madeUntil()));
        var after = ended(call, before, from, follower);
        call.created(new SeriesId(follower.id()), SeriesViews.toApi(follower));
        sessions.fit(tx, call.changes().secondary(), before.id(), follower, from, booked);
        return after;
    }

    private static LocalDateTime first(List<Occurrence> occurrences, Instant from) {
        var first = occurrences.stream().filter(occurrence -> !occurrence.startsAt().isBefore(from)).findFirst().orElse(null);
        if (first == null) {
            throw Problem.VALIDATION_FAILED.at("/from", "The series has no occurrence at this instant or later.");
        }
        return first.local();
    }

    /** The values with what is left of a count. */
    private static Values rest(Values values, List<Occurrence> occurrences, Instant from) {
        var rule = RecurrenceRule.parse(values.rrule());
        int left = (int) occurrences.stream().filter(occurrence -> !occurrence.startsAt().isBefore(from)).count();
        if (!rule.hasCount() || left == 0) {
            return values;
        }
        return new Values(
                values.externalId(), values.name(), values.locationId(), values.coachPersonId(), values.durationMinutes(), rule.withCount(left).text(),
                values.exceptions(), values.capacity(), values.rules());
    }

    private static void changed(Call call, Row before, Row after) {
        call.changed(new SeriesId(after.id()), SeriesViews.toApi(before), SeriesViews.toApi(after));
    }

    /** The time that the transaction's changes carry: what ends now has ended in its answer. */
    static Instant now(Tx tx) {
        var batch = new Batch();
        var now = batch.now();
        batch.send(tx);
        return now.get();
    }

    /** Locks a series for a change. */
    Row lock(Call call, SeriesId id) {
        var row = Require.found(series.lock(call.tx(), id.value()));
        call.expect(row.version());
        return row;
    }
}
