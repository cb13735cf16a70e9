package org.guildhall.billing.dunning;

import java.time.Duration;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.DunningCasesApi;
import org.guildhall.api.model.DunningAnalytics;
import org.guildhall.api.model.DunningCase;
import org.guildhall.api.model.DunningCaseId;
import org.guildhall.api.model.DunningNote;
import org.guildhall.api.model.DunningPreview;
import org.guildhall.api.model.DunningPreviewRequest;
import org.guildhall.api.model.GetDunningAnalyticsQuery;
import org.guildhall.api.model.ListDunningCasesQuery;
import org.guildhall.billing.dunning.DunningCaseStore.Filter;
import org.guildhall.billing.dunning.DunningCaseStore.Row;
import org.guildhall.billing.dunning.DunningRules.Decision;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.jspecify.annotations.Nullable;

/** Dunning cases, their preview and their results: {@code /billing/dunning-cases} and {@code /billing/dunning-analytics}. */
final class DunningCasesHandler implements DunningCasesApi<Call> {

    private static final Duration WINDOW = Duration.ofDays(90);
    private static final Duration WINDOW_MAX = Duration.ofDays(366);

    private final Dunning dunning;
    private final DunningCaseStore cases;
    private final DunningDecisions decisions;
    private final DunningAnalyticsStore analytics;

    DunningCasesHandler(Dunning dunning, DunningCaseStore cases, DunningDecisions decisions, DunningAnalyticsStore analytics) {
        this.dunning = dunning;
        this.cases = cases;
        this.decisions = decisions;
        this.analytics = analytics;
    }

    @Override
    public Reply<Page<DunningCase>> listDunningCases(Call call, ListDunningCasesQuery query) {
        var filter = new Filter(
                query.invoiceId() == null ? null : query.invoiceId().value(), query.accountId() == null ? null : query.accountId().value(),
                query.subscriptionId() == null ? null : query.subscriptionId().value(),
                query.organizationId() == null ? null : query.organizationId().value(), query.state() == null ? null : query.state().value(),
                query.heldReason() == null ? null : query.heldReason().value(), new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(cases.list(call.tx(), call.page(), filter).map(DunningViews::toApi));
    }

    @Override
    public Reply<DunningCase> getDunningCase(Call call, DunningCaseId dunningCaseId) {
        return Reply.ok(DunningViews.toApi(Require.found(cases.get(call.tx(), dunningCaseId.value()))));
    }

    @Override
    public Reply<DunningCase> holdDunningCase(Call call, DunningCaseId dunningCaseId, DunningNote body) {
        var before = locked(call, dunningCaseId);
        if (before.nextPosition() == null) {
            throw Problem.INVALID_STATE.because("The case is " + before.state() + ", so it has no more steps.");
        }
        if (before.isHeldBy("operator")) {
            throw Problem.INVALID_STATE.because("The case is held by an operator.");
        }
        call.because(body.note());
        return changed(call, before, cases.hold(call.tx(), before.id(), "operator", body.note()));
    }

    @Override
    public Reply<DunningCase> releaseDunningCase(Call call, DunningCaseId dunningCaseId) {
        var before = locked(call, dunningCaseId);
        if (!before.isHeldBy("operator")) {
            throw Problem.INVALID_STATE.because("The case isn't held by an operator.");
        }
        return changed(call, before, cases.release(call.tx(), before.id()));
    }

    @Override
    public Reply<DunningCase> dropDunningCase(Call call, DunningCaseId dunningCaseId) {
        var before = locked(call, dunningCaseId);
        if (before.hasEnded()) {
            throw Problem.INVALID_STATE.because("The case is " + before.state() + ".");
        }
        var after = dunning.end(call.tx(), call.changes(), call.actor(), before, new Decision.End("dropped", "operator"));
        return Reply.ok(DunningViews.toApi(after));
    }

    @Override
    public Reply<DunningPreview> previewDunning(Call call, @Nullable DunningPreviewRequest body) {
        return Reply.plain(decisions.preview(call.tx(), body == null || body.at() == null ? call.tx().now() : body.at()));
    }

    @Override
    public Reply<DunningAnalytics> getDunningAnalytics(Call call, GetDunningAnalyticsQuery query) {
        var before = query.before() == null ? call.tx().now() : query.before();
        var from = query.from() == null ? before.minus(WINDOW) : query.from();
        if (!from.isBefore(before)) {
            throw Problem.INVALID_PARAMETER.because("The window ends before it begins.")
                    .with(Item.parameter("before", "range", "`before` must be after `from`."));
        }
        if (from.plus(WINDOW_MAX).isBefore(before)) {
            throw Problem.INVALID_PARAMETER.because("The window is longer than 366 days.")
                    .with(Item.parameter("from", "range", "`from` must be at most 366 days before `before`."));
        }
        return Reply.plain(DunningViews.toApi(from, before, analytics.get(call.tx(), from, before)));
    }

    private Row locked(Call call, DunningCaseId id) {
        var row = Require.found(cases.lock(call.tx(), id.value()));
        call.expect(row.version());
        return row;
    }

    private static Reply<DunningCase> changed(Call call, Row before, Row after) {
        var shown = DunningViews.toApi(after);
        call.changed(shown.id(), DunningViews.toApi(before), shown);
        return Reply.ok(shown);
    }
}
