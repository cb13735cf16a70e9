package org.guildhall.catalog;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.DefaultGrantBackfillsApi;
import org.guildhall.api.model.BackfillMode;
import org.guildhall.api.model.BackfillState;
import org.guildhall.api.model.DefaultGrantBackfill;
import org.guildhall.api.model.DefaultGrantBackfillId;
import org.guildhall.api.model.DefaultGrantPolicyId;
import org.guildhall.api.model.ListDefaultGrantPolicyBackfillsQuery;
import org.guildhall.api.model.NewDefaultGrantBackfill;
import org.guildhall.catalog.Catalog.Backfill;
import org.guildhall.catalog.Catalog.BackfillFilter;
import org.guildhall.catalog.Catalog.Backfills;
import org.guildhall.catalog.defaults.DefaultGrantPolicyStore;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Default-grant policies for organizations that were there before them: {@code /catalog/default-grant-policies/{id}/backfills}. */
final class DefaultGrantBackfillsHandler implements DefaultGrantBackfillsApi<Call> {

    private final DefaultGrantPolicyStore policies;
    private final Backfills backfills;

    DefaultGrantBackfillsHandler(DefaultGrantPolicyStore policies, Backfills backfills) {
        this.policies = policies;
        this.backfills = backfills;
    }

    @Override
    public Reply<DefaultGrantBackfill> createDefaultGrantBackfill(
            Call call, DefaultGrantPolicyId defaultGrantPolicyId, NewDefaultGrantBackfill body) {
        var policy = Require.found(policies.lock(call.tx(), defaultGrantPolicyId.value()));
        call.expect(policy.version());
        Require.active(policy.state(), "default-grant policy");
        var backfill = toApi(backfills.queue(call.tx(), policy.id(), body.mode().value(), body.externalId(), call.actor()));
        call.created(backfill.id(), backfill);
        return Reply.accepted("/api/v1/catalog/default-grant-backfills/" + backfill.id(), backfill);
    }

    @Override
    public Reply<Page<DefaultGrantBackfill>> listDefaultGrantPolicyBackfills(
            Call call, DefaultGrantPolicyId defaultGrantPolicyId, ListDefaultGrantPolicyBackfillsQuery query) {
        var policy = Require.found(policies.get(call.tx(), defaultGrantPolicyId.value()));
        var filter = new BackfillFilter(
                policy.id(), query.externalId(), query.mode() == null ? null : query.mode().value(),
                query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(backfills.list(call.tx(), call.page(), filter).map(DefaultGrantBackfillsHandler::toApi));
    }

    @Override
    public Reply<DefaultGrantBackfill> getDefaultGrantBackfill(Call call, DefaultGrantBackfillId defaultGrantBackfillId) {
        return Reply.ok(toApi(Require.found(backfills.get(call.tx(), defaultGrantBackfillId.value()))));
    }

    private static DefaultGrantBackfill toApi(Backfill backfill) {
        return new DefaultGrantBackfill(
                new DefaultGrantBackfillId(backfill.id()), backfill.externalId(), new DefaultGrantPolicyId(backfill.policyId()),
                BackfillMode.fromValue(backfill.mode()), BackfillState.fromValue(backfill.state()), backfill.total(), backfill.processed(),
                backfill.applied(), backfill.unchanged(), backfill.failure(), backfill.startedAt(), backfill.finishedAt(),
                backfill.createdAt(), backfill.updatedAt(), backfill.version());
    }
}
