package org.guildhall.runtime.entitlements;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Blocker;
import org.guildhall.api.model.EffectiveEntitlements;
import org.guildhall.api.model.EntitlementChange;
import org.guildhall.api.model.EntitlementCheck;
import org.guildhall.api.model.EntitlementDifference;
import org.guildhall.api.model.EntitlementKind;
import org.guildhall.api.model.EntitlementQuestion;
import org.guildhall.api.model.EntitlementReason;
import org.guildhall.api.model.EntitlementTierChange;
import org.guildhall.api.model.GetEffectiveEntitlementsQuery;
import org.guildhall.api.model.GetReachableTiersQuery;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.PoolId;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.ReachableLadder;
import org.guildhall.api.model.ReachableTier;
import org.guildhall.api.model.ReachableTiers;
import org.guildhall.api.model.TierId;
import org.guildhall.api.model.TransitionId;
import org.guildhall.api.model.TransitionKind;
import org.guildhall.api.runtime.EntitlementsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.runtime.entitlements.TierOptions.LadderOptions;
import org.guildhall.runtime.entitlements.TierOptions.RuleDifference;
import org.guildhall.runtime.entitlements.TierOptions.TierChange;
import org.guildhall.runtime.entitlements.TierOptions.TierOption;
import org.jspecify.annotations.Nullable;

/** Entitlements, entitlement checks and reachable tiers of an organization: {@code /runtime/organizations/{organization_id}/…}. */
final class EntitlementsHandler implements EntitlementsApi<Call> {

    private final Entitlements entitlements;

    EntitlementsHandler(Entitlements entitlements) {
        this.entitlements = entitlements;
    }

    @Override
    public Reply<EffectiveEntitlements> getEffectiveEntitlements(Call call, OrganizationId organizationId, GetEffectiveEntitlementsQuery query) {
        return Reply.ok(toApi(entitlements.of(call.tx(), organizationId.value(), query.at()), query.at()));
    }

    @Override
    public Reply<EntitlementCheck> checkEntitlement(Call call, OrganizationId organizationId, EntitlementQuestion body) {
        long quantity = body.quantity() == null ? 1 : body.quantity();
        var entitled = Require.found(entitlements.deciding(call.tx(), organizationId.value(), body.resourceKey(), quantity));
        var key = Require.named(entitled.key(body.resourceKey()), "/resource_key", "resource key");
        var decision = EntitlementDecision.of(entitled, body.resourceKey(), quantity);
        return Reply.plain(new EntitlementCheck(
                organizationId, body.resourceKey(), quantity, decision.allowed(), reason(decision), decision.detail(key.displayName(), quantity),
                decision.entitlements().stream().map(EntitlementViews::toApi).toList(), tierChange(decision.tierChange())));
    }

    private static EntitlementReason reason(EntitlementDecision decision) {
        if (decision.archived()) {
            return EntitlementReason.ORGANIZATION_ARCHIVED;
        }
        return decision.verdict() == null
                ? EntitlementReason.NOT_ENTITLED
                : EntitlementReason.fromValue(decision.verdict().name().toLowerCase(Locale.ROOT));
    }

    private static @Nullable EntitlementTierChange tierChange(@Nullable TierChange change) {
        if (change == null) {
            return null;
        }
        var current = change.options().current();
        var tier = change.option().tier();
        var rule = change.after().rule();
        return new EntitlementTierChange(
                kind(change.option()), new PlanLadderId(change.options().ladder().id()), change.options().ladder().name(),
                current == null ? null : new TierId(current.tier().id()), new TierId(tier.id()), tier.name(), tier.rank(), rule.limit(),
                rule.unlimited(), rule.enabled(), summary(change.options(), change.option()));
    }

    @Override
    public Reply<ReachableTiers> getReachableTiers(Call call, OrganizationId organizationId, GetReachableTiersQuery query) {
        var ladderId = query.planLadderId() == null ? null : query.planLadderId().value();
        var entitled = Require.found(entitlements.withReachableTiers(call.tx(), organizationId.value(), ladderId));
        var today = entitled.found().at().atZone(entitled.zone()).toLocalDate();
        var ladders = TierOptions.of(entitled).stream()
                .map(options -> new ReachableLadder(
                        new PlanLadderId(options.ladder().id()), options.ladder().name(),
                        options.current() == null ? null : new TierId(options.current().tier().id()),
                        byDefault(options),
                        options.tiers().stream().map(option -> tier(options, option, today)).toList()))
                .toList();
        return Reply.ok(new ReachableTiers(
                organizationId, Summaries.summary(entitled.plans(), false), ladders, TierOptions.hasMore(entitled), entitled.version()));
    }

    private static ReachableTier tier(LadderOptions options, TierOption option, LocalDate today) {
        var scheduled = option.scheduled();
        return new ReachableTier(
                new TierId(option.tier().id()), option.tier().name(), option.tier().rank(), new ProductId(option.productId()),
                option.productName(),
                option.kind() == null, new TierId(option.tier().id()).equals(byDefault(options)), kind(option),
                option.isPossible(), option.kind() == null ? null : today, scheduled == null ? null : scheduled.effectiveAt(),
                scheduled == null ? null : new TransitionId(scheduled.id()), summary(options, option),
                option.differences().stream().map(EntitlementsHandler::difference).toList(),
                option.blockers().stream().map(EntitlementsHandler::blocker).toList());
    }

    private static @Nullable TransitionKind kind(TierOption option) {
        return option.kind() == null ? null : TransitionKind.fromValue(option.kind().word());
    }

    private static @Nullable TierId byDefault(LadderOptions options) {
        return options.byDefault() == null || options.byDefault().tierId() == null ? null : new TierId(options.byDefault().tierId());
    }

    private static String summary(LadderOptions options, TierOption option) {
        return Summaries.transition(option.kind(), options.current() == null ? null : options.current().tier(), option.tier(), options.ladder());
    }

    private static EntitlementDifference difference(RuleDifference difference) {
        var before = difference.before();
        var after = difference.after();
        return new EntitlementDifference(
                difference.key().key(), difference.key().displayName(), difference.key().unit(), EntitlementKind.fromValue(difference.key().kind()),
                EntitlementViews.period(difference.period()), EntitlementChange.fromValue(difference.change()),
                before == null ? null : before.limit(), before != null && before.unlimited(), before == null ? null : before.enabled(),
                after == null ? null : after.limit(), after != null && after.unlimited(), after == null ? null : after.enabled(), difference.amount());
    }

    private static Blocker blocker(TransitionBlockers.Blocker blocker) {
        var entitlement = blocker.entitlement();
        var rule = entitlement == null ? null : entitlement.rule();
        return new Blocker(
                blocker.problem().code(), blocker.detail(), blocker.blocks(), rule == null ? null : rule.resourceKey(),
                rule == null ? null : EntitlementViews.period(rule.period()), entitlement == null ? null : entitlement.used(),
                rule == null ? null : rule.ceiling());
    }

    private static EffectiveEntitlements toApi(OrganizationEntitlements entitled, @Nullable Instant at) {
        var holder = entitled.found().holder();
        var plans = entitled.plans();
        return new EffectiveEntitlements(
                new OrganizationId(holder.id()), new PoolId(holder.poolId()), at, Summaries.summary(plans, at != null),
                EntitlementViews.plans(plans, at != null), EntitlementViews.entitlements(entitled), entitled.version());
    }
}
