package org.guildhall.billing.deliveries;

import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.DeliveryEffect;
import org.guildhall.api.model.DeliveryError;
import org.guildhall.api.model.DeliveryOutcome;
import org.guildhall.api.model.DeliveryState;
import org.guildhall.api.model.PaymentProvider;
import org.guildhall.api.model.ReceivedDelivery;
import org.guildhall.api.model.SkipReason;
import org.guildhall.api.model.WebhookDelivery;
import org.guildhall.api.model.WebhookDeliveryId;
import org.guildhall.billing.deliveries.DeliveryStore.Received;
import org.guildhall.billing.deliveries.DeliveryStore.Row;

/** Turns deliveries into their API form. */
final class DeliveryViews {

    private DeliveryViews() {}

    static WebhookDelivery toApi(Row row) {
        return new WebhookDelivery(
                new WebhookDeliveryId(row.id()), new ConnectionId(row.connectionId()), PaymentProvider.fromValue(row.provider()), row.eventReference(),
                row.eventType(), row.objectKind(), row.objectReference(), row.providerAt(), row.apiVersion(), row.payloadHash(), row.payloadBytes(),
                DeliveryState.fromValue(row.state()), row.outcome() == null ? null : DeliveryOutcome.fromValue(row.outcome()),
                row.skipReason() == null ? null : SkipReason.fromValue(row.skipReason()),
                row.errorCode() == null ? null : new DeliveryError(row.errorCode(), String.valueOf(row.errorDetail())),
                row.effects().stream().map(effect -> new DeliveryEffect(effect.entityType(), effect.entityId())).toList(),
                row.receivedAt(), row.lastReceivedAt(), row.receivedCount(), row.attempts(), row.nextAttemptAt(), row.processedAt(), row.payloadErasedAt(),
                row.createdAt(), row.updatedAt(), row.version());
    }

    static ReceivedDelivery toApi(Received received) {
        var row = received.row();
        return new ReceivedDelivery(new WebhookDeliveryId(row.id()), row.eventReference(), DeliveryState.fromValue(row.state()), !received.isNew());
    }
}
