package org.guildhall.runtime.people;

import java.time.Instant;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.GetMembershipQuery;
import org.guildhall.api.model.ListMembershipsQuery;
import org.guildhall.api.model.ListOrganizationMembershipsQuery;
import org.guildhall.api.model.Membership;
import org.guildhall.api.model.MembershipId;
import org.guildhall.api.model.MembershipPatch;
import org.guildhall.api.model.MembershipRole;
import org.guildhall.api.model.MembershipState;
import org.guildhall.api.model.NewMembership;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.runtime.MembershipsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.people.MembershipStore.Filter;
import org.guildhall.runtime.people.MembershipStore.Row;
import org.jspecify.annotations.Nullable;

/** Memberships: {@code /runtime/memberships}, {@code /runtime/organizations/{organization_id}/memberships}. */
final class MembershipsHandler implements MembershipsApi<Call> {

    private final OrganizationStore organizations;
    private final MembershipStore memberships;
    private final MembershipRules rules;

    MembershipsHandler(OrganizationStore organizations, MembershipStore memberships, MembershipRules rules) {
        this.organizations = organizations;
        this.memberships = memberships;
        this.rules = rules;
    }

    @Override
    public Reply<Membership> createMembership(Call call, OrganizationId organizationId, NewMembership body) {
        var batch = new Batch();
        var parties = rules.read(batch, rules.lock(batch, organizationId.value(), body.personId().value()));
        batch.send(call.tx());
        var membership = PeopleViews.toApi(rules.create(call.tx(), call.changes(), parties.get(), body.externalId(), body.role().value()));
        return Reply.created("/api/v1/runtime/memberships/" + membership.id(), membership);
    }

    @Override
    public Reply<Page<Membership>> listOrganizationMemberships(
            Call call, OrganizationId organizationId, ListOrganizationMembershipsQuery query) {
        var filter = new Filter(
                query.externalId(), organizationId.value(), query.personId() == null ? null : query.personId().value(),
                query.role() == null ? null : query.role().value(), active(query.state()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()),
                query.at());
        var page = memberships.list(call.tx(), call.page(), filter);
        if (page.data().isEmpty()) {
            Require.found(organizations.get(call.tx(), organizationId.value()));
        }
        return Reply.list(page.map(PeopleViews::toApi));
    }

    @Override
    public Reply<Page<Membership>> listMemberships(Call call, ListMembershipsQuery query) {
        var filter = new Filter(
                query.externalId(), query.organizationId() == null ? null : query.organizationId().value(),
                query.personId() == null ? null : query.personId().value(), query.role() == null ? null : query.role().value(),
                active(query.state()), new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()), query.at());
        return Reply.list(memberships.list(call.tx(), call.page(), filter).map(PeopleViews::toApi));
    }

    @Override
    public Reply<Membership> getMembership(Call call, MembershipId membershipId, GetMembershipQuery query) {
        var id = membershipId.value();
        return Reply.ok(PeopleViews.toApi(Require.found(
                query.at() == null ? memberships.get(call.tx(), id) : memberships.get(call.tx(), id, query.at()))));
    }

    @Override
    public Reply<Membership> updateMembership(Call call, MembershipId membershipId, Patch<MembershipPatch> patch) {
        var locked = lock(call, membershipId);
        var before = locked.row();
        var current = new MembershipPatch(before.externalId(), MembershipRole.fromValue(before.role()));
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(PeopleViews.toApi(before));
        }
        rules.requireActive(before);
        Require.active(locked.organizationState(), "organization");
        var role = wanted.role().value();
        if (role.equals(before.role())) {
            return changed(call, before, memberships.setExternalId(call.tx(), before, wanted.externalId(), locked.now()));
        }
        rules.requireOtherOwner(before, locked.hasOtherOwner());
        return changed(call, before, memberships.update(call.tx(), before, wanted.externalId(), role, locked.now()));
    }

    @Override
    public Reply<Membership> endMembership(Call call, MembershipId membershipId) {
        var locked = lock(call, membershipId);
        var before = locked.row();
        rules.requireActive(before);
        if (locked.organizationState().equals("active")) {
            rules.requireOtherOwner(before, locked.hasOtherOwner());
        }
        return changed(call, before, memberships.end(call.tx(), before, locked.now()));
    }

    /**
     * A membership whose organization is locked.
     *
     * @param hasOtherOwner true if the organization has another active owner
     * @param now the instant after the lock
     */
    private record LockedMembership(Row row, String organizationState, boolean hasOtherOwner, Instant now) {}

    /** Reads the membership after its organization is locked, and checks {@code If-Match}. */
    private LockedMembership lock(Call call, MembershipId membershipId) {
        var batch = new Batch();
        var organization = organizations.lockOfMembership(batch, membershipId.value());
        var found = memberships.get(batch, membershipId.value());
        var hasOtherOwner = memberships.hasOtherOwner(batch, membershipId.value());
        var now = EffectiveDates.present(batch);
        batch.send(call.tx());
        var state = Require.found(organization.get()).state();
        var row = Require.found(found.get());
        call.expect(row.version());
        return new LockedMembership(row, state, hasOtherOwner.getAsBoolean(), now.get());
    }

    private static Reply<Membership> changed(Call call, Row before, Row after) {
        var membership = PeopleViews.toApi(after);
        call.changed(membership.id(), PeopleViews.toApi(before), membership);
        return Reply.ok(membership);
    }

    private static @Nullable Boolean active(@Nullable MembershipState state) {
        return state == null ? null : state == MembershipState.ACTIVE;
    }
}
