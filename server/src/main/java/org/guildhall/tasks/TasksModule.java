package org.guildhall.tasks;

import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.tasks.operational.OperationalTasksModule;

/** Wires the tasks room from its parts. */
public final class TasksModule {

    private final OperationalTasksModule operational;

    /** @param jobs the database for background work */
    public TasksModule(Db jobs, TaskQueue queue, EntityIds entities) {
        this.operational = new OperationalTasksModule(jobs, queue, entities);
    }

    /** The door of this room. */
    public Tasks door() {
        return new Tasks(operational.operationalTasks(), operational.views());
    }

    /** Gets the signal of a changed time zone. */
    public Platform.TimeZoneChanges timeZoneChanges() {
        return operational.dueDates()::timeZoneChanged;
    }

    /** Registers the room's background work. */
    public void schedule() {
        operational.dueDates().schedule();
    }

    /** Binds the room's operations and declares its constraints. */
    public void bind(Api api) {
        operational.bind(api);
    }
}
