package org.guildhall.billing.deliveries;

import java.util.List;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.WebhooksApi;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.WebhookReceipt;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.stripe.StripeSignature;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;
import org.guildhall.core.http.Call;
import org.guildhall.core.json.Json;
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
    private final Ingestion ingestion;

    /** @param db the connections of requests */
    WebhooksHandler(Db db, Connections connections, Ingestion ingestion) {
        this.db = db;
        this.transactions = new JobTransactions(db);
        this.connections = connections;
        this.ingestion = ingestion;
    }

    @Override
    public Reply<WebhookReceipt> receiveWebhook(Call call, ConnectionId connectionId, byte[] body) {
        var tenant = Require.found(connections.tenant(connectionId.value()));
        var connection = Require.found(db.read(tenant, Db.ANY_REVISION, tx -> connections.active(tx, connectionId.value())));
        if (!StripeSignature.verify(body, call.signed().header(StripeSignature.HEADER), connection.secrets(), connection.now())) {
            db.upkeep(tenant, tx -> {
                connections.countRefused(tx, connectionId.value());
                return true;
            });
            throw Problem.SIGNATURE_INVALID.refusal();
        }
        var event = read(body);
        try {
            return receipt(transactions.runAll(tenant, (tx, events) -> ingestion.ingest(tx, events, connection, event, body)));
        } catch (RuntimeException failure) {
            if (Failures.isTemporary(failure)) {
                throw failure;
            }
            LOG.warn("event {} of {} can't be applied", event.reference(), connectionId, failure);
            return receipt(transactions.runAll(tenant, (tx, events) -> ingestion.ingestFailed(tx, events, connection, event, body, failure)));
        }
    }

    private static ProviderEvent read(byte[] body) {
        try {
            return Ingestion.read(Json.parse(body));
        } catch (UnreadableEvent noEvent) {
            throw Problem.MALFORMED_BODY.because(String.valueOf(noEvent.getMessage()));
        }
    }

    private static Reply<WebhookReceipt> receipt(DeliveryStore.Received received) {
        return Reply.plain(new WebhookReceipt(List.of(DeliveryViews.toApi(received))));
    }
}
