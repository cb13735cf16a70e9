package org.guildhall.runtime.people;

import java.util.List;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Household;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.api.model.HouseholdPatch;
import org.guildhall.api.model.ListHouseholdsQuery;
import org.guildhall.api.model.NewHousehold;
import org.guildhall.api.runtime.HouseholdsApi;
import org.guildhall.core.data.Ids;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.people.HouseholdStore.Filter;
import org.guildhall.runtime.people.HouseholdStore.New;
import org.guildhall.runtime.people.HouseholdStore.Row;
import org.guildhall.runtime.people.HouseholdStore.Values;

/** Households: {@code /runtime/households}. */
final class HouseholdsHandler implements HouseholdsApi<Call> {

    private final HouseholdStore store;
    private final HouseholdMemberStore members;
    private final Households households;

    HouseholdsHandler(HouseholdStore store, HouseholdMemberStore members, Households households) {
        this.store = store;
        this.members = members;
        this.households = households;
    }

    @Override
    public Reply<Household> createHousehold(Call call, NewHousehold body) {
        var household = PeopleViews.toApi(store.insert(call.tx(), List.of(new New(Ids.next(), new Values(body.externalId(), body.name())))).getFirst());
        call.created(household.id(), household);
        return Reply.created("/api/v1/runtime/households/" + household.id(), household);
    }

    @Override
    public Reply<Page<Household>> listHouseholds(Call call, ListHouseholdsQuery query) {
        var filter = new Filter(
                query.externalId(), query.personId() == null ? null : query.personId().value(),
                query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(store.list(call.tx(), call.page(), filter).map(PeopleViews::toApi));
    }

    @Override
    public Reply<Household> getHousehold(Call call, HouseholdId householdId) {
        return Reply.ok(PeopleViews.toApi(Require.found(store.get(call.tx(), householdId.value()))));
    }

    @Override
    public Reply<Household> updateHousehold(Call call, HouseholdId householdId, Patch<HouseholdPatch> patch) {
        var locked = lock(call, householdId);
        var before = locked.row();
        var current = new HouseholdPatch(before.externalId(), before.name());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(PeopleViews.toApi(before));
        }
        Require.active(before.state(), "household");
        return changed(call, before, store.update(call.tx(), locked, new Values(wanted.externalId(), wanted.name())));
    }

    @Override
    public Reply<Household> archiveHousehold(Call call, HouseholdId householdId) {
        var locked = lock(call, householdId);
        var before = locked.row();
        Require.active(before.state(), "household");
        var reply = changed(call, before, store.archive(call.tx(), locked));
        var batch = new Batch();
        var current = members.lockOfHousehold(batch, before.id());
        batch.send(call.tx());
        households.end(call.tx(), call.changes(), current.get());
        return reply;
    }

    private Locked<Row> lock(Call call, HouseholdId householdId) {
        var locked = Require.found(store.lock(call.tx(), householdId.value()));
        call.expect(locked.row().version());
        return locked;
    }

    private static Reply<Household> changed(Call call, Row before, Row after) {
        var household = PeopleViews.toApi(after);
        call.changed(household.id(), PeopleViews.toApi(before), household);
        return Reply.ok(household);
    }
}
