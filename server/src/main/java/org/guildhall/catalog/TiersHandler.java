package org.guildhall.catalog;

import java.util.UUID;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.TiersApi;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.GetTierQuery;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.Tier;
import org.guildhall.api.model.TierId;
import org.guildhall.api.model.TierPatch;
import org.guildhall.catalog.TierStore.Row;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;

/** Single tiers: {@code /catalog/tiers}. {@link PlanLaddersHandler} lists, creates and reorders them. */
final class TiersHandler implements TiersApi<Call> {

    /** A tier with its locked ladder: no other transaction can change the ladder's tiers meanwhile. */
    private record Held(PlanLadderStore.Row ladder, Row tier) {}

    private final PlanLadderStore ladders;
    private final TierStore tiers;
    private final DefaultGrantPolicyStore policies;
    private final PlanAdmission plans;

    TiersHandler(PlanLadderStore ladders, TierStore tiers, DefaultGrantPolicyStore policies, PlanAdmission plans) {
        this.ladders = ladders;
        this.tiers = tiers;
        this.policies = policies;
        this.plans = plans;
    }

    @Override
    public Reply<Tier> getTier(Call call, TierId tierId, GetTierQuery query) {
        var id = tierId.value();
        return Reply.ok(toApi(Require.found(query.at() == null ? tiers.get(call.tx(), id) : tiers.get(call.tx(), id, query.at()))));
    }

    @Override
    public Reply<Tier> updateTier(Call call, TierId tierId, Patch<TierPatch> patch) {
        var held = held(call, tierId);
        var before = held.tier();
        var current = new TierPatch(before.externalId(), before.name(), new ProductId(before.productId()));
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        var productId = wanted.productId().value();
        if (!productId.equals(before.productId())) {
            admit(call, held, productId);
        }
        Require.active(before.state(), "tier");
        return changed(call, held, tiers.update(call.tx(), before, wanted.externalId(), wanted.name(), productId));
    }

    @Override
    public Reply<Tier> archiveTier(Call call, TierId tierId) {
        var held = held(call, tierId);
        Require.active(held.tier().state(), "tier");
        if (policies.anyNamesTier(call.tx(), held.tier().id())) {
            throw Problem.IN_USE.because("An active default-grant policy names this tier.");
        }
        return changed(call, held, tiers.archive(call.tx(), held.tier().id()));
    }

    private void admit(Call call, Held held, UUID productId) {
        plans.admit(call.tx(), held.ladder(), productId);
        if (policies.anyNamesTier(call.tx(), held.tier().id())) {
            throw Problem.IN_USE.at("/product_id", "An active default-grant policy grants the tier's current product.");
        }
    }

    private Held held(Call call, TierId tierId) {
        var ladder = Require.found(ladders.lockOfTier(call.tx(), tierId.value()));
        var tier = Require.found(tiers.get(call.tx(), tierId.value()));
        call.expect(tier.version());
        return new Held(ladder, tier);
    }

    private Reply<Tier> changed(Call call, Held before, Row after) {
        var tier = toApi(after);
        call.changed(tier.id(), toApi(before.tier()), tier);
        PlanLaddersHandler.changed(call, before.ladder(), ladders.tiersChanged(call.tx(), before.ladder().id()));
        return Reply.ok(tier);
    }

    static Tier toApi(Row row) {
        return new Tier(
                new TierId(row.id()), row.externalId(), new PlanLadderId(row.ladderId()), row.rank(), row.name(),
                new ProductId(row.productId()), ActiveState.fromValue(row.state()), row.archivedAt(), row.createdAt(), row.updatedAt(),
                row.version());
    }
}
