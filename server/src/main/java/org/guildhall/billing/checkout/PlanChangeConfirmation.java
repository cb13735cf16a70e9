package org.guildhall.billing.checkout;

import java.util.UUID;
import org.guildhall.billing.checkout.PlanChangeStore.Row;
import org.guildhall.billing.subscriptions.SubscriptionItem;
import org.guildhall.billing.subscriptions.Subscriptions.Changeable;
import org.guildhall.billing.subscriptions.Subscriptions;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Confirms plan changes that the mirror shows: the item of the subscription, or of the one that replaces it, has the new price. */
record PlanChangeConfirmation(PlanChangeStore planChanges, Subscriptions subscriptions) {

    /** Confirms what a changed subscription shows. @param changes gets the plan changes */
    void confirm(Tx tx, Changes changes, UUID subscriptionId) {
        var awaited = planChanges.lockAwaited(tx, subscriptionId);
        var subscription = awaited.isEmpty() ? null : subscriptions.changeable(tx, subscriptionId);
        if (subscription == null) {
            return;
        }
        for (var planChange : awaited) {
            if (isMade(planChange, subscription)) {
                PlanChangeViews.changed(changes.secondary(), planChange, planChanges.confirm(tx, planChange.id()));
            }
        }
    }

    /** Confirms a locked change whose replacement is newly known: its event can have come before the answer. */
    Row replaced(Tx tx, Changes changes, Row planChange) {
        var replacement = planChange.replacementReference();
        var subscription = replacement == null ? null : subscriptions.changeable(tx, planChange.subject().connectionId(), replacement);
        return planChange.state().equals("requested") && subscription != null && isMade(planChange, subscription)
                ? PlanChangeViews.changed(changes, planChange, planChanges.confirm(tx, planChange.id())) : planChange;
    }

    private static boolean isMade(Row planChange, Changeable subscription) {
        var subject = planChange.subject();
        var replacement = planChange.replacementReference();
        return subscription.items().stream().map(SubscriptionItem::facts).anyMatch(item -> subject.toPriceReference().equals(item.price())
                && (replacement == null ? item.reference().equals(subject.itemReference()) : subscription.reference().equals(replacement)));
    }
}
