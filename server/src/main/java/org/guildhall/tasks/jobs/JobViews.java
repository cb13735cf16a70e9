package org.guildhall.tasks.jobs;

import java.time.Instant;
import java.util.List;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.Job;
import org.guildhall.api.model.JobDependsOn;
import org.guildhall.api.model.JobId;
import org.guildhall.api.model.JobLastRun;
import org.guildhall.api.model.JobProvider;
import org.guildhall.api.model.JobRun;
import org.guildhall.api.model.JobRunCounts;
import org.guildhall.api.model.JobRunId;
import org.guildhall.api.model.JobRunLine;
import org.guildhall.api.model.JobRunMode;
import org.guildhall.api.model.JobRunState;
import org.guildhall.api.model.JobRunTrigger;
import org.guildhall.api.model.JobSchedule;
import org.guildhall.api.model.JobState;
import org.guildhall.api.model.JobWhenDegraded;
import org.guildhall.api.model.ProviderLane;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.model.SignalStatus;
import org.jspecify.annotations.Nullable;

/** The wire form of jobs and their runs. */
final class JobViews {

    private JobViews() {}

    /** @param signals degraded and blocked signals; the job shows those that it depends on */
    static Job toApi(JobDefinition definition, JobStore.Row row, List<ProviderStates.Signal> signals) {
        var last = row.lastRun();
        var dependencies = row.dependencies(definition);
        return new Job(
                new JobId(row.id()), row.name(), definition.title(), definition.room(),
                new JobSchedule(row.cron() == null ? definition.cron() : row.cron(), row.zone().getId()),
                JobState.fromValue(row.state()), definition.mutating(),
                new JobDependsOn(
                        dependencies.lanes().stream().map(ProviderLane::fromValue).toList(), dependencies.signalIds().stream().map(SignalId::new).toList()),
                JobWhenDegraded.fromValue(dependencies.whenDegraded()),
                dependencies.among(signals).stream()
                        .map(signal -> new JobProvider(new SignalId(signal.id()), signal.name(), signal.blocked() ? SignalStatus.BLOCKED : SignalStatus.DEGRADED))
                        .toList(),
                row.window() == null ? null : (int) row.window().toSeconds(),
                nextTick(definition, row), row.missedTicks(),
                last == null
                        ? null : new JobLastRun(new JobRunId(last.id()), JobRunMode.fromValue(last.mode()), JobRunState.fromValue(last.state()), last.endedAt()),
                row.createdAt(), row.updatedAt(), row.version());
    }

    private static @Nullable Instant nextTick(JobDefinition definition, JobStore.Row row) {
        return row.state().equals("paused") ? null : row.schedule(definition).next(row.lastTickAt() == null ? row.now() : row.lastTickAt());
    }

    /** @param joined true in the answer to a request that found this run active */
    static JobRun toApi(JobRunStore.Row row, boolean joined) {
        return new JobRun(
                new JobRunId(row.id()), row.jobName(), JobRunMode.fromValue(row.mode()), JobRunTrigger.fromValue(row.trigger()), joined, row.forced(), row.reason(),
                row.requestedBy() == null ? null : new ConsumerId(row.requestedBy()), row.scheduledFor(), row.missedTicks(), row.foldedRuns(),
                JobRunState.fromValue(row.state()), row.skipReason(), row.attempt(), row.node(),
                new JobRunCounts(row.counts().seen(), row.counts().changed(), row.counts().skipped(), row.counts().failed()),
                row.log().stream().map(line -> new JobRunLine(line.at(), line.level(), line.words())).toList(), row.error(), row.startedAt(),
                row.endedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    static JobRun toApi(JobRunStore.Row row) {
        return toApi(row, false);
    }
}
