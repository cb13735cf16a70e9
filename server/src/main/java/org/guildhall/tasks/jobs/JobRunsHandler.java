package org.guildhall.tasks.jobs;

import java.util.stream.Collectors;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.JobRun;
import org.guildhall.api.model.JobRunId;
import org.guildhall.api.model.JobRunMode;
import org.guildhall.api.model.ListJobRunsQuery;
import org.guildhall.api.model.ListRunsOfJobQuery;
import org.guildhall.api.model.NewJobRun;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.tasks.JobRunsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.jobs.JobRunStore.Filter;

/** Runs of jobs: {@code /tasks/jobs/{job_name}/runs} and {@code /tasks/job-runs}. */
final class JobRunsHandler implements JobRunsApi<Call> {

    private static final String BASE = "/api/v1/tasks/job-runs/";

    private final JobDefinitions definitions;
    private final JobStore jobs;
    private final JobRunStore runs;
    private final ProviderStates providers;
    private final TaskQueue queue;

    JobRunsHandler(JobDefinitions definitions, JobStore jobs, JobRunStore runs, ProviderStates providers, TaskQueue queue) {
        this.definitions = definitions;
        this.jobs = jobs;
        this.runs = runs;
        this.providers = providers;
        this.queue = queue;
    }

    @Override
    public Reply<JobRun> createJobRun(Call call, String jobName, NewJobRun body) {
        var definition = Require.found(definitions.get(jobName));
        boolean forced = Boolean.TRUE.equals(body.force());
        if (forced && body.reason() == null) {
            throw Problem.VALIDATION_FAILED.because("`reason` is required with `force`.")
                    .with(Item.pointer("/reason", "required", "`reason` is required with `force`."));
        }
        var mode = body.mode() == null ? JobRunMode.RUN : body.mode();
        jobs.insertMissing(call.tx(), definitions.names());
        var batch = new Batch();
        var job = jobs.lock(batch, jobName);
        var active = runs.active(batch, jobName);
        batch.send(call.tx());
        var present = active.get();
        if (present != null && !present.mode().equals(mode.value())) {
            throw Problem.CONFLICT.because("The job has an active run of the mode " + present.mode() + ". Wait for its end, or cancel it.");
        }
        if (present != null) {
            call.unchanged();
            return Reply.accepted(BASE + new JobRunId(present.id()), JobViews.toApi(present, true));
        }
        if (mode == JobRunMode.RUN) {
            requireProviders(call, job.get().dependencies(definition), forced);
        }
        var run = JobViews.toApi(runs.request(call.tx(), job.get().id(), mode.value(), forced, body.reason(), call.actor().id()));
        queue.enqueue(call.tx(), JobRunner.NAME, run.id().value());
        call.created(run.id(), run);
        return Reply.accepted(BASE + run.id(), run);
    }

    /** Refuses a run that degraded or blocked providers hold back. */
    private void requireProviders(Call call, JobDependencies dependencies, boolean forced) {
        var signals = dependencies.signals(call.tx(), providers);
        var hold = dependencies.hold(signals, forced);
        if (hold == JobDependencies.Hold.NONE) {
            return;
        }
        var names = signals.stream()
                .filter(signal -> signal.blocked() || hold == JobDependencies.Hold.DEGRADED)
                .map(signal -> signal.name() + " (" + new SignalId(signal.id()) + ")")
                .collect(Collectors.joining(", "));
        throw Problem.AUTOMATION_PAUSED.because(hold == JobDependencies.Hold.BLOCKED
                ? "Blocked: " + names + ". The job runs again when an operator has lifted the block."
                : "Degraded: " + names + ". Send `force` with a `reason` to run the job anyway.");
    }

    @Override
    public Reply<Page<JobRun>> listRunsOfJob(Call call, String jobName, ListRunsOfJobQuery query) {
        Require.found(definitions.get(jobName));
        return list(call, new Filter(
                jobName, query.mode() == null ? null : query.mode().value(), query.trigger() == null ? null : query.trigger().value(),
                query.state() == null ? null : query.state().value(), new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore())));
    }

    @Override
    public Reply<Page<JobRun>> listJobRuns(Call call, ListJobRunsQuery query) {
        return list(call, new Filter(
                null, query.mode() == null ? null : query.mode().value(), query.trigger() == null ? null : query.trigger().value(),
                query.state() == null ? null : query.state().value(), new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore())));
    }

    private Reply<Page<JobRun>> list(Call call, Filter filter) {
        return Reply.list(runs.list(call.tx(), call.page(), filter).map(JobViews::toApi));
    }

    @Override
    public Reply<JobRun> getJobRun(Call call, JobRunId jobRunId) {
        return Reply.ok(JobViews.toApi(Require.found(runs.get(call.tx(), jobRunId.value()))));
    }

    @Override
    public Reply<JobRun> cancelJobRun(Call call, JobRunId jobRunId) {
        var before = Require.found(runs.lock(call.tx(), jobRunId.value()));
        call.expect(before.version());
        if (!before.isActive()) {
            throw Problem.INVALID_STATE.because("The run has ended: it is " + before.state().replace('_', ' ') + ".");
        }
        runs.end(call.tx(), before.id(), "canceled", null);
        var run = JobViews.toApi(Require.found(runs.get(call.tx(), before.id())));
        call.changed(run.id(), JobViews.toApi(before), run);
        JobTicker.request(queue, call.tx());
        return Reply.ok(run);
    }
}
