package org.guildhall.tasks;

import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.tasks.jobs.JobDefinition;
import org.guildhall.tasks.jobs.JobSignals;
import org.guildhall.tasks.jobs.JobWork;
import org.guildhall.tasks.jobs.JobsModule;
import org.guildhall.tasks.jobs.ProviderStates;
import org.guildhall.tasks.messages.MessagesModule;
import org.guildhall.tasks.operational.OperationalTasksModule;
import org.jspecify.annotations.Nullable;

/** Wires the tasks room from its parts. */
public final class TasksModule {

    /** The task of the queue that takes the ticks of jobs. */
    public static final String TICKS = JobSignals.TICKS;

    private final Db db;
    private final TaskQueue queue;
    private final OperationalTasksModule operational;
    private final MessagesModule messages;
    private final JobSignals jobSignals;

    /**
     * @param db the database for background work
     * @param addresses gives the e-mail address of a person, null if there is none; implemented by the runtime room
     * @param outgoing the ways to call addresses that a tenant names
     * @param publicUrl the address of this server for recipients of messages
     */
    public TasksModule(
            Db db, TaskQueue queue, Keys keys, EntityIds entities, BiFunction<Tx, UUID, @Nullable String> addresses, Outbound outgoing,
            String publicUrl) {
        this.db = db;
        this.queue = queue;
        this.operational = new OperationalTasksModule(db, queue, entities);
        this.messages = new MessagesModule(db, queue, keys, entities, addresses, outgoing, publicUrl);
        this.jobSignals = new JobSignals(queue);
    }

    /** The door of this room. */
    public Tasks door() {
        return new Tasks(operational.operationalTasks(), operational.views(), messages.roomMessages());
    }

    /** Gets the platform's signals of changed tenants. */
    public Platform.TenantChanges tenantChanges() {
        return new Platform.TenantChanges() {
            @Override
            public void tenantCreated(Tx tx) {
                jobSignals.tenantCreated(tx);
            }

            @Override
            public void timeZoneChanged(Tx tx) {
                operational.dueDates().timeZoneChanged(tx);
                jobSignals.timeZoneChanged(tx);
            }
        };
    }

    /** Gets the signals of changed providers. */
    public Tasks.ProviderChanges providerChanges() {
        return (tx, signalId) -> {
            jobSignals.providersChanged(tx);
            messages.signalChanged(tx, signalId);
        };
    }

    /**
     * Registers the room's background work, binds its operations, and declares its constraints.
     *
     * @param offered the jobs of all rooms
     * @param providers the state of the providers that jobs and transports depend on; implemented by the providers room
     */
    public void bind(Api api, List<Tasks.Job> offered, Tasks.ProviderStates providers) {
        BiPredicate<Tx, UUID> blocked = (tx, signalId) -> providers.of(tx, List.of(), List.of(signalId)).stream().anyMatch(Tasks.ProviderSignal::blocked);
        operational.dueDates().schedule();
        messages.schedule(blocked);
        operational.bind(api);
        messages.bind(api, blocked);
        var jobs = new JobsModule(db, queue, offered.stream().map(TasksModule::definition).toList(), states(providers),
                operational.operationalTasks());
        jobs.schedule();
        jobs.bind(api);
    }

    private static ProviderStates states(Tasks.ProviderStates providers) {
        return (tx, lanes, signalIds) -> providers.of(tx, lanes, signalIds).stream()
                .map(signal -> new ProviderStates.Signal(signal.id(), signal.name(), signal.lane(), signal.blocked()))
                .toList();
    }

    private static JobDefinition definition(Tasks.Job job) {
        return new JobDefinition(job.name(), job.title(), job.room(), job.cron(), job.mutating(), job.lanes(), job.needed(), (tx, events, from) -> {
            var step = job.work().step(tx, events, from);
            return new JobWork.Step(step.next(), step.seen(), step.changed(), step.skipped(), step.failed(), step.words());
        });
    }
}
