package org.guildhall.runtime;

import org.guildhall.api.Reply;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.Pool;
import org.guildhall.api.model.PoolId;
import org.guildhall.api.runtime.PoolsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.http.References;

/** Pools: {@code /runtime/organizations/{organization_id}/pool}. */
final class PoolsHandler implements PoolsApi<Call> {

    private final PoolStore pools;

    PoolsHandler(PoolStore pools) {
        this.pools = pools;
    }

    @Override
    public Reply<Pool> getPool(Call call, OrganizationId organizationId) {
        return Reply.ok(toApi(References.found(pools.get(call.tx(), organizationId.value()))));
    }

    static Pool toApi(PoolStore.Row row) {
        return new Pool(new PoolId(row.id()), new OrganizationId(row.organizationId()), row.createdAt(), row.updatedAt(), row.version());
    }
}
