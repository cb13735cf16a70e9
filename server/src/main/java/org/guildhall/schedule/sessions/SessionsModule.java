package org.guildhall.schedule.sessions;

import static org.guildhall.core.problem.Problem.VALIDATION_FAILED;

import org.guildhall.core.http.Api;
import org.guildhall.schedule.classes.ClassTypeStore;
import org.guildhall.schedule.classes.LocationStore;
import org.guildhall.schedule.classes.RuleChecks;
import org.guildhall.tasks.Tasks;

/** Wires sessions. */
public final class SessionsModule {

    private final SessionStore sessions = new SessionStore();
    private final ClassTypeStore classTypes;
    private final LocationStore locations;
    private final RuleChecks checks;
    private final MoveTasks moveTasks;

    public SessionsModule(ClassTypeStore classTypes, LocationStore locations, RuleChecks checks, Tasks tasks) {
        this.classTypes = classTypes;
        this.locations = locations;
        this.checks = checks;
        this.moveTasks = new MoveTasks(sessions, tasks);
    }

    /** The rows of sessions, for their bookings. */
    public SessionStore sessions() {
        return sessions;
    }

    /** The tasks to move sessions. */
    public MoveTasks moveTasks() {
        return moveTasks;
    }

    /** Registers the handlers. @param places what a change of a session does to its bookings */
    public void bind(Api api, SessionPlaces places) {
        new SessionsHandler(sessions, classTypes, locations, new TenantZoneStore(), checks, places, moveTasks).bind(api.routes());
        new PublicSessionsHandler(sessions).bind(api.routes());
        api.constraints().on("sessions_coach", VALIDATION_FAILED, "/coach_person_id", "There is no such person.");
    }
}
