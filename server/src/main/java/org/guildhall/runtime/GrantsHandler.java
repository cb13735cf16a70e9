package org.guildhall.runtime;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Grant;
import org.guildhall.api.model.GrantId;
import org.guildhall.api.model.GrantKind;
import org.guildhall.api.model.GrantPath;
import org.guildhall.api.model.GrantState;
import org.guildhall.api.model.ListGrantsQuery;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.PoolId;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.TierId;
import org.guildhall.api.runtime.GrantsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.http.References;
import org.guildhall.runtime.GrantStore.Filter;
import org.guildhall.runtime.GrantStore.Row;

/** Grants: {@code /runtime/grants}. */
final class GrantsHandler implements GrantsApi<Call> {

    private final GrantStore grants;

    GrantsHandler(GrantStore grants) {
        this.grants = grants;
    }

    @Override
    public Reply<Page<Grant>> listGrants(Call call, ListGrantsQuery query) {
        var filter = new Filter(
                query.externalId(), query.organizationId() == null ? null : query.organizationId().value(),
                query.productId() == null ? null : query.productId().value(), query.kind() == null ? null : query.kind().value(),
                query.state() == null ? null : query.state().value(), query.createdAfter(), query.createdBefore());
        return Reply.list(grants.list(call.tx(), call.page(), filter).map(GrantsHandler::toApi));
    }

    @Override
    public Reply<Grant> getGrant(Call call, GrantId grantId) {
        return Reply.ok(toApi(References.found(grants.get(call.tx(), grantId.value()))));
    }

    static Grant toApi(Row row) {
        return new Grant(
                new GrantId(row.id()), row.externalId(), new OrganizationId(row.organizationId()), new PoolId(row.poolId()),
                new ProductId(row.productId()), GrantKind.fromValue(row.kind()),
                row.ladderId() == null ? GrantPath.OFF_LADDER : GrantPath.ON_LADDER,
                row.ladderId() == null ? null : new PlanLadderId(row.ladderId()), row.tierId() == null ? null : new TierId(row.tierId()),
                GrantState.fromValue(row.state()), row.reason(), row.startsAt(), row.endsAt(), row.over(), row.createdAt(), row.updatedAt(),
                row.version());
    }
}
