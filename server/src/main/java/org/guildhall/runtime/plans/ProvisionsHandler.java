package org.guildhall.runtime.plans;

import java.util.UUID;
import org.guildhall.api.Id;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Cause;
import org.guildhall.api.model.DefaultGrantPolicyId;
import org.guildhall.api.model.GrantId;
import org.guildhall.api.model.GrantPath;
import org.guildhall.api.model.ListProvisionsQuery;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.PoolId;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.Provision;
import org.guildhall.api.model.ProvisionId;
import org.guildhall.api.model.ProvisionState;
import org.guildhall.api.model.TierId;
import org.guildhall.api.runtime.ProvisionsApi;
import org.guildhall.core.data.TimeWindow;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.runtime.plans.ProvisionStore.Filter;
import org.guildhall.runtime.plans.ProvisionStore.Row;
import org.jspecify.annotations.Nullable;

/** Provisions, which come and go by grants, defaults and transitions only: {@code /runtime/provisions}. */
public final class ProvisionsHandler implements ProvisionsApi<Call> {

    private final ProvisionStore provisions;
    private final TransitionStore transitions;
    private final ProjectedReads outlook;

    public ProvisionsHandler(ProvisionStore provisions, TransitionStore transitions, ProjectedReads outlook) {
        this.provisions = provisions;
        this.transitions = transitions;
        this.outlook = outlook;
    }

    @Override
    public Reply<Page<Provision>> listProvisions(Call call, ListProvisionsQuery query) {
        var filter = new Filter(
                uuid(query.organizationId()), uuid(query.productId()), uuid(query.planLadderId()), uuid(query.tierId()), uuid(query.grantId()),
                query.cause() == null ? null : query.cause().value(), query.state() == null ? null : query.state().value(), query.at(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        var page = outlook.page(
                call.tx(), filter.organizationId(), foreseen -> provisions.list(call.tx(), call.page(), filter, foreseen));
        return Reply.list(page.map(ProvisionsHandler::toApi));
    }

    @Override
    public Reply<Provision> getProvision(Call call, ProvisionId provisionId) {
        var id = provisionId.value();
        var row = outlook.one(
                call.tx(), foreseen -> provisions.projected(call.tx(), id, foreseen),
                found -> found == null ? transitions.leadingTo(call.tx(), id) : found.organizationId());
        return Reply.ok(toApi(Require.found(row)));
    }

    public static Provision toApi(Row row) {
        return new Provision(
                new ProvisionId(row.id()), new OrganizationId(row.organizationId()), new PoolId(row.poolId()), new ProductId(row.productId()),
                row.ladderId() == null ? GrantPath.OFF_LADDER : GrantPath.ON_LADDER,
                row.ladderId() == null ? null : new PlanLadderId(row.ladderId()), row.tierId() == null ? null : new TierId(row.tierId()),
                Cause.fromValue(row.cause()), row.grantId() == null ? null : new GrantId(row.grantId()),
                row.policyId() == null ? null : new DefaultGrantPolicyId(row.policyId()),
                ProvisionState.fromValue(row.state()), row.startsAt(), row.endsAt(), row.createdAt(), row.updatedAt(),
                row.version());
    }

    private static @Nullable UUID uuid(@Nullable Id id) {
        return id == null ? null : id.value();
    }
}
