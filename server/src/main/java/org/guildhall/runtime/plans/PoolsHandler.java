package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Cause;
import org.guildhall.api.model.DefaultGrantPolicyId;
import org.guildhall.api.model.GetPoolQuery;
import org.guildhall.api.model.GrantId;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.Plan;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.Pool;
import org.guildhall.api.model.PoolId;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.ProvisionId;
import org.guildhall.api.model.TierId;
import org.guildhall.api.runtime.PoolsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.jspecify.annotations.Nullable;

/** The pool of an organization: {@code /runtime/organizations/{organization_id}/pool}. */
public final class PoolsHandler implements PoolsApi<Call> {

    private final Pools pools;

    public PoolsHandler(Pools pools) {
        this.pools = pools;
    }

    @Override
    public Reply<Pool> getPool(Call call, OrganizationId organizationId, GetPoolQuery query) {
        var seen = Require.found(pools.seen(call.tx(), organizationId.value(), query.at()));
        return Reply.ok(toApi(seen.pool(), seen.plans()));
    }

    static Pool toApi(PoolStore.Row pool, List<ProvisionSpan> plans) {
        var shown = plans.stream().map(PoolsHandler::toApi).sorted(Comparator.comparing(plan -> plan.planLadderId().toString())).toList();
        return new Pool(
                new PoolId(pool.id()), new OrganizationId(pool.organizationId()), shown, pool.createdAt(), pool.updatedAt(), pool.version());
    }

    private static Plan toApi(ProvisionSpan plan) {
        UUID provisionId = plan.provisionId();
        UUID grantId = plan.grantId();
        UUID policyId = plan.policyId();
        @Nullable Instant end = plan.endsAt();
        return new Plan(
                new PlanLadderId(Objects.requireNonNull(plan.ladderId())), new TierId(Objects.requireNonNull(plan.tierId())),
                new ProductId(plan.productId()), Cause.fromValue(plan.cause().word()),
                provisionId == null ? null : new ProvisionId(provisionId), grantId == null ? null : new GrantId(grantId),
                policyId == null ? null : new DefaultGrantPolicyId(policyId), plan.startsAt(), end);
    }
}
