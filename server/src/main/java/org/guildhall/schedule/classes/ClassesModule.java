package org.guildhall.schedule.classes;

import org.guildhall.core.http.Api;

/** Wires class types and locations. */
public final class ClassesModule {

    private final ClassTypeStore classTypes = new ClassTypeStore();
    private final LocationStore locations = new LocationStore();

    public void bind(Api api) {
        new ClassTypesHandler(classTypes).bind(api.routes());
        new LocationsHandler(locations).bind(api.routes());
    }
}
