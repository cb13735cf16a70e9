package org.guildhall.billing.plans;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.billing.subscriptions.CatalogMapping;
import org.guildhall.billing.subscriptions.Subscriptions.Mirrored;
import org.guildhall.billing.subscriptions.Subscriptions;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.Runtime;
import org.guildhall.tasks.Tasks;

/**
 * Settles the plans of an organization from its subscriptions. What the plans should be is computed from the mirror under a lock, never from an
 * event, so that events, replays, late mappings and links are all this code, and a second run changes nothing.
 */
public final class PlanSettlement {

    private static final String WORKFLOW = "billing_prices";
    private static final String TEAM = "Billing";
    private static final int TITLE_REFERENCES_MAX = 3;

    private final Subscriptions subscriptions;
    private final SettlementStore settlements = new SettlementStore();
    private final Runtime runtime;
    private final Tasks tasks;

    public PlanSettlement(Subscriptions subscriptions, Runtime runtime, Tasks tasks) {
        this.subscriptions = subscriptions;
        this.runtime = runtime;
        this.tasks = tasks;
    }

    /** Settles the plans of an organization. @param changes gets transitions and tasks */
    public void settle(Tx tx, Changes changes, Actor actor, UUID organizationId) {
        settle(tx, changes, actor, organizationId, List.of());
    }

    /** Settles the plans of an organization that an account was taken away from. */
    public void settleWithout(Tx tx, Changes changes, Actor actor, UUID organizationId, UUID accountId) {
        settle(tx, changes, actor, organizationId, subscriptions.ofAccount(tx, accountId));
    }

    private void settle(Tx tx, Changes changes, Actor actor, UUID organizationId, List<Mirrored> former) {
        settlements.lock(tx, organizationId);
        var current = subscriptions.ofOrganization(tx, organizationId);
        var all = new ArrayList<>(current);
        all.addAll(former);
        if (all.isEmpty()) {
            return;
        }
        var mapping = subscriptions.mapping(tx, all);
        for (var plan : PaidPlanRules.plans(current, former, mapping)) {
            runtime.changePlan(tx, changes, actor, organizationId, new Runtime.PlanChange(
                    plan.ladderId(), plan.tierId(), plan.subscriptionId(), plan.neverDown(),
                    plan.tierId() == null ? "The subscription ended." : "The subscription pays for it."));
        }
        current.forEach(subscription -> task(tx, changes, subscription, mapping));
    }

    /** Opens the task about prices that the catalog lacks, once, and completes it when it has them. */
    private void task(Tx tx, Changes changes, Mirrored subscription, CatalogMapping mapping) {
        boolean unmapped = PaidPlanRules.isUnmapped(subscription, mapping);
        var open = subscription.unmappedTaskId();
        if (unmapped && open == null) {
            subscriptions.setUnmappedTask(tx, subscription.id(), tasks.create(tx, changes, new Tasks.NewTask(
                    "Map the prices of subscription " + subscription.reference(),
                    "The catalog has no price or product with the provider's references " + missing(subscription, mapping)
                            + ". Set `provider_references` of the price or product. Until then the organization's plan is never lowered.",
                    TEAM, null, Tasks.Priority.HIGH, WORKFLOW, new Tasks.Entity("subscription", subscription.id()))));
        } else if (!unmapped && open != null) {
            tasks.complete(tx, changes, open, Tasks.Outcome.NO_LONGER_NEEDED, "The catalog has the prices, or the subscription ended.");
            subscriptions.setUnmappedTask(tx, subscription.id(), null);
        }
    }

    private static String missing(Mirrored subscription, CatalogMapping mapping) {
        return String.join(", ", subscription.items().stream()
                .filter(item -> mapping.of(item.facts()) == null)
                .limit(TITLE_REFERENCES_MAX)
                .map(item -> "`" + (item.facts().price() == null ? item.facts().reference() : item.facts().price()) + "`")
                .toList());
    }
}
