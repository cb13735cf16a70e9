package org.guildhall.tasks;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.guildhall.api.model.OverviewTasks;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.tasks.messages.RoomMessages;
import org.guildhall.tasks.operational.OperationalTaskStore;
import org.guildhall.tasks.operational.OperationalTaskViews;
import org.guildhall.tasks.operational.OperationalTasks;
import org.guildhall.tasks.operational.TaskBacklogStore;
import org.jspecify.annotations.Nullable;

/** The door of the tasks room: everything that other rooms may call. */
public final class Tasks {

    private final OperationalTasks tasks;
    private final OperationalTaskViews views;
    private final RoomMessages messages;

    Tasks(OperationalTasks tasks, OperationalTaskViews views, RoomMessages messages) {
        this.tasks = tasks;
        this.views = views;
        this.messages = messages;
    }

    /**
     * A batch of a job's work that was done.
     *
     * @param next where the next batch begins; null after the last one
     * @param seen the number of things that were looked at
     * @param changed how many of them were changed
     * @param skipped how many of them were left as they are
     * @param failed how many of them couldn't be changed
     * @param words lines for the log of the run
     */
    public record JobStep(@Nullable String next, long seen, long changed, long skipped, long failed, List<String> words) {}

    /** The work of a job, in batches of one transaction each. */
    @FunctionalInterface
    public interface JobWork {

        /**
         * Does one batch. It may run again after a failure, from the same place. In the mode {@code validate} it is rolled back.
         *
         * @param events gets the audit events of the batch
         * @param from where the batch begins; null for the first one
         */
        JobStep step(Tx tx, Events events, @Nullable String from);
    }

    /**
     * A job that a room offers to every tenant.
     *
     * @param name lower-case words with hyphens; permanent, since runs and other releases name it
     * @param room the room that does the work
     * @param cron the default schedule, five fields in the tenant's time zone
     * @param mutating false if the job only reads
     * @param lanes the lanes of providers that it depends on, unless the tenant sets others
     * @param needed false if a tick has nothing to do, so that it leaves no run; one look by an index
     */
    public record Job(
            String name, String title, String room, String cron, boolean mutating, List<String> lanes, Predicate<Tx> needed, JobWork work) {

        /** A job that runs at every tick. */
        public Job(String name, String title, String room, String cron, boolean mutating, List<String> lanes, JobWork work) {
            this(name, title, room, cron, mutating, lanes, tx -> true, work);
        }
    }

    /** A signal of a provider that is degraded or blocked now. */
    public record ProviderSignal(UUID id, String name, String lane, boolean blocked) {}

    /** The state of the providers that jobs and transports depend on. */
    @FunctionalInterface
    public interface ProviderStates {

        /** The degraded and blocked signals of some lanes, and among some signals. */
        List<ProviderSignal> of(Tx tx, Collection<String> lanes, Collection<UUID> signalIds);
    }

    /** Gets a signal in the transaction that changes the state of a provider. */
    @FunctionalInterface
    public interface ProviderChanges {
        void providersChanged(Tx tx, UUID signalId);
    }

    /** The urgency of a task. */
    public enum Priority {
        LOW, NORMAL, HIGH, URGENT
    }

    /** How a task ended. */
    public enum Outcome {
        DONE, WONT_DO, DUPLICATE, NO_LONGER_NEEDED
    }

    /** When a task is due. */
    public sealed interface Due {

        /** By an instant. */
        record At(Instant instant) implements Due {}

        /** By the end of a day in the tenant's time zone. */
        record On(LocalDate day) implements Due {}
    }

    /** The resource that a task is about. @param type the kind of resource, as in its audit events */
    public record Entity(String type, UUID id) {}

    /** The owner of a task, by name. @param isPerson false for a team */
    public record Owner(String name, boolean isPerson) {}

    /**
     * A new task.
     *
     * @param due null for no due date
     * @param workflow the workflow that it comes from, at most 60 characters
     */
    public record NewTask(
            String title, @Nullable String detail, Owner owner, @Nullable Due due, Priority priority, String workflow, Entity about) {

        /** A task of a team. */
        public NewTask(
                String title, @Nullable String detail, String team, @Nullable Due due, Priority priority, String workflow, Entity about) {
            this(title, detail, new Owner(team, false), due, priority, workflow, about);
        }
    }

    /**
     * An e-mail about an incident.
     *
     * @param subject one line, at most 300 characters
     * @param body plain text
     * @param dedupeKey a second message with the same key isn't sent
     * @param sendAfter the instant before which it isn't sent; null to send it at once
     * @param workflow the workflow that it comes from, at most 60 characters
     */
    public record IncidentMail(
            String address, String subject, String body, String dedupeKey, @Nullable Instant sendAfter, String workflow, Entity about) {}

    /**
     * Queues an e-mail through the default transport, in the caller's transaction.
     *
     * @param changes gets the message
     * @return the id of the message; null if the tenant has no default transport
     */
    public @Nullable UUID send(Tx tx, Changes changes, IncidentMail mail) {
        return messages.queueIncident(tx, changes, new RoomMessages.Mail(
                null, mail.address(), mail.subject(), mail.body(), mail.dedupeKey(), mail.sendAfter(), null, mail.workflow(), mail.about().type(),
                mail.about().id()));
    }

    /**
     * An e-mail of the category {@code recovery}, or of its template's.
     *
     * @param subject one line, at most 300 characters; not used with a template
     * @param body plain text; not used with a template
     * @param templateKey null for the given text
     * @param language null if the key has one language only
     * @param values the values by name; the template gets those that it has a variable for
     * @param dedupeKey a second message with the same key isn't sent
     * @param workflow the workflow that it comes from, at most 60 characters
     */
    public record RecoveryMail(
            String address, String subject, String body, @Nullable String templateKey, @Nullable String language, Map<String, String> values,
            String dedupeKey, String workflow, Entity about) {}

    /** What became of a message. */
    public sealed interface Sent {

        /** It is queued. */
        record Queued(UUID messageId) implements Sent {}

        /** The tenant has no default transport. */
        record NoTransport() implements Sent {}

        /** The template isn't published, or requires other values. */
        record TemplateUnusable(String detail) implements Sent {}
    }

    /** Queues an e-mail through the default transport, in the caller's transaction. @param changes gets the message */
    public Sent send(Tx tx, Changes changes, RecoveryMail mail) {
        var queued = messages.queueRecovery(
                tx, changes,
                new RoomMessages.Mail(
                        null, mail.address(), mail.subject(), mail.body(), mail.dedupeKey(), null, null, mail.workflow(), mail.about().type(),
                        mail.about().id()),
                mail.templateKey() == null ? null : new RoomMessages.FromTemplate(mail.templateKey(), mail.language(), mail.values()));
        return sent(queued);
    }

    private static Sent sent(RoomMessages.Queued queued) {
        if (queued.id() != null) {
            return new Sent.Queued(queued.id());
        }
        return queued.refusal() == null ? new Sent.NoTransport() : new Sent.TemplateUnusable(queued.refusal());
    }

    /**
     * An e-mail to a person by a template that the tenant may have published. Its category is the template's.
     *
     * @param values the values by name; the template gets those that it has a variable for
     * @param dedupeKey a second message with the same key isn't sent
     * @param expiresAt the instant from which it isn't sent any more; null for none
     * @param workflow the workflow that it comes from, at most 60 characters
     */
    public record PersonMail(
            UUID personId, String templateKey, Map<String, String> values, String dedupeKey, @Nullable Instant expiresAt, String workflow, Entity about) {}

    /** Queues an e-mail through the default transport, in the caller's transaction. @param changes gets the message */
    public Sent send(Tx tx, Changes changes, PersonMail mail) {
        return sent(messages.queueFilled(
                tx, changes,
                new RoomMessages.Mail(
                        mail.personId(), null, "", "", mail.dedupeKey(), null, mail.expiresAt(), mail.workflow(), mail.about().type(), mail.about().id()),
                new RoomMessages.FromTemplate(mail.templateKey(), null, mail.values())));
    }

    /** The present states of messages by their ids, as in the API. */
    public Map<UUID, String> messageStates(Tx tx, Collection<UUID> ids) {
        return messages.states(tx, ids);
    }

    /**
     * Creates an open task in the caller's transaction.
     *
     * @param changes gets the task
     * @return the id of the task
     */
    public UUID create(Tx tx, Changes changes, NewTask task) {
        return tasks.create(
                tx, changes, task.title(), task.detail(), task.owner().isPerson() ? "person" : "team", task.owner().name(),
                task.due() instanceof Due.On on ? on.day() : null, task.due() instanceof Due.At at ? at.instant() : null,
                lower(task.priority()), task.workflow(), task.about().type(), task.about().id());
    }

    /**
     * Completes a task that is open or in progress, in the caller's transaction.
     *
     * @param changes gets the task
     * @return false if the task is blocked or finished; nothing changes then
     * @throws ProblemException {@code not_found} if there is no such task
     */
    public boolean complete(Tx tx, Changes changes, UUID id, Outcome outcome, @Nullable String words) {
        return tasks.complete(tx, changes, id, lower(outcome), words);
    }

    /** Locks a task, and returns true if it is completed or canceled, null if there is none. */
    public @Nullable Boolean isFinished(Tx tx, UUID id) {
        return tasks.isFinished(tx, id);
    }

    /** The numbers of unfinished tasks, and the oldest of them. */
    public record Backlog(long open, long inProgress, long blocked, List<BacklogTask> tasks) {}

    /** An unfinished task. @param state open, in_progress or blocked */
    public record BacklogTask(UUID id, String title, @Nullable String detail, @Nullable String owner, @Nullable String workflow, String state) {}

    /** Adds the read of the unfinished tasks, the oldest first. @param most the maximal number of tasks in the result; the numbers include all */
    public Supplier<Backlog> backlog(Batch batch, int most) {
        var found = TaskBacklogStore.get(batch, most);
        return () -> {
            var read = found.get();
            return new Backlog(read.open(), read.inProgress(), read.blocked(), read.tasks().stream()
                    .map(task -> new BacklogTask(task.id(), task.title(), task.detail(), task.owner(), task.workflow(), task.state()))
                    .toList());
        };
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** The rows from which {@link #overview} is made. */
    public static final class OverviewRows {

        private final List<OperationalTaskStore.Row> rows;

        private OverviewRows(List<OperationalTaskStore.Row> rows) {
            this.rows = rows;
        }
    }

    /** The part of a joined read with the unfinished tasks about an organization now. */
    public static final JoinedRead.Part<OverviewRows> OVERVIEW = new JoinedRead.Part<>(
            List.of(OperationalTaskStore.UNFINISHED_OF_ORGANIZATION), rows -> new OverviewRows(rows.of(OperationalTaskStore.UNFINISHED_OF_ORGANIZATION)));

    /** The first hundred unfinished tasks about an organization, by due date. */
    public OverviewTasks overview(OverviewRows rows) {
        return views.overview(rows.rows);
    }
}
