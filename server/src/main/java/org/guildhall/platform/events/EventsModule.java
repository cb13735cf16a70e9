package org.guildhall.platform.events;

import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TenantTasks;
import org.guildhall.core.http.Routes;
import org.guildhall.core.work.TaskQueue;

/** Wires the event feed. */
public final class EventsModule {

    private final EventFeedStore feed = new EventFeedStore();

    /** Registers the task that keeps the feeds. @param jobs the database for background work */
    public void schedule(TaskQueue queue, TaskQueue.Policy policy, Db jobs) {
        queue.on(TenantTasks.SEAL_EVENTS, policy, new SealEventsJob(new JobTransactions(jobs), feed));
    }

    public void bind(Routes routes, AuditedEntities entities) {
        new EventsHandler(feed, new EventStore(), entities).bind(routes);
    }
}
