package org.guildhall.billing.dunning;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.DunningAttemptsApi;
import org.guildhall.api.model.DunningAttempt;
import org.guildhall.api.model.DunningAttemptId;
import org.guildhall.api.model.ListDunningAttemptsQuery;
import org.guildhall.billing.dunning.DunningAttemptStore.Filter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Dunning attempts: {@code /billing/dunning-attempts}. */
final class DunningAttemptsHandler implements DunningAttemptsApi<Call> {

    private final DunningAttemptStore attempts;

    DunningAttemptsHandler(DunningAttemptStore attempts) {
        this.attempts = attempts;
    }

    @Override
    public Reply<Page<DunningAttempt>> listDunningAttempts(Call call, ListDunningAttemptsQuery query) {
        var filter = new Filter(
                query.caseId() == null ? null : query.caseId().value(), query.state() == null ? null : query.state().value(),
                query.channel() == null ? null : query.channel().value(), new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(attempts.list(call.tx(), call.page(), filter).map(DunningViews::toApi));
    }

    @Override
    public Reply<DunningAttempt> getDunningAttempt(Call call, DunningAttemptId dunningAttemptId) {
        return Reply.ok(DunningViews.toApi(Require.found(attempts.get(call.tx(), dunningAttemptId.value()))));
    }
}
