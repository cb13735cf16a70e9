package org.guildhall.schedule.sessions;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.schedule.sessions.SessionStore.Row;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** The tasks to move sessions with bookings whose local start is another instant since time zone rules changed. */
public final class MoveTasks {

    private static final String TEAM = "Front desk";
    private static final String WORKFLOW = "Schedule";

    private final SessionStore sessions;
    private final Tasks tasks;

    public MoveTasks(SessionStore sessions, Tasks tasks) {
        this.sessions = sessions;
        this.tasks = tasks;
    }

    private static @Nullable UUID task(Row session) {
        return session.series() == null ? null : session.series().moveTaskId();
    }

    /**
     * Opens the task of a locked session, unless it had one already.
     *
     * @param wanted the instant of its local start now; null if that doesn't exist any more
     */
    public void open(Tx tx, Changes changes, Row session, @Nullable Instant wanted) {
        if (task(session) != null) {
            return;
        }
        var zone = TimeZones.of(session.zone());
        var local = session.startsAt().atZone(zone).toLocalDateTime();
        sessions.setMoveTask(tx, session.id(), tasks.create(tx, changes, new Tasks.NewTask(
                "Move a session with bookings: the time zone rules have changed",
                "The rules of %s have changed, so the session now starts at %s local time. %s Move it, or leave it and complete this task.".formatted(
                        session.zone(), local, wanted == null
                                ? "Its series has no session at that time any more."
                                : "By its series it would start at %s.".formatted(wanted.atZone(zone).toLocalDateTime())),
                TEAM, new Tasks.Due.At(session.startsAt()), Tasks.Priority.HIGH, WORKFLOW, new Tasks.Entity("session", session.id()))));
    }

    /** Completes the task of a locked session, if it has one. */
    public void complete(Tx tx, Changes changes, Row session, Tasks.Outcome outcome, String words) {
        var task = task(session);
        if (task != null) {
            tasks.complete(tx, changes, task, outcome, words);
            sessions.setMoveTask(tx, session.id(), null);
        }
    }
}
