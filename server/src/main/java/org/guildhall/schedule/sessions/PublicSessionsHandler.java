package org.guildhall.schedule.sessions;

import java.time.Duration;
import org.guildhall.api.Download;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.GetSessionCalendarQuery;
import org.guildhall.api.model.ListPublicSessionsQuery;
import org.guildhall.api.model.PublicSession;
import org.guildhall.api.model.SessionId;
import org.guildhall.api.schedule.PublicSessionsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.sessions.SessionCalendarStore.Event;
import org.guildhall.schedule.sessions.SessionCalendarStore.Window;
import org.guildhall.schedule.sessions.SessionStore.Filter;

/** Sessions for everybody: {@code /schedule/public-sessions}. */
final class PublicSessionsHandler implements PublicSessionsApi<Call> {

    private static final Duration BACK = Duration.ofDays(7);
    private static final Duration USUAL_WINDOW = Duration.ofDays(90);
    private static final Duration WINDOW_MAX = Duration.ofDays(366);
    private static final int EVENTS_MAX = 2_000;

    private final SessionStore sessions;
    private final SessionCalendarStore calendar = new SessionCalendarStore();

    PublicSessionsHandler(SessionStore sessions) {
        this.sessions = sessions;
    }

    @Override
    public Reply<Page<PublicSession>> listPublicSessions(Call call, ListPublicSessionsQuery query) {
        var filter = new Filter(
                null, null, query.classTypeId() == null ? null : query.classTypeId().value(), query.locationId() == null ? null : query.locationId().value(),
                null, null, null, new TimeWindow(query.startsAfter(), query.startsFrom(), query.startsBefore()));
        return Reply.list(sessions.list(call.tx(), call.page(), filter).map(SessionViews::toPublic));
    }

    @Override
    public Reply<Download> getSessionCalendar(Call call, GetSessionCalendarQuery query) {
        var from = query.startsFrom() == null ? call.tx().now().minus(BACK) : query.startsFrom();
        var before = query.startsBefore() == null ? from.plus(USUAL_WINDOW) : query.startsBefore();
        if (!before.isAfter(from) || before.isAfter(from.plus(WINDOW_MAX))) {
            throw wrongWindow("`starts_before` must be after `starts_from`, by 366 days at most.");
        }
        var window = new Window(
                from, before, query.classTypeId() == null ? null : query.classTypeId().value(),
                query.locationId() == null ? null : query.locationId().value());
        var events = calendar.getAll(call.tx(), window, EVENTS_MAX + 1);
        if (events.size() > EVENTS_MAX) {
            throw wrongWindow("The window has more than " + EVENTS_MAX + " sessions. Choose an earlier `starts_before`.");
        }
        var file = CalendarFile.write(events.stream().map(PublicSessionsHandler::entry).toList());
        return Reply.plain(new Download(CalendarFile.MEDIA_TYPE, "sessions.ics", file.length, 1, part -> file));
    }

    private static CalendarFile.Entry entry(Event session) {
        return new CalendarFile.Entry(
                new SessionId(session.id()).toString(), session.name(), session.location(), session.startsAt(), session.endsAt(),
                session.canceled() ? CalendarFile.Status.CANCELLED : CalendarFile.Status.CONFIRMED, session.updatedAt(), session.version());
    }

    private static ProblemException wrongWindow(String detail) {
        return Problem.INVALID_PARAMETER.because(detail).with(Item.parameter("starts_before", "invalid", detail));
    }
}
