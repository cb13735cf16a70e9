package org.guildhall.runtime.people;

import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.guildhall.api.Id;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListOrganizationsQuery;
import org.guildhall.api.model.NewOrganization;
import org.guildhall.api.model.Organization;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.OrganizationPatch;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.runtime.OrganizationsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.people.OrganizationStore.Filter;
import org.guildhall.runtime.people.OrganizationStore.Row;
import org.guildhall.runtime.people.OrganizationStore.Values;
import org.jspecify.annotations.Nullable;

/** Organizations: {@code /runtime/organizations}. */
final class OrganizationsHandler implements OrganizationsApi<Call> {

    private final OrganizationStore organizations;
    private final Organizations rules;

    OrganizationsHandler(OrganizationStore organizations, Organizations rules) {
        this.organizations = organizations;
        this.rules = rules;
    }

    @Override
    public Reply<Organization> createOrganization(Call call, NewOrganization body) {
        var values = new Values(body.externalId(), body.name(), body.metadata() == null ? Map.of() : body.metadata());
        var organization = PeopleViews.toApi(rules.create(
                call.tx(), call.changes(), call.actor(), body.orgTypeId().value(), uuid(body.ownerPersonId()), values));
        return Reply.created("/api/v1/runtime/organizations/" + organization.id(), organization);
    }

    @Override
    public Reply<Page<Organization>> listOrganizations(Call call, ListOrganizationsQuery query) {
        var filter = new Filter(
                query.externalId(), uuid(query.orgTypeId()), uuid(query.personalPersonId()),
                query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(organizations.list(call.tx(), call.page(), filter).map(PeopleViews::toApi));
    }

    @Override
    public Reply<Organization> getOrganization(Call call, OrganizationId organizationId) {
        return Reply.ok(PeopleViews.toApi(Require.found(organizations.get(call.tx(), organizationId.value()))));
    }

    @Override
    public Reply<Organization> updateOrganization(Call call, OrganizationId organizationId, Patch<OrganizationPatch> patch) {
        var locked = lock(call, organizationId);
        var before = locked.row();
        var current = new OrganizationPatch(before.externalId(), before.name(), new TreeMap<>(before.metadata()));
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(PeopleViews.toApi(before));
        }
        Require.active(before.state(), "organization");
        var values = new Values(wanted.externalId(), wanted.name(), wanted.metadata() == null ? Map.of() : wanted.metadata());
        var organization = PeopleViews.toApi(organizations.update(call.tx(), locked, values));
        call.changed(organization.id(), PeopleViews.toApi(before), organization);
        return Reply.ok(organization);
    }

    @Override
    public Reply<Organization> archiveOrganization(Call call, OrganizationId organizationId) {
        var locked = lock(call, organizationId);
        var before = locked.row();
        Require.active(before.state(), "organization");
        if (before.personalPersonId() != null) {
            throw Problem.INVALID_STATE.because(
                    "This is the personal organization of " + new PersonId(before.personalPersonId()) + ". Archive the person instead.");
        }
        return Reply.ok(PeopleViews.toApi(rules.archive(call.tx(), call.changes(), call.actor(), locked)));
    }

    private Locked<Row> lock(Call call, OrganizationId organizationId) {
        var locked = Require.found(organizations.lock(call.tx(), organizationId.value()));
        call.expect(locked.row().version());
        return locked;
    }

    private static @Nullable UUID uuid(@Nullable Id id) {
        return id == null ? null : id.value();
    }
}
