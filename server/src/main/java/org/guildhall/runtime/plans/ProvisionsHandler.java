package org.guildhall.runtime.plans;

import java.util.UUID;
import org.guildhall.api.Id;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListProvisionsQuery;
import org.guildhall.api.model.Provision;
import org.guildhall.api.model.ProvisionId;
import org.guildhall.api.runtime.ProvisionsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.plans.ProvisionStore.Filter;
import org.jspecify.annotations.Nullable;

/** Provisions, which only grants, defaults and transitions create and end: {@code /runtime/provisions}. */
final class ProvisionsHandler implements ProvisionsApi<Call> {

    private final ProvisionStore provisions;
    private final TransitionStore transitions;
    private final ProjectedReads reads;

    ProvisionsHandler(ProvisionStore provisions, TransitionStore transitions, ProjectedReads reads) {
        this.provisions = provisions;
        this.transitions = transitions;
        this.reads = reads;
    }

    @Override
    public Reply<Page<Provision>> listProvisions(Call call, ListProvisionsQuery query) {
        var filter = new Filter(
                uuid(query.organizationId()), uuid(query.productId()), uuid(query.planLadderId()), uuid(query.tierId()), uuid(query.grantId()),
                query.cause() == null ? null : query.cause().value(), query.state() == null ? null : query.state().value(), query.at(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        var page = reads.page(
                call.tx(), filter.organizationId(), projected -> provisions.list(call.tx(), call.page(), filter, projected.provisions()));
        return Reply.list(page.map(PlanViews::toApi));
    }

    @Override
    public Reply<Provision> getProvision(Call call, ProvisionId provisionId) {
        var id = provisionId.value();
        var row = reads.one(
                call.tx(), projected -> provisions.projected(call.tx(), id, projected.provisions()),
                found -> found == null ? transitions.leadingTo(call.tx(), id) : found.organizationId());
        return Reply.ok(PlanViews.toApi(Require.found(row)));
    }

    private static @Nullable UUID uuid(@Nullable Id id) {
        return id == null ? null : id.value();
    }
}
