package org.guildhall.billing.subscriptions;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.OverviewSubscriptions;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.events.ProviderSubscription;
import org.guildhall.billing.mirror.ObjectMirror;
import org.guildhall.billing.subscriptions.CatalogMapping.Provided;
import org.guildhall.billing.subscriptions.SubscriptionStore.Row;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.sql.JoinedRead;
import org.jspecify.annotations.Nullable;

/** The mirrored subscriptions, for the other parts of the room. */
public final class Subscriptions {

    /** The part of a joined read with the subscriptions of an organization that haven't ended. */
    public static final JoinedRead.Part<OverviewSubscriptions> RUNNING = SubscriptionStore.RUNNING.part(SubscriptionViews::toOverview, OverviewSubscriptions::new);

    private final SubscriptionStore subscriptions = new SubscriptionStore();
    private final SubscriptionMirror mirror;
    private final Catalog catalog;

    public Subscriptions(Accounts accounts, Catalog catalog) {
        this.catalog = catalog;
        this.mirror = new SubscriptionMirror(accounts, subscriptions, catalog);
    }

    /** The mirror of subscriptions. */
    public List<ObjectMirror<?>> mirrors() {
        return List.of(new ObjectMirror<>(ProviderSubscription.class, mirror::apply));
    }

    /**
     * A subscription.
     *
     * @param state as in the API
     * @param suspendedAt the instant since which dunning has suspended what it entitles to; null if it hasn't
     * @param position the instant of its content by the provider's clock; null for a stub
     * @param unmappedTaskId the open task about prices that the catalog lacks; null for none
     */
    public record Mirrored(
            UUID id, UUID accountId, String provider, String reference, String state, @Nullable Instant suspendedAt, List<SubscriptionItem> items, @Nullable Instant position,
            @Nullable UUID unmappedTaskId) {}

    /**
     * A subscription whose price can be changed.
     *
     * @param isStub true if its content isn't known yet
     */
    public record Changeable(
            UUID id, UUID connectionId, String reference, long version, boolean isStub, boolean hasEnded, List<SubscriptionItem> items) {}

    /** A subscription; null if there is none. */
    public @Nullable Changeable changeable(Tx tx, UUID id) {
        return changeable(subscriptions.get(tx, id));
    }

    /** The subscription with a provider's id; null if it is unknown. */
    public @Nullable Changeable changeable(Tx tx, UUID connectionId, String reference) {
        return changeable(subscriptions.find(tx, connectionId, reference));
    }

    private static @Nullable Changeable changeable(@Nullable Row row) {
        return row == null ? null : new Changeable(
                row.id(), row.connectionId(), row.reference(), row.version(), row.position() == null, row.hasEnded(), row.items());
    }

    /** The newest subscriptions of an organization's accounts, ended ones included. */
    public List<Mirrored> ofOrganization(Tx tx, UUID organizationId) {
        return subscriptions.ofOrganization(tx, organizationId).stream().map(Subscriptions::mirrored).toList();
    }

    /** The newest subscriptions of an account, ended ones included. */
    public List<Mirrored> ofAccount(Tx tx, UUID accountId) {
        return subscriptions.ofAccount(tx, accountId).stream().map(Subscriptions::mirrored).toList();
    }

    /** The products of the catalog that the items of subscriptions stand for. */
    public CatalogMapping mapping(Tx tx, List<Mirrored> all) {
        return CatalogMapping.read(tx, catalog, all.stream().map(one -> new Provided(one.provider(), one.items())).toList());
    }

    /** Sets the open task about prices that the catalog lacks; null for none. */
    public void setUnmappedTask(Tx tx, UUID id, @Nullable UUID taskId) {
        subscriptions.setUnmappedTask(tx, id, taskId);
    }

    private static Mirrored mirrored(Row row) {
        return new Mirrored(
                row.id(), row.accountId(), row.provider(), row.reference(), row.state(), row.suspendedAt(), row.items(),
                row.position() == null ? null : row.position().at(), row.unmappedTaskId());
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new SubscriptionsHandler(subscriptions, catalog).bind(api);
    }
}
