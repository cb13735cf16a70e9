package org.guildhall.tasks.messages;

import java.time.Instant;
import org.guildhall.api.model.AttemptOutcome;
import org.guildhall.api.model.Message;
import org.guildhall.api.model.MessageAttempt;
import org.guildhall.api.model.MessageCategory;
import org.guildhall.api.model.MessageChannel;
import org.guildhall.api.model.MessageFormat;
import org.guildhall.api.model.MessageHold;
import org.guildhall.api.model.MessageHoldReason;
import org.guildhall.api.model.MessageId;
import org.guildhall.api.model.MessagePreview;
import org.guildhall.api.model.MessagePreviewOutcome;
import org.guildhall.api.model.MessageRecipient;
import org.guildhall.api.model.MessageSource;
import org.guildhall.api.model.MessageState;
import org.guildhall.api.model.MessageTemplate;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.SuppressionId;
import org.guildhall.api.model.TemplateId;
import org.guildhall.api.model.TransportId;
import org.guildhall.core.json.EntityIds;
import org.guildhall.tasks.messages.DispatchRules.Decision;
import org.guildhall.tasks.messages.MessageStore.Attempt;
import org.guildhall.tasks.messages.MessageStore.Row;
import org.jspecify.annotations.Nullable;

/** The wire form of messages. */
final class MessageViews {

    private final EntityIds entities;

    MessageViews(EntityIds entities) {
        this.entities = entities;
    }

    Message toApi(Row row) {
        return toApi(row, false);
    }

    /** @param deduplicated true in the answer to a repeated creation */
    Message toApi(Row row, boolean deduplicated) {
        return new Message(
                new MessageId(row.id()), row.externalId(), new TransportId(row.transportId()), MessageChannel.fromValue(row.channel()),
                MessageCategory.fromValue(row.category()),
                new MessageRecipient(row.personId() == null ? null : new PersonId(row.personId()), row.address()), row.subject(), row.body(),
                MessageFormat.fromValue(row.format()), template(row), row.dedupeKey(), deduplicated, row.sendAfter(), row.expiresAt(), row.eventAt(), source(row),
                MessageState.fromValue(row.state()), row.stateReason(), hold(row.heldReason(), row.heldUntil()), row.nextAttemptAt(),
                row.attempts().stream().map(MessageViews::toApi).toList(),
                row.suppressionId() == null ? null : new SuppressionId(row.suppressionId()), row.emailMessageId(), row.providerMessageId(),
                row.sentTo(), row.sentAt(), row.deliveredAt(), row.finishedAt(),
                row.bodyErasedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    static @Nullable MessageHold hold(@Nullable String reason, @Nullable Instant until) {
        return reason == null || until == null ? null : new MessageHold(MessageHoldReason.fromValue(reason), until);
    }

    private static @Nullable MessageTemplate template(Row row) {
        return row.templateId() == null || row.templateVersion() == null ? null : new MessageTemplate(new TemplateId(row.templateId()), row.templateVersion());
    }

    /** @param recipient the address now; null if the person has none */
    static MessagePreview preview(MessageDrafts.Draft draft, @Nullable String recipient, Decision decision) {
        var text = draft.text();
        var hold = decision instanceof Decision.Hold(var reason, var until) ? hold(reason, until) : null;
        var suppression = decision instanceof Decision.Suppress(var id) ? new SuppressionId(id) : null;
        return new MessagePreview(
                new TransportId(draft.transport().id()), MessageCategory.fromValue(text.category()), text.subject(), text.body(),
                MessageFormat.fromValue(text.format()), recipient, outcome(recipient, decision), draft.firstAttemptAt(), hold, suppression,
                detail(recipient, decision, draft.transport().isPaused()));
    }

    private static MessagePreviewOutcome outcome(@Nullable String recipient, Decision decision) {
        return switch (decision) {
            case Decision.Hold _ -> MessagePreviewOutcome.HELD;
            case Decision.Suppress _ -> MessagePreviewOutcome.SUPPRESSED;
            case Decision.Expire _ -> MessagePreviewOutcome.EXPIRED;
            case Decision.Park _ -> MessagePreviewOutcome.QUEUED;
            default -> recipient == null ? MessagePreviewOutcome.FAILED : MessagePreviewOutcome.SENT;
        };
    }

    private static @Nullable String detail(@Nullable String recipient, Decision decision, boolean paused) {
        return switch (decision) {
            case Decision.Expire(var why) -> why == null ? "The first attempt isn't before `expires_at`." : why;
            case Decision.Park _ -> paused ? "The transport is paused." : "The signal of the transport is blocked.";
            case Decision.Send _ when recipient == null -> "The person has no e-mail address, or doesn't exist.";
            default -> null;
        };
    }

    private static MessageAttempt toApi(Attempt attempt) {
        return new MessageAttempt(
                attempt.number(), attempt.startedAt(), attempt.endedAt(), AttemptOutcome.fromValue(attempt.outcome()), attempt.code(), attempt.detail());
    }

    private @Nullable MessageSource source(Row row) {
        return row.workflow() == null
                ? null
                : new MessageSource(
                        row.workflow(), row.entityType(),
                        row.entityType() == null || row.entityId() == null ? null : entities.id(row.entityType(), row.entityId()));
    }
}
