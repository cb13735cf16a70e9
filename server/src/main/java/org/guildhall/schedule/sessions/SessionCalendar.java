package org.guildhall.schedule.sessions;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import net.fortuna.ical4j.data.CalendarOutputter;
import net.fortuna.ical4j.model.Calendar;
import net.fortuna.ical4j.model.component.VEvent;
import net.fortuna.ical4j.model.property.DtEnd;
import net.fortuna.ical4j.model.property.DtStamp;
import net.fortuna.ical4j.model.property.DtStart;
import net.fortuna.ical4j.model.property.Location;
import net.fortuna.ical4j.model.property.ProdId;
import net.fortuna.ical4j.model.property.Sequence;
import net.fortuna.ical4j.model.property.Status;
import net.fortuna.ical4j.model.property.Summary;
import net.fortuna.ical4j.model.property.Uid;
import net.fortuna.ical4j.model.property.immutable.ImmutableMethod;
import net.fortuna.ical4j.model.property.immutable.ImmutableVersion;
import org.guildhall.api.model.SessionId;
import org.guildhall.schedule.sessions.SessionCalendarStore.Event;

/** Writes sessions as an iCalendar file (RFC 5545). The same sessions always give the same bytes. */
final class SessionCalendar {

    static final String MEDIA_TYPE = "text/calendar";

    private static final String PRODUCT = "-//Guildhall//Schedule//EN";
    /** The RFC bounds a line by octets. The library counts characters, and can part the two halves of one; so lines are folded anew. */
    private static final int LINE_OCTETS_MAX = 75;
    private static final String LIBRARY_FOLD = "\r\n ";
    private static final byte[] FOLD = {'\r', '\n', ' '};

    private SessionCalendar() {}

    static byte[] write(List<Event> events) {
        var calendar = new Calendar();
        calendar.add(ImmutableVersion.VERSION_2_0);
        calendar.add(new ProdId(PRODUCT));
        calendar.add(ImmutableMethod.PUBLISH);
        events.forEach(event -> calendar.add(event(event)));
        var text = new StringWriter();
        try {
            new CalendarOutputter(false).output(calendar, text);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return folded(text.toString().replace(LIBRARY_FOLD, ""));
    }

    /** The library would set {@code DTSTAMP} to now, by which no answer would equal an earlier one. */
    private static VEvent event(Event session) {
        var event = new VEvent(false);
        event.add(new Uid(new SessionId(session.id()).toString()));
        event.add(new DtStamp(seconds(session.updatedAt())));
        event.add(new Sequence((int) Math.min(session.version(), Integer.MAX_VALUE)));
        event.add(new DtStart<>(seconds(session.startsAt())));
        event.add(new DtEnd<>(seconds(session.endsAt())));
        event.add(new Summary(session.name()));
        if (session.location() != null) {
            event.add(new Location(session.location()));
        }
        event.add(new Status(session.canceled() ? Status.VALUE_CANCELLED : Status.VALUE_CONFIRMED));
        return event;
    }

    private static Instant seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS);
    }

    private static byte[] folded(String text) {
        var out = new ByteArrayOutputStream(text.length() + text.length() / LINE_OCTETS_MAX);
        int octets = 0;
        for (int at = 0; at < text.length(); ) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            var bytes = Character.toString(point).getBytes(StandardCharsets.UTF_8);
            boolean ends = point == '\r' || point == '\n';
            if (!ends && octets + bytes.length > LINE_OCTETS_MAX) {
                out.writeBytes(FOLD);
                octets = 1;
            }
            out.writeBytes(bytes);
            octets = ends ? 0 : octets + bytes.length;
        }
        return out.toByteArray();
    }
}
