package org.guildhall.billing.deliveries;

import java.util.List;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.deliveries.DeliveryStore.Effect;
import org.guildhall.billing.deliveries.DeliveryStore.Row;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.ledger.rules.UnbalancedSource;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Applies one event, in the transaction that locks its delivery. The first attempt, retries and replays are all this code. */
final class EventProcessor {

    static final Actor PROVIDER = new Actor("webhook", null);

    private static final int EFFECTS_MAX = 200;

    private final DeliveryStore deliveries;
    private final EventEffects eventEffects;

    EventProcessor(DeliveryStore deliveries, EventEffects eventEffects) {
        this.deliveries = deliveries;
        this.eventEffects = eventEffects;
    }

    /**
     * Applies an event and records its outcome.
     *
     * @param changes gets the changed resources, but not the delivery
     * @param isRepeated true for a retry or a replay
     * @throws UnreadableEvent if the event's object has a form that can't be read
     * @throws UnbalancedSource if the lines of an invoice don't make its total
     */
    Row process(Tx tx, Changes changes, Connected connection, Row delivery, ProviderEvent event, boolean isRepeated) {
        boolean foreign = event.livemode() != null && event.livemode() != connection.livemode()
                || connection.accountReference() != null && event.accountReference() != null
                        && !event.accountReference().equals(connection.accountReference());
        if (foreign) {
            return skipped(tx, delivery, "foreign");
        }
        var origin = new Origin(delivery.id(), event.at(), event.rank(), event.reference(), event.apiVersion(), isRepeated);
        var outcome = eventEffects.apply(tx, changes, PROVIDER, connection, event, origin);
        return outcome == null
                ? skipped(tx, delivery, "unknown_type")
                : deliveries.processed(tx, delivery.id(), outcome, null, effects(changes));
    }

    private Row skipped(Tx tx, Row delivery, String reason) {
        return deliveries.processed(tx, delivery.id(), null, reason, List.of());
    }

    private static List<Effect> effects(Changes changes) {
        return changes.all().stream().limit(EFFECTS_MAX).map(change -> new Effect(change.entityType(), change.idText())).toList();
    }
}
