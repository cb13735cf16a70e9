package org.guildhall.tasks.operational;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListOperationalTasksQuery;
import org.guildhall.api.model.NewOperationalTask;
import org.guildhall.api.model.NewTaskOutcome;
import org.guildhall.api.model.NewTaskOwner;
import org.guildhall.api.model.NewTaskSource;
import org.guildhall.api.model.OperationalTask;
import org.guildhall.api.model.OperationalTaskId;
import org.guildhall.api.model.OperationalTaskPatch;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.TaskOwnerKind;
import org.guildhall.api.model.TaskPriority;
import org.guildhall.api.model.TaskReason;
import org.guildhall.api.tasks.OperationalTasksApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.tasks.operational.OperationalTaskStore.Filter;
import org.guildhall.tasks.operational.OperationalTaskStore.Locked;
import org.guildhall.tasks.operational.OperationalTaskStore.Owner;
import org.guildhall.tasks.operational.OperationalTaskStore.Row;
import org.guildhall.tasks.operational.OperationalTaskStore.Source;
import org.guildhall.tasks.operational.OperationalTaskStore.Values;
import org.jspecify.annotations.Nullable;

/** Operational tasks and their states: {@code /tasks/operational-tasks}. */
final class OperationalTasksHandler implements OperationalTasksApi<Call> {

    private static final String BASE = "/api/v1/tasks/operational-tasks/";
    /** The first and the last day whose end every time zone writes with four digits. */
    private static final LocalDate FIRST_DAY = LocalDate.of(1800, 1, 1);
    private static final LocalDate LAST_DAY = LocalDate.of(9998, 12, 31);

    private final OperationalTaskStore tasks;
    private final OperationalTaskViews views;
    private final EntityIds entities;

    OperationalTasksHandler(OperationalTaskStore tasks, OperationalTaskViews views, EntityIds entities) {
        this.tasks = tasks;
        this.views = views;
        this.entities = entities;
    }

    @Override
    public Reply<OperationalTask> createOperationalTask(Call call, NewOperationalTask body) {
        var priority = body.priority() == null ? TaskPriority.NORMAL : body.priority();
        var task = views.toApi(tasks.insert(call.tx(), values(
                new OperationalTaskPatch(
                        body.externalId(), body.title(), body.detail(), body.owner(), body.dueOn(), body.dueAt(), priority, body.source(),
                        body.metadata()))));
        call.created(task.id(), task);
        return Reply.created(BASE + task.id(), task);
    }

    @Override
    public Reply<Page<OperationalTask>> listOperationalTasks(Call call, ListOperationalTasksQuery query) {
        var entity = query.entityId() == null ? null : entities.read(query.entityId());
        if (query.entityId() != null && entity == null) {
            throw Problem.INVALID_PARAMETER.because("No kind of resource has this prefix.")
                    .with(Item.parameter("entity_id", "unknown", "No kind of resource has this prefix."));
        }
        var filter = new Filter(
                query.externalId(), query.state() == null ? null : query.state().value(), query.finished(), query.overdue(),
                query.priority() == null ? null : query.priority().value(), query.ownerName(),
                query.ownerPersonId() == null ? null : query.ownerPersonId().value(), query.workflow(), entity == null ? null : entity.type(),
                entity == null ? null : entity.id(), new TimeWindow(query.dueAfter(), query.dueFrom(), query.dueBefore()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(tasks.list(call.tx(), call.page(), filter).map(views::toApi));
    }

    @Override
    public Reply<OperationalTask> getOperationalTask(Call call, OperationalTaskId id) {
        return Reply.ok(views.toApi(Require.found(tasks.get(call.tx(), id.value()))));
    }

    @Override
    public Reply<OperationalTask> updateOperationalTask(Call call, OperationalTaskId id, Patch<OperationalTaskPatch> patch) {
        var before = lock(call, id).row();
        var current = patchable(before);
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(views.toApi(before));
        }
        var values = values(wanted);
        if (before.progress().isFinished()) {
            throw Problem.INVALID_STATE.because("The task is " + before.state() + ". Reopen it before you change it.");
        }
        return changed(call, before, tasks.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<OperationalTask> startOperationalTask(Call call, OperationalTaskId id) {
        return move(call, id, TaskProgress::start);
    }

    @Override
    public Reply<OperationalTask> stopOperationalTask(Call call, OperationalTaskId id) {
        return move(call, id, (progress, now) -> progress.stop());
    }

    @Override
    public Reply<OperationalTask> blockOperationalTask(Call call, OperationalTaskId id, TaskReason body) {
        return move(call, id, (progress, now) -> progress.block(body.reason(), now, call.actor().id()));
    }

    @Override
    public Reply<OperationalTask> unblockOperationalTask(Call call, OperationalTaskId id) {
        return move(call, id, (progress, now) -> progress.unblock());
    }

    @Override
    public Reply<OperationalTask> completeOperationalTask(Call call, OperationalTaskId id, NewTaskOutcome body) {
        return move(call, id, (progress, now) -> progress.complete(body.kind().value(), body.words(), now));
    }

    @Override
    public Reply<OperationalTask> cancelOperationalTask(Call call, OperationalTaskId id, TaskReason body) {
        return move(call, id, (progress, now) -> progress.cancel(body.reason(), now));
    }

    @Override
    public Reply<OperationalTask> reopenOperationalTask(Call call, OperationalTaskId id, TaskReason body) {
        return move(call, id, (progress, now) -> progress.reopen(body.reason(), now));
    }

    private Reply<OperationalTask> move(Call call, OperationalTaskId id, BiFunction<TaskProgress, Instant, TaskProgress> step) {
        var before = lock(call, id);
        return changed(call, before.row(), tasks.move(call.tx(), before, step.apply(before.row().progress(), before.now())));
    }

    private Locked lock(Call call, OperationalTaskId id) {
        var locked = Require.found(tasks.lock(call.tx(), id.value()));
        call.expect(locked.row().version());
        return locked;
    }

    private Reply<OperationalTask> changed(Call call, Row before, Row after) {
        var task = views.toApi(after);
        call.changed(task.id(), views.toApi(before), task);
        return Reply.ok(task);
    }

    private OperationalTaskPatch patchable(Row row) {
        var owner = row.ownerKind() == null || row.ownerName() == null
                ? null
                : new NewTaskOwner(
                        TaskOwnerKind.fromValue(row.ownerKind()), row.ownerName(), row.ownerPersonId() == null ? null : new PersonId(row.ownerPersonId()));
        var source = row.workflow() == null ? null : new NewTaskSource(row.workflow(), views.entityId(row));
        return new OperationalTaskPatch(
                row.externalId(), row.title(), row.detail(), owner, row.dueOn(), row.dueAt(), TaskPriority.fromValue(row.priority()), source,
                new TreeMap<>(row.metadata()));
    }

    /**
     * Checks and converts the members of a task.
     *
     * @throws ProblemException {@code validation_failed} with all faults
     */
    private Values values(OperationalTaskPatch wanted) {
        var wrong = new ArrayList<Item>();
        if (wanted.dueOn() != null && wanted.dueAt() != null) {
            wrong.add(Item.pointer("/due_on", "excluded", "A task has `due_on` or `due_at`, not both. Set the other one to null."));
        }
        if (wanted.dueOn() != null && (wanted.dueOn().isBefore(FIRST_DAY) || wanted.dueOn().isAfter(LAST_DAY))) {
            wrong.add(Item.pointer("/due_on", "range", "The day must be between " + FIRST_DAY + " and " + LAST_DAY + "."));
        }
        var owner = wanted.owner();
        if (owner != null && owner.personId() != null && !owner.kind().equals(TaskOwnerKind.PERSON)) {
            wrong.add(Item.pointer("/owner/person_id", "excluded", "A team has no `person_id`. Set it to null."));
        }
        var source = wanted.source();
        var entity = source == null || source.entityId() == null ? null : entities.read(source.entityId());
        if (source != null && source.entityId() != null && entity == null) {
            wrong.add(Item.pointer("/source/entity_id", "unknown", "No kind of resource has this prefix."));
        }
        ProblemException.ifAny(wrong);
        return new Values(
                wanted.externalId(), wanted.title(), wanted.detail(),
                owner == null ? null : new Owner(owner.kind().value(), owner.name(), owner.personId() == null ? null : owner.personId().value()),
                wanted.dueOn(), wanted.dueAt(), wanted.priority().value(),
                source == null ? null : new Source(source.workflow(), entity == null ? null : entity.type(), entity == null ? null : entity.id()),
                orEmpty(wanted.metadata()));
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> metadata) {
        return metadata == null ? Map.of() : metadata;
    }
}
