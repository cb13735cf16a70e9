package org.guildhall.runtime.usage;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListOrganizationUsageThresholdsQuery;
import org.guildhall.api.model.ListUsageThresholdsQuery;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.UsageThreshold;
import org.guildhall.api.model.UsageThresholdId;
import org.guildhall.api.runtime.UsageThresholdsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Usage thresholds that organizations have reached: {@code /runtime/usage-thresholds}. */
final class UsageThresholdsHandler implements UsageThresholdsApi<Call> {

    private final UsageStore usage;
    private final UsageThresholdStore thresholds;

    UsageThresholdsHandler(UsageStore usage, UsageThresholdStore thresholds) {
        this.usage = usage;
        this.thresholds = thresholds;
    }

    @Override
    public Reply<Page<UsageThreshold>> listOrganizationUsageThresholds(
            Call call, OrganizationId organizationId, ListOrganizationUsageThresholdsQuery query) {
        var filter = new UsageThresholdStore.Filter(organizationId.value(), query.resourceKey(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        var page = thresholds.list(call.tx(), call.page(), filter);
        // Checked for an empty page only, so that other pages take one round trip.
        if (page.data().isEmpty() && !usage.hasOrganization(call.tx(), organizationId.value())) {
            throw Problem.NOT_FOUND.refusal();
        }
        return Reply.list(page.map(UsageViews::toApi));
    }

    @Override
    public Reply<Page<UsageThreshold>> listUsageThresholds(Call call, ListUsageThresholdsQuery query) {
        var filter = new UsageThresholdStore.Filter(
                query.organizationId() == null ? null : query.organizationId().value(), query.resourceKey(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(thresholds.list(call.tx(), call.page(), filter).map(UsageViews::toApi));
    }

    @Override
    public Reply<UsageThreshold> getUsageThreshold(Call call, UsageThresholdId usageThresholdId) {
        return Reply.ok(UsageViews.toApi(Require.found(thresholds.get(call.tx(), usageThresholdId.value()))));
    }
}
