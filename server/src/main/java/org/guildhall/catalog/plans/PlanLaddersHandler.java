package org.guildhall.catalog.plans;

import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.PlanLaddersApi;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.LadderTier;
import org.guildhall.api.model.ListPlanLaddersQuery;
import org.guildhall.api.model.NewPlanLadder;
import org.guildhall.api.model.PlanLadder;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.PlanLadderPatch;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.TierId;
import org.guildhall.catalog.plans.PlanLadderStore.Filter;
import org.guildhall.catalog.plans.PlanLadderStore.Row;
import org.guildhall.catalog.plans.PlanLadderStore.Values;
import org.guildhall.catalog.products.ProductStore;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Plan ladders: {@code /catalog/plan-ladders}, and those of a product: {@code /catalog/products/{id}/ladders}. */
final class PlanLaddersHandler implements PlanLaddersApi<Call> {

    private final PlanLadderStore ladders;
    private final ProductStore products;

    PlanLaddersHandler(PlanLadderStore ladders, ProductStore products) {
        this.ladders = ladders;
        this.products = products;
    }

    @Override
    public Reply<PlanLadder> createPlanLadder(Call call, NewPlanLadder body) {
        var ladder = toApi(ladders.insert(call.tx(), new Values(body.externalId(), body.name(), body.description())));
        call.created(ladder.id(), ladder);
        return Reply.created("/api/v1/catalog/plan-ladders/" + ladder.id(), ladder);
    }

    @Override
    public Reply<Page<PlanLadder>> listPlanLadders(Call call, ListPlanLaddersQuery query) {
        var state = query.state() == null ? null : query.state().value();
        var filter = new Filter(query.externalId(), state, null, new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(ladders.list(call.tx(), call.page(), filter).map(PlanLaddersHandler::toApi));
    }

    @Override
    public Reply<Page<PlanLadder>> listProductLadders(Call call, ProductId productId) {
        var page = ladders.list(call.tx(), call.page(), new Filter(null, null, productId.value(), new TimeWindow(null, null, null)));
        if (page.data().isEmpty() && !products.exists(call.tx(), productId.value())) {
            throw Problem.NOT_FOUND.refusal();
        }
        return Reply.list(page.map(PlanLaddersHandler::toApi));
    }

    @Override
    public Reply<PlanLadder> getPlanLadder(Call call, PlanLadderId planLadderId) {
        return Reply.ok(toApi(Require.found(ladders.get(call.tx(), planLadderId.value()))));
    }

    @Override
    public Reply<PlanLadder> updatePlanLadder(Call call, PlanLadderId planLadderId, Patch<PlanLadderPatch> patch) {
        var before = locked(call, planLadderId);
        var current = new PlanLadderPatch(before.externalId(), before.name(), before.description());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        Require.active(before.state(), "plan ladder");
        return changed(call, before, ladders.update(call.tx(), before.id(), new Values(wanted.externalId(), wanted.name(), wanted.description())));
    }

    @Override
    public Reply<PlanLadder> archivePlanLadder(Call call, PlanLadderId planLadderId) {
        var before = locked(call, planLadderId);
        Require.active(before.state(), "plan ladder");
        if (!before.tiers().isEmpty()) {
            throw Problem.IN_USE.because("The ladder has active tiers.");
        }
        return changed(call, before, ladders.archive(call.tx(), before.id()));
    }

    private Row locked(Call call, PlanLadderId planLadderId) {
        var row = Require.found(ladders.lock(call.tx(), planLadderId.value()));
        call.expect(row.version());
        return row;
    }

    static Reply<PlanLadder> changed(Call call, Row before, Row after) {
        var ladder = toApi(after);
        call.changed(ladder.id(), toApi(before), ladder);
        return Reply.ok(ladder);
    }

    static PlanLadder toApi(Row row) {
        var tiers = row.tiers().stream()
                .map(tier -> new LadderTier(new TierId(tier.id()), tier.rank(), tier.name(), new ProductId(tier.productId())))
                .toList();
        return new PlanLadder(
                new PlanLadderId(row.id()), row.externalId(), row.name(), row.description(), ActiveState.fromValue(row.state()),
                row.archivedAt(), tiers, row.createdAt(), row.updatedAt(), row.version());
    }
}
