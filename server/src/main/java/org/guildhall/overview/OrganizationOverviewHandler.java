package org.guildhall.overview;

import java.util.List;
import org.guildhall.api.Reply;
import org.guildhall.api.model.GetOrganizationOverviewQuery;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.OrganizationOverview;
import org.guildhall.api.overview.OrganizationOverviewsApi;
import org.guildhall.billing.Billing;
import org.guildhall.core.http.Call;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.runtime.Runtime;
import org.guildhall.tasks.Tasks;

/** Everything about an organization: {@code /overview/organizations}. Each room adds its part to one read. */
final class OrganizationOverviewHandler implements OrganizationOverviewsApi<Call> {

    private static final JoinedRead NOW = new JoinedRead(List.of(Runtime.OVERVIEW_NOW, Billing.OVERVIEW, Tasks.OVERVIEW));
    private static final JoinedRead DUE = new JoinedRead(List.of(Runtime.OVERVIEW_DUE, Billing.OVERVIEW, Tasks.OVERVIEW));
    private static final JoinedRead THEN = new JoinedRead(List.of(Runtime.OVERVIEW_THEN, Billing.OVERVIEW, Tasks.OVERVIEW));

    private final Runtime runtime;
    private final Tasks tasks;

    OrganizationOverviewHandler(Runtime runtime, Tasks tasks) {
        this.runtime = runtime;
        this.tasks = tasks;
    }

    @Override
    public Reply<OrganizationOverview> getOrganizationOverview(Call call, OrganizationId organizationId, GetOrganizationOverviewQuery query) {
        var rows = query.at() == null ? Runtime.OVERVIEW_NOW : Runtime.OVERVIEW_THEN;
        var results = (query.at() == null ? NOW : THEN).send(call.tx(), organizationId.value(), query.at());
        if (results.get(rows).areDue()) {
            rows = Runtime.OVERVIEW_DUE;
            results = DUE.send(call.tx(), organizationId.value(), null);
        }
        var part = runtime.overview(call.tx(), results.get(rows), query.at());
        var billing = results.get(Billing.OVERVIEW);
        return Reply.ok(new OrganizationOverview(
                part.organization(), part.orgType(), query.at(), part.summary(), part.plans(), part.entitlements(), part.people(), part.workspaces(),
                part.households(), part.provisions(), part.grants(), part.transitions(), part.sites(), billing.subscriptions(), billing.openInvoices(),
                billing.failedPayments(), tasks.overview(results.get(Tasks.OVERVIEW)), part.version()));
    }
}
