package org.guildhall.billing.deliveries;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.WebhooksApi;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.WebhookReceipt;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.deliveries.DeliveryStore.Received;
import org.guildhall.billing.deliveries.Ingestion.SignedBody;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The addresses for payment providers: {@code /billing/webhooks/{connection_id}}. A signature takes the place of a token. */
final class WebhooksHandler implements WebhooksApi<Call> {

    private static final Logger LOG = LoggerFactory.getLogger(WebhooksHandler.class);

    private final Db db;
    private final JobTransactions transactions;
    private final Connections connections;
    private final Providers providers;
    private final Ingestion ingestion;

    /** @param db the connections of requests */
    WebhooksHandler(Db db, Connections connections, Providers providers, Ingestion ingestion) {
        this.db = db;
        this.transactions = new JobTransactions(db);
        this.connections = connections;
        this.providers = providers;
        this.ingestion = ingestion;
    }

    @Override
    public Reply<WebhookReceipt> receiveWebhook(Call call, ConnectionId connectionId, byte[] body) {
        var tenant = Require.found(connections.tenant(connectionId.value()));
        var connection = Require.found(db.read(tenant, Db.ANY_REVISION, tx -> connections.active(tx, connectionId.value())));
        if (!providers.of(connection.provider()).verify(body, call.signed()::header, connection.secrets(), connection.now())) {
            db.upkeep(tenant, tx -> {
                connections.countRefused(tx, connectionId.value());
                return true;
            });
            throw Problem.SIGNATURE_INVALID.refusal();
        }
        // Each event has a transaction of its own, so that one that can't be applied doesn't harm the others.
        var received = new ArrayList<Received>();
        boolean isStored = false;
        for (var event : read(connection, body)) {
            var stored = ingest(tenant, connection, event, new SignedBody(body, isStored));
            isStored |= stored.isNew();
            received.add(stored);
        }
        return Reply.plain(new WebhookReceipt(received.stream().map(DeliveryViews::toApi).toList()));
    }

    private Received ingest(UUID tenant, Connected connection, ProviderEvent event, SignedBody body) {
        try {
            return transactions.runAll(tenant, (tx, events) -> ingestion.ingest(tx, events, connection, event, body));
        } catch (RuntimeException failure) {
            if (Failures.isTemporary(failure)) {
                throw failure;
            }
            LOG.warn("event {} of {} can't be applied", event.reference(), new ConnectionId(connection.id()), failure);
            return transactions.runAll(tenant, (tx, events) -> ingestion.ingestFailed(tx, events, connection, event, body, failure));
        }
    }

    private List<ProviderEvent> read(Connected connection, byte[] body) {
        try {
            return ingestion.read(connection, body);
        } catch (UnreadableEvent noEvent) {
            throw Problem.MALFORMED_BODY.because(String.valueOf(noEvent.getMessage()));
        }
    }
}
