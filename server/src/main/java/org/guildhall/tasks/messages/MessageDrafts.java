package org.guildhall.tasks.messages;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.model.MessageCategory;
import org.guildhall.api.model.MessageFormat;
import org.guildhall.api.model.MessageId;
import org.guildhall.api.model.NewMessage;
import org.guildhall.api.model.NewMessageTemplate;
import org.guildhall.core.data.Ids;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.sql.Batch;
import org.guildhall.tasks.preferences.Preferences;
import org.guildhall.tasks.templates.Templates;
import org.jspecify.annotations.Nullable;

/** Reads new messages: checks their members, and finds transport, text and the first attempt. */
final class MessageDrafts {

    static final String CHANNEL = "email";

    private final TransportStore transports;
    private final Templates templates = new Templates();
    private final Preferences preferences = new Preferences();
    private final EntityIds entities;

    MessageDrafts(TransportStore transports, EntityIds entities) {
        this.transports = transports;
        this.entities = entities;
    }

    /** The text of a message: given by the caller, or made from a template. */
    record Text(@Nullable UUID templateId, @Nullable Long templateVersion, String category, String format, String subject, String body) {}

    /** A message that can be queued. @param firstAttemptAt not before now */
    record Draft(NewMessage body, TransportStore.Row transport, Text text, Instant firstAttemptAt) {

        @Nullable UUID personId() {
            return body.to().personId() == null ? null : body.to().personId().value();
        }
    }

    /**
     * Checks a new message, and adds the reads that it needs.
     *
     * @return gives the draft, from the present instant, after the batch was sent
     * @throws ProblemException {@code validation_failed} with all faults
     */
    Function<Instant, Draft> read(Batch batch, NewMessage body, Instant now) {
        check(body, now);
        var chosen = transports.get(batch, body.transportId() == null ? null : body.transportId().value(), CHANNEL);
        var choice = body.template() == null ? null : choice(body.template());
        var template = choice == null ? null : templates.find(batch, choice);
        var rules = body.eventAt() == null ? null : preferences.rules(batch);
        return at -> {
            var transport = chosen.get();
            if (transport == null) {
                var detail = body.transportId() == null
                        ? "`transport_id` is required, since the tenant has no default transport." : "There is no such transport.";
                throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/transport_id", "unknown_reference", detail));
            }
            var text = template == null || choice == null ? text(body) : text(templates.fill(template.get(), choice));
            var wanted = body.sendAfter() == null || body.sendAfter().isBefore(at) ? at : body.sendAfter();
            var first = rules == null
                    ? wanted : DispatchRules.firstAttempt(wanted, rules.get().quietAt(text.category(), wanted), body.eventAt(), at);
            return new Draft(body, transport, text, first);
        };
    }

    /** The row of a draft. */
    MessageStore.New row(Draft draft) {
        var id = Ids.next();
        var body = draft.body();
        var text = draft.text();
        var source = body.source();
        var entity = source == null || source.entityId() == null ? null : entities.read(source.entityId());
        return new MessageStore.New(
                id, body.externalId(), draft.transport().id(), CHANNEL, text.category(), draft.personId(), body.to().address(), text.subject(),
                text.body(), text.format(), text.templateId(), text.templateVersion(), body.dedupeKey(), body.sendAfter(), body.expiresAt(), body.eventAt(),
                source == null ? null : source.workflow(), entity == null ? null : entity.type(), entity == null ? null : entity.id(),
                draft.firstAttemptAt(), "<" + new MessageId(id) + "@" + SmtpSender.domain(draft.transport().senderAddress()) + ">");
    }

    private void check(NewMessage body, Instant now) {
        var wrong = new ArrayList<Item>();
        if ((body.to().personId() == null) == (body.to().address() == null)) {
            wrong.add(Item.pointer("/to", "excluded", "A recipient is an `address` or a `person_id`, exactly one of both."));
        }
        var after = body.sendAfter() == null || body.sendAfter().isBefore(now) ? now : body.sendAfter();
        if (body.expiresAt() != null && !body.expiresAt().isAfter(after)) {
            wrong.add(Item.pointer("/expires_at", "range", "`expires_at` must be after now and after `send_after`."));
        }
        if (body.eventAt() != null && !body.eventAt().isAfter(now)) {
            wrong.add(Item.pointer("/event_at", "range", "`event_at` must be after now."));
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

    private static Text text(NewMessage body) {
        var category = body.category() == null ? MessageCategory.TRANSACTIONAL : body.category();
        var format = body.format() == null ? MessageFormat.TEXT : body.format();
        return new Text(null, null, category.value(), format.value(), Objects.requireNonNull(body.subject()), Objects.requireNonNull(body.body()));
    }

    private static Text text(Templates.Text filled) {
        return new Text(filled.templateId(), filled.version(), filled.category(), filled.format(), filled.subject(), filled.body());
    }
}
