package org.guildhall.tasks.messages;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListMessagesQuery;
import org.guildhall.api.model.Message;
import org.guildhall.api.model.MessageCategory;
import org.guildhall.api.model.MessageFormat;
import org.guildhall.api.model.MessageId;
import org.guildhall.api.model.MessageReason;
import org.guildhall.api.model.MessageResolution;
import org.guildhall.api.model.MessageRetry;
import org.guildhall.api.model.NewMessage;
import org.guildhall.api.model.NewMessageTemplate;
import org.guildhall.api.tasks.MessagesApi;
import org.guildhall.core.data.Ids;
import org.guildhall.core.http.Call;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.tasks.messages.MessageStore.Filter;
import org.guildhall.tasks.messages.MessageStore.Locked;
import org.guildhall.tasks.messages.MessageStore.Row;
import org.guildhall.tasks.templates.Templates;
import org.jspecify.annotations.Nullable;

/** Messages and their states: {@code /tasks/messages}. */
final class MessagesHandler implements MessagesApi<Call> {

    private static final String BASE = "/api/v1/tasks/messages/";
    private static final String CHANNEL = "email";
    private static final Duration DEDUPE_KEY_LIVES = Duration.ofDays(30);
    /** The bound of {@code attempts} in the spec. */
    private static final int ATTEMPTS_MAX = 60;

    private final MessageStore messages;
    private final TransportStore transports;
    private final Templates templates;
    private final MessageViews views;
    private final EntityIds entities;
    private final Outbox outbox;

    MessagesHandler(
            MessageStore messages, TransportStore transports, Templates templates, MessageViews views, EntityIds entities, Outbox outbox) {
        this.messages = messages;
        this.transports = transports;
        this.templates = templates;
        this.views = views;
        this.entities = entities;
        this.outbox = outbox;
    }

    @Override
    public Reply<Message> createMessage(Call call, NewMessage body) {
        var now = call.tx().now();
        check(body, now);
        var batch = new Batch();
        var chosen = transports.get(batch, body.transportId() == null ? null : body.transportId().value(), CHANNEL);
        var holder = messages.getByDedupeKey(batch, body.dedupeKey());
        var choice = body.template() == null ? null : choice(body.template());
        var template = choice == null ? null : templates.find(batch, choice);
        batch.send(call.tx());
        var earlier = holder.get();
        if (earlier != null && earlier.createdAt().plus(DEDUPE_KEY_LIVES).isAfter(now)) {
            return deduplicated(call, earlier);
        }
        if (earlier != null) {
            messages.freeDedupeKey(call.tx(), earlier.id());
        }
        var transport = chosen.get();
        if (transport == null) {
            var detail = body.transportId() == null
                    ? "`transport_id` is required, since the tenant has no default transport." : "There is no such transport.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/transport_id", "unknown_reference", detail));
        }
        var text = template == null || choice == null ? text(body) : text(templates.fill(template.get(), choice));
        var inserted = messages.insert(call.tx(), row(body, transport, text, now));
        if (inserted == null) {
            // Another request has used the dedupe key meanwhile.
            var first = messages.getByDedupeKey(call.tx(), String.valueOf(body.dedupeKey()));
            if (first == null) {
                throw Problem.CONFLICT.at("/dedupe_key", "Another message with this `dedupe_key` was created at the same time.");
            }
            return deduplicated(call, first);
        }
        outbox.request(call.tx(), inserted);
        var message = views.toApi(inserted);
        call.created(message.id(), message);
        return Reply.created(BASE + message.id(), message);
    }

    private Reply<Message> deduplicated(Call call, Row first) {
        call.unchanged();
        // Without an ETag: this body is no version of the message.
        return Reply.plain(views.toApi(first, true));
    }

    @Override
    public Reply<Page<Message>> listMessages(Call call, ListMessagesQuery query) {
        var entity = query.entityId() == null ? null : entities.read(query.entityId());
        if (query.entityId() != null && entity == null) {
            throw Problem.INVALID_PARAMETER.because("No kind of resource has this prefix.")
                    .with(Item.parameter("entity_id", "unknown", "No kind of resource has this prefix."));
        }
        var filter = new Filter(
                query.externalId(), query.state() == null ? null : query.state().value(), query.category() == null ? null : query.category().value(),
                query.transportId() == null ? null : query.transportId().value(), query.personId() == null ? null : query.personId().value(),
                entity == null ? null : entity.id(), new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(messages.list(call.tx(), call.page(), filter).map(views::toApi));
    }

    @Override
    public Reply<Message> getMessage(Call call, MessageId messageId) {
        return Reply.ok(views.toApi(Require.found(messages.get(call.tx(), messageId.value()))));
    }

    @Override
    public Reply<Message> cancelMessage(Call call, MessageId messageId, MessageReason body) {
        var before = lock(call, messageId);
        if (!before.row().state().equals("queued")) {
            throw Problem.INVALID_STATE.because("Only a queued message can be canceled; this one is " + before.row().state() + ".");
        }
        return changed(call, before, messages.cancel(call.tx(), before, body.reason()));
    }

    @Override
    public Reply<Message> retryMessage(Call call, MessageId messageId, MessageRetry body) {
        var before = lock(call, messageId);
        var row = before.row();
        switch (row.state()) {
            case "failed", "suppressed" -> {}
            case "unknown" -> {
                if (!Boolean.TRUE.equals(body.acceptDuplicate())) {
                    throw Problem.INVALID_STATE.because("The message may have arrived. Set `accept_duplicate` to send it again nevertheless.");
                }
            }
            default -> throw Problem.INVALID_STATE.because("Only a failed, suppressed or unknown message can be sent again; this one is " + row.state() + ".");
        }
        if (row.bodyErasedAt() != null) {
            throw Problem.INVALID_STATE.because("The body of the message is erased.");
        }
        if (row.expiresAt() != null && !row.expiresAt().isAfter(before.now())) {
            throw Problem.INVALID_STATE.because("The message has expired.");
        }
        if (row.attempts().size() >= ATTEMPTS_MAX - RetryBackoff.TRIES_MAX) {
            throw Problem.INVALID_STATE.because("The message has had " + row.attempts().size() + " attempts. Queue a new one.");
        }
        var after = messages.requeue(call.tx(), before, body.reason());
        outbox.request(call.tx(), after);
        return changed(call, before, after);
    }

    @Override
    public Reply<Message> resolveMessage(Call call, MessageId messageId, MessageResolution body) {
        var before = lock(call, messageId);
        if (!before.row().state().equals("unknown")) {
            throw Problem.INVALID_STATE.because("Only an unknown message can be resolved; this one is " + before.row().state() + ".");
        }
        var after = messages.resolve(call.tx(), before, body.outcome().value(), body.reason());
        outbox.ended(call.tx(), before.now());
        return changed(call, before, after);
    }

    private Locked lock(Call call, MessageId id) {
        var locked = Require.found(messages.lock(call.tx(), id.value()));
        call.expect(locked.row().version());
        return locked;
    }

    private Reply<Message> changed(Call call, Locked before, Row after) {
        var message = views.toApi(after);
        call.changed(message.id(), views.toApi(before.row()), message);
        return Reply.ok(message);
    }

    /** @throws ProblemException {@code validation_failed} with all faults */
    private void check(NewMessage body, Instant now) {
        var wrong = new ArrayList<Item>();
        if ((body.to().personId() == null) == (body.to().address() == null)) {
            wrong.add(Item.pointer("/to", "excluded", "A recipient is an `address` or a `person_id`, exactly one of both."));
        }
        var after = body.sendAfter() == null || body.sendAfter().isBefore(now) ? now : body.sendAfter();
        if (body.expiresAt() != null && !body.expiresAt().isAfter(after)) {
            wrong.add(Item.pointer("/expires_at", "range", "`expires_at` must be after now and after `send_after`."));
        }
        if (body.source() != null && body.source().entityId() != null && entities.read(body.source().entityId()) == null) {
            wrong.add(Item.pointer("/source/entity_id", "unknown", "No kind of resource has this prefix."));
        }
        checkText(body, wrong);
        ProblemException.ifAny(wrong);
    }

    /** The text is given in full, or comes from a template. */
    private static void checkText(NewMessage body, List<Item> wrong) {
        if (body.template() == null) {
            if (body.subject() == null) {
                wrong.add(Item.pointer("/subject", "required", "`subject` is required without `template`."));
            }
            if (body.body() == null) {
                wrong.add(Item.pointer("/body", "required", "`body` is required without `template`."));
            }
            return;
        }
        excluded("subject", body.subject(), wrong);
        excluded("body", body.body(), wrong);
        excluded("format", body.format(), wrong);
        excluded("category", body.category(), wrong);
    }

    private static void excluded(String member, @Nullable Object value, List<Item> wrong) {
        if (value != null) {
            wrong.add(Item.pointer("/" + member, "excluded", "`" + member + "` comes from the template, so it isn't given together with `template`."));
        }
    }

    private static Templates.Choice choice(NewMessageTemplate template) {
        return new Templates.Choice(
                template.templateId() == null ? null : template.templateId().value(), template.key(), template.language(),
                template.variables() == null ? Map.of() : template.variables());
    }

    /** The text of a message: given by the caller, or made from a template. */
    private record Text(@Nullable UUID templateId, @Nullable Long templateVersion, String category, String format, String subject, String body) {}

    private static Text text(NewMessage body) {
        var category = body.category() == null ? MessageCategory.TRANSACTIONAL : body.category();
        var format = body.format() == null ? MessageFormat.TEXT : body.format();
        return new Text(null, null, category.value(), format.value(), Objects.requireNonNull(body.subject()), Objects.requireNonNull(body.body()));
    }

    private static Text text(Templates.Text filled) {
        return new Text(filled.templateId(), filled.version(), filled.category(), filled.format(), filled.subject(), filled.body());
    }

    private MessageStore.New row(NewMessage body, TransportStore.Row transport, Text text, Instant now) {
        var id = Ids.next();
        var source = body.source();
        var entity = source == null || source.entityId() == null ? null : entities.read(source.entityId());
        return new MessageStore.New(
                id, body.externalId(), transport.id(), CHANNEL, text.category(), value(body), body.to().address(), text.subject(), text.body(),
                text.format(), text.templateId(), text.templateVersion(), body.dedupeKey(), body.sendAfter(), body.expiresAt(), source == null ? null : source.workflow(),
                entity == null ? null : entity.type(), entity == null ? null : entity.id(), body.sendAfter() == null ? now : body.sendAfter(),
                "<" + new MessageId(id) + "@" + SmtpSender.domain(transport.senderAddress()) + ">");
    }

    private static @Nullable UUID value(NewMessage body) {
        return body.to().personId() == null ? null : body.to().personId().value();
    }
}
