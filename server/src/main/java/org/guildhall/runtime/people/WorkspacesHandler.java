package org.guildhall.runtime.people;

import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListOrganizationWorkspacesQuery;
import org.guildhall.api.model.ListWorkspacesQuery;
import org.guildhall.api.model.NewWorkspace;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.Workspace;
import org.guildhall.api.model.WorkspaceId;
import org.guildhall.api.model.WorkspacePatch;
import org.guildhall.api.runtime.WorkspacesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.people.WorkspaceStore.Filter;
import org.guildhall.runtime.people.WorkspaceStore.Row;
import org.guildhall.runtime.people.WorkspaceStore.Values;

/** Workspaces: {@code /runtime/workspaces}, {@code /runtime/organizations/{organization_id}/workspaces}. */
final class WorkspacesHandler implements WorkspacesApi<Call> {

    private final OrganizationStore organizations;
    private final WorkspaceStore workspaces;

    WorkspacesHandler(OrganizationStore organizations, WorkspaceStore workspaces) {
        this.organizations = organizations;
        this.workspaces = workspaces;
    }

    @Override
    public Reply<Workspace> createWorkspace(Call call, OrganizationId organizationId, NewWorkspace body) {
        Require.active(Require.found(organizations.lockShared(call.tx(), organizationId.value())), "organization");
        var workspace = PeopleViews.toApi(workspaces.insert(call.tx(), organizationId.value(), new Values(body.externalId(), body.name())));
        call.created(workspace.id(), workspace);
        return Reply.created("/api/v1/runtime/workspaces/" + workspace.id(), workspace);
    }

    @Override
    public Reply<Page<Workspace>> listOrganizationWorkspaces(Call call, OrganizationId organizationId, ListOrganizationWorkspacesQuery query) {
        var state = query.state() == null ? null : query.state().value();
        var filter = new Filter(query.externalId(), organizationId.value(), state,
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        var page = workspaces.list(call.tx(), call.page(), filter);
        if (page.data().isEmpty()) {
            Require.found(organizations.get(call.tx(), organizationId.value()));
        }
        return Reply.list(page.map(PeopleViews::toApi));
    }

    @Override
    public Reply<Page<Workspace>> listWorkspaces(Call call, ListWorkspacesQuery query) {
        var filter = new Filter(
                query.externalId(), query.organizationId() == null ? null : query.organizationId().value(),
                query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(workspaces.list(call.tx(), call.page(), filter).map(PeopleViews::toApi));
    }

    @Override
    public Reply<Workspace> getWorkspace(Call call, WorkspaceId workspaceId) {
        return Reply.ok(PeopleViews.toApi(Require.found(workspaces.get(call.tx(), workspaceId.value()))));
    }

    @Override
    public Reply<Workspace> updateWorkspace(Call call, WorkspaceId workspaceId, Patch<WorkspacePatch> patch) {
        var batch = new Batch();
        var state = organizations.lockSharedByWorkspace(batch, workspaceId.value());
        var workspace = workspaces.lock(batch, workspaceId.value());
        batch.send(call.tx());
        var organization = Require.found(state.get());
        var locked = Require.found(workspace.get());
        var before = locked.row();
        call.expect(before.version());
        var current = new WorkspacePatch(before.externalId(), before.name());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(PeopleViews.toApi(before));
        }
        Require.active(organization, "organization");
        Require.active(before.state(), "workspace");
        return changed(call, before, workspaces.update(call.tx(), locked, new Values(wanted.externalId(), wanted.name())));
    }

    @Override
    public Reply<Workspace> archiveWorkspace(Call call, WorkspaceId workspaceId) {
        var locked = Require.found(workspaces.lock(call.tx(), workspaceId.value()));
        var before = locked.row();
        call.expect(before.version());
        Require.active(before.state(), "workspace");
        return changed(call, before, workspaces.archive(call.tx(), locked));
    }

    private static Reply<Workspace> changed(Call call, Row before, Row after) {
        var workspace = PeopleViews.toApi(after);
        call.changed(workspace.id(), PeopleViews.toApi(before), workspace);
        return Reply.ok(workspace);
    }
}
