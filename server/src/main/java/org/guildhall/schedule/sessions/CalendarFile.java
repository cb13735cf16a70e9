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
import net.fortuna.ical4j.model.property.Summary;
import net.fortuna.ical4j.model.property.Uid;
import net.fortuna.ical4j.model.property.immutable.ImmutableMethod;
import net.fortuna.ical4j.model.property.immutable.ImmutableVersion;
import org.jspecify.annotations.Nullable;

/** Writes an iCalendar file (RFC 5545). The same entries always give the same bytes. */
public final class CalendarFile {

    public static final String MEDIA_TYPE = "text/calendar";

    private static final String PRODUCT = "-//Guildhall//Schedule//EN";
    /** The RFC bounds a line by octets. The library counts characters, and can part the two halves of one; so lines are folded anew. */
    private static final int LINE_OCTETS_MAX = 75;
    private static final String LIBRARY_FOLD = "\r\n ";
    private static final byte[] FOLD = {'\r', '\n', ' '};

    /** The state of an entry, by the words of the RFC. */
    public enum Status {
        CONFIRMED, TENTATIVE, CANCELLED
    }

    /**
     * One event.
     *
     * @param uid its permanent name
     * @param location null without one
     * @param updatedAt the instant of its last change
     * @param sequence grows with each change
     */
    public record Entry(
            String uid, String name, @Nullable String location, Instant startsAt, Instant endsAt, Status status, Instant updatedAt, long sequence) {}

    private CalendarFile() {}

    /** The bytes of a calendar, in UTF-8. */
    public static byte[] write(List<Entry> entries) {
        var calendar = new Calendar();
        calendar.add(ImmutableVersion.VERSION_2_0);
        calendar.add(new ProdId(PRODUCT));
        calendar.add(ImmutableMethod.PUBLISH);
        entries.forEach(entry -> calendar.add(event(entry)));
        var text = new StringWriter();
        try {
            new CalendarOutputter(false).output(calendar, text);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return folded(text.toString().replace(LIBRARY_FOLD, ""));
    }

    /** The library would set {@code DTSTAMP} to now, by which no answer would equal an earlier one. */
    private static VEvent event(Entry entry) {
        var event = new VEvent(false);
        event.add(new Uid(entry.uid()));
        event.add(new DtStamp(seconds(entry.updatedAt())));
        event.add(new Sequence((int) Math.min(entry.sequence(), Integer.MAX_VALUE)));
        event.add(new DtStart<>(seconds(entry.startsAt())));
        event.add(new DtEnd<>(seconds(entry.endsAt())));
        event.add(new Summary(entry.name()));
        if (entry.location() != null) {
            event.add(new Location(entry.location()));
        }
        event.add(new net.fortuna.ical4j.model.property.Status(entry.status().name()));
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
