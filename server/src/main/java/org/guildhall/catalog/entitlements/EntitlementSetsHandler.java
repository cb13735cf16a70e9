package org.guildhall.catalog.entitlements;

import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.EntitlementSetsApi;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.EntitlementSet;
import org.guildhall.api.model.EntitlementSetId;
import org.guildhall.api.model.EntitlementSetPatch;
import org.guildhall.api.model.ListEntitlementSetsQuery;
import org.guildhall.api.model.NewEntitlementSet;
import org.guildhall.catalog.entitlements.EntitlementSetStore.Filter;
import org.guildhall.catalog.entitlements.EntitlementSetStore.Row;
import org.guildhall.catalog.entitlements.EntitlementSetStore.Values;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;

/** Entitlement sets: {@code /catalog/entitlement-sets}. */
final class EntitlementSetsHandler implements EntitlementSetsApi<Call> {

    private final EntitlementSetStore sets;
    private final ProductsOfSet products;

    EntitlementSetsHandler(EntitlementSetStore sets, ProductsOfSet products) {
        this.sets = sets;
        this.products = products;
    }

    @Override
    public Reply<EntitlementSet> createEntitlementSet(Call call, NewEntitlementSet body) {
        var set = toApi(sets.insert(call.tx(), new Values(body.externalId(), body.name(), body.description())));
        call.created(set.id(), set);
        return Reply.created("/api/v1/catalog/entitlement-sets/" + set.id(), set);
    }

    @Override
    public Reply<Page<EntitlementSet>> listEntitlementSets(Call call, ListEntitlementSetsQuery query) {
        var state = query.state() == null ? null : query.state().value();
        var filter = new Filter(query.externalId(), state, new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(sets.list(call.tx(), call.page(), filter).map(EntitlementSetsHandler::toApi));
    }

    @Override
    public Reply<EntitlementSet> getEntitlementSet(Call call, EntitlementSetId entitlementSetId) {
        return Reply.ok(toApi(Require.found(sets.get(call.tx(), entitlementSetId.value()))));
    }

    @Override
    public Reply<EntitlementSet> updateEntitlementSet(Call call, EntitlementSetId entitlementSetId, Patch<EntitlementSetPatch> patch) {
        var before = locked(call, entitlementSetId);
        var current = new EntitlementSetPatch(before.externalId(), before.name(), before.description());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        Require.active(before.state(), "entitlement set");
        return changed(call, before, sets.update(call.tx(), before.id(), new Values(wanted.externalId(), wanted.name(), wanted.description())));
    }

    @Override
    public Reply<EntitlementSet> archiveEntitlementSet(Call call, EntitlementSetId entitlementSetId) {
        var batch = new Batch();
        var locked = sets.lock(batch, entitlementSetId.value());
        var given = products.anyHasSet(batch, entitlementSetId.value());
        batch.send(call.tx());
        var before = Require.found(locked.get());
        call.expect(before.version());
        Require.active(before.state(), "entitlement set");
        if (given.getAsBoolean()) {
            throw Problem.IN_USE.because("A product that is not retired has this entitlement set.");
        }
        return changed(call, before, sets.archive(call.tx(), before.id()));
    }

    private Row locked(Call call, EntitlementSetId entitlementSetId) {
        var row = Require.found(sets.lock(call.tx(), entitlementSetId.value()));
        call.expect(row.version());
        return row;
    }

    private static Reply<EntitlementSet> changed(Call call, Row before, Row after) {
        var set = toApi(after);
        call.changed(set.id(), toApi(before), set);
        return Reply.ok(set);
    }

    static EntitlementSet toApi(Row row) {
        return new EntitlementSet(
                new EntitlementSetId(row.id()), row.externalId(), row.name(), row.description(), ActiveState.fromValue(row.state()),
                row.archivedAt(), row.createdAt(), row.updatedAt(), row.version());
    }
}
