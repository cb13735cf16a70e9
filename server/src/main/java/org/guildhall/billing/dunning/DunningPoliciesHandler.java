package org.guildhall.billing.dunning;

import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.DunningPoliciesApi;
import org.guildhall.api.model.DunningPolicy;
import org.guildhall.api.model.DunningPolicyId;
import org.guildhall.api.model.DunningPolicyPatch;
import org.guildhall.api.model.ListDunningPoliciesQuery;
import org.guildhall.api.model.NewDunningPolicy;
import org.guildhall.billing.dunning.DunningPolicyStore.Filter;
import org.guildhall.billing.dunning.DunningPolicyStore.Replaced;
import org.guildhall.billing.dunning.DunningPolicyStore.Row;
import org.guildhall.core.data.Ids;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.jspecify.annotations.Nullable;

/** Dunning policies: {@code /billing/dunning-policies}. */
final class DunningPoliciesHandler implements DunningPoliciesApi<Call> {

    private static final String BASE = "/api/v1/billing/dunning-policies/";

    private final DunningPolicyStore policies;

    DunningPoliciesHandler(DunningPolicyStore policies) {
        this.policies = policies;
    }

    @Override
    public Reply<DunningPolicy> createDunningPolicy(Call call, NewDunningPolicy body) {
        var values = DunningPolicyViews.read(body);
        DunningPolicyChecks.require(values);
        var id = Ids.next();
        // The former default comes first: there is one default at a time.
        var former = values.isDefault() ? policies.endDefault(call.tx(), id) : null;
        var policy = DunningPolicyViews.toApi(policies.insert(call.tx(), id, values));
        call.created(policy.id(), policy);
        recordFormer(call, former);
        return Reply.created(BASE + policy.id(), policy);
    }

    @Override
    public Reply<Page<DunningPolicy>> listDunningPolicies(Call call, ListDunningPoliciesQuery query) {
        var filter = new Filter(
                query.externalId(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(policies.list(call.tx(), call.page(), filter).map(DunningPolicyViews::toApi));
    }

    @Override
    public Reply<DunningPolicy> getDunningPolicy(Call call, DunningPolicyId dunningPolicyId) {
        return Reply.ok(DunningPolicyViews.toApi(Require.found(policies.get(call.tx(), dunningPolicyId.value()))));
    }

    @Override
    public Reply<DunningPolicy> updateDunningPolicy(Call call, DunningPolicyId dunningPolicyId, Patch<DunningPolicyPatch> patch) {
        var before = locked(call, dunningPolicyId);
        var current = DunningPolicyViews.patchable(before);
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(DunningPolicyViews.toApi(before));
        }
        var values = DunningPolicyViews.read(wanted);
        DunningPolicyChecks.require(values);
        requireActive(before);
        var former = values.isDefault() && !before.values().isDefault() ? policies.endDefault(call.tx(), before.id()) : null;
        var reply = changed(call, before, policies.update(call.tx(), before.id(), values));
        recordFormer(call, former);
        return reply;
    }

    @Override
    public Reply<DunningPolicy> archiveDunningPolicy(Call call, DunningPolicyId dunningPolicyId) {
        var before = locked(call, dunningPolicyId);
        requireActive(before);
        return changed(call, before, policies.archive(call.tx(), before.id()));
    }

    private Row locked(Call call, DunningPolicyId id) {
        var row = Require.found(policies.lock(call.tx(), id.value()));
        call.expect(row.version());
        return row;
    }

    private static void recordFormer(Call call, @Nullable Replaced former) {
        if (former != null) {
            var after = DunningPolicyViews.toApi(former.after());
            call.changes().secondary().changed(after.id(), DunningPolicyViews.toApi(former.before()), after);
        }
    }

    private static void requireActive(Row policy) {
        if (policy.state().equals("archived")) {
            throw Problem.INVALID_STATE.because("The policy is archived.");
        }
    }

    private static Reply<DunningPolicy> changed(Call call, Row before, Row after) {
        var policy = DunningPolicyViews.toApi(after);
        call.changed(policy.id(), DunningPolicyViews.toApi(before), policy);
        return Reply.ok(policy);
    }
}
