package org.guildhall.billing.deliveries;

import java.util.Base64;
import java.util.Map;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.WebhookDeliveriesApi;
import org.guildhall.api.model.DeliveryPayload;
import org.guildhall.api.model.ListWebhookDeliveriesQuery;
import org.guildhall.api.model.WebhookDelivery;
import org.guildhall.api.model.WebhookDeliveryId;
import org.guildhall.billing.deliveries.DeliveryStore.Filter;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.core.http.Call;
import org.guildhall.core.json.Json;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.work.TaskQueue;

/** Deliveries: {@code /billing/webhook-deliveries}. */
final class WebhookDeliveriesHandler implements WebhookDeliveriesApi<Call> {

    private final DeliveryStore deliveries;
    private final Ingestion ingestion;
    private final TaskQueue queue;

    WebhookDeliveriesHandler(DeliveryStore deliveries, Ingestion ingestion, TaskQueue queue) {
        this.deliveries = deliveries;
        this.ingestion = ingestion;
        this.queue = queue;
    }

    @Override
    public Reply<Page<WebhookDelivery>> listWebhookDeliveries(Call call, ListWebhookDeliveriesQuery query) {
        var filter = new Filter(
                query.connectionId() == null ? null : query.connectionId().value(), query.accountId() == null ? null : query.accountId().value(),
                query.state() == null ? null : query.state().value(), query.outcome() == null ? null : query.outcome().value(), query.eventType(), query.eventReference(), query.objectReference(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(deliveries.list(call.tx(), call.page(), filter).map(DeliveryViews::toApi));
    }

    @Override
    public Reply<WebhookDelivery> getWebhookDelivery(Call call, WebhookDeliveryId webhookDeliveryId) {
        return Reply.ok(DeliveryViews.toApi(Require.found(deliveries.get(call.tx(), webhookDeliveryId.value()))));
    }

    @Override
    public Reply<DeliveryPayload> getWebhookDeliveryPayload(Call call, WebhookDeliveryId webhookDeliveryId) {
        var delivery = Require.found(deliveries.get(call.tx(), webhookDeliveryId.value()));
        if (delivery.payloadErasedAt() != null) {
            throw Problem.NOT_FOUND.because("The body of the delivery is erased, since its retention time is over.");
        }
        byte[] body;
        try {
            body = ingestion.body(call.tx(), delivery);
        } catch (UnreadableEvent erased) {
            // Another event of the same body is erased already.
            throw Problem.NOT_FOUND.because(String.valueOf(erased.getMessage()));
        }
        @SuppressWarnings("unchecked")
        Map<String, Object> event = Json.WIRE.convertValue(Json.parse(body), Map.class);
        return Reply.plain(new DeliveryPayload(webhookDeliveryId, delivery.payloadHash(), Base64.getEncoder().encodeToString(body), event));
    }

    @Override
    public Reply<WebhookDelivery> replayWebhookDelivery(Call call, WebhookDeliveryId webhookDeliveryId) {
        var before = Require.found(deliveries.lock(call.tx(), webhookDeliveryId.value()));
        call.expect(before.version());
        if (before.state().equals("received")) {
            throw Problem.INVALID_STATE.because("The delivery waits to be processed.");
        }
        if (before.payloadErasedAt() != null) {
            throw Problem.INVALID_STATE.because("The body of the delivery is erased, since its retention time is over. It can't be processed again.");
        }
        var after = deliveries.replay(call.tx(), before.id());
        queue.enqueue(call.tx(), Ingestion.TASK, after.id());
        var delivery = DeliveryViews.toApi(after);
        call.changed(delivery.id(), DeliveryViews.toApi(before), delivery);
        return Reply.ok(delivery);
    }
}
