package org.guildhall.overview;

import org.guildhall.api.Reply;
import org.guildhall.api.model.GetOrganizationOverviewQuery;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.OrganizationOverview;
import org.guildhall.api.overview.OrganizationOverviewsApi;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.core.http.Call;
import org.guildhall.runtime.Runtime;

/** Everything about an organization: {@code /overview/organizations}. Each room adds its part to one statement. */
final class OrganizationOverviewHandler implements OrganizationOverviewsApi<Call> {

    private final Runtime runtime;

    OrganizationOverviewHandler(Runtime runtime) {
        this.runtime = runtime;
    }

    @Override
    public Reply<OrganizationOverview> getOrganizationOverview(Call call, OrganizationId organizationId, GetOrganizationOverviewQuery query) {
        var read = new JoinedRead();
        var overview = read.add(runtime.overview(organizationId.value(), query.at()));
        read.send(call.tx());
        var part = overview.get();
        return Reply.ok(new OrganizationOverview(
                part.organization(), part.orgType(), query.at(), part.summary(), part.plans(), part.entitlements(), part.people(), part.workspaces(),
                part.households(), part.provisions(), part.grants(), part.transitions(), part.sites(), part.version()));
    }
}
