package org.guildhall.schedule.classes;

import java.util.List;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.ListLocationsQuery;
import org.guildhall.api.model.Location;
import org.guildhall.api.model.LocationId;
import org.guildhall.api.model.LocationPatch;
import org.guildhall.api.model.NewLocation;
import org.guildhall.api.schedule.LocationsApi;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.classes.LocationStore.Filter;
import org.guildhall.schedule.classes.LocationStore.Row;
import org.guildhall.schedule.classes.LocationStore.Values;
import org.jspecify.annotations.Nullable;

/** Locations: {@code /schedule/locations}. */
final class LocationsHandler implements LocationsApi<Call> {

    private final LocationStore locations;
    private final LivingSeries series;

    LocationsHandler(LocationStore locations, LivingSeries series) {
        this.locations = locations;
        this.series = series;
    }

    @Override
    public Reply<Location> createLocation(Call call, NewLocation body) {
        requireKnown(body.zone());
        var location = toApi(locations.insert(call.tx(), new Values(body.externalId(), body.name(), body.zone(), body.address(), body.places())));
        call.created(location.id(), location);
        return Reply.created("/api/v1/schedule/locations/" + location.id(), location);
    }

    @Override
    public Reply<Page<Location>> listLocations(Call call, ListLocationsQuery query) {
        var filter = new Filter(query.externalId(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(locations.list(call.tx(), call.page(), filter).map(LocationsHandler::toApi));
    }

    @Override
    public Reply<Location> getLocation(Call call, LocationId locationId) {
        return Reply.ok(toApi(Require.found(locations.get(call.tx(), locationId.value()))));
    }

    @Override
    public Reply<Location> updateLocation(Call call, LocationId locationId, Patch<LocationPatch> patch) {
        var before = locked(call, locationId);
        var old = before.values();
        var wanted = patch.onto(new LocationPatch(old.externalId(), old.name(), old.zone(), old.address(), old.places()));
        var values = new Values(wanted.externalId(), wanted.name(), wanted.zone(), wanted.address(), wanted.places());
        if (values.equals(old)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        Require.active(before.state(), "location");
        requireKnown(values.zone());
        return changed(call, before, locations.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<Location> archiveLocation(Call call, LocationId locationId) {
        var before = locked(call, locationId);
        Require.active(before.state(), "location");
        LivingSeries.requireNone(series.atLocation(call.tx(), before.id()), "location");
        return changed(call, before, locations.archive(call.tx(), before.id()));
    }

    private Row locked(Call call, LocationId locationId) {
        var row = Require.found(locations.lock(call.tx(), locationId.value()));
        call.expect(row.version());
        return row;
    }

    private static void requireKnown(@Nullable String zone) {
        if (zone != null && !TimeZones.isKnown(zone)) {
            ProblemException.ifAny(List.of(Item.pointer("/zone", "unknown", "The IANA time zone database has no zone with this exact name.")));
        }
    }

    private static Reply<Location> changed(Call call, Row before, Row after) {
        var location = toApi(after);
        call.changed(location.id(), toApi(before), location);
        return Reply.ok(location);
    }

    private static Location toApi(Row row) {
        var values = row.values();
        return new Location(
                new LocationId(row.id()), values.externalId(), values.name(), values.zone(), values.address(), values.places(),
                ActiveState.fromValue(row.state()), row.archivedAt(), row.createdAt(), row.updatedAt(), row.version());
    }
}
