package org.guildhall.schedule.series;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.UUID;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.schedule.classes.ClassTypeStore;
import org.guildhall.schedule.classes.LocationStore;
import org.guildhall.schedule.classes.RuleChecks;
import org.guildhall.schedule.series.SeriesStore.Values;
import org.guildhall.schedule.sessions.TenantZoneStore;
import org.jspecify.annotations.Nullable;

/** Checks the members of a series and what they refer to. */
final class SeriesChecks {

    /** So that the instants of all occurrences can be written. */
    private static final int YEAR_BEFORE = 2100;

    private final ClassTypeStore classTypes;
    private final LocationStore locations;
    private final TenantZoneStore zones;
    private final RuleChecks rules;

    SeriesChecks(ClassTypeStore classTypes, LocationStore locations, TenantZoneStore zones, RuleChecks rules) {
        this.classTypes = classTypes;
        this.locations = locations;
        this.zones = zones;
        this.rules = rules;
    }

    /** Locks an active class type against archiving. */
    ClassTypeStore.Row classType(Tx tx, UUID id) {
        var classType = Require.named(classTypes.lockShared(tx, id), "/class_type_id", "class type");
        Require.active(classType.state(), "/class_type_id", "class type");
        return classType;
    }

    /**
     * Checks values, and locks their location against archiving.
     *
     * @param before null for a new series
     * @return the location; null without one
     */
    LocationStore.@Nullable Row location(Tx tx, Values values, @Nullable Values before) {
        rules.check(tx, values.rules());
        if (values.locationId() == null) {
            return null;
        }
        var location = Require.named(locations.lockShared(tx, values.locationId()), "/location_id", "location");
        if (before == null || !values.locationId().equals(before.locationId())) {
            Require.active(location.state(), "/location_id", "location");
        }
        var most = location.values().places();
        if (most != null && values.capacity() > most && (before == null || before.capacity() != values.capacity())) {
            throw Problem.VALIDATION_FAILED.at("/capacity", "The location has " + most + " places.");
        }
        return location;
    }

    /** The zone of a new series: the given one, else the location's, else the tenant's. */
    String zone(Tx tx, @Nullable String given, LocationStore.@Nullable Row location) {
        if (given == null) {
            return location == null || location.values().zone() == null ? zones.get(tx) : location.values().zone();
        }
        if (!TimeZones.isKnown(given)) {
            throw Problem.VALIDATION_FAILED.at("/zone", "The IANA time zone database has no zone with this exact name.");
        }
        return given;
    }

    /** Reads a local start. @throws ProblemException {@code validation_failed} if there is no such date and time */
    static LocalDateTime start(String text) {
        try {
            var start = LocalDateTime.parse(text);
            if (start.getYear() < YEAR_BEFORE) {
                return start;
            }
        } catch (DateTimeException unreadable) {
            throw Problem.VALIDATION_FAILED.at("/starts_local", "There is no such date and time.");
        }
        throw Problem.VALIDATION_FAILED.at("/starts_local", "A series must start before the year " + YEAR_BEFORE + ".");
    }
}
