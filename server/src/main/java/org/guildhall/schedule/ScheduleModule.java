package org.guildhall.schedule;

import org.guildhall.core.http.Api;
import org.guildhall.schedule.classes.ClassesModule;

/** Wires the schedule room from its parts. */
public final class ScheduleModule {

    private final ClassesModule classes = new ClassesModule();

    /** Registers the room's handlers, and the problems of its constraints. */
    public void bind(Api api) {
        classes.bind(api);
    }
}
