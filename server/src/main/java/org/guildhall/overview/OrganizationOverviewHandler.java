package org.guildhall.overview;

import org.guildhall.api.Reply;
import org.guildhall.api.model.GetOrganizationOverviewQuery;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.OrganizationOverview;
import org.guildhall.api.overview.OrganizationsApi;
import org.guildhall.core.http.Call;
import org.guildhall.runtime.Runtime;

/** Organizations with their data from several rooms: {@code /overview/organizations}. */
final class OrganizationOverviewHandler implements OrganizationsApi<Call> {

    private final Runtime runtime;

    OrganizationOverviewHandler(Runtime runtime) {
        this.runtime = runtime;
    }

    @Override
    public Reply<OrganizationOverview> getOrganizationOverview(Call call, OrganizationId organizationId, GetOrganizationOverviewQuery query) {
        var part = runtime.overview(call.tx(), organizationId.value(), query.at());
        return Reply.ok(new OrganizationOverview(
                part.organization(), part.orgType(), query.at(), part.summary(), part.plans(), part.entitlements(), part.people(), part.workspaces(),
                part.households(), part.provisions(), part.grants(), part.transitions(), part.sites(), part.version()));
    }
}
