package org.guildhall.tasks;

import java.util.UUID;
import java.util.function.BiFunction;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.net.OutgoingAddresses;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.tasks.messages.MessagesModule;
import org.guildhall.tasks.operational.OperationalTasksModule;
import org.jspecify.annotations.Nullable;

/** Wires the tasks room from its parts. */
public final class TasksModule {

    private final OperationalTasksModule operational;
    private final MessagesModule messages;

    /**
     * @param jobs the database for background work
     * @param addresses gives the e-mail address of a person, null if there is none; implemented by the runtime room
     * @param outgoing the addresses to which the server may connect
     */
    public TasksModule(
            Db jobs, TaskQueue queue, Keys keys, EntityIds entities, BiFunction<Tx, UUID, @Nullable String> addresses, OutgoingAddresses outgoing) {
        this.operational = new OperationalTasksModule(jobs, queue, entities);
        this.messages = new MessagesModule(jobs, queue, keys, entities, addresses, outgoing);
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
        messages.schedule();
    }

    /** Binds the room's operations and declares its constraints. */
    public void bind(Api api) {
        operational.bind(api);
        messages.bind(api);
    }
}
