package org.guildhall.schedule;

import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.Runtime;
import org.guildhall.schedule.bookings.BookingsModule;
import org.guildhall.schedule.classes.ClassesModule;
import org.guildhall.schedule.series.SeriesModule;
import org.guildhall.schedule.sessions.SessionsModule;

/** Wires the schedule room from its parts. */
public final class ScheduleModule {

    private final ClassesModule classes = new ClassesModule();
    private final SessionsModule sessions = new SessionsModule(classes.classTypes(), classes.locations(), classes.checks());
    private final BookingsModule bookings;
    private final SeriesModule series;

    /** @param jobs the connections of jobs */
    public ScheduleModule(Db jobs, TaskQueue queue, Keys keys, Runtime runtime) {
        this.bookings = new BookingsModule(jobs, queue, keys, runtime, sessions.sessions());
        this.series = new SeriesModule(
                jobs, queue, classes.classTypes(), classes.locations(), classes.checks(), sessions.sessions(), bookings.places());
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
    }
}
