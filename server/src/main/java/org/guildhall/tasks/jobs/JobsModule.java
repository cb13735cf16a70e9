package org.guildhall.tasks.jobs;

import java.util.List;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.operational.OperationalTasks;

/** Wires the part {@code jobs}. */
public final class JobsModule {

    private static final String TEAM = "Operations";

    private final TaskQueue queue;
    private final JobDefinitions definitions;
    private final JobStore jobs = new JobStore();
    private final JobRunStore runs = new JobRunStore();
    private final JobTicker ticker;
    private final JobRunner runner;
    private final ProviderStates providers;

    /**
     * @param db the database for background work
     * @param offered the jobs of all rooms
     * @param providers the state of the providers that jobs depend on
     * @param tasks creates the task for a run that was given up
     */
    public JobsModule(Db db, TaskQueue queue, List<JobDefinition> offered, ProviderStates providers, OperationalTasks tasks) {
        this.queue = queue;
        this.providers = providers;
        this.definitions = new JobDefinitions(offered);
        this.ticker = new JobTicker(db, queue, definitions, jobs, runs, providers);
        this.runner = new JobRunner(db, queue, definitions, jobs, runs, providers, node(), (tx, changes, definition, runId, error) -> tasks.create(
                tx, changes, "Job " + definition.name() + " failed", error + " The log of the run has the attempts.", "team", TEAM, null, null, "high",
                "Jobs", "job_run", runId));
    }

    /** The name of this node: its process, on the host that the environment names. */
    private static String node() {
        return ProcessHandle.current().pid() + "@" + System.getenv().getOrDefault("HOSTNAME", "localhost");
    }

    /** Registers the ticker and the runner. */
    public void schedule() {
        queue.on(JobTicker.NAME, TaskQueue.Policy.DUE, ticker);
        queue.on(JobRunner.NAME, JobRunner.POLICY, runner);
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new JobsHandler(definitions, jobs, providers, queue).bind(api.routes());
        new JobRunsHandler(definitions, jobs, runs, providers, queue).bind(api.routes());
    }
}
