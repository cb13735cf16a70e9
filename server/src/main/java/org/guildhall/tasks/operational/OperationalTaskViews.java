package org.guildhall.tasks.operational;

import java.util.List;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.OperationalTask;
import org.guildhall.api.model.OperationalTaskId;
import org.guildhall.api.model.OperationalTaskState;
import org.guildhall.api.model.OverviewTasks;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.TaskBlocked;
import org.guildhall.api.model.TaskOutcome;
import org.guildhall.api.model.TaskOutcomeKind;
import org.guildhall.api.model.TaskOwner;
import org.guildhall.api.model.TaskOwnerKind;
import org.guildhall.api.model.TaskPriority;
import org.guildhall.api.model.TaskSource;
import org.guildhall.core.json.EntityIds;
import org.guildhall.tasks.operational.OperationalTaskStore.Row;
import org.jspecify.annotations.Nullable;

/** The wire form of operational tasks. */
public final class OperationalTaskViews {

    private final EntityIds entities;

    public OperationalTaskViews(EntityIds entities) {
        this.entities = entities;
    }

    OperationalTask toApi(Row row) {
        var progress = row.progress();
        var blocked = progress.blocked();
        var completion = progress.completion();
        var completedAt = row.completedAt();
        return new OperationalTask(
                new OperationalTaskId(row.id()), row.externalId(), row.title(), row.detail(), owner(row), row.dueOn(), row.dueAt(), row.overdueAt(),
                row.overdue(), TaskPriority.fromValue(row.priority()), source(row), OperationalTaskState.fromValue(row.state()), row.startedAt(),
                blocked == null
                        ? null : new TaskBlocked(blocked.reason(), blocked.at(), blocked.by() == null ? null : new ConsumerId(blocked.by())),
                completion == null ? null : new TaskOutcome(TaskOutcomeKind.fromValue(completion.kind()), completion.words()), completedAt,
                completedAt == null ? null : row.overdueAt() != null && !completedAt.isBefore(row.overdueAt()), row.canceledAt(), row.cancelReason(),
                row.reopenedAt(), row.reopenReason(), row.metadata(), row.createdAt(), row.updatedAt(), row.version());
    }

    /** The part of an overview. */
    public OverviewTasks overview(List<Row> rows) {
        return new OverviewTasks(
                rows.stream().limit(OperationalTaskStore.OVERVIEW_MAX).map(this::toApi).toList(), rows.size() > OperationalTaskStore.OVERVIEW_MAX);
    }

    private static @Nullable TaskOwner owner(Row row) {
        return row.ownerKind() == null || row.ownerName() == null
                ? null
                : new TaskOwner(
                        TaskOwnerKind.fromValue(row.ownerKind()), row.ownerName(),
                        row.ownerPersonId() == null ? null : new PersonId(row.ownerPersonId()));
    }

    private @Nullable TaskSource source(Row row) {
        return row.workflow() == null
                ? null : new TaskSource(row.workflow(), row.entityType(), entityId(row));
    }

    @Nullable String entityId(Row row) {
        return row.entityType() == null || row.entityId() == null ? null : entities.id(row.entityType(), row.entityId());
    }
}
