package org.guildhall.billing.subscriptions;

import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.events.ProviderSubscription;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.MirrorRules;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.subscriptions.CatalogMapping.Provided;
import org.guildhall.billing.subscriptions.SubscriptionStore.Row;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** Applies events to subscriptions. */
final class SubscriptionMirror {

    private final Accounts accounts;
    private final SubscriptionStore subscriptions;
    private final SubscriptionChangeStore changeStore = new SubscriptionChangeStore();
    private final Catalog catalog;

    SubscriptionMirror(Accounts accounts, SubscriptionStore subscriptions, Catalog catalog) {
        this.accounts = accounts;
        this.subscriptions = subscriptions;
        this.catalog = catalog;
    }

    /** Applies the content of a subscription. Its account is locked first; an unknown one is made as a stub. */
    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderSubscription facts, Origin origin) {
        var account = accounts.lock(tx, connectionId, facts.accountReference());
        account.record(changes);
        var locked = subscriptions.lockOrStub(tx, connectionId, facts.reference(), account.id());
        var before = locked.row();
        origin.requireVersion(locked.isNew(), before.version());
        var verdict = MirrorRules.verdict(before.position(), before.hasEnded(), origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        var items = SubscriptionItem.of(facts.items(), facts.itemsComplete(), before.items());
        var discounts = SubscriptionDiscount.of(facts.discounts(), before.discounts());
        var after = subscriptions.apply(tx, before.id(), facts, items, discounts, origin.deliveryId(), origin.position(), origin.apiVersion());
        changeStore.insert(tx, after.id(), SubscriptionDifference.between(before, after), origin.deliveryId(), origin.position().at());
        record(tx, changes, locked.isNew() ? null : before, after);
        return new Applied(verdict.outcome(), after.organizationId(), after.id());
    }

    /** Records a subscription among the changes of an event. @param before null for a new one */
    private void record(Tx tx, Changes changes, @Nullable Row before, Row after) {
        var mapping = CatalogMapping.read(
                tx, catalog, Stream.of(before, after).filter(Objects::nonNull).map(row -> new Provided(row.provider(), row.items())).toList());
        var shown = SubscriptionViews.toApi(after, mapping);
        if (before == null) {
            changes.created(shown.id(), shown);
        } else {
            changes.changed(shown.id(), SubscriptionViews.toApi(before, mapping), shown);
        }
    }
}
