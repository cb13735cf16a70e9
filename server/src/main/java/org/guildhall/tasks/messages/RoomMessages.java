package org.guildhall.tasks.messages;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.model.MessageId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.sql.Batch;
import org.guildhall.tasks.templates.Templates;
import org.jspecify.annotations.Nullable;

/** Queues messages for other rooms and jobs, in their transactions. */
public final class RoomMessages {

    private static final String CHANNEL = "email";

    private final MessageStore messages;
    private final TransportStore transports;
    private final MessageViews views;
    private final Outbox outbox;
    private final Templates templates = new Templates();

    RoomMessages(MessageStore messages, TransportStore transports, MessageViews views, Outbox outbox) {
        this.messages = messages;
        this.transports = transports;
        this.views = views;
        this.outbox = outbox;
    }

    /**
     * A message to a person or an address.
     *
     * @param personId null for an address
     * @param sendAfter null to send it at once
     * @param expiresAt the instant from which it isn't sent any more; null for none
     * @param entityType the kind of resource that it is about
     */
    public record Mail(
            @Nullable UUID personId, @Nullable String address, String subject, String body, String dedupeKey, @Nullable Instant sendAfter,
            @Nullable Instant expiresAt, String workflow, String entityType, UUID entityId) {}

    /** The template of a message. @param language null if the key has one language only @param values the template gets those that it has a variable for */
    public record FromTemplate(String key, @Nullable String language, Map<String, String> values) {}

    /** What became of a message. @param id null if it wasn't queued @param refusal null unless the template can't be used */
    public record Queued(@Nullable UUID id, @Nullable String refusal) {}

    /**
     * Queues an e-mail of the category {@code incident} through the default transport.
     *
     * @param changes gets the message, unless another one has its dedupe key already
     * @return the id of the message; null if the tenant has no default transport
     */
    public @Nullable UUID queueIncident(Tx tx, Changes changes, Mail mail) {
        return queue(tx, changes, mail, "incident", null).id();
    }

    /**
     * Queues an e-mail of the category {@code recovery} through the default transport.
     *
     * @param changes gets the message, unless another one has its dedupe key already
     * @param template gives text and category; null for those of the mail
     * @return without an id if the tenant has no default transport, or if the template can't be used
     */
    public Queued queueRecovery(Tx tx, Changes changes, Mail mail, @Nullable FromTemplate template) {
        return queue(tx, changes, mail, "recovery", template);
    }

    /**
     * Queues an e-mail with the text and category of a template through the default transport.
     *
     * @param changes gets the message, unless another one has its dedupe key already
     * @return without an id if the tenant has no default transport, or if there is no such template or it can't be used
     */
    public Queued queueFilled(Tx tx, Changes changes, Mail mail, FromTemplate template) {
        return queue(tx, changes, mail, "transactional", template);
    }

    /** The present states of messages by their ids. */
    public Map<UUID, String> states(Tx tx, Collection<UUID> ids) {
        return messages.statesByIds(tx, ids);
    }

    private Queued queue(Tx tx, Changes changes, Mail mail, String category, @Nullable FromTemplate template) {
        var batch = new Batch();
        var chosen = transports.get(batch, null, CHANNEL);
        var holder = messages.getByDedupeKey(batch, mail.dedupeKey());
        var choice = template == null ? null : new Templates.Choice(null, template.key(), template.language(), template.values());
        var found = choice == null ? null : templates.find(batch, choice);
        var now = batch.now();
        batch.send(tx);
        var transport = chosen.get();
        var earlier = holder.get();
        if (transport == null || earlier != null) {
            return new Queued(earlier == null ? null : earlier.id(), null);
        }
        Templates.Text text;
        try {
            text = choice == null || found == null ? null : templates.fillKnown(found.get(), choice);
        } catch (ProblemException unusable) {
            return new Queued(null, unusable.getMessage());
        }
        var id = Ids.next();
        var after = mail.sendAfter();
        var inserted = messages.insert(tx, new MessageStore.New(
                id, null, transport.id(), CHANNEL, text == null ? category : text.category(), mail.personId(), mail.address(),
                text == null ? mail.subject() : text.subject(), text == null ? mail.body() : text.body(), text == null ? "text" : text.format(),
                text == null ? null : text.templateId(), text == null ? null : text.version(), mail.dedupeKey(), after, mail.expiresAt(), null, mail.workflow(),
                mail.entityType(), mail.entityId(), after == null ? now.get() : after,
                "<" + new MessageId(id) + "@" + SmtpSender.domain(transport.senderAddress()) + ">"));
        if (inserted == null) {
            var first = messages.getByDedupeKey(tx, mail.dedupeKey());
            return new Queued(first == null ? null : first.id(), null);
        }
        outbox.request(tx, inserted);
        var message = views.toApi(inserted);
        changes.created(message.id(), message);
        return new Queued(id, null);
    }
}
