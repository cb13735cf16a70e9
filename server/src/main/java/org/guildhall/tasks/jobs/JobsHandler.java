package org.guildhall.tasks.jobs;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Job;
import org.guildhall.api.model.JobDependsOnPatch;
import org.guildhall.api.model.JobPatch;
import org.guildhall.api.model.JobWhenDegraded;
import org.guildhall.api.model.ListJobsQuery;
import org.guildhall.api.model.ProviderLane;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.tasks.JobsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.jobs.JobStore.Row;
import org.guildhall.tasks.jobs.JobStore.Values;
import org.jspecify.annotations.Nullable;

/** Jobs and their schedules: {@code /tasks/jobs}. */
final class JobsHandler implements JobsApi<Call> {

    private final JobDefinitions definitions;
    private final JobStore jobs;
    private final ProviderStates providers;
    private final TaskQueue queue;

    JobsHandler(JobDefinitions definitions, JobStore jobs, ProviderStates providers, TaskQueue queue) {
        this.definitions = definitions;
        this.jobs = jobs;
        this.providers = providers;
        this.queue = queue;
    }

    @Override
    public Reply<Page<Job>> listJobs(Call call, ListJobsQuery query) {
        var state = query.state() == null ? null : query.state().value();
        var page = jobs.list(call.tx(), call.page(), definitions.names(), state);
        var lanes = new HashSet<String>();
        var signalIds = new HashSet<UUID>();
        page.data().forEach(row -> {
            lanes.addAll(row.dependencies(definition(row.name())).lanes());
            signalIds.addAll(row.dependencies(definition(row.name())).signalIds());
        });
        var signals = lanes.isEmpty() && signalIds.isEmpty() ? List.<ProviderStates.Signal>of() : providers.of(call.tx(), lanes, signalIds);
        return Reply.list(page.map(row -> JobViews.toApi(definition(row.name()), row, signals)));
    }

    @Override
    public Reply<Job> getJob(Call call, String jobName) {
        return Reply.ok(toApi(call, definition(jobName), jobs.get(call.tx(), jobName)));
    }

    @Override
    public Reply<Job> updateJob(Call call, String jobName, Patch<JobPatch> patch) {
        var definition = definition(jobName);
        var before = lock(call, jobName);
        var current = patchable(before);
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(call, definition, before));
        }
        boolean sameCron = Objects.equals(wanted.cron(), current.cron());
        if (!sameCron && wanted.cron() != null) {
            check(wanted.cron(), before);
        }
        return changed(call, definition, before, values(wanted), before.state(), sameCron ? lastTick(before) : before.now());
    }

    private static JobPatch patchable(Row row) {
        var lanes = row.lanes();
        var signalIds = row.signalIds();
        return new JobPatch(
                row.cron(), row.window() == null ? null : (int) row.window().toSeconds(),
                row.whenDegraded() == null ? null : JobWhenDegraded.fromValue(row.whenDegraded()),
                lanes == null && signalIds == null
                        ? null
                        : new JobDependsOnPatch(
                                lanes == null ? null : lanes.stream().map(ProviderLane::fromValue).toList(),
                                signalIds == null ? null : signalIds.stream().map(SignalId::new).toList()));
    }

    private static Values values(JobPatch wanted) {
        var dependsOn = wanted.dependsOn();
        return new Values(
                wanted.cron(), wanted.catchUpSeconds() == null ? null : Duration.ofSeconds(wanted.catchUpSeconds()),
                dependsOn == null || dependsOn.lanes() == null ? null : dependsOn.lanes().stream().map(ProviderLane::value).toList(),
                dependsOn == null || dependsOn.signalIds() == null ? null : dependsOn.signalIds().stream().map(SignalId::value).toList(),
                wanted.whenDegraded() == null ? null : wanted.whenDegraded().value());
    }

    /** The job with the signals that it depends on and that don't work now. */
    private Job toApi(Call call, JobDefinition definition, Row row) {
        return JobViews.toApi(definition, row, row.dependencies(definition).signals(call.tx(), providers));
    }

    /** Refuses an expression that is malformed, or has no tick. */
    private static void check(String cron, Row job) {
        try {
            if (new Schedule(CronExpression.parse(cron), job.zone()).next(job.now()) == null) {
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
        return changed(call, definition, before, before.values(), "paused", lastTick(before));
    }

    @Override
    public Reply<Job> resumeJob(Call call, String jobName) {
        var definition = definition(jobName);
        var before = lock(call, jobName);
        if (before.state().equals("active")) {
            throw Problem.INVALID_STATE.because("The job is not paused.");
        }
        return changed(call, definition, before, before.values(), "active", before.now());
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
    private Reply<Job> changed(Call call, JobDefinition definition, Row before, Values values, String state, Instant lastTickAt) {
        int missed = lastTickAt.equals(before.lastTickAt()) ? before.missedTicks() : 0;
        var earlier = toApi(call, definition, before);
        var job = toApi(call, definition, jobs.update(call.tx(), before.name(), values, state, lastTickAt, missed));
        call.changed(job.id(), earlier, job);
        JobTicker.request(queue, call.tx());
        return Reply.ok(job);
    }
}
