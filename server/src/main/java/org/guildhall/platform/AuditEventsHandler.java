package org.guildhall.platform;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.guildhall.api.Operation;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.TypeIds;
import org.guildhall.api.model.ActorType;
import org.guildhall.api.model.AuditCategory;
import org.guildhall.api.model.AuditEvent;
import org.guildhall.api.model.AuditEventId;
import org.guildhall.api.model.AuditReview;
import org.guildhall.api.model.AuditReviewId;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.EntityChange;
import org.guildhall.api.model.ListAuditEventReviewsQuery;
import org.guildhall.api.model.ListAuditEventsQuery;
import org.guildhall.api.model.NewAuditReview;
import org.guildhall.api.model.ReviewOutcome;
import org.guildhall.api.model.TenantId;
import org.guildhall.api.model.TokenId;
import org.guildhall.api.platform.AuditEventsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.platform.AuditStore.Entity;
import org.guildhall.platform.AuditStore.Event;
import org.guildhall.platform.AuditStore.EventEntities;
import org.guildhall.platform.AuditStore.Filter;
import org.guildhall.platform.events.AuditedEntities;
import org.jspecify.annotations.Nullable;

/** The audit trail and its reviews: {@code /platform/audit-events}. */
final class AuditEventsHandler implements AuditEventsApi<Call> {

    private final AuditStore trail;
    private final AuditReviewStore reviews;
    private final EntityIds entities;
    private final AuditedEntities audited;

    AuditEventsHandler(AuditStore trail, AuditReviewStore reviews, EntityIds entities, AuditedEntities audited) {
        this.trail = trail;
        this.reviews = reviews;
        this.entities = entities;
        this.audited = audited;
    }

    @Override
    public Reply<Page<AuditEvent>> listAuditEvents(Call call, ListAuditEventsQuery query) {
        var filter = filter(query);
        if (filter == null) {
            return Reply.list(Page.empty());
        }
        var page = trail.list(call.tx(), call.page(), filter);
        var touched = page.data().isEmpty()
                ? Map.<UUID, EventEntities>of()
                : trail.touched(call.tx(), page.data().stream().map(Event::id).toList());
        // Events whose entities no longer fit begin the next page.
        return Reply.list(call.page().endedAt(page, touched.size()).map(event -> toApi(event, touched)));
    }

    @Override
    public Reply<AuditEvent> getAuditEvent(Call call, AuditEventId auditEventId) {
        var batch = new Batch();
        var found = trail.get(batch, auditEventId.value());
        var touched = trail.touched(batch, List.of(auditEventId.value()));
        batch.send(call.tx());
        var event = found.get();
        if (event == null) {
            throw Problem.NOT_FOUND.refusal();
        }
        return Reply.ok(toApi(event, touched.get()));
    }

    @Override
    public Reply<Page<EntityChange>> listAuditEventChanges(Call call, AuditEventId auditEventId) {
        var page = trail.entities(call.tx(), call.page(), auditEventId.value());
        if (page.data().isEmpty()) {
            requireEvent(call, auditEventId);
        }
        return Reply.list(page.map(this::toApi));
    }

    @Override
    public Reply<AuditReview> createAuditReview(Call call, AuditEventId auditEventId, NewAuditReview body) {
        requireEvent(call, auditEventId);
        var review = toApi(reviews.insert(call.tx(), auditEventId.value(), body.externalId(), body.outcome().value(), body.note(),
                call.caller().consumer()));
        call.created(review.id(), review);
        return Reply.created("/api/v1/platform/audit-events/" + auditEventId + "/reviews/" + review.id(), review);
    }

    @Override
    public Reply<Page<AuditReview>> listAuditEventReviews(Call call, AuditEventId auditEventId, ListAuditEventReviewsQuery query) {
        requireEvent(call, auditEventId);
        var outcome = query.outcome() == null ? null : query.outcome().value();
        var filter = new AuditReviewStore.Filter(auditEventId.value(), query.externalId(), outcome);
        return Reply.list(reviews.list(call.tx(), call.page(), filter).map(AuditEventsHandler::toApi));
    }

    @Override
    public Reply<AuditReview> getAuditReview(Call call, AuditEventId auditEventId, AuditReviewId auditReviewId) {
        var row = reviews.get(call.tx(), auditEventId.value(), auditReviewId.value());
        if (row == null) {
            throw Problem.NOT_FOUND.refusal();
        }
        return Reply.ok(toApi(row));
    }

    private void requireEvent(Call call, AuditEventId auditEventId) {
        if (!trail.has(call.tx(), auditEventId.value())) {
            throw Problem.NOT_FOUND.refusal();
        }
    }

    /** The store's filter; null if nothing can match, since an id's prefix contradicts the requested type. */
    private @Nullable Filter filter(ListAuditEventsQuery query) {
        var type = query.entityType();
        UUID entity = null;
        if (query.entityId() != null) {
            var named = entities.read(query.entityId());
            if (named == null || type != null && !type.equals(named.type())) {
                return null;
            }
            type = named.type();
            entity = named.id();
        }
        Set<String> actorTypes = query.actorType() == null ? null : Set.of(query.actorType().value());
        UUID actor = null;
        if (query.actorId() != null) {
            var prefix = query.actorId().substring(0, 3);
            var known = AuditedEntities.actorTypes(prefix);
            if (known == null || actorTypes != null && !known.containsAll(actorTypes)) {
                return null;
            }
            try {
                actor = TypeIds.parse(prefix, query.actorId());
            } catch (IllegalArgumentException none) {
                return null;
            }
            actorTypes = actorTypes == null ? known : actorTypes;
        }
        return new Filter(
                type, entity, actorTypes, actor,
                query.tokenId() == null ? null : query.tokenId().value(),
                query.subjectTenantId() == null ? null : query.subjectTenantId().value(),
                query.action() == null ? actionOf(query.operation()) : query.action(),
                query.category() == null ? null : query.category().value(),
                query.operation(), query.requestId(), new TimeWindow(query.occurredAfter(), query.occurredFrom(), query.occurredBefore()));
    }

    /** The audit action of an operation, by which the trail is indexed; null for an unknown operation. */
    private static @Nullable String actionOf(@Nullable String operation) {
        return Arrays.stream(Operation.values())
                .filter(known -> known.id().equals(operation))
                .map(Operation::auditAction)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private EntityChange toApi(Entity entity) {
        return new EntityChange(entity.type(), audited.id(entity.type(), entity.id()), AuditedEntities.members(entity.before()), AuditedEntities.members(entity.after()));
    }

    private AuditEvent toApi(Event event, Map<UUID, EventEntities> touched) {
        var of = Objects.requireNonNull(touched.get(event.id()), "an event without entities");
        var changes = of.first().stream().map(this::toApi).toList();
        var primary = changes.getFirst();
        return new AuditEvent(
                new AuditEventId(event.id()), event.occurredAt(), event.recordedAt(), ActorType.fromValue(event.actorType()),
                audited.actor(event.actorType(), event.actorId()),
                event.tokenId() == null ? null : new TokenId(event.tokenId()),
                event.subjectTenantId() == null ? null : new TenantId(event.subjectTenantId()), event.operation(), event.status(),
                event.action(), AuditCategory.fromValue(event.category()), event.entityType(),
                audited.id(event.entityType(), event.entityId()), primary.before(), primary.after(), changes, of.total(), event.reason(),
                event.sourceWorkflow(), event.replayPointer(), event.requestId(), event.traceId(),
                event.keyHmac() == null ? null : HexFormat.of().formatHex(event.keyHmac()), 1);
    }

    private static AuditReview toApi(AuditReviewStore.Row row) {
        return new AuditReview(
                new AuditReviewId(row.id()), row.externalId(), new AuditEventId(row.eventId()), ReviewOutcome.fromValue(row.outcome()),
                row.note(), new ConsumerId(row.reviewerId()), row.createdAt(), 1);
    }
}
