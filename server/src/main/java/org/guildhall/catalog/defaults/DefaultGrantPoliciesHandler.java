package org.guildhall.catalog.defaults;

import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Id;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.DefaultGrantPoliciesApi;
import org.guildhall.api.model.DefaultGrantPolicy;
import org.guildhall.api.model.DefaultGrantPolicyId;
import org.guildhall.api.model.DefaultGrantPolicyState;
import org.guildhall.api.model.GrantPath;
import org.guildhall.api.model.ListDefaultGrantPoliciesQuery;
import org.guildhall.api.model.NewDefaultGrantPolicy;
import org.guildhall.api.model.OrgTypeId;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.TierId;
import org.guildhall.catalog.defaults.DefaultGrantPolicyStore.Filter;
import org.guildhall.catalog.defaults.DefaultGrantPolicyStore.PolicyTarget;
import org.guildhall.catalog.defaults.DefaultGrantPolicyStore.Row;
import org.guildhall.catalog.plans.PlanLadderStore;
import org.guildhall.catalog.plans.TierStore;
import org.guildhall.catalog.products.ProductStore;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.jspecify.annotations.Nullable;

/** Default-grant policies: {@code /catalog/default-grant-policies}. */
final class DefaultGrantPoliciesHandler implements DefaultGrantPoliciesApi<Call> {

    private final DefaultGrantPolicyStore policies;
    private final OrgTypeStore types;
    private final ProductStore products;
    private final PlanLadderStore ladders;
    private final TierStore tiers;

    DefaultGrantPoliciesHandler(
            DefaultGrantPolicyStore policies, OrgTypeStore types, ProductStore products, PlanLadderStore ladders, TierStore tiers) {
        this.policies = policies;
        this.types = types;
        this.products = products;
        this.ladders = ladders;
        this.tiers = tiers;
    }

    /**
     * Locks in the order type, ladder, product, like every transaction that locks several of them. The type is locked exclusively, while the
     * creation of an organization locks it in share mode: so each organization either gets the grant or is found by a backfill.
     */
    @Override
    public Reply<DefaultGrantPolicy> createDefaultGrantPolicy(Call call, NewDefaultGrantPolicy body) {
        boolean onLadder = body.path() == GrantPath.ON_LADDER;
        if (onLadder != (body.tierId() != null)) {
            throw onLadder
                    ? tierMistake("required", "`tier_id` is required with the path `on_ladder`.")
                    : tierMistake("other_path", "`tier_id` is only allowed with the path `on_ladder`.");
        }
        var productId = body.productId().value();
        var batch = new Batch();
        var lockedType = types.lock(batch, body.orgTypeId().value());
        var lockedTier = body.tierId() == null ? null : lockedTier(batch, body.tierId().value());
        var lockedProduct = products.lockShared(batch, productId);
        var onAnyLadder = products.isOnLadder(batch, productId);
        batch.send(call.tx());
        var type = Require.named(lockedType.get(), "/org_type_id", "organization type");
        var tier = lockedTier == null ? null : Require.named(lockedTier.get(), "/tier_id", "tier");
        var product = Require.named(lockedProduct.get(), "/product_id", "product");
        Require.active(type.state(), "/org_type_id", "organization type");
        if (!product.lifecycleStatus().equals("published")) {
            throw Problem.INVALID_STATE.at("/product_id", "The product is not published.");
        }
        if (tier != null) {
            Require.active(tier.state(), "/tier_id", "tier");
        }
        if (tier != null && !tier.productId().equals(productId)) {
            throw Problem.LADDER_CONFLICT.at("/tier_id", "Another product fills this tier.");
        }
        if (tier == null && onAnyLadder.getAsBoolean()) {
            throw Problem.LADDER_CONFLICT.at("/path", "The product is a plan: grant it on its ladder.");
        }
        var place = tier == null ? null : new PolicyTarget(tier.ladderId(), tier.id());
        var policy = toApi(policies.insert(call.tx(), body.externalId(), type.id(), productId, place));
        call.created(policy.id(), policy);
        return Reply.created("/api/v1/catalog/default-grant-policies/" + policy.id(), policy);
    }

    @Override
    public Reply<Page<DefaultGrantPolicy>> listDefaultGrantPolicies(Call call, ListDefaultGrantPoliciesQuery query) {
        var filter = new Filter(
                query.externalId(), uuid(query.orgTypeId()), uuid(query.productId()), uuid(query.tierId()),
                query.path() == null ? null : query.path().value(),
                query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(policies.list(call.tx(), call.page(), filter).map(DefaultGrantPoliciesHandler::toApi));
    }

    @Override
    public Reply<DefaultGrantPolicy> getDefaultGrantPolicy(Call call, DefaultGrantPolicyId defaultGrantPolicyId) {
        return Reply.ok(toApi(Require.found(policies.get(call.tx(), defaultGrantPolicyId.value()))));
    }

    @Override
    public Reply<DefaultGrantPolicy> endDefaultGrantPolicy(Call call, DefaultGrantPolicyId defaultGrantPolicyId) {
        var before = Require.found(policies.lock(call.tx(), defaultGrantPolicyId.value()));
        call.expect(before.version());
        Require.active(before.state(), "default-grant policy");
        var policy = toApi(policies.end(call.tx(), before.id()));
        call.changed(policy.id(), toApi(before), policy);
        return Reply.ok(policy);
    }

    /** A tier, whose ladder is locked in share mode. */
    private Supplier<TierStore.@Nullable Row> lockedTier(Batch batch, UUID tierId) {
        ladders.lockSharedByTier(batch, tierId);
        return tiers.get(batch, tierId);
    }

    private static RuntimeException tierMistake(String code, String detail) {
        return Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/tier_id", code, detail));
    }

    private static DefaultGrantPolicy toApi(Row row) {
        var place = row.place();
        return new DefaultGrantPolicy(
                new DefaultGrantPolicyId(row.id()), row.externalId(), new OrgTypeId(row.orgTypeId()),
                place == null ? GrantPath.OFF_LADDER : GrantPath.ON_LADDER, new ProductId(row.productId()),
                place == null ? null : new PlanLadderId(place.ladderId()), place == null ? null : new TierId(place.tierId()),
                DefaultGrantPolicyState.fromValue(row.state()), row.endedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    private static @Nullable UUID uuid(@Nullable Id id) {
        return id == null ? null : id.value();
    }
}
