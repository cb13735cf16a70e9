package org.guildhall.schedule.classes;

import org.guildhall.core.http.Api;

/** Wires class types and locations. */
public final class ClassesModule {

    private final ClassTypeStore classTypes = new ClassTypeStore();
    private final LocationStore locations = new LocationStore();

    /** The rows of class types, for their sessions. */
    public ClassTypeStore classTypes() {
        return classTypes;
    }

    /** The rows of locations, for the sessions there. */
    public LocationStore locations() {
        return locations;
    }

    /** Registers the handlers. */
    public void bind(Api api) {
        new ClassTypesHandler(classTypes).bind(api.routes());
        new LocationsHandler(locations).bind(api.routes());
    }
}
