package org.guildhall.schedule.series;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.guildhall.api.Id;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListSeriesQuery;
import org.guildhall.api.model.NewSeries;
import org.guildhall.api.model.Promotion;
import org.guildhall.api.model.Series;
import org.guildhall.api.model.SeriesEnd;
import org.guildhall.api.model.SeriesId;
import org.guildhall.api.model.SeriesPatch;
import org.guildhall.api.schedule.SeriesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.classes.AllowanceUses;
import org.guildhall.schedule.classes.ClassRules;
import org.guildhall.schedule.classes.GivenRules;
import org.guildhall.schedule.series.SeriesSessions.Booked;
import org.guildhall.schedule.series.SeriesStore.Filter;
import org.guildhall.schedule.series.SeriesStore.Row;
import org.guildhall.schedule.series.SeriesStore.Values;
import org.jspecify.annotations.Nullable;

/** Series of sessions: {@code /schedule/series}. */
final class SeriesHandler implements SeriesApi<Call> {

    private final SeriesStore series;
    private final SeriesChanges changes;
    private final SeriesChecks checks;

    SeriesHandler(SeriesStore series, SeriesSessions sessions, SeriesChecks checks) {
        this.series = series;
        this.changes = new SeriesChanges(series, sessions);
        this.checks = checks;
    }

    @Override
    public Reply<Series> createSeries(Call call, NewSeries body) {
        var classType = checks.classType(call.tx(), body.classTypeId().value());
        var usual = classType.values();
        var values = new Values(
                body.externalId(), or(body.name(), usual.name()), id(body.locationId()), id(body.coachPersonId()),
                or(body.durationMinutes(), usual.durationMinutes()), body.rrule(), dates(body.exceptions()), or(body.capacity(), usual.capacity()),
                rules(body).or(usual.rules()));
        var location = checks.location(call.tx(), values, null);
        var zone = checks.zone(call.tx(), body.zone(), location);
        var made = SeriesViews.toApi(changes.create(call, classType.id(), values, SeriesChecks.start(body.startsLocal()), zone));
        return Reply.created("/api/v1/schedule/series/" + made.id(), made);
    }

    @Override
    public Reply<Page<Series>> listSeries(Call call, ListSeriesQuery query) {
        var filter = new Filter(
                query.externalId(), id(query.classTypeId()), id(query.locationId()), id(query.coachPersonId()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(series.list(call.tx(), call.page(), filter).map(SeriesViews::toApi));
    }

    @Override
    public Reply<Series> getSeries(Call call, SeriesId seriesId) {
        return Reply.ok(SeriesViews.toApi(Require.found(series.get(call.tx(), seriesId.value()))));
    }

    @Override
    public Reply<Series> updateSeries(Call call, SeriesId seriesId, Patch<SeriesPatch> patch) {
        var before = changes.lock(call, seriesId);
        var wanted = patch.onto(patchable(before));
        var values = values(wanted);
        boolean moved = !before.start().toString().equals(wanted.startsLocal());
        if (wanted.from() == null && !moved && values.equals(before.values())) {
            call.unchanged();
            return Reply.ok(SeriesViews.toApi(before));
        }
        requireActive(before);
        var booked = booked(call, wanted.cancelBooked(), wanted.reason());
        checks.location(call.tx(), values, before.values());
        if (wanted.from() == null) {
            if (moved) {
                throw Problem.VALIDATION_FAILED.at("/starts_local", "`starts_local` only changes with `from`, for the series that follows.");
            }
            return Reply.ok(SeriesViews.toApi(changes.update(call, before, values, booked)));
        }
        checks.classType(call.tx(), before.classTypeId());
        if (before.end().from() != null) {
            throw Problem.INVALID_STATE.because("The series ends at " + before.end().from() + " already.");
        }
        var from = future(call, wanted.from());
        var start = moved ? SeriesChecks.start(wanted.startsLocal()) : null;
        return Reply.ok(SeriesViews.toApi(changes.split(call, before, from, following(values, before), start, booked)));
    }

    @Override
    public Reply<Series> endSeries(Call call, SeriesId seriesId, @Nullable SeriesEnd body) {
        var before = changes.lock(call, seriesId);
        requireActive(before);
        var booked = body == null ? Booked.KEPT : booked(call, body.cancelBooked(), body.reason());
        var from = body == null || body.from() == null ? SeriesChanges.now(call.tx()) : future(call, body.from());
        if (before.end().from() != null && from.isAfter(before.end().from())) {
            throw Problem.VALIDATION_FAILED.at("/from", "The series ends at " + before.end().from() + " already.");
        }
        return Reply.ok(SeriesViews.toApi(changes.end(call, before, from, booked)));
    }

    private static void requireActive(Row row) {
        if (row.ended()) {
            throw Problem.INVALID_STATE.because("The series has ended.");
        }
    }

    private static Instant future(Call call, Instant from) {
        if (!from.isAfter(call.tx().now())) {
            throw Problem.VALIDATION_FAILED.at("/from", "`from` must be in the future.");
        }
        return from;
    }

    private static Booked booked(Call call, @Nullable Boolean cancel, @Nullable String reason) {
        if (reason != null) {
            call.because(reason);
        } else if (Boolean.TRUE.equals(cancel)) {
            throw Problem.VALIDATION_FAILED.at("/reason", "`reason` is required with `cancel_booked`.");
        }
        return new Booked(Boolean.TRUE.equals(cancel), reason);
    }

    /** The values of the series that follows: it has no other's external id. */
    private static Values following(Values values, Row before) {
        return values.externalId() == null || !values.externalId().equals(before.values().externalId()) ? values : new Values(
                null, values.name(), values.locationId(), values.coachPersonId(), values.durationMinutes(), values.rrule(), values.exceptions(),
                values.capacity(), values.rules());
    }

    private static SeriesPatch patchable(Row row) {
        var values = row.values();
        var rules = values.rules();
        return new SeriesPatch(
                null, values.externalId(), values.name(), SeriesViews.location(values.locationId()), SeriesViews.person(values.coachPersonId()),
                row.start().toString(), values.durationMinutes(), values.rrule(), values.exceptions().stream().sorted().toList(), values.capacity(),
                rules.waitlistPlaces(), rules.bookingOpensMinutes(), rules.bookingClosesMinutes(), rules.cancellationCutoffMinutes(),
                rules.waitlistClosesMinutes(), Promotion.fromValue(rules.promotion()), rules.offerMinutes(), rules.strictOrder(), rules.allowOverlap(),
                rules.ageMin(), rules.ageMax(), AllowanceUses.patchable(rules.needs()), false, null);
    }

    private static Values values(SeriesPatch wanted) {
        return new Values(
                wanted.externalId(), wanted.name(), id(wanted.locationId()), id(wanted.coachPersonId()), wanted.durationMinutes(), wanted.rrule(),
                dates(wanted.exceptions()), wanted.capacity(), new ClassRules(
                        wanted.waitlistPlaces(), wanted.bookingOpensMinutes(), wanted.bookingClosesMinutes(), wanted.cancellationCutoffMinutes(),
                        wanted.waitlistClosesMinutes(), wanted.promotion().value(), wanted.offerMinutes(), wanted.strictOrder(),
                        wanted.allowOverlap(), wanted.ageMin(), wanted.ageMax(), AllowanceUses.of(wanted.needs())));
    }

    private static GivenRules rules(NewSeries body) {
        return new GivenRules(
                body.waitlistPlaces(), body.bookingOpensMinutes(), body.bookingClosesMinutes(), body.cancellationCutoffMinutes(),
                body.waitlistClosesMinutes(), body.promotion(), body.offerMinutes(), body.strictOrder(), body.allowOverlap(), body.ageMin(),
                body.ageMax(), AllowanceUses.of(body.needs()));
    }

    private static Set<LocalDate> dates(@Nullable List<LocalDate> exceptions) {
        return exceptions == null ? Set.of() : Set.copyOf(exceptions);
    }

    private static @Nullable UUID id(@Nullable Id id) {
        return id == null ? null : id.value();
    }

    private static <T> T or(@Nullable T given, T usual) {
        return given == null ? usual : given;
    }
}
