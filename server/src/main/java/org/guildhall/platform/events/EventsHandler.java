package org.guildhall.platform.events;

import java.time.Duration;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ActorType;
import org.guildhall.api.model.AuditEventId;
import org.guildhall.api.model.EventId;
import org.guildhall.api.model.FeedEvent;
import org.guildhall.api.model.ListEventsQuery;
import org.guildhall.api.platform.EventsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.platform.events.EventFeedStore.Feed;
import org.guildhall.platform.events.EventStore.Filter;

/** The event feed: {@code /platform/events}. */
final class EventsHandler implements EventsApi<Call> {

    private final EventFeedStore feed;
    private final EventStore events;
    private final AuditedEntities entities;

    EventsHandler(EventFeedStore feed, EventStore events, AuditedEntities entities) {
        this.feed = feed;
        this.events = events;
        this.entities = entities;
    }

    @Override
    public Reply<Page<FeedEvent>> listEvents(Call call, ListEventsQuery query) {
        var state = feed.seal(call.tx());
        var after = query.after();
        if (after != null) {
            requireKept(after, state);
        }
        var page = events.list(call.tx(), call.page(), new Filter(after, query.type())).map(this::toApi);
        if (page.data().isEmpty()) {
            call.awaiting(Duration.ofSeconds(query.waitSeconds()));
        }
        return Reply.list(page);
    }

    private static void requireKept(long after, Feed state) {
        if (after < state.deletedThrough()) {
            throw Problem.CURSOR_EXPIRED
                    .because("The events up to position " + state.deletedThrough() + " are no longer kept.")
                    .member("oldest_position", state.deletedThrough());
        }
        if (after > state.lastPosition()) {
            throw Problem.INVALID_PARAMETER
                    .because("The feed has no event at position " + after + " yet; its newest event has position " + state.lastPosition() + ".")
                    .with(ProblemException.Item.parameter("after", "unknown", "The position is behind the newest event."));
        }
    }

    @Override
    public Reply<FeedEvent> getEvent(Call call, EventId eventId) {
        var row = events.get(call.tx(), eventId.value());
        if (row == null) {
            throw Problem.NOT_FOUND.refusal();
        }
        return Reply.ok(toApi(row));
    }

    private FeedEvent toApi(EventStore.Row row) {
        return new FeedEvent(
                new EventId(row.id()), row.position(), row.type(), row.occurredAt(), row.recordedAt(),
                row.entityType(), entities.id(row.entityType(), row.entityId()), AuditedEntities.members(row.before()),
                AuditedEntities.members(row.after()), ActorType.fromValue(row.actorType()), entities.actor(row.actorType(), row.actorId()),
                new AuditEventId(row.auditEventId()), row.requestId(), 1);
    }
}
