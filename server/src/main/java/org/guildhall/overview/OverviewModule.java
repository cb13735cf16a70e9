package org.guildhall.overview;

import org.guildhall.core.http.Api;
import org.guildhall.runtime.Runtime;

/** Wires the overview room: views across the other rooms. It keeps nothing of its own. */
public final class OverviewModule {

    private final Runtime runtime;

    public OverviewModule(Runtime runtime) {
        this.runtime = runtime;
    }

    /** Binds the room's operations. */
    public void bind(Api api) {
        new OrganizationOverviewHandler(runtime).bind(api.routes());
    }
}
