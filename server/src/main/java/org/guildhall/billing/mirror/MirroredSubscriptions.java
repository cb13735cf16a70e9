package org.guildhall.billing.mirror;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.billing.mirror.CatalogMapping.Provided;
import org.guildhall.billing.mirror.SubscriptionStore.Row;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** The subscriptions of organizations, for the parts that follow from them. */
public final class MirroredSubscriptions {

    private final SubscriptionStore subscriptions;
    private final Catalog catalog;

    MirroredSubscriptions(SubscriptionStore subscriptions, Catalog catalog) {
        this.subscriptions = subscriptions;
        this.catalog = catalog;
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
        return subscriptions.ofOrganization(tx, organizationId).stream().map(MirroredSubscriptions::mirrored).toList();
    }

    /** The newest subscriptions of an account, ended ones included. */
    public List<Mirrored> ofAccount(Tx tx, UUID accountId) {
        return subscriptions.ofAccount(tx, accountId).stream().map(MirroredSubscriptions::mirrored).toList();
    }

    /** The products of the catalog that the items of subscriptions stand for. */
    public CatalogMapping mapping(Tx tx, List<Mirrored> all) {
        return CatalogMapping.read(tx, catalog, all.stream().map(one -> new Provided(one.provider(), one.items())).toList());
    }

    /** Sets the open task about prices that the catalog lacks; null for none. */
    public void setUnmappedTask(Tx tx, UUID id, @Nullable UUID taskId) {
        subscriptions.setUnmappedTask(tx, id, taskId);
    }

    /** Records a subscription among the changes of an event. @param before null for a new one */
    void record(Tx tx, Changes changes, @Nullable Row before, Row after) {
        var mapping = CatalogMapping.read(
                tx, catalog, Stream.of(before, after).filter(Objects::nonNull).map(row -> new Provided(row.provider(), row.items())).toList());
        var shown = SubscriptionViews.toApi(after, mapping);
        if (before == null) {
            changes.created(shown.id(), shown);
        } else {
            changes.changed(shown.id(), SubscriptionViews.toApi(before, mapping), shown);
        }
    }

    private static Mirrored mirrored(Row row) {
        return new Mirrored(
                row.id(), row.accountId(), row.provider(), row.reference(), row.state(), row.suspendedAt(), row.items(),
                row.position() == null ? null : row.position().at(), row.unmappedTaskId());
    }
}
