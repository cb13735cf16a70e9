package org.guildhall.billing.mirror;

import java.util.UUID;
import org.guildhall.billing.events.ProviderSubscription;
import org.guildhall.billing.mirror.Mirroring.Applied;
import org.guildhall.billing.mirror.Mirroring.Origin;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Applies events to subscriptions. */
final class SubscriptionMirror {

    private final AccountMirror accounts;
    private final SubscriptionStore subscriptions;
    private final SubscriptionChangeStore changeStore = new SubscriptionChangeStore();
    private final MirroredSubscriptions mirrored;

    SubscriptionMirror(AccountMirror accounts, SubscriptionStore subscriptions, MirroredSubscriptions mirrored) {
        this.accounts = accounts;
        this.subscriptions = subscriptions;
        this.mirrored = mirrored;
    }

    /** Applies the content of a subscription. Its account is locked first; an unknown one is made as a stub. */
    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderSubscription facts, Origin origin) {
        var account = accounts.lock(tx, changes, connectionId, facts.accountReference());
        var locked = subscriptions.lockOrStub(tx, connectionId, facts.reference(), account.id());
        var before = locked.row();
        origin.requireVersion(locked.isNew(), before.version());
        var verdict = MirrorRules.verdict(before.position(), before.hasEnded(), origin);
        if (!verdict.applies()) {
            return Applied.of(verdict.outcome());
        }
        var items = SubscriptionItem.of(facts.items(), before.items());
        var after = subscriptions.apply(tx, before.id(), facts, items, origin.deliveryId(), origin.position(), origin.apiVersion());
        changeStore.insert(tx, after.id(), SubscriptionDifference.between(before, after), origin.deliveryId(), origin.position().at());
        mirrored.record(tx, changes, locked.isNew() ? null : before, after);
        return new Applied(verdict.outcome(), after.organizationId(), after.id());
    }
}
