package org.guildhall.billing.deliveries;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.WebhookDeliveryId;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.deliveries.DeliveryStore.Body;
import org.guildhall.billing.deliveries.DeliveryStore.Received;
import org.guildhall.billing.deliveries.DeliveryStore.Row;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.ledger.rules.UnbalancedSource;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Sha256;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.work.TaskQueue;
import org.jspecify.annotations.Nullable;

/** Stores the events of a signed body and applies them. An event that can't be applied is stored all the same and tried again. */
final class Ingestion {

    /** The task that processes a delivery, by its id. */
    static final String TASK = "process-delivery";

    private static final String INGESTED = "payment_provider_event.ingested";
    private static final String PROCESSED = "payment_provider_event.processed";
    private static final String JOB = "billing-webhooks";
    private static final String CATEGORY = "billing";

    private final Providers providers;
    private final DeliveryStore deliveries;
    private final EventProcessor processor;
    private final TaskQueue queue;
    private final Keys keys;

    Ingestion(Providers providers, DeliveryStore deliveries, EventProcessor processor, TaskQueue queue, Keys keys) {
        this.providers = providers;
        this.deliveries = deliveries;
        this.processor = processor;
        this.queue = queue;
        this.keys = keys;
    }

    /** Reads the events of a verified body. @throws UnreadableEvent if it has none */
    List<ProviderEvent> read(Connected connection, byte[] body) {
        return providers.of(connection.provider()).events(body, connection.now());
    }

    /** A verified body. @param isStored true if an earlier event of the body has stored it */
    record SignedBody(byte[] bytes, boolean isStored) {}

    /** Stores an event and applies it. A repeated event is counted, and nothing else. */
    Received ingest(Tx tx, Events events, Connected connection, ProviderEvent event, SignedBody body) {
        var received = store(tx, connection, event, body);
        if (!received.isNew()) {
            return received;
        }
        var changes = events.begin(source(INGESTED, connection.id()));
        var row = processor.process(tx, changes.secondary(), connection, received.row(), event, false);
        record(changes, row);
        return new Received(row, true);
    }

    /** Stores an event that couldn't be applied, for a later attempt. */
    Received ingestFailed(Tx tx, Events events, Connected connection, ProviderEvent event, SignedBody body, RuntimeException failure) {
        var received = store(tx, connection, event, body);
        if (!received.isNew()) {
            return received;
        }
        var changes = events.begin(source(INGESTED, connection.id()));
        var row = fail(tx, received.row(), failure);
        if (row.nextAttemptAt() != null) {
            queue.enqueueAt(tx, TASK, row.id(), row.nextAttemptAt());
        }
        record(changes, row);
        return new Received(row, true);
    }

    /** Processes a stored delivery again. */
    Row process(Tx tx, Events events, Connected connection, Row delivery) {
        var changes = events.begin(source(PROCESSED, connection.id()));
        var row = processor.process(tx, changes.secondary(), connection, delivery, event(tx, connection, delivery), true);
        changes.changed(new WebhookDeliveryId(row.id()), DeliveryViews.toApi(delivery), DeliveryViews.toApi(row));
        return row;
    }

    /** The event of a stored delivery, among all events of its body. */
    private ProviderEvent event(Tx tx, Connected connection, Row delivery) {
        return providers.of(connection.provider()).events(body(tx, delivery), delivery.providerAt()).stream()
                .filter(event -> event.reference().equals(delivery.eventReference()))
                .findFirst()
                .orElseThrow(() -> new UnreadableEvent("The body has no event with the reference of the delivery."));
    }

    /** Records a failed attempt. @return the instant of the next one; null if there is none */
    @Nullable Instant processFailed(Tx tx, Events events, Row delivery, RuntimeException failure) {
        var row = fail(tx, delivery, failure);
        events.begin(source(PROCESSED, delivery.connectionId()))
                .changed(new WebhookDeliveryId(row.id()), DeliveryViews.toApi(delivery), DeliveryViews.toApi(row));
        return row.nextAttemptAt();
    }

    /** Records a failed attempt of a replay, and requests the next one. */
    void replayFailed(Tx tx, Events events, Row delivery, RuntimeException failure) {
        var next = processFailed(tx, events, delivery, failure);
        if (next != null) {
            queue.enqueueAt(tx, TASK, delivery.id(), next);
        }
    }

    /** The body of a delivery as the provider sent it. @throws UnreadableEvent if it is erased */
    byte[] body(Tx tx, Row delivery) {
        var sealed = deliveries.payload(tx, delivery.payloadId());
        if (sealed == null) {
            throw new UnreadableEvent("The body of the event is erased, since its retention time is over.");
        }
        var text = keys.openSecret(sealed, owner(delivery));
        if (text == null) {
            throw new IllegalStateException("no key of the server opens the body of " + new WebhookDeliveryId(delivery.id()));
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Received store(Tx tx, Connected connection, ProviderEvent event, SignedBody body) {
        var hash = Sha256.begin().digest(body.bytes());
        var text = HexFormat.of().formatHex(hash);
        var received = deliveries.receive(tx, connection, payloadId(connection.id(), hash), event, new Body(text, body.bytes().length));
        if (received.isNew() && !body.isStored()) {
            deliveries.insertPayload(tx, received.row(), keys.sealSecret(new String(body.bytes(), StandardCharsets.UTF_8), owner(received.row())));
        }
        return received;
    }

    /** The id of a body follows from its hash, so that all events of a body share it. */
    private static UUID payloadId(UUID connectionId, byte[] hash) {
        var digest = Sha256.begin();
        digest.update(connectionId.toString().getBytes(StandardCharsets.US_ASCII));
        var bytes = ByteBuffer.wrap(digest.digest(hash));
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    private Row fail(Tx tx, Row delivery, RuntimeException failure) {
        var wait = DeliveryBackoff.after(delivery.attempts() + 1, ThreadLocalRandom.current().nextDouble());
        var next = wait == null ? null : delivery.now().plus(wait);
        var problem = failure instanceof ProblemException refused ? refused.problem() : null;
        if (failure instanceof UnreadableEvent) {
            return deliveries.failed(tx, delivery.id(), "unreadable", String.valueOf(failure.getMessage()), next);
        }
        if (failure instanceof UnbalancedSource) {
            return deliveries.failed(tx, delivery.id(), UnbalancedSource.CODE, String.valueOf(failure.getMessage()), next);
        }
        return problem == null
                ? deliveries.failed(tx, delivery.id(), "internal_error", "The server failed to process the event. Its log has the reason.", next)
                : deliveries.failed(tx, delivery.id(), problem.code(), problem.title(), next);
    }

    private static void record(Changes changes, Row row) {
        changes.created(new WebhookDeliveryId(row.id()), DeliveryViews.toApi(row));
    }

    private static String owner(Row delivery) {
        return new WebhookDeliveryId(delivery.payloadId()).toString();
    }

    private static Source source(String action, UUID connectionId) {
        return new Source(action, CATEGORY, JOB, EventProcessor.PROVIDER, new ConnectionId(connectionId).toString(), null);
    }
}
