package org.guildhall.tasks.messages;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.api.model.MessageId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.jspecify.annotations.Nullable;

/** Queues messages for other rooms and jobs, in their transactions. */
public final class RoomMessages {

    private static final String CHANNEL = "email";

    private final MessageStore messages;
    private final TransportStore transports;
    private final MessageViews views;
    private final Outbox outbox;

    RoomMessages(MessageStore messages, TransportStore transports, MessageViews views, Outbox outbox) {
        this.messages = messages;
        this.transports = transports;
        this.views = views;
        this.outbox = outbox;
    }

    /** A plain text to an address. @param sendAfter null to send it at once @param entityType the kind of resource that it is about */
    public record Mail(
            String address, String subject, String body, String dedupeKey, @Nullable Instant sendAfter, String workflow, String entityType,
            UUID entityId) {}

    /**
     * Queues an e-mail of the category {@code incident} through the default transport.
     *
     * @param changes gets the message, unless another one has its dedupe key already
     * @return the id of the message; null if the tenant has no default transport
     */
    public @Nullable UUID queueIncident(Tx tx, Changes changes, Mail mail) {
        var batch = new Batch();
        var chosen = transports.get(batch, null, CHANNEL);
        var holder = messages.getByDedupeKey(batch, mail.dedupeKey());
        var now = batch.now();
        batch.send(tx);
        var transport = chosen.get();
        var earlier = holder.get();
        if (transport == null || earlier != null) {
            return earlier == null ? null : earlier.id();
        }
        var id = Ids.next();
        var after = mail.sendAfter();
        var inserted = messages.insert(tx, new MessageStore.New(
                id, null, transport.id(), CHANNEL, "incident", null, mail.address(), mail.subject(), mail.body(), "text", null, null, mail.dedupeKey(),
                after, null, null, mail.workflow(), mail.entityType(), mail.entityId(), after == null ? now.get() : after,
                "<" + new MessageId(id) + "@" + SmtpSender.domain(transport.senderAddress()) + ">"));
        if (inserted == null) {
            var first = messages.getByDedupeKey(tx, mail.dedupeKey());
            return first == null ? null : first.id();
        }
        outbox.request(tx, inserted);
        var message = views.toApi(inserted);
        changes.created(message.id(), message);
        return id;
    }
}
