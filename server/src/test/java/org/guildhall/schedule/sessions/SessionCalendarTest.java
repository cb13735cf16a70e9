package org.guildhall.schedule.sessions;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import net.fortuna.ical4j.data.CalendarBuilder;
import net.fortuna.ical4j.data.ParserException;
import net.fortuna.ical4j.model.Property;
import net.fortuna.ical4j.model.component.VEvent;
import org.guildhall.Http;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

/** The calendar of sessions, read back with the library. */
class SessionCalendarTest {

    private static final Instant STARTS = Instant.now().plus(3, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
    private static final String PATH = ScheduleFixture.BASE + "/sessions.ics";

    private final ScheduleFixture schedule = new ScheduleFixture();
    private final Http visitor = new Http(schedule.tenant.server(), schedule.tenant.token("schedule:read:public"));

    private static List<VEvent> read(String text) throws IOException, ParserException {
        return new CalendarBuilder().build(new StringReader(text)).<VEvent>getComponents("VEVENT");
    }

    private static String value(VEvent event, String name) {
        return event.<Property>getRequiredProperty(name).getValue();
    }

    private static String utc(Instant at) {
        return at.toString().replaceAll("[-:]", "");
    }

    @Test
    void sessions_areEvents_withIdVersionAndTimesInUtc() throws Exception {
        var hall = schedule.make("/locations", "{\"name\": \"Hall; 1, upper\\\\floor\"}");
        var session = schedule.session(STARTS, 3, "");
        schedule.patch("/sessions/" + session, "{\"name\": \"Judo, für alle; 😀\", \"location_id\": \"%s\"}".formatted(hall), "If-Match", "*").expect(200);
        var canceled = schedule.session(STARTS.plusSeconds(60), 3, "");
        schedule.post("/sessions/" + canceled + "/cancel", "{\"reason\": \"Ill\"}").expect(200);
        var answer = visitor.get(PATH).expect(200);
        assertEquals("text/calendar public, max-age=10 attachment; filename=\"sessions.ics\"", String.join(" ", answer.header("Content-Type"),
                answer.header("Cache-Control"), answer.header("Content-Disposition")));
        var events = read(answer.text());
        assertEquals(List.of(session, canceled), events.stream().map(event -> value(event, "UID")).toList());
        var first = events.getFirst();
        assertEquals(String.join(" ", "2", utc(STARTS), utc(STARTS.plusSeconds(3600)), "CONFIRMED"),
                String.join(" ", value(first, "SEQUENCE"), value(first, "DTSTART"), value(first, "DTEND"), value(first, "STATUS")));
        assertEquals("Judo, für alle; 😀", value(first, "SUMMARY"));
        assertEquals("Hall; 1, upper\\floor", value(first, "LOCATION"));
        assertEquals("CANCELLED 2", value(events.getLast(), "STATUS") + " " + value(events.getLast(), "SEQUENCE"));
    }

    @Test
    void answer_isTheSame_untilASessionChanges() {
        var session = schedule.session(STARTS, 3, "");
        var first = visitor.get(PATH).expect(200);
        schedule.booked(session);
        var again = visitor.get(PATH, "If-None-Match", first.header("ETag")).expect(304);
        assertEquals("public, max-age=10", again.header("Cache-Control"), "a booking isn't shown");
        schedule.patch("/sessions/" + session, "{\"name\": \"Karate\"}", "If-Match", "*").expect(200);
        var changed = visitor.get(PATH, "If-None-Match", first.header("ETag")).expect(200);
        assertNotEquals(first.header("ETag"), changed.header("ETag"));
        assertTrue(changed.text().contains("SUMMARY:Karate\r\n"), changed.text());
    }

    @Test
    void filters_andWindow_bound() throws Exception {
        var early = schedule.session(STARTS, 3, "");
        var late = schedule.session(STARTS.plus(100, ChronoUnit.DAYS), 3, "");
        assertEquals(List.of(early), read(visitor.get(PATH).expect(200).text()).stream().map(event -> value(event, "UID")).toList());
        var window = "?starts_from=" + STARTS.plusSeconds(1) + "&starts_before=" + STARTS.plus(101, ChronoUnit.DAYS);
        assertEquals(List.of(late), read(visitor.get(PATH + window).expect(200).text()).stream().map(event -> value(event, "UID")).toList());
        var classType = schedule.get("/sessions/" + late).at("/class_type_id");
        assertEquals(0, read(visitor.get(PATH + "?class_type_id=" + classType).expect(200).text()).size());
        for (var wrong : List.of("?starts_from=" + STARTS + "&starts_before=" + STARTS, "?starts_from=" + STARTS + "&starts_before="
                + STARTS.plus(367, ChronoUnit.DAYS))) {
            var refused = visitor.get(PATH + wrong);
            assertProblem("400 invalid_parameter", refused);
            assertEquals("starts_before", refused.at("/errors/0/parameter"));
        }
        var stranger = new Http(schedule.tenant.server(), schedule.tenant.token("schedule:bookings:read"));
        assertProblem("403 insufficient_scope", stranger.get(PATH));
    }

    @Test
    void lines_haveAtMost75Octets_andNoBrokenCharacter() throws Exception {
        var name = "😀".repeat(60) + "é".repeat(40);
        var at = Instant.parse("2026-12-04T19:00:00.123456Z");
        var entries = List.of(new CalendarFile.Entry("1", name, "x".repeat(200), at, at.plusSeconds(60), CalendarFile.Status.CONFIRMED, at, 7));
        var file = CalendarFile.write(entries);
        var text = new String(file, StandardCharsets.UTF_8);
        for (var line : text.split("\r\n")) {
            assertTrue(line.getBytes(StandardCharsets.UTF_8).length <= 75, line);
            assertFalse(line.contains("\n"), line);
        }
        var event = read(text).getFirst();
        assertEquals(name + " " + "x".repeat(200), value(event, "SUMMARY") + " " + value(event, "LOCATION"));
        assertEquals("20261204T190000Z 7", value(event, "DTSTAMP") + " " + value(event, "SEQUENCE"));
        assertArrayEquals(file, CalendarFile.write(entries));
    }
}
