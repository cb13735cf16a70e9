package org.guildhall.schedule.classes;

import org.guildhall.catalog.Catalog;
import org.guildhall.core.http.Api;
import org.guildhall.core.problem.Problem;

/** Wires class types and locations. */
public final class ClassesModule {

    private final ClassTypeStore classTypes = new ClassTypeStore();
    private final LocationStore locations = new LocationStore();
    private final RuleChecks checks = new RuleChecks(new Catalog());

    /** The rows of class types, for their sessions. */
    public ClassTypeStore classTypes() {
        return classTypes;
    }

    /** The rows of locations, for the sessions there. */
    public LocationStore locations() {
        return locations;
    }

    /** The checks of rules, also for those of sessions. */
    public RuleChecks checks() {
        return checks;
    }

    /** Registers the handlers. */
    public void bind(Api api, LivingSeries series) {
        new ClassTypesHandler(classTypes, checks, series).bind(api.routes());
        new LocationsHandler(locations, series).bind(api.routes());
        api.constraints()
                .on("class_types_resource_key", Problem.IN_USE, null, "Classes use an allowance of the resource key, so it can't be removed.")
                .on("sessions_resource_key", Problem.IN_USE, null, "Classes use an allowance of the resource key, so it can't be removed.");
    }
}
