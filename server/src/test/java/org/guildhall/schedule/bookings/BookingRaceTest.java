package org.guildhall.schedule.bookings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.NodeProcess;
import org.guildhall.TestServer;
import org.guildhall.core.Eventually;
import org.guildhall.core.Race;
import org.guildhall.schedule.ScheduleFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than a hundred callers of two server processes want twenty places, and every third cancels again. Never is a session overbooked, the waitlist is in
 * the order of the commits, and no place is free while somebody waits.
 */
class BookingRaceTest {

    private static final int CALLERS = 120;
    private static final int CAPACITY = 20;
    private static final int ATTEMPTS_MAX = 300;
    private static final long RETRY_MILLIS = 200;
    private static final long LOOK_MILLIS = 20;
    private static final String MISTAKES = """
            select case when taken > 20 then taken || ' are taken' when taken < 20 and waiting > 0 then taken || ' are taken while ' || waiting || ' wait' end
            from (select count(*) filter (where state in ('held', 'booked', 'offered')) as taken, count(*) filter (where state = 'waitlisted') as waiting
                  from schedule.bookings where tenant_id = ?) counted
            where taken > 20 or taken < 20 and waiting > 0""";

    /** Books for a person, and cancels every third time. */
    private static int call(Http http, String session, String person, boolean cancels) {
        var made = sent(http, "/bookings", "{\"session_id\": \"%s\", \"person_id\": \"%s\", \"waitlist\": true}".formatted(session, person)).expect(201);
        if (cancels) {
            sent(http, "/bookings/" + made.at("/id") + "/cancel", "{}").expect(200);
        }
        return cancels ? 1 : 0;
    }

    /** Sends a request, again while the node is too busy: it has changed nothing then. */
    private static Reply sent(Http http, String path, String body) {
        for (int attempt = 1; ; attempt++) {
            var reply = http.post(ScheduleFixture.BASE + path, body);
            if (reply.status() != 503 || attempt == ATTEMPTS_MAX) {
                return reply;
            }
            Eventually.pause(RETRY_MILLIS);
        }
    }

    @Test
    void callersOfTwoNodes_neverOverbook_andNobodyWaitsBesideAFreePlace(@TempDir Path folder) throws Exception {
        try (var server = TestServer.freshWithoutScheduler()) {
            var schedule = new ScheduleFixture(server);
            var session = schedule.session(CAPACITY, ", \"waitlist_places\": 200");
            var persons = IntStream.range(0, CALLERS).mapToObj(at -> schedule.person()).toList();
            var starting = IntStream.range(0, 2).mapToObj(at -> CompletableFuture.supplyAsync(() -> NodeProcess.start(server, folder.resolve("node" + at)))).toList();
            var nodes = starting.stream().map(CompletableFuture::join).toList();
            var looks = new AtomicInteger();
            try {
                // The first request of a node loads its classes. A hundred first ones at once wait for that longer than a caller does, on a busy machine.
                var first = schedule.session(CAPACITY, "");
                nodes.forEach(node -> call(new Http(node.url(), schedule.http.token()), first, schedule.person(), true));
                var looking = CompletableFuture.supplyAsync(() -> look(schedule, looks));
                var random = new Random(7);
                var cancels = IntStream.range(0, CALLERS).mapToObj(at -> random.nextInt(3) == 0).toList();
                var canceled = Race.run(CALLERS, at -> call(
                        new Http(nodes.get(at % 2).url(), schedule.http.token()), session, persons.get(at), cancels.get(at)));
                looks.set(-1);
                assertEquals(List.of(), looking.join());
                int left = CALLERS - canceled.stream().mapToInt(Integer::intValue).sum();
                assertEquals("%d 0 0 0 %d".formatted(CAPACITY, left - CAPACITY), schedule.places(session));
                assertInOrderOfCommit(schedule);
            } finally {
                looks.set(-1);
                nodes.forEach(NodeProcess::close);
            }
        }
    }

    /** Looks at committed states until the race is over, and returns the mistakes. */
    private static List<String> look(ScheduleFixture schedule, AtomicInteger looks) {
        try {
            while (looks.get() >= 0) {
                var mistakes = schedule.tenant.found(MISTAKES, schedule.tenant.id());
                if (!mistakes.isEmpty()) {
                    return mistakes;
                }
                looks.updateAndGet(count -> count < 0 ? count : count + 1);
                Eventually.pause(LOOK_MILLIS);
            }
            return List.of();
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The numbers of the waitlist rise with the instants under the lock, and who was promoted was before those who wait. */
    private static void assertInOrderOfCommit(ScheduleFixture schedule) throws SQLException {
        assertEquals(List.of("0"), schedule.tenant.found("""
                select count(*) from (
                    select place, lag(place) over (order by created_at, id) as earlier from schedule.bookings where tenant_id = ? and place is not null) p
                where place <= earlier""", schedule.tenant.id()));
        assertEquals(List.of("0"), schedule.tenant.found("""
                select count(*) from schedule.bookings w join schedule.bookings p on p.tenant_id = w.tenant_id and p.place > w.place
                where w.tenant_id = ? and w.state = 'waitlisted' and p.promoted_at is not null""", schedule.tenant.id()));
        assertTrue(Integer.parseInt(schedule.tenant.found(
                "select count(*) from schedule.bookings where tenant_id = ? and promoted_at is not null", schedule.tenant.id()).getFirst()) > 0);
    }

    @Test
    void oneDependent_bookedByTwoAtOnce_forOverlappingSessions_hasOneBooking() throws Exception {
        var schedule = new ScheduleFixture();
        for (int round = 0; round < 5; round++) {
            var person = schedule.person();
            var sessions = List.of(schedule.session(5, ""), schedule.session(5, ""), schedule.session(5, ""), schedule.session(5, ""));
            var outcomes = Race.run(sessions.size(), at -> schedule.book(sessions.get(at), person, "").outcome());
            assertEquals(1, outcomes.stream().filter("201"::equals).count(), outcomes.toString());
            assertEquals(3, outcomes.stream().filter("409 booking_overlaps"::equals).count(), outcomes.toString());
        }
    }
}
