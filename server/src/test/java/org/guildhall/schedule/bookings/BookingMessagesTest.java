package org.guildhall.schedule.bookings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.model.BookingId;
import org.guildhall.core.Race;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages to persons who are promoted, get an offer, or whose session is canceled. */
class BookingMessagesTest {

    private static final Instant STARTS = Instant.now().plus(3, ChronoUnit.DAYS).truncatedTo(ChronoUnit.DAYS).plus(10, ChronoUnit.HOURS);
    private static final String WAITLIST = ", \"waitlist_places\": 9";
    private static final String OFFER = WAITLIST + ", \"promotion\": \"offer\", \"offer_minutes\": 60";
    private static final long WAIT_NANOS = Duration.ofSeconds(30).toNanos();

    private final ScheduleFixture schedule = new ScheduleFixture();
    private final Http http = new Http(schedule.tenant.server(), schedule.tenant.token());

    @BeforeEach
    void transport() {
        http.post("/api/v1/tasks/transports", """
                {"name": "Mail", "is_default": true, "sender": {"address": "club@winterstreet.example", "name": "Winter Street"},
                 "smtp": {"host": "smtp.mail.example"}}""").expect(201);
    }

    private String template(String key, String more) {
        var id = http.post("/api/v1/tasks/templates", """
                {"key": "%s", "category": "transactional", "language": "en", "subject": "%s: {{session_name}} for {{person_name}}",
                 "body": "{{date}} {{time}} {{zone}} {{location_name}} {{reference}} {{offered_until_time}} {{reason}}", "variables": [
                 {"name": "session_name"}, {"name": "person_name"}, {"name": "date"}, {"name": "time"}, {"name": "zone"}, {"name": "location_name"},
                 {"name": "reference"}, {"name": "offered_until_time"}, {"name": "reason"}%s]}""".formatted(key, key, more)).expect(201).at("/id");
        http.post("/api/v1/tasks/templates/" + id + "/publish", null).expect(200);
        return id;
    }

    /** A new person with an e-mail address who waits for a session; the id of the booking. */
    private String waits(String session) {
        return waits(session, schedule.person(", \"email\": \"ana%d@members.example\"".formatted(System.nanoTime())), "");
    }

    private String waits(String session, String person, String more) {
        return schedule.book(session, person, ", \"waitlist\": true" + more).expect(201).at("/id");
    }

    /** The messages about a booking, once its task has run. */
    private List<JsonNode> messages(String booking) throws SQLException {
        long end = System.nanoTime() + WAIT_NANOS;
        while (System.nanoTime() < end && !isDone(booking)) {
            Thread.onSpinWait();
        }
        var found = new ArrayList<JsonNode>();
        http.get("/api/v1/tasks/messages?entity_id=" + booking).expect(200).json().get("data").forEach(found::add);
        return found;
    }

    private boolean isDone(String booking) throws SQLException {
        return schedule.tenant.found("select 1 from platform.scheduled_tasks where task_name = ? and task_instance = ?",
                BookingMessageJob.NAME, schedule.tenant.id() + "/" + BookingId.parse(booking).value()).isEmpty();
    }

    /** Requests the task of a booking again, as after a crash between its message and its end. */
    private void again(String booking) {
        try {
            schedule.tenant.sql("""
                    insert into platform.scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority) values (?, ?, now(), false, 1, 0)
                    on conflict do nothing""", BookingMessageJob.NAME, schedule.tenant.id() + "/" + BookingId.parse(booking).value());
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static String subjects(List<JsonNode> messages) {
        return String.join(", ", messages.stream().map(message -> message.get("subject").asText()).toList());
    }

    @Test
    void promotedPerson_getsOneMessage_alsoWhenTheTaskRunsAgain() throws SQLException {
        template("booking_promoted", "");
        var session = schedule.session(STARTS, 1, WAITLIST);
        var first = schedule.booked(session);
        var person = schedule.person(", \"email\": \"ana@members.example\"");
        var waiting = waits(session, person, "");
        var other = waits(session);
        schedule.cancel(first).expect(200);
        var message = messages(waiting).getFirst();
        var booking = schedule.get("/bookings/" + waiting).expect(200);
        assertEquals("booking_promoted: Judo for Ana", message.get("subject").asText());
        assertEquals("%s 10:00 UTC  %s  ".formatted(STARTS.toString().substring(0, 10), booking.at("/reference")), message.get("body").asText());
        assertEquals(person + " Schedule booking " + booking.at("/starts_at"), String.join(" ", message.at("/to/person_id").asText(),
                message.at("/source/workflow").asText(), message.at("/source/entity_type").asText(), message.get("expires_at").asText()));
        for (int run = 0; run < 3; run++) {
            again(waiting);
            assertEquals("booking_promoted: Judo for Ana", subjects(messages(waiting)));
        }
        assertEquals("", subjects(messages(other)), "somebody who still waits gets none");
        assertEquals("", subjects(messages(first)));
        assertEquals(List.of("message.created send-booking-message job"), schedule.tenant.found("""
                select action || ' ' || source_workflow || ' ' || actor_type from platform.audit_events where tenant_id = ? and action = 'message.created'""",
                schedule.tenant.id()));
    }

    @Test
    void offer_hasItsOwnMessage_untilItsEnd_andItsAcceptanceHasNone() throws SQLException {
        template("booking_promoted", "");
        template("booking_offered", "");
        var session = schedule.session(STARTS, 1, OFFER);
        var first = schedule.booked(session);
        var waiting = waits(session);
        schedule.cancel(first).expect(200);
        var message = messages(waiting).getFirst();
        var until = schedule.get("/bookings/" + waiting).at("/offered_until");
        assertEquals("booking_offered: Judo for Ana " + until, message.get("subject").asText() + " " + message.get("expires_at").asText());
        schedule.post("/bookings/" + waiting + "/accept", "{}").expect(200);
        again(waiting);
        assertEquals("booking_offered: Judo for Ana", subjects(messages(waiting)));
    }

    @Test
    void personPromotedTwice_getsTwoMessages() throws SQLException {
        template("booking_promoted", "");
        var session = schedule.session(STARTS, 2, WAITLIST);
        schedule.booked(session);
        var second = schedule.booked(session);
        var waiting = waits(session);
        schedule.cancel(second).expect(200);
        assertEquals(1, messages(waiting).size());
        schedule.patch("/sessions/" + session, "{\"capacity\": 1, \"when_below\": \"move_last\"}", "If-Match", "*").expect(200);
        assertEquals("waitlisted", schedule.state(waiting));
        schedule.patch("/sessions/" + session, "{\"capacity\": 2}", "If-Match", "*").expect(200);
        assertEquals("booked 2", schedule.state(waiting) + " " + messages(waiting).size());
    }

    @Test
    void canceledBooking_getsNoMessage() throws SQLException {
        template("booking_promoted", "");
        var session = schedule.session(STARTS, 1, WAITLIST);
        var booked = schedule.booked(session);
        schedule.cancel(booked).expect(200);
        again(booked);
        assertEquals("", subjects(messages(booked)));
    }

    @Test
    void withoutTemplateTransportOrAddress_nothingIsSent() throws SQLException {
        var session = schedule.session(STARTS, 1, WAITLIST);
        var first = schedule.booked(session);
        var without = waits(session);
        schedule.cancel(first).expect(200);
        assertEquals("", subjects(messages(without)), "there is no template");
        template("booking_promoted", ", {\"name\": \"coupon\", \"required\": true}");
        again(without);
        assertEquals("", subjects(messages(without)), "the template needs a value that there isn't");
        var child = schedule.person();
        var next = waits(session, child, "");
        schedule.cancel(without).expect(200);
        assertEquals("booked ", schedule.state(next) + " " + subjects(messages(next)), "the person has no address");
        assertEquals("0", http.get("/api/v1/tasks/messages?include_total=true").at("/page/total"));
    }

    @Test
    void personWithoutAddress_whoBookedForThemGetsIt() throws SQLException {
        template("booking_promoted", "");
        var session = schedule.session(STARTS, 1, WAITLIST);
        var first = schedule.booked(session);
        var parent = schedule.person(", \"email\": \"mia@members.example\"");
        var waiting = waits(session, schedule.person(), ", \"acting_person_id\": \"" + parent + "\"");
        schedule.cancel(first).expect(200);
        assertEquals(parent, messages(waiting).getFirst().at("/to/person_id").asText());
    }

    @Test
    void suppressedPerson_getsNothing() throws SQLException {
        template("booking_promoted", "");
        var session = schedule.session(STARTS, 1, WAITLIST);
        var first = schedule.booked(session);
        var person = schedule.person(", \"email\": \"ana@members.example\"");
        http.post("/api/v1/tasks/suppressions", "{\"person_id\": \"%s\", \"reason\": \"manual\"}".formatted(person)).expect(201);
        var waiting = waits(session, person, "");
        schedule.cancel(first).expect(200);
        var id = messages(waiting).getFirst().get("id").asText();
        var state = "";
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && !state.equals("suppressed");) {
            state = http.get("/api/v1/tasks/messages/" + id).at("/state");
        }
        assertEquals("suppressed", state);
    }

    @Test
    void canceledSession_tellsItsBookedPersons_once() throws SQLException {
        template("session_canceled", "");
        var session = schedule.session(STARTS, 2, WAITLIST);
        var canceled = waits(session);
        schedule.cancel(canceled).expect(200);
        var booked = List.of(waits(session), waits(session));
        var waiting = waits(session);
        schedule.post("/sessions/" + session + "/cancel", "{\"reason\": \"The coach is ill.\"}").expect(200);
        for (var booking : booked) {
            var message = messages(booking).getFirst();
            assertEquals("session_canceled: Judo for Ana", message.get("subject").asText());
            assertTrue(message.get("body").asText().endsWith(" The coach is ill."), message.get("body").asText());
            again(booking);
            assertEquals(1, messages(booking).size());
        }
        again(canceled);
        assertEquals("", subjects(messages(canceled)), "who canceled before gets none");
        assertEquals("", subjects(messages(waiting)), "who waited gets none");
    }

    @Test
    void promotionsOnTwoNodes_sendOneMessageEach() throws Exception {
        template("booking_promoted", "");
        var session = schedule.session(STARTS, 6, WAITLIST);
        var booked = new ArrayList<String>();
        var waiting = new ArrayList<String>();
        for (int at = 0; at < 6; at++) {
            booked.add(schedule.booked(session));
        }
        for (int at = 0; at < 6; at++) {
            waiting.add(waits(session));
        }
        var second = schedule.http.on(TestServer.second());
        Race.run(12, at -> {
            var booking = booked.get(at / 2);
            if (at % 2 == 0) {
                return (at % 4 == 0 ? schedule.http : second).post(ScheduleFixture.BASE + "/bookings/" + booking + "/cancel", "{}").expect(200).at("/state");
            }
            for (int run = 0; run < 5; run++) {
                again(waiting.get(at / 2));
            }
            return "";
        });
        for (var booking : waiting) {
            again(booking);
            assertEquals("booked booking_promoted: Judo for Ana", schedule.state(booking) + " " + subjects(messages(booking)));
        }
        assertNull(http.get("/api/v1/tasks/messages?limit=200").expect(200).at("/page/next_cursor"));
    }
}
