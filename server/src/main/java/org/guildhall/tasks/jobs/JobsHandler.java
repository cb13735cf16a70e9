package org.guildhall.tasks.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Job;
import org.guildhall.api.model.JobPatch;
import org.guildhall.api.model.ListJobsQuery;
import org.guildhall.api.tasks.JobsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.jobs.JobStore.Row;
import org.jspecify.annotations.Nullable;

/** Jobs and their schedules: {@code /tasks/jobs}. */
final class JobsHandler implements JobsApi<Call> {

    private final JobDefinitions definitions;
    private final JobStore jobs;
    private final TaskQueue queue;

    JobsHandler(JobDefinitions definitions, JobStore jobs, TaskQueue queue) {
        this.definitions = definitions;
        this.jobs = jobs;
        this.queue = queue;
    }

    @Override
    public Reply<Page<Job>> listJobs(Call call, ListJobsQuery query) {
        var state = query.state() == null ? null : query.state().value();
        return Reply.list(jobs.list(call.tx(), call.page(), definitions.names(), state).map(row -> JobViews.toApi(definition(row.name()), row)));
    }

    @Override
    public Reply<Job> getJob(Call call, String jobName) {
        return Reply.ok(JobViews.toApi(definition(jobName), jobs.get(call.tx(), jobName)));
    }

    @Override
    public Reply<Job> updateJob(Call call, String jobName, Patch<JobPatch> patch) {
        var definition = definition(jobName);
        var before = lock(call, jobName);
        var current = new JobPatch(before.cron(), before.window() == null ? null : (int) before.window().toSeconds());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(JobViews.toApi(definition, before));
        }
        boolean sameCron = Objects.equals(wanted.cron(), current.cron());
        if (!sameCron && wanted.cron() != null) {
            check(wanted.cron(), before);
        }
        var window = wanted.catchUpSeconds() == null ? null : Duration.ofSeconds(wanted.catchUpSeconds());
        return changed(call, definition, before, wanted.cron(), window, before.state(), sameCron ? lastTick(before) : before.now());
    }

    /** Refuses an expression that is malformed, or has no tick. */
    private static void check(String cron, Row job) {
        try {
            if (new Schedule.Cron(CronExpression.parse(cron), job.zone()).next(job.now()) == null) {
                throw refused("The expression has no time within eight years.");
            }
        } catch (CronExpression.Malformed malformed) {
            throw refused(malformed.getMessage());
        }
    }

    private static RuntimeException refused(@Nullable String detail) {
        return Problem.VALIDATION_FAILED.because("The schedule is not a cron expression of five fields.")
                .with(Item.pointer("/cron", "cron", Objects.requireNonNull(detail)));
    }

    @Override
    public Reply<Job> pauseJob(Call call, String jobName) {
        var definition = definition(jobName);
        var before = lock(call, jobName);
        if (before.state().equals("paused")) {
            throw Problem.INVALID_STATE.because("The job is already paused.");
        }
        return changed(call, definition, before, before.cron(), before.window(), "paused", lastTick(before));
    }

    @Override
    public Reply<Job> resumeJob(Call call, String jobName) {
        var definition = definition(jobName);
        var before = lock(call, jobName);
        if (before.state().equals("active")) {
            throw Problem.INVALID_STATE.because("The job is not paused.");
        }
        return changed(call, definition, before, before.cron(), before.window(), "active", before.now());
    }

    private JobDefinition definition(String name) {
        return Require.found(definitions.get(name));
    }

    private Row lock(Call call, String name) {
        jobs.insertMissing(call.tx(), definitions.names());
        var batch = new Batch();
        var row = jobs.lock(batch, name);
        batch.send(call.tx());
        call.expect(row.get().version());
        return row.get();
    }

    private static Instant lastTick(Row row) {
        return row.lastTickAt() == null ? row.now() : row.lastTickAt();
    }

    /** @param lastTickAt the present instant if the schedule begins anew: its earlier ticks are neither made up nor counted */
    private Reply<Job> changed(
            Call call, JobDefinition definition, Row before, @Nullable String cron, @Nullable Duration window, String state, Instant lastTickAt) {
        int missed = lastTickAt.equals(before.lastTickAt()) ? before.missedTicks() : 0;
        var job = JobViews.toApi(definition, jobs.update(call.tx(), before.name(), cron, window, state, lastTickAt, missed));
        call.changed(job.id(), JobViews.toApi(definition, before), job);
        JobTicker.request(queue, call.tx());
        return Reply.ok(job);
    }
}
