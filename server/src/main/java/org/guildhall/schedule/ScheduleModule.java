package org.guildhall.schedule;

import java.util.List;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.Runtime;
import org.guildhall.schedule.bookings.BookingsModule;
import org.guildhall.schedule.calendars.CalendarsModule;
import org.guildhall.schedule.classes.ClassesModule;
import org.guildhall.schedule.series.SeriesModule;
import org.guildhall.schedule.sessions.SessionsModule;
import org.guildhall.tasks.Tasks;

/** Wires the schedule room from its parts. */
public final class ScheduleModule {

    private final ClassesModule classes = new ClassesModule();
    private final SessionsModule sessions;
    private final BookingsModule bookings;
    private final SeriesModule series;
    private final CalendarsModule calendars;

    /**
     * @param jobs the connections of jobs
     * @param publicUrl the address of the server that callers use, without a slash at its end
     */
    public ScheduleModule(Db db, Db jobs, TaskQueue queue, Keys keys, Runtime runtime, Tasks tasks, String publicUrl) {
        this.sessions = new SessionsModule(classes.classTypes(), classes.locations(), classes.checks(), tasks);
        this.bookings = new BookingsModule(jobs, queue, keys, runtime, tasks, sessions.sessions());
        this.series = new SeriesModule(
                jobs, queue, classes.classTypes(), classes.locations(), classes.checks(), sessions.sessions(), bookings.places(), sessions.moveTasks());
        this.calendars = new CalendarsModule(db, keys, publicUrl);
    }

    /** Cancels the bookings of persons who are archived. */
    public Runtime.ArchivedPersons archivedPersons() {
        return bookings.archivedPersons();
    }

    /** The jobs that this room offers. */
    public List<Tasks.Job> jobs() {
        return series.jobs();
    }

    /** Registers the room's background work. */
    public void schedule() {
        bookings.schedule();
        series.schedule();
    }

    /** Registers the room's handlers, and the problems of its constraints. */
    public void bind(Api api) {
        classes.bind(api, series.living());
        sessions.bind(api, bookings.places());
        series.bind(api);
        bookings.bind(api);
        calendars.bind(api, bookings.acting());
    }
}
