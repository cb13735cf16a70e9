package org.guildhall.tasks.operational;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Require;
import org.guildhall.tasks.operational.OperationalTaskStore.Owner;
import org.guildhall.tasks.operational.OperationalTaskStore.Source;
import org.guildhall.tasks.operational.OperationalTaskStore.Values;
import org.jspecify.annotations.Nullable;

/** Creates and completes operational tasks for other rooms and jobs, in their transactions. */
public final class OperationalTasks {

    private final OperationalTaskStore tasks;
    private final OperationalTaskViews views;

    OperationalTasks(OperationalTaskStore tasks, OperationalTaskViews views) {
        this.tasks = tasks;
        this.views = views;
    }

    /**
     * Creates an open task.
     *
     * @param ownerKind {@code team} or {@code person}
     * @param dueOn a day in the tenant's time zone; null with {@code dueAt}, or for no due date
     * @param priority {@code low}, {@code normal}, {@code high} or {@code urgent}
     * @param entityType the kind of resource that the task is about, as in its audit events
     */
    public UUID create(
            Tx tx, Changes changes, String title, @Nullable String detail, String ownerKind, String ownerName, @Nullable LocalDate dueOn,
            @Nullable Instant dueAt, String priority, String workflow, String entityType, UUID entityId) {
        var task = views.toApi(tasks.insert(tx, new Values(
                null, title, detail, new Owner(ownerKind, ownerName, null), dueOn, dueAt, priority, new Source(workflow, entityType, entityId), Map.of())));
        changes.created(task.id(), task);
        return task.id().value();
    }

    /** Locks a task, and returns true if it is completed or canceled, null if there is none. */
    public @Nullable Boolean isFinished(Tx tx, UUID id) {
        var locked = tasks.lock(tx, id);
        return locked == null ? null : locked.row().progress().isFinished();
    }

    /**
     * Completes a task that is open or in progress.
     *
     * @param kind {@code done}, {@code wont_do}, {@code duplicate} or {@code no_longer_needed}
     * @return false if the task is blocked or finished; nothing changes then
     */
    public boolean complete(Tx tx, Changes changes, UUID id, String kind, @Nullable String words) {
        var before = Require.found(tasks.lock(tx, id));
        var progress = before.row().progress();
        if (progress.isBlocked() || progress.isFinished()) {
            return false;
        }
        var task = views.toApi(tasks.move(tx, before, progress.complete(kind, words, before.now())));
        changes.changed(task.id(), views.toApi(before.row()), task);
        return true;
    }
}
