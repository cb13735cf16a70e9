package org.guildhall.tasks.messages;

import java.util.UUID;
import org.guildhall.api.Reply;
import org.guildhall.api.model.MessageId;
import org.guildhall.api.model.MessageReceipt;
import org.guildhall.api.model.MessageState;
import org.guildhall.api.model.NewMessageReceipt;
import org.guildhall.api.model.TransportId;
import org.guildhall.api.tasks.MessageReceiptsApi;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call.SignedRequest;
import org.guildhall.core.http.Call;
import org.guildhall.core.outbound.WebhookSignature;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.tasks.messages.MessageStore.Locked;
import org.guildhall.tasks.suppressions.Suppressions;

/** Receipts of providers: {@code /tasks/message-receipts}. Their signature takes the place of a token. */
final class MessageReceiptsHandler implements MessageReceiptsApi<Call> {

    private static final String JOB = "message-receipt";
    private static final Actor PROVIDER = new Actor("webhook", null);
    private static final int RECEIPT_ID_MAX = 255;

    private final JobTransactions transactions;
    private final MessageStore messages;
    private final TransportStore transports;
    private final MessageViews views;
    private final Outbox outbox;
    private final Keys keys;
    private final ReceiptStore receipts = new ReceiptStore();
    private final Suppressions suppressions = new Suppressions();

    MessageReceiptsHandler(
            JobTransactions transactions, MessageStore messages, TransportStore transports, MessageViews views, Outbox outbox, Keys keys) {
        this.transactions = transactions;
        this.messages = messages;
        this.transports = transports;
        this.views = views;
        this.outbox = outbox;
        this.keys = keys;
    }

    @Override
    public Reply<MessageReceipt> createMessageReceipt(Call call, TransportId transportId, NewMessageReceipt body) {
        if ((body.messageId() == null) == (body.providerMessageId() == null)) {
            throw refused("excluded", "A receipt has a `message_id` or a `provider_message_id`, exactly one of both.");
        }
        var signed = call.signed();
        return Reply.plain(transactions.runAll(body.tenantId().value(), (tx, events) -> {
            verify(tx, transportId, signed);
            return receive(tx, events, transportId.value(), signed.header(WebhookSignature.ID), body);
        }));
    }

    /** @throws ProblemException {@code not_found} without such a transport, {@code unauthenticated} for another signature */
    private void verify(Tx tx, TransportId transportId, SignedRequest signed) {
        var transport = Require.found(transports.get(tx, transportId.value()));
        var endpoint = transport.endpoint();
        var secret = endpoint == null ? null : keys.openSecret(endpoint.secret(), transportId.toString());
        var id = signed.header(WebhookSignature.ID);
        boolean right = secret != null && !id.isEmpty() && id.length() <= RECEIPT_ID_MAX
                && WebhookSignature.of(secret).verify(
                        id, signed.header(WebhookSignature.TIMESTAMP), signed.header(WebhookSignature.SIGNATURE), signed.body(), tx.now());
        if (!right) {
            throw Problem.UNAUTHENTICATED.because("The request isn't signed by the secret of the transport, or its timestamp is more than five minutes from now.")
                    .header("WWW-Authenticate", "Signature realm=\"guildhall\"");
        }
    }

    private MessageReceipt receive(Tx tx, Events events, UUID transportId, String receiptId, NewMessageReceipt body) {
        var id = body.messageId() == null ? receipts.byProviderId(tx, transportId, String.valueOf(body.providerMessageId())) : body.messageId().value();
        var before = id == null ? null : messages.lock(tx, id);
        if (before == null || !before.row().transportId().equals(transportId)) {
            throw refused("unknown_reference", "The transport has no such message.");
        }
        var outcome = body.outcome().value();
        boolean isNew = receipts.insert(tx, transportId, receiptId, before.row().id(), outcome);
        var state = isNew ? ReceiptRules.after(before.row().state(), outcome) : null;
        if (state != null) {
            apply(tx, events, before, state, Boolean.TRUE.equals(body.permanent()));
        }
        return new MessageReceipt(
                receiptId, new MessageId(before.row().id()), !isNew, state != null, MessageState.fromValue(state == null ? before.row().state() : state));
    }

    private void apply(Tx tx, Events events, Locked before, String state, boolean permanent) {
        var after = receipts.apply(tx, before, state);
        events.begin(new Source("message." + state, "access", JOB, PROVIDER, null, null))
                .changed(new MessageId(after.id()), views.toApi(before.row()), views.toApi(after));
        outbox.ended(tx, before.now());
        if (state.equals("bounced") && permanent && after.sentTo() != null) {
            suppressions.bounced(tx, events, JOB, after.sentTo(), after.id());
        }
    }

    private static ProblemException refused(String code, String detail) {
        return Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/message_id", code, detail));
    }
}
