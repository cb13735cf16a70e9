package org.guildhall.tasks.operational;

import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.work.TaskQueue;

/** Wires the part {@code operational}. */
public final class OperationalTasksModule {

    private final OperationalTaskStore tasks = new OperationalTaskStore();
    private final EntityIds entities;
    private final OperationalTaskViews views;
    private final DueDatesJob dueDates;

    /** @param jobs the database for background work */
    public OperationalTasksModule(Db jobs, TaskQueue queue, EntityIds entities) {
        this.entities = entities;
        this.views = new OperationalTaskViews(entities);
        this.dueDates = new DueDatesJob(jobs, queue);
    }

    /** Creates and completes tasks for others. */
    public OperationalTasks operationalTasks() {
        return new OperationalTasks(tasks, views);
    }

    public OperationalTaskViews views() {
        return views;
    }

    /** The job that moves due dates when the tenant's time zone changes. */
    public DueDatesJob dueDates() {
        return dueDates;
    }

    /** Binds the operations of this part and declares its constraints. */
    public void bind(Api api) {
        new OperationalTasksHandler(tasks, views, entities).bind(api.routes());
        api.constraints().on("operational_tasks_owner_person", Problem.VALIDATION_FAILED, "/owner/person_id", "There is no such person.");
    }
}
