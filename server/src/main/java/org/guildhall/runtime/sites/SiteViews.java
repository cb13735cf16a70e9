package org.guildhall.runtime.sites;

import org.guildhall.api.model.IntegrationId;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.Site;
import org.guildhall.api.model.SiteId;
import org.guildhall.api.model.SiteState;
import org.guildhall.api.model.WorkspaceId;

/** The wire form of sites. */
public final class SiteViews {

    private SiteViews() {}

    public static Site toApi(SiteStore.Row row) {
        return new Site(
                new SiteId(row.id()), row.externalId(), new OrganizationId(row.organizationId()),
                row.workspaceId() == null ? null : new WorkspaceId(row.workspaceId()), new IntegrationId(row.integrationId()), row.name(),
                row.domain(), SiteState.fromValue(row.state()), row.stateReason(), row.stateSince(), row.activatedAt(), row.createdAt(),
                row.updatedAt(), row.version());
    }
}
