package org.guildhall.overview;

import org.guildhall.core.http.Api;
import org.guildhall.providers.Providers;
import org.guildhall.runtime.Runtime;
import org.guildhall.tasks.Tasks;

/** Wires the overview room: read-only views across the other rooms. It stores nothing. */
public final class OverviewModule {

    private final Runtime runtime;
    private final Providers providers;
    private final Tasks tasks;

    public OverviewModule(Runtime runtime, Providers providers, Tasks tasks) {
        this.runtime = runtime;
        this.providers = providers;
        this.tasks = tasks;
    }

    /** Registers the room's handlers. */
    public void bind(Api api) {
        new OrganizationOverviewHandler(runtime, tasks).bind(api.routes());
        new WorkflowBackboneHandler(providers, tasks).bind(api.routes());
    }
}
