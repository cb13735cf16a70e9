package org.guildhall.runtime;

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
import org.guildhall.runtime.Combination.Source;
import org.guildhall.runtime.Entitled.Entitlement;
import org.guildhall.runtime.Entitled.Plan;
import org.jspecify.annotations.Nullable;

/** The wire form of plans and entitlements, which several answers show. */
final class EntitlementForms {

    private static final int PLANS_MAX = 200;
    private static final int ENTITLEMENTS_MAX = 1_000;
    private static final int SOURCES_MAX = 100;
    private static final int THRESHOLDS_MAX = 100;

    private EntitlementForms() {}

    /** @param then whether it is told of the past */
    static List<PlanStanding> plans(List<Plan> plans, boolean then) {
        return plans.stream().limit(PLANS_MAX).map(plan -> toApi(plan, then)).toList();
    }

    static List<EffectiveEntitlement> entitlements(Entitled entitled) {
        return entitled.entitlements().stream().limit(ENTITLEMENTS_MAX).map(EntitlementForms::toApi).toList();
    }

    private static PlanStanding toApi(Plan plan, boolean then) {
        var holding = plan.holding();
        return new PlanStanding(
                new PlanLadderId(plan.ladder().id()), plan.ladder().name(), new TierId(plan.tier().id()), plan.tier().name(), plan.tier().rank(),
                new ProductId(holding.productId()), plan.productName(), holding.provisionId() == null ? null : new ProvisionId(holding.provisionId()),
                Cause.fromValue(holding.cause().word()), holding.startsAt(), holding.endsAt(), Words.summary(List.of(plan), then));
    }

    static EffectiveEntitlement toApi(Entitlement entitlement) {
        var line = entitlement.line();
        var key = entitlement.key();
        var period = entitlement.period();
        boolean isBoolean = line.enabled() != null;
        long used = entitlement.used();
        return new EffectiveEntitlement(
                line.resourceKey(), key.displayName(), key.unit(), EntitlementKind.fromValue(line.kind()), period(line.period()), line.enabled(),
                line.limit(), line.unlimited(), line.ceiling(), isBoolean ? null : Long.valueOf(used), line.remaining(used), line.isExceeded(used),
                line.hard() ? EntitlementEnforcement.HARD : EntitlementEnforcement.SOFT, line.gracePercent(),
                line.thresholdPercents().stream().limit(THRESHOLDS_MAX).toList(), period == null ? null : period.startsAt(),
                period == null ? null : period.endsAt(), line.sources().stream().limit(SOURCES_MAX).map(EntitlementForms::toApi).toList(),
                line.sources().size() > SOURCES_MAX);
    }

    private static EntitlementSource toApi(Source source) {
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
