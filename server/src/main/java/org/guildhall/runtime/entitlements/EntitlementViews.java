package org.guildhall.runtime.entitlements;

import java.util.List;
import org.guildhall.api.model.Cause;
import org.guildhall.api.model.EffectiveEntitlement;
import org.guildhall.api.model.EntitlementCombine;
import org.guildhall.api.model.EntitlementEnforcement;
import org.guildhall.api.model.EntitlementKind;
import org.guildhall.api.model.EntitlementPeriod;
import org.guildhall.api.model.EntitlementRuleId;
import org.guildhall.api.model.EntitlementSource;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.PlanStanding;
import org.guildhall.api.model.ProductId;
import org.guildhall.api.model.ProvisionId;
import org.guildhall.api.model.TierId;
import org.guildhall.runtime.entitlements.EffectiveRules.RuleSource;
import org.jspecify.annotations.Nullable;

/** The wire forms of plans and entitlements. */
public final class EntitlementViews {

    private static final int PLANS_MAX = 200;
    private static final int ENTITLEMENTS_MAX = 1_000;
    private static final int SOURCES_MAX = 100;
    private static final int THRESHOLDS_MAX = 100;

    private EntitlementViews() {}

    /** @param past true for a past instant */
    public static List<PlanStanding> plans(List<CurrentPlan> plans, boolean past) {
        return plans.stream().limit(PLANS_MAX).map(plan -> toApi(plan, past)).toList();
    }

    public static List<EffectiveEntitlement> entitlements(OrganizationEntitlements entitled) {
        return entitled.entitlements().stream().limit(ENTITLEMENTS_MAX).map(EntitlementViews::toApi).toList();
    }

    private static PlanStanding toApi(CurrentPlan plan, boolean past) {
        var span = plan.span();
        return new PlanStanding(
                new PlanLadderId(plan.ladder().id()), plan.ladder().name(), new TierId(plan.tier().id()), plan.tier().name(), plan.tier().rank(),
                new ProductId(span.productId()), plan.productName(), span.provisionId() == null ? null : new ProvisionId(span.provisionId()),
                Cause.fromValue(span.cause().word()), span.startsAt(), span.endsAt(), Summaries.summary(List.of(plan), past));
    }

    static EffectiveEntitlement toApi(EntitlementBalance entitlement) {
        var rule = entitlement.rule();
        var key = entitlement.key();
        var period = entitlement.period();
        boolean isBoolean = rule.enabled() != null;
        long used = entitlement.used();
        return new EffectiveEntitlement(
                rule.resourceKey(), key.displayName(), key.unit(), EntitlementKind.fromValue(rule.kind()), period(rule.period()), rule.enabled(),
                rule.limit(), rule.unlimited(), rule.ceiling(), isBoolean ? null : Long.valueOf(used), rule.remaining(used), rule.isExceeded(used),
                rule.hard() ? EntitlementEnforcement.HARD : EntitlementEnforcement.SOFT, rule.gracePercent(),
                rule.thresholdPercents().stream().limit(THRESHOLDS_MAX).toList(), period == null ? null : period.startsAt(),
                period == null ? null : period.endsAt(), rule.sources().stream().limit(SOURCES_MAX).map(EntitlementViews::toApi).toList(),
                rule.sources().size() > SOURCES_MAX);
    }

    private static EntitlementSource toApi(RuleSource source) {
        var rule = source.rule();
        return new EntitlementSource(
                rule.provisionId() == null ? null : new ProvisionId(rule.provisionId()), new ProductId(rule.productId()), rule.productName(),
                new EntitlementRuleId(rule.id()), EntitlementCombine.fromValue(rule.combine()), rule.limitValue(), rule.unlimited(),
                rule.enabled(), source.counts());
    }

    static @Nullable EntitlementPeriod period(@Nullable String period) {
        return period == null ? null : EntitlementPeriod.fromValue(period);
    }
}
