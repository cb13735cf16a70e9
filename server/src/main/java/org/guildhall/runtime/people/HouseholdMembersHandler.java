package org.guildhall.runtime.people;

import java.util.List;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.api.model.HouseholdMember;
import org.guildhall.api.model.HouseholdMemberId;
import org.guildhall.api.model.HouseholdMemberPatch;
import org.guildhall.api.model.HouseholdMemberState;
import org.guildhall.api.model.ListHouseholdMembersQuery;
import org.guildhall.api.model.NewHouseholdMember;
import org.guildhall.api.runtime.HouseholdMembersApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.runtime.people.HouseholdMemberStore.Filter;

/** Members of households: {@code /runtime/households/{household_id}/members}, {@code /runtime/household-members}. */
final class HouseholdMembersHandler implements HouseholdMembersApi<Call> {

    private final HouseholdStore store;
    private final HouseholdMemberStore members;
    private final Households households;

    HouseholdMembersHandler(HouseholdStore store, HouseholdMemberStore members, Households households) {
        this.store = store;
        this.members = members;
        this.households = households;
    }

    @Override
    public Reply<HouseholdMember> createHouseholdMember(Call call, HouseholdId householdId, NewHouseholdMember body) {
        var member = PeopleViews.toApi(households.add(
                call.tx(), call.changes(), householdId.value(), body.personId().value(), body.externalId(), body.role().value()));
        return Reply.created("/api/v1/runtime/household-members/" + member.id(), member);
    }

    @Override
    public Reply<Page<HouseholdMember>> listHouseholdMembers(Call call, HouseholdId householdId, ListHouseholdMembersQuery query) {
        var filter = new Filter(
                query.externalId(), householdId.value(), query.personId() == null ? null : query.personId().value(),
                query.role() == null ? null : query.role().value(),
                query.state() == null ? null : query.state() == HouseholdMemberState.ACTIVE, query.at());
        var page = members.list(call.tx(), call.page(), filter);
        if (page.data().isEmpty()) {
            Require.found(store.get(call.tx(), householdId.value()));
        }
        return Reply.list(page.map(PeopleViews::toApi));
    }

    @Override
    public Reply<HouseholdMember> getHouseholdMember(Call call, HouseholdMemberId householdMemberId) {
        return Reply.ok(PeopleViews.toApi(Require.found(members.get(call.tx(), householdMemberId.value()))));
    }

    @Override
    public Reply<HouseholdMember> updateHouseholdMember(Call call, HouseholdMemberId householdMemberId, Patch<HouseholdMemberPatch> patch) {
        var before = Require.found(members.lock(call.tx(), householdMemberId.value()));
        call.expect(before.version());
        var current = new HouseholdMemberPatch(before.externalId());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(PeopleViews.toApi(before));
        }
        var member = PeopleViews.toApi(members.setExternalId(call.tx(), before.id(), wanted.externalId()));
        call.changed(member.id(), PeopleViews.toApi(before), member);
        return Reply.ok(member);
    }

    @Override
    public Reply<HouseholdMember> endHouseholdMember(Call call, HouseholdMemberId householdMemberId) {
        var before = Require.found(members.lock(call.tx(), householdMemberId.value()));
        call.expect(before.version());
        if (!before.active()) {
            throw Problem.INVALID_STATE.because("The household member has ended already.");
        }
        return Reply.ok(PeopleViews.toApi(households.end(call.tx(), call.changes(), List.of(before)).getFirst()));
    }
}
