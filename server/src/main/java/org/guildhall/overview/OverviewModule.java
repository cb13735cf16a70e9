package org.guildhall.overview;

import org.guildhall.core.http.Api;
import org.guildhall.runtime.Runtime;

/** Wires the overview room: read-only views across the other rooms. It stores nothing. */
public final class OverviewModule {

    private final Runtime runtime;

    public OverviewModule(Runtime runtime) {
        this.runtime = runtime;
    }

    /** Registers the room's handlers. */
    public void bind(Api api) {
        new OrganizationOverviewHandler(runtime).bind(api.routes());
    }
}
