package org.guildhall.runtime.usage;

import java.time.temporal.ChronoUnit;
import org.guildhall.api.Reply;
import org.guildhall.api.model.NewUsageEvent;
import org.guildhall.api.model.NewUsageReport;
import org.guildhall.api.model.UsageReport;
import org.guildhall.api.model.UsageReportId;
import org.guildhall.api.runtime.UsageReportsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.usage.UsageEventRules.ReportedEvent;

/** Reports of usage: {@code /runtime/usage-reports}. */
final class UsageReportsHandler implements UsageReportsApi<Call> {

    private static final String BASE = "/api/v1/runtime/usage-reports/";

    private final UsageRecorder recorder;
    private final UsageStore usage;
    private final UsageThresholdStore thresholds;

    UsageReportsHandler(UsageRecorder recorder, UsageStore usage, UsageThresholdStore thresholds) {
        this.recorder = recorder;
        this.usage = usage;
        this.thresholds = thresholds;
    }

    @Override
    public Reply<UsageReport> createUsageReport(Call call, NewUsageReport body) {
        var recorded = recorder.record(call.tx(), call.changes(), body.events().stream().map(UsageReportsHandler::reported).toList());
        var report = UsageViews.toApi(recorded.report(), recorded.thresholds().reached());
        call.created(report.id(), report);
        recorded.thresholds().record(call.changes());
        return Reply.created(BASE + report.id(), report);
    }

    @Override
    public Reply<UsageReport> getUsageReport(Call call, UsageReportId usageReportId) {
        var batch = new Batch();
        var report = usage.report(batch, usageReportId.value());
        var reached = thresholds.ofReport(batch, usageReportId.value());
        batch.send(call.tx());
        return Reply.ok(UsageViews.toApi(Require.found(report.get()), reached.get()));
    }

    private static ReportedEvent reported(NewUsageEvent event) {
        return new ReportedEvent(
                event.externalId(), event.organizationId().value(), event.resourceKey(), event.quantity(),
                event.occurredAt() == null ? null : event.occurredAt().truncatedTo(ChronoUnit.MICROS));
    }
}
