package org.guildhall.runtime.usage;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListUsageEventsQuery;
import org.guildhall.api.model.UsageEvent;
import org.guildhall.api.model.UsageEventId;
import org.guildhall.api.runtime.UsageEventsApi;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;

/** Recorded usage events: {@code /runtime/usage-events}. */
final class UsageEventsHandler implements UsageEventsApi<Call> {

    private final UsageStore usage;

    UsageEventsHandler(UsageStore usage) {
        this.usage = usage;
    }

    @Override
    public Reply<Page<UsageEvent>> listUsageEvents(Call call, ListUsageEventsQuery query) {
        var filter = new UsageStore.Filter(
                query.externalId(), query.organizationId() == null ? null : query.organizationId().value(),
                query.usageReportId() == null ? null : query.usageReportId().value(), query.resourceKey(),
                new TimeWindow(query.occurredAfter(), query.occurredFrom(), query.occurredBefore()));
        return Reply.list(usage.list(call.tx(), call.page(), filter).map(UsageViews::toApi));
    }

    @Override
    public Reply<UsageEvent> getUsageEvent(Call call, UsageEventId usageEventId) {
        return Reply.ok(UsageViews.toApi(Require.found(usage.get(call.tx(), usageEventId.value()))));
    }
}
