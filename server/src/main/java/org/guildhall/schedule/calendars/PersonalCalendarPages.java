package org.guildhall.schedule.calendars;

import java.util.Map;
import org.guildhall.api.model.BookingId;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.HttpServer;
import org.guildhall.core.http.content.PageContent;
import org.guildhall.schedule.calendars.PersonalCalendarStore.Event;
import org.guildhall.schedule.sessions.CalendarFile;
import org.guildhall.schedule.sessions.CalendarFile.Status;
import org.jspecify.annotations.Nullable;

/** The calendar of a person's bookings: {@code /calendars/{token}}. Whoever knows the token reads it. */
final class PersonalCalendarPages implements HttpServer.LinkHandler {

    static final String PATH = "/calendars/{token}";

    private static final String POLICY = "default-src 'none'; frame-ancestors 'none'";
    private static final Map<String, String> KINDS = Map.of("held", " (held)", "offered", " (offered)", "waitlisted", " (waitlist)");

    private final CalendarTokens tokens;
    private final Db db;
    private final PersonalCalendarStore calendar = new PersonalCalendarStore();

    PersonalCalendarPages(CalendarTokens tokens, Db db) {
        this.tokens = tokens;
        this.db = db;
    }

    @Override
    public @Nullable PageContent show(String path) {
        var feed = tokens.read(path.substring(path.lastIndexOf('/') + 1));
        if (feed == null) {
            return null;
        }
        var events = db.upkeep(feed.tenant(), tx -> calendar.events(tx, feed.id()));
        return events == null
                ? null
                : PageContent.revalidated(
                        CalendarFile.write(events.stream().map(PersonalCalendarPages::entry).toList()), CalendarFile.MEDIA_TYPE + "; charset=utf-8", POLICY);
    }

    private static CalendarFile.Entry entry(Event event) {
        var status = event.state().endsWith("canceled") ? Status.CANCELLED : KINDS.containsKey(event.state()) ? Status.TENTATIVE : Status.CONFIRMED;
        return new CalendarFile.Entry(
                new BookingId(event.bookingId()).toString(), event.name() + KINDS.getOrDefault(event.state(), ""), event.location(), event.startsAt(),
                event.endsAt(), status, event.updatedAt(), event.sequence());
    }
}
