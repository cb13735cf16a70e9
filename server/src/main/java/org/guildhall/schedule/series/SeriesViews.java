package org.guildhall.schedule.series;

import java.util.UUID;
import org.guildhall.api.model.ClassTypeId;
import org.guildhall.api.model.LocationId;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.Promotion;
import org.guildhall.api.model.Series;
import org.guildhall.api.model.SeriesId;
import org.guildhall.api.model.SeriesState;
import org.guildhall.schedule.classes.AllowanceUses;
import org.guildhall.schedule.series.SeriesStore.Row;
import org.jspecify.annotations.Nullable;

/** Series in their API form. */
final class SeriesViews {

    private SeriesViews() {}

    static Series toApi(Row row) {
        var values = row.values();
        var rules = values.rules();
        var end = row.end();
        return new Series(
                new SeriesId(row.id()), values.externalId(), new ClassTypeId(row.classTypeId()), values.name(), location(values.locationId()),
                person(values.coachPersonId()), row.start().toString(), row.zone(), values.durationMinutes(), values.rrule(),
                values.exceptions().stream().sorted().toList(), values.capacity(), rules.waitlistPlaces(), rules.bookingOpensMinutes(),
                rules.bookingClosesMinutes(), rules.cancellationCutoffMinutes(), rules.waitlistClosesMinutes(), Promotion.fromValue(rules.promotion()),
                rules.offerMinutes(), rules.strictOrder(), rules.allowOverlap(), rules.ageMin(), rules.ageMax(), AllowanceUses.toApi(rules.needs()),
                row.ended() ? SeriesState.ENDED : SeriesState.ACTIVE, row.startsAt(), end.lastStartsAt(), end.from(),
                end.followedBy() == null ? null : new SeriesId(end.followedBy()), row.createdAt(), row.updatedAt(), row.version());
    }

    static @Nullable LocationId location(@Nullable UUID id) {
        return id == null ? null : new LocationId(id);
    }

    static @Nullable PersonId person(@Nullable UUID id) {
        return id == null ? null : new PersonId(id);
    }
}
