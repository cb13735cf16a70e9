package org.guildhall.schedule.bookings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.guildhall.api.TypeIds;
import org.guildhall.core.Eventually;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;

/** The bookings of persons who are archived. */
class ArchivedPersonsTest {

    private static final Duration WAIT_MAX = Duration.ofSeconds(20);
    private static final int PERSONS = 16;

    private final AllowanceFixture gym = new AllowanceFixture();

    private String archive(String person, String more) {
        return gym.all.post("/api/v1/runtime/persons/" + person + "/archive" + more, null).outcome();
    }

    @Test
    void archivedPerson_losesBookingsToCome_andTheWaitlistMovesUp() throws Exception {
        var organization = gym.organization(5);
        var person = gym.schedule.person();
        var ofPerson = ", \"waitlist\": true, \"organization_id\": \"%s\"".formatted(organization);
        var session = gym.session(1, ", \"waitlist_places\": 5");
        var booked = gym.schedule.book(session, person, ofPerson).expect(201).at("/id");
        var waiting = gym.booked(session, gym.organization(1));
        var other = gym.session(Instant.now().plus(5, ChronoUnit.DAYS), 1, ", \"waitlist_places\": 5");
        gym.booked(other, gym.organization(1));
        var entry = gym.schedule.book(other, person, ofPerson).expect(201).at("/id");
        var past = gym.schedule.book(gym.session(4, ""), person, ofPerson + ", \"hold_seconds\": 1800");
        assertEquals("409 booking_overlaps", past.outcome());
        var running = gym.session(Instant.now().plus(9, ChronoUnit.DAYS), 1, "");
        var started = gym.schedule.book(running, person, ofPerson).expect(201).at("/id");
        gym.schedule.tenant.sql("update schedule.sessions set starts_at = now() - interval '10 minutes' where id = ?", TypeIds.parse("ses", running));
        assertEquals("200", archive(person, "?dry_run=true"));
        assertEquals("booked waitlisted waitlisted", gym.states(booked, entry, waiting));
        assertEquals("200", archive(person, ""));
        Eventually.await("the task cancels the bookings to come", WAIT_MAX, () -> gym.states(booked, entry, waiting).equals("canceled canceled booked"));
        assertEquals("false", gym.booking(booked, "/late"));
        assertEquals(1, gym.used(organization), "only the booking of the session that has started");
        assertEquals("booked", gym.state(started));
        var event = gym.all.get("/api/v1/platform/audit-events?entity_id=" + booked + "&action=booking.canceled").expect(200);
        assertEquals("job The person was archived.", event.at("/data/0/actor_type") + " " + event.at("/data/0/reason"));
    }

    @Test
    void bookingsAndArchiving_atOnce_leaveNoBookingOfAnArchivedPerson() throws Exception {
        var session = gym.schedule.session(PERSONS, "");
        var persons = IntStream.range(0, PERSONS).mapToObj(at -> gym.schedule.person()).toList();
        var outcomes = Race.run(2 * PERSONS, at -> at < PERSONS
                ? gym.schedule.book(session, persons.get(at), "").outcome() : archive(persons.get(at - PERSONS), ""));
        assertTrue(outcomes.stream().allMatch(outcome -> outcome.equals("201") || outcome.equals("200") || outcome.equals("422 validation_failed")
                || outcome.equals("409 invalid_state")), outcomes::toString);
        Eventually.await("no booking is left", WAIT_MAX, () -> gym.schedule.places(session).equals("0 0 0 %d 0".formatted(PERSONS)));
    }

    /** A booking has its person locked until it is stored. So the archiving finds it, or the booking finds the person archived. */
    @Test
    void archiving_waitsForABookingOfThePerson() throws Exception {
        var person = gym.schedule.person();
        try (var booking = gym.schedule.tenant.server().superuser(); var lock = booking.prepareStatement(
                "select pg_advisory_xact_lock(hashtextextended(?::text, 17))")) {
            booking.setAutoCommit(false);
            lock.setString(1, TypeIds.parse("per", person).toString());
            lock.execute();
            var archiving = CompletableFuture.supplyAsync(() -> archive(person, ""));
            assertThrows(TimeoutException.class, () -> archiving.get(1, TimeUnit.SECONDS));
            assertEquals("active", gym.all.get("/api/v1/runtime/persons/" + person).expect(200).at("/state"));
            booking.rollback();
            assertEquals("200", archiving.get(20, TimeUnit.SECONDS));
        }
    }
}
