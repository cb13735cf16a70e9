package org.guildhall.schedule.series;

import static org.guildhall.core.problem.Problem.IN_USE;
import static org.guildhall.core.problem.Problem.VALIDATION_FAILED;

import java.util.List;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.schedule.classes.ClassTypeStore;
import org.guildhall.schedule.classes.LivingSeries;
import org.guildhall.schedule.classes.LocationStore;
import org.guildhall.schedule.classes.RuleChecks;
import org.guildhall.schedule.sessions.MoveTasks;
import org.guildhall.schedule.sessions.SessionPlaces;
import org.guildhall.schedule.sessions.SessionStore;
import org.guildhall.schedule.sessions.TenantZoneStore;
import org.guildhall.tasks.Tasks;

/** Wires series. */
public final class SeriesModule {

    private final Db jobs;
    private final TaskQueue queue;
    private final ClassTypeStore classTypes;
    private final LocationStore locations;
    private final RuleChecks rules;
    private final SeriesStore series = new SeriesStore();
    private final SeriesSessions sessions;
    private final ZoneRulesJob zoneRules;

    /**
     * @param jobs the connections of jobs
     * @param places what a change of a session does to its bookings
     */
    public SeriesModule(
            Db jobs, TaskQueue queue, ClassTypeStore classTypes, LocationStore locations, RuleChecks rules, SessionStore sessions, SessionPlaces places,
            MoveTasks moveTasks) {
        this.jobs = jobs;
        this.queue = queue;
        this.classTypes = classTypes;
        this.locations = locations;
        this.rules = rules;
        var ofSeries = new SeriesSessionStore();
        this.sessions = new SeriesSessions(sessions, ofSeries, places, moveTasks, queue);
        this.zoneRules = new ZoneRulesJob(series, new ZoneRulesChange(series, sessions, ofSeries, this.sessions, moveTasks));
    }

    /** The series that haven't ended. */
    public LivingSeries living() {
        return series;
    }

    /** The jobs that this part offers. */
    public List<Tasks.Job> jobs() {
        return List.of(zoneRules.offered());
    }

    /** Registers the background work. */
    public void schedule() {
        queue.on(MakeSessionsJob.NAME, TaskQueue.Policy.DUE, new MakeSessionsJob(new JobTransactions(jobs), series, sessions));
    }

    /** Registers the handler. */
    public void bind(Api api) {
        new SeriesHandler(series, sessions, new SeriesChecks(classTypes, locations, new TenantZoneStore(), rules)).bind(api.routes());
        api.constraints()
                .on("series_coach", VALIDATION_FAILED, "/coach_person_id", "There is no such person.")
                .on("series_resource_key", IN_USE, null, "Series use an allowance of the resource key, so it can't be removed.");
    }
}
