package org.guildhall.runtime.plans;

import org.guildhall.api.Reply;
import org.guildhall.api.model.GetPoolQuery;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.Pool;
import org.guildhall.api.runtime.PoolsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;

/** The pool of an organization: {@code /runtime/organizations/{organization_id}/pool}. */
final class PoolsHandler implements PoolsApi<Call> {

    private final Pools pools;

    PoolsHandler(Pools pools) {
        this.pools = pools;
    }

    @Override
    public Reply<Pool> getPool(Call call, OrganizationId organizationId, GetPoolQuery query) {
        var seen = Require.found(pools.seen(call.tx(), organizationId.value(), query.at()));
        return Reply.ok(PlanViews.toApi(seen.pool(), seen.plans()));
    }
}
