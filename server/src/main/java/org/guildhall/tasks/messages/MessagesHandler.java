package org.guildhall.tasks.messages;

import java.time.Duration;
import java.util.UUID;
import java.util.function.BiFunction;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListMessagesQuery;
import org.guildhall.api.model.Message;
import org.guildhall.api.model.MessageId;
import org.guildhall.api.model.MessagePreview;
import org.guildhall.api.model.MessageReason;
import org.guildhall.api.model.MessageResolution;
import org.guildhall.api.model.MessageRetry;
import org.guildhall.api.model.NewMessage;
import org.guildhall.api.tasks.MessagesApi;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.tasks.messages.DispatchRules.Restraint;
import org.guildhall.tasks.messages.DispatchRules.Situation;
import org.guildhall.tasks.messages.MessageStore.Filter;
import org.guildhall.tasks.messages.MessageStore.Locked;
import org.guildhall.tasks.messages.MessageStore.Row;
import org.guildhall.tasks.preferences.Preferences;
import org.jspecify.annotations.Nullable;

/** Messages and their states: {@code /tasks/messages}. */
final class MessagesHandler implements MessagesApi<Call> {

    private static final String BASE = "/api/v1/tasks/messages/";
    private static final Duration DEDUPE_KEY_LIVES = Duration.ofDays(30);
    /** The bound of {@code attempts} in the spec. */
    private static final int ATTEMPTS_MAX = 60;

    private final MessageStore messages;
    private final MessageDrafts drafts;
    private final MessageViews views;
    private final EntityIds entities;
    private final Outbox outbox;
    private final BiFunction<Tx, UUID, @Nullable String> addresses;
    private final TransportSignals signals;
    private final RestraintStore restraints = new RestraintStore();
    private final Preferences preferences = new Preferences();

    /** @param addresses gives the e-mail address of a person; null if there is none */
    MessagesHandler(
            MessageStore messages, MessageDrafts drafts, MessageViews views, EntityIds entities, Outbox outbox,
            BiFunction<Tx, UUID, @Nullable String> addresses, TransportSignals signals) {
        this.messages = messages;
        this.drafts = drafts;
        this.views = views;
        this.entities = entities;
        this.outbox = outbox;
        this.addresses = addresses;
        this.signals = signals;
    }

    @Override
    public Reply<Message> createMessage(Call call, NewMessage body) {
        var now = call.tx().now();
        var batch = new Batch();
        var read = drafts.read(batch, body, now);
        var holder = messages.getByDedupeKey(batch, body.dedupeKey());
        batch.send(call.tx());
        var earlier = holder.get();
        if (earlier != null && earlier.createdAt().plus(DEDUPE_KEY_LIVES).isAfter(now)) {
            return deduplicated(call, earlier);
        }
        if (earlier != null) {
            messages.freeDedupeKey(call.tx(), earlier.id());
        }
        var inserted = messages.insert(call.tx(), drafts.row(read.apply(now)));
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
    public Reply<MessagePreview> previewMessage(Call call, NewMessage body) {
        var now = call.tx().now();
        var batch = new Batch();
        var read = drafts.read(batch, body, now);
        var rules = preferences.rules(batch);
        batch.send(call.tx());
        var draft = read.apply(now);
        var recipient = draft.personId() == null ? body.to().address() : addresses.apply(call.tx(), draft.personId());
        var at = draft.firstAttemptAt();
        var restraint = recipient == null
                ? Restraint.NONE : restraints.read(call.tx(), rules.get(), draft.text().category(), recipient, draft.personId(), at);
        var decision = DispatchRules.decide(new Situation(
                "queued", null, at, body.expiresAt(), body.eventAt(), restraint, null, signals.hold(call.tx(), draft.transport()), at, draft.transport().ratePerMinute(), at));
        return Reply.plain(MessageViews.preview(draft, recipient, decision));
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
        if (!before.row().state().equals("queued") && !before.row().state().equals("held")) {
            throw Problem.INVALID_STATE.because("Only a queued or held message can be canceled; this one is " + before.row().state() + ".");
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
}
