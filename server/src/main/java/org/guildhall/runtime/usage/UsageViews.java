package org.guildhall.runtime.usage;

import java.util.List;
import org.guildhall.api.model.EntitlementPeriod;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.UsageEvent;
import org.guildhall.api.model.UsageEventId;
import org.guildhall.api.model.UsageReport;
import org.guildhall.api.model.UsageReportId;
import org.guildhall.api.model.UsageThreshold;
import org.guildhall.api.model.UsageThresholdId;
import org.guildhall.runtime.usage.UsageStore.Report;
import org.jspecify.annotations.Nullable;

/** The wire forms of usage reports, usage events and usage thresholds. */
final class UsageViews {

    /** The most thresholds that the answer of a report shows. */
    static final int THRESHOLDS_SHOWN_MAX = 1_000;

    private UsageViews() {}

    static UsageReport toApi(Report report, List<UsageThresholdStore.Row> reached) {
        return new UsageReport(
                new UsageReportId(report.id()), report.recorded(), report.duplicates(),
                reached.stream().limit(THRESHOLDS_SHOWN_MAX).map(UsageViews::toApi).toList(), reached.size() > THRESHOLDS_SHOWN_MAX,
                report.createdAt(), 1);
    }

    static UsageEvent toApi(UsageStore.Row row) {
        return new UsageEvent(
                new UsageEventId(row.id()), row.externalId(), new OrganizationId(row.organizationId()), new UsageReportId(row.reportId()),
                row.resourceKey(), row.quantity(), row.occurredAt(), row.day(), row.createdAt(), 1);
    }

    static UsageThreshold toApi(UsageThresholdStore.Row row) {
        return new UsageThreshold(
                new UsageThresholdId(row.id()), new OrganizationId(row.organizationId()), row.resourceKey(), period(row.period()), row.periodOn(),
                row.percent(), row.limitValue(), row.used(), row.reportId() == null ? null : new UsageReportId(row.reportId()), row.reachedAt(),
                row.clearedAt(), row.createdAt(), row.clearedAt() == null ? row.createdAt() : row.clearedAt(), row.clearedAt() == null ? 1 : 2);
    }

    private static @Nullable EntitlementPeriod period(@Nullable String period) {
        return period == null ? null : EntitlementPeriod.fromValue(period);
    }
}
