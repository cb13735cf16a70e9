package org.guildhall.tasks.jobs;

import java.time.Instant;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.Job;
import org.guildhall.api.model.JobId;
import org.guildhall.api.model.JobLastRun;
import org.guildhall.api.model.JobRun;
import org.guildhall.api.model.JobRunCounts;
import org.guildhall.api.model.JobRunId;
import org.guildhall.api.model.JobRunLine;
import org.guildhall.api.model.JobRunMode;
import org.guildhall.api.model.JobRunState;
import org.guildhall.api.model.JobRunTrigger;
import org.guildhall.api.model.JobSchedule;
import org.guildhall.api.model.JobState;
import org.jspecify.annotations.Nullable;

/** The wire form of jobs and their runs. */
final class JobViews {

    private JobViews() {}

    static Job toApi(JobDefinition definition, JobStore.Row row) {
        var last = row.lastRun();
        return new Job(
                new JobId(row.id()), row.name(), definition.title(), definition.room(),
                new JobSchedule(row.cron() == null ? definition.cron() : row.cron(), row.zone().getId()),
                JobState.fromValue(row.state()), definition.mutating(), row.window() == null ? null : (int) row.window().toSeconds(),
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
                new JobRunId(row.id()), row.jobName(), JobRunMode.fromValue(row.mode()), JobRunTrigger.fromValue(row.trigger()), joined, row.reason(),
                row.requestedBy() == null ? null : new ConsumerId(row.requestedBy()), row.scheduledFor(), row.missedTicks(),
                JobRunState.fromValue(row.state()), row.attempt(), row.node(),
                new JobRunCounts(row.counts().seen(), row.counts().changed(), row.counts().skipped(), row.counts().failed()),
                row.log().stream().map(line -> new JobRunLine(line.at(), line.level(), line.words())).toList(), row.error(), row.startedAt(),
                row.endedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    static JobRun toApi(JobRunStore.Row row) {
        return toApi(row, false);
    }
}
