package org.guildhall.overview;

import org.guildhall.core.http.Api;
import org.guildhall.runtime.Runtime;
import org.guildhall.tasks.Tasks;

/** Wires the overview room: read-only views across the other rooms. It stores nothing. */
public final class OverviewModule {

    private final Runtime runtime;
    private final Tasks tasks;

    public OverviewModule(Runtime runtime, Tasks tasks) {
        this.runtime = runtime;
        this.tasks = tasks;
    }

    /** Registers the room's handlers. */
    public void bind(Api api) {
        new OrganizationOverviewHandler(runtime, tasks).bind(api.routes());
    }
}
