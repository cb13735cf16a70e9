package org.guildhall.catalog.plans;

import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.TiersApi;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.GetTierQuery;
import org.guildhall.api.model.ListPlanLadderTiersQuery;
import org.guildhall.api.model.NewTier;
import org.guildhall.api.model.PlanLadder;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.Tier;
import org.guildhall.api.model.TierId;
import org.guildhall.api.model.TierOrder;
import org.guildhall.api.model.TierPatch;
import org.guildhall.catalog.plans.TierStore.Row;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;

/** The tiers of plan ladders: {@code /catalog/plan-ladders/{id}/tiers} and {@code /catalog/tiers}. */
final class TiersHandler implements TiersApi<Call> {

    /**
     * A tier and its ladder, which is locked: no other transaction changes the ladder's tiers, or makes a policy that grants by them.
     *
     * @param granted true if an active default-grant policy grants by the tier
     */
    private record LockedTier(PlanLadderStore.Row ladder, Row tier, boolean granted) {}

    private final PlanLadderStore ladders;
    private final TierStore tiers;
    private final DefaultGrants grants;
    private final PlanAdmission plans;

    TiersHandler(PlanLadderStore ladders, TierStore tiers, DefaultGrants grants, PlanAdmission plans) {
        this.ladders = ladders;
        this.tiers = tiers;
        this.grants = grants;
        this.plans = plans;
    }

    @Override
    public Reply<Tier> createTier(Call call, PlanLadderId planLadderId, NewTier body) {
        var batch = new Batch();
        var locked = ladders.lock(batch, planLadderId.value());
        var candidate = plans.lock(batch, body.productId().value());
        batch.send(call.tx());
        var ladder = Require.found(locked.get());
        candidate.admit(ladder);
        int rank = LadderRules.rank(ladder.tiers(), body.rank());
        var tier = toApi(
                tiers.insert(call.tx(), ladder.id(), body.externalId(), rank, body.name(), body.productId().value()));
        call.created(tier.id(), tier);
        var change = new Batch();
        var changed = ladders.tiersChanged(change, ladder.id());
        change.send(call.tx());
        PlanLaddersHandler.changed(call, ladder, changed.get());
        return Reply.created("/api/v1/catalog/tiers/" + tier.id(), tier);
    }

    @Override
    public Reply<Page<Tier>> listPlanLadderTiers(Call call, PlanLadderId planLadderId, ListPlanLadderTiersQuery query) {
        UUID productId = query.productId() == null ? null : query.productId().value();
        var filter = new TierStore.Filter(planLadderId.value(), query.externalId(), query.state() == null ? null : query.state().value(), productId, query.at());
        var page = tiers.list(call.tx(), call.page(), filter);
        if (page.data().isEmpty()) {
            Require.found(ladders.get(call.tx(), planLadderId.value()));
        }
        return Reply.list(page.map(TiersHandler::toApi));
    }

    @Override
    public Reply<Tier> getTier(Call call, TierId tierId, GetTierQuery query) {
        var id = tierId.value();
        return Reply.ok(toApi(Require.found(query.at() == null ? tiers.get(call.tx(), id) : tiers.get(call.tx(), id, query.at()))));
    }

    @Override
    public Reply<Tier> updateTier(Call call, TierId tierId, Patch<TierPatch> patch) {
        var locked = locked(call, tierId);
        var before = locked.tier();
        var current = new TierPatch(before.externalId(), before.name(), new ProductId(before.productId()));
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        var productId = wanted.productId().value();
        if (!productId.equals(before.productId())) {
            admit(call, locked, productId);
        }
        Require.active(before.state(), "tier");
        var batch = new Batch();
        return changed(call, locked, batch, tiers.update(call.tx(), batch, before, wanted.externalId(), wanted.name(), productId));
    }

    @Override
    public Reply<PlanLadder> reorderTiers(Call call, PlanLadderId planLadderId, TierOrder body) {
        var before = Require.found(ladders.lock(call.tx(), planLadderId.value()));
        call.expect(before.version());
        Require.active(before.state(), "plan ladder");
        var order = body.tierIds().stream().map(TierId::value).toList();
        LadderRules.complete(before.tiers(), order);
        if (LadderRules.stand(before.tiers(), order)) {
            call.unchanged();
            return Reply.ok(PlanLaddersHandler.toApi(before));
        }
        var batch = new Batch();
        var old = tiers.getAll(batch, order);
        var moved = tiers.reorder(batch, order);
        var ladder = ladders.tiersChanged(batch, before.id());
        batch.send(call.tx());
        var reply = PlanLaddersHandler.changed(call, before, ladder.get());
        for (var tier : moved.get()) {
            var was = old.get().stream().filter(row -> row.id().equals(tier.id())).findFirst().orElseThrow();
            call.changed(new TierId(tier.id()), toApi(was), toApi(tier));
        }
        return reply;
    }

    @Override
    public Reply<Tier> archiveTier(Call call, TierId tierId) {
        var locked = locked(call, tierId);
        Require.active(locked.tier().state(), "tier");
        if (locked.granted()) {
            throw Problem.IN_USE.because("An active default-grant policy grants by this tier.");
        }
        var batch = new Batch();
        return changed(call, locked, batch, tiers.archive(call.tx(), batch, locked.tier().id()));
    }

    private void admit(Call call, LockedTier locked, UUID productId) {
        var batch = new Batch();
        var candidate = plans.lock(batch, productId);
        batch.send(call.tx());
        candidate.admit(locked.ladder());
        if (locked.granted()) {
            throw Problem.IN_USE.at("/product_id", "An active default-grant policy grants the present product by this tier.");
        }
    }

    private LockedTier locked(Call call, TierId tierId) {
        var batch = new Batch();
        var ladder = ladders.lockOfTier(batch, tierId.value());
        var found = tiers.get(batch, tierId.value());
        var granted = grants.anyNamesTier(batch, tierId.value());
        batch.send(call.tx());
        var tier = Require.found(found.get());
        call.expect(tier.version());
        return new LockedTier(Require.found(ladder.get()), tier, granted.getAsBoolean());
    }

    /** Sends the change of a tier together with that of its ladder's version. */
    private Reply<Tier> changed(Call call, LockedTier before, Batch batch, Supplier<Row> after) {
        var ladder = ladders.tiersChanged(batch, before.ladder().id());
        batch.send(call.tx());
        var tier = toApi(after.get());
        call.changed(tier.id(), toApi(before.tier()), tier);
        PlanLaddersHandler.changed(call, before.ladder(), ladder.get());
        return Reply.ok(tier);
    }

    static Tier toApi(Row row) {
        return new Tier(
                new TierId(row.id()), row.externalId(), new PlanLadderId(row.ladderId()), row.rank(), row.name(),
                new ProductId(row.productId()), ActiveState.fromValue(row.state()), row.archivedAt(), row.createdAt(), row.updatedAt(),
                row.version());
    }
}
