package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.model.ActorType;
import org.guildhall.api.model.Cause;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.DefaultGrantPolicyId;
import org.guildhall.api.model.Grant;
import org.guildhall.api.model.GrantId;
import org.guildhall.api.model.GrantKind;
import org.guildhall.api.model.GrantPath;
import org.guildhall.api.model.GrantState;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.Plan;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.Pool;
import org.guildhall.api.model.PoolId;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.Provision;
import org.guildhall.api.model.ProvisionId;
import org.guildhall.api.model.ProvisionState;
import org.guildhall.api.model.SiteId;
import org.guildhall.api.model.SubscriptionId;
import org.guildhall.api.model.TierId;
import org.guildhall.api.model.Transition;
import org.guildhall.api.model.TransitionId;
import org.guildhall.api.model.TransitionKind;
import org.guildhall.api.model.TransitionState;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.jspecify.annotations.Nullable;

/** The wire forms of pools, provisions, transitions and grants. */
public final class PlanViews {

    private PlanViews() {}

    static Pool toApi(PoolStore.Row pool, List<ProvisionSpan> plans) {
        var shown = plans.stream().map(PlanViews::toApi).sorted(Comparator.comparing(plan -> plan.planLadderId().toString())).toList();
        return new Pool(
                new PoolId(pool.id()), new OrganizationId(pool.organizationId()), shown, pool.createdAt(), pool.updatedAt(), pool.version());
    }

    static Plan toApi(ProvisionSpan plan) {
        UUID provisionId = plan.provisionId();
        UUID grantId = plan.grantId();
        UUID policyId = plan.policyId();
        @Nullable Instant end = plan.endsAt();
        return new Plan(
                new PlanLadderId(Objects.requireNonNull(plan.ladderId())), new TierId(Objects.requireNonNull(plan.tierId())),
                new ProductId(plan.productId()), Cause.fromValue(plan.cause().word()),
                provisionId == null ? null : new ProvisionId(provisionId), grantId == null ? null : new GrantId(grantId),
                policyId == null ? null : new DefaultGrantPolicyId(policyId), plan.startsAt(), end);
    }

    public static Provision toApi(ProvisionStore.Row row) {
        return new Provision(
                new ProvisionId(row.id()), new OrganizationId(row.organizationId()), new PoolId(row.poolId()), new ProductId(row.productId()),
                row.ladderId() == null ? GrantPath.OFF_LADDER : GrantPath.ON_LADDER,
                row.ladderId() == null ? null : new PlanLadderId(row.ladderId()), row.tierId() == null ? null : new TierId(row.tierId()),
                Cause.fromValue(row.cause()), row.grantId() == null ? null : new GrantId(row.grantId()),
                row.policyId() == null ? null : new DefaultGrantPolicyId(row.policyId()),
                ProvisionState.fromValue(row.state()), row.startsAt(), row.endsAt(), row.createdAt(), row.updatedAt(),
                row.version());
    }

    public static Transition toApi(TransitionStore.Row row) {
        return new Transition(
                new TransitionId(row.id()), row.externalId(), new OrganizationId(row.organizationId()), new PoolId(row.poolId()),
                new PlanLadderId(row.ladderId()), TransitionKind.fromValue(row.kind()), tier(row.fromTierId()), tier(row.toTierId()),
                provision(row.fromProvisionId()), provision(row.toProvisionId()), Cause.fromValue(row.cause()),
                row.grantId() == null ? null : new GrantId(row.grantId()),
                row.subscriptionId() == null ? null : new SubscriptionId(row.subscriptionId()), ActorType.fromValue(row.actorType()),
                row.actorId() == null ? null : new ConsumerId(row.actorId()), row.reason(), row.forced(),
                row.keepSiteIds().stream().map(SiteId::new).toList(), TransitionState.fromValue(row.state()), row.effectiveAt(),
                row.canceledAt(), row.cancelReason(), row.createdAt(), row.updatedAt(), row.version());
    }

    static @Nullable TierId tier(@Nullable UUID id) {
        return id == null ? null : new TierId(id);
    }

    static @Nullable ProvisionId provision(@Nullable UUID id) {
        return id == null ? null : new ProvisionId(id);
    }

    public static Grant toApi(GrantStore.Row row) {
        return new Grant(
                new GrantId(row.id()), row.externalId(), new OrganizationId(row.organizationId()), new PoolId(row.poolId()),
                new ProductId(row.productId()), GrantKind.fromValue(row.kind()),
                row.ladderId() == null ? GrantPath.OFF_LADDER : GrantPath.ON_LADDER,
                row.ladderId() == null ? null : new PlanLadderId(row.ladderId()), row.tierId() == null ? null : new TierId(row.tierId()),
                GrantState.fromValue(row.state()), row.reason(), row.startsAt(), row.endsAt(), row.over(), row.endReason(), row.term(),
                row.termStartsAt(), row.renewsGrantId() == null ? null : new GrantId(row.renewsGrantId()), row.createdAt(), row.updatedAt(), row.version());
    }
}
