package org.guildhall.schedule.calendars;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import net.fortuna.ical4j.data.CalendarBuilder;
import net.fortuna.ical4j.model.Property;
import net.fortuna.ical4j.model.component.VEvent;
import org.guildhall.core.auth.Keys;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;

/** Calendar feeds, read as a calendar program does: by their address alone. */
class CalendarFeedsTest {

    private static final HttpClient PROGRAM = HttpClient.newHttpClient();

    private final ScheduleFixture schedule = new ScheduleFixture();

    private String feed(String person) {
        return schedule.post("/calendar-feeds", "{\"person_id\": \"%s\"}".formatted(person)).expect(201).at("/url");
    }

    private HttpResponse<String> read(String url, String... headers) throws Exception {
        var path = url.substring(url.indexOf("/calendars/"));
        var request = HttpRequest.newBuilder(URI.create(schedule.tenant.server().url() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return PROGRAM.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private List<VEvent> events(String url) throws Exception {
        return new CalendarBuilder().build(new StringReader(read(url).body())).<VEvent>getComponents("VEVENT");
    }

    private static String value(VEvent event, String name) {
        return event.<Property>getRequiredProperty(name).getValue();
    }

    @Test
    void feed_showsThePersonsBookings_withTheirStates() throws Exception {
        var person = schedule.person();
        var url = feed(person);
        assertEquals(List.of(), events(url));
        var booked = schedule.book(schedule.session(2, ", \"allow_overlap\": true"), person, ", \"note\": \"Knee\"").expect(201).at("/id");
        var full = schedule.session(1, ", \"allow_overlap\": true, \"waitlist_places\": 3");
        schedule.booked(full);
        var waiting = schedule.book(full, person, ", \"waitlist\": true").expect(201).at("/id");
        var held = schedule.book(schedule.session(2, ", \"allow_overlap\": true"), person, ", \"hold_seconds\": 300").expect(201).at("/id");
        var canceled = schedule.book(schedule.session(2, ", \"allow_overlap\": true"), person, "").expect(201).at("/id");
        schedule.cancel(canceled).expect(200);
        var shown = events(url).stream()
                .map(event -> String.join(" ", value(event, "UID"), value(event, "STATUS"), value(event, "SUMMARY"), value(event, "SEQUENCE")))
                .sorted()
                .toList();
        var wanted = List.of(booked + " CONFIRMED Judo 2", waiting + " TENTATIVE Judo (waitlist) 2", held + " TENTATIVE Judo (held) 2", canceled + " CANCELLED Judo 3");
        assertEquals(wanted.stream().sorted().toList(), shown);
        var text = read(url).body();
        assertFalse(text.contains("Knee") || text.contains("Ana") || text.contains("per_"), text);
    }

    @Test
    void answer_hasAnEtag_untilSomethingChanges() throws Exception {
        var person = schedule.person();
        var url = feed(person);
        var session = schedule.session(2, "");
        schedule.book(session, person, "").expect(201);
        var first = read(url);
        assertEquals("200 text/calendar; charset=utf-8 no-cache", first.statusCode() + " " + first.headers().firstValue("Content-Type").orElse("") + " "
                + first.headers().firstValue("Cache-Control").orElse(""));
        var etag = first.headers().firstValue("ETag").orElseThrow();
        assertEquals(304, read(url, "If-None-Match", etag).statusCode());
        schedule.patch("/sessions/" + session, "{\"name\": \"Karate\"}", "If-Match", "*").expect(200);
        var changed = read(url, "If-None-Match", etag);
        assertEquals(200, changed.statusCode());
        assertTrue(changed.body().contains("SUMMARY:Karate\r\nLOCATION") || changed.body().contains("SUMMARY:Karate\r\n"), changed.body());
    }

    @Test
    void addressIsShownOnce_andEndsWithItsFeedOrPerson() throws Exception {
        var person = schedule.person();
        var made = schedule.post("/calendar-feeds", "{\"person_id\": \"%s\"}".formatted(person)).expect(201);
        assertEquals("no-store", made.header("Cache-Control"));
        var path = "/calendar-feeds/" + made.at("/id");
        assertFalse(schedule.get(path).expect(200).json().has("url"));
        var other = feed(person);
        assertEquals(2, schedule.get("/calendar-feeds?person_id=" + person).expect(200).json().at("/data").size());
        assertEquals("revoked", schedule.act(path + "/revoke").expect(200).at("/state"));
        assertProblem("409 invalid_state", schedule.act(path + "/revoke"));
        assertEquals(404, read(made.at("/url")).statusCode());
        assertEquals(200, read(other).statusCode());
        assertEquals(1, schedule.get("/calendar-feeds?state=active&person_id=" + person).expect(200).json().at("/data").size());
        schedule.http.post("/api/v1/runtime/persons/" + person + "/archive", null).expect(200);
        assertEquals(404, read(other).statusCode());
        assertProblem("422 validation_failed", "/person_id", schedule.post("/calendar-feeds", "{\"person_id\": \"%s\"}".formatted(person)));
        assertProblem("422 validation_failed", "/person_id", schedule.post("/calendar-feeds", "{\"person_id\": \"per_01m7y6k3hqe1vbqv1kmm7j2z7x\"}"));
    }

    @Test
    void member_getsFeedsOfThemselves_andOfDependents() throws Exception {
        var adult = schedule.person();
        var child = schedule.person();
        var household = schedule.http.post("/api/v1/runtime/households", "{\"name\": \"H\"}").expect(201).at("/id");
        for (var member : List.of(adult + "\", \"role\": \"adult", child + "\", \"role\": \"dependent")) {
            schedule.http.post("/api/v1/runtime/households/" + household + "/members", "{\"person_id\": \"%s\"}".formatted(member)).expect(201);
        }
        schedule.tenant.sql("update platform.consumers set acts_as = 'member' where tenant_id = ?", schedule.tenant.id());
        schedule.tenant.sql("select nextval('platform.auth_revision')");
        var wanted = "{\"person_id\": \"%s\", \"acting_person_id\": \"%s\"}";
        schedule.post("/calendar-feeds", wanted.formatted(child, adult)).expect(201);
        schedule.post("/calendar-feeds", wanted.formatted(adult, adult)).expect(201);
        assertProblem("403 not_guardian", schedule.post("/calendar-feeds", wanted.formatted(adult, child)));
        assertProblem("403 not_guardian", schedule.post("/calendar-feeds", "{\"person_id\": \"%s\"}".formatted(adult)));
    }

    @Test
    void address_isReadOnly() throws Exception {
        var url = URI.create(schedule.tenant.server().url() + "/calendars/" + feed(schedule.person()).replaceAll(".*/", ""));
        var posted = PROGRAM.send(HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofString("x")).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals("405 GET, HEAD, OPTIONS", posted.statusCode() + " " + posted.headers().firstValue("Allow").orElse(""));
        var options = PROGRAM.send(HttpRequest.newBuilder(url).method("OPTIONS", HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals("GET, HEAD, OPTIONS", options.headers().firstValue("Allow").orElse(""));
    }

    @Test
    void token_isReadByItsKeysOnly_andNoOtherTextIs() throws Exception {
        var url = feed(schedule.person());
        var token = url.substring(url.lastIndexOf('/') + 1);
        assertEquals(64, token.length());
        for (int at = 0; at < token.length(); at += 7) {
            var other = token.charAt(at) == 'A' ? 'B' : 'A';
            assertEquals(404, read(url.replace(token, token.substring(0, at) + other + token.substring(at + 1))).statusCode(), "character " + at);
        }
        for (var wrong : List.of("A", "=", token + "A", token.substring(1), "a".repeat(2_000))) {
            assertEquals(404, read(url.replace(token, wrong)).statusCode(), wrong);
        }
        var feed = new CalendarTokens.Feed(new UUID(1, 2), new UUID(3, 4));
        var old = new CalendarTokens(Keys.parse("old:0123456789abcdef0123456789abcdef")).token(feed);
        assertEquals(feed, new CalendarTokens(Keys.parse("new:fedcba9876543210fedcba9876543210,old:0123456789abcdef0123456789abcdef")).read(old));
        assertNull(new CalendarTokens(Keys.parse("new:fedcba9876543210fedcba9876543210")).read(old));
    }
}
