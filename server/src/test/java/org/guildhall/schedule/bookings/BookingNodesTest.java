package org.guildhall.schedule.bookings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.NodeProcess;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.Eventually;
import org.guildhall.core.Race;
import org.guildhall.schedule.ScheduleFixture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 500 callers of two server processes want twenty places: alone, with a hold, or as a party of two. Many of them cancel. One process is killed in the
 * middle of it, and its callers repeat their requests at the other one, each with the key of the first attempt.
 */
class BookingNodesTest {

    private static final int CALLERS = 500;
    private static final int THREADS = 24;
    private static final int CAPACITY = 20;
    private static final int WAITLIST = 80;
    /** The number of callers that are done when a node is killed. */
    private static final int KILLED_AT = 200;
    private static final int HOLDERS_UNTIL = 12;
    private static final int ATTEMPTS_MAX = 300;
    private static final long RETRY_MILLIS = 50;
    private static final long LOOK_MILLIS = 40;
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    private static final int HOLD_SECONDS = 1_800;

    /** What must not be true of any committed state. An entry of the waitlist has one number for its whole party. */
    private static final String MISTAKES = """
            with all_bookings as (select state, place from schedule.bookings where tenant_id = ?),
            places as (
                select count(*) filter (where state in ('held', 'booked', 'offered')) as taken,
                       count(*) filter (where state = 'waitlisted') as waiting
                from all_bookings),
            entries as (select place, count(*) as needed from all_bookings where state = 'waitlisted' group by place)
            select taken || ' are taken' from places where taken > %1$d
            union all select waiting || ' wait' from places where waiting > %2$d
            union all select 'entry ' || place || ' needs ' || needed || ' while ' || taken || ' are taken'
            from entries, places where needed <= %1$d - taken""".formatted(CAPACITY, WAITLIST);

    private enum Cancels { NOTHING, OWN, A_BOOKED_ONE }

    /** A caller, decided by the seed. @param persons one person, or a party of two */
    private record Caller(int number, List<String> persons, boolean holds, Cancels cancels) {}

    /** The bookings that a caller made. @param created true if the request was no refusal */
    private record Made(List<String> bookings, boolean created, boolean canceled) {}

    /** The race of the callers. */
    private static final class Callers {

        private final ScheduleFixture schedule;
        private final String session;
        private final List<NodeProcess> nodes;
        private final List<Caller> all;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicInteger lost = new AtomicInteger();
        private final Set<String> outcomes = ConcurrentHashMap.newKeySet();
        private final ConcurrentLinkedQueue<Made> made = new ConcurrentLinkedQueue<>();

        Callers(ScheduleFixture schedule, String session, List<NodeProcess> nodes, List<Caller> all) {
            this.schedule = schedule;
            this.session = session;
            this.nodes = nodes;
            this.all = all;
        }

        void run() throws Exception {
            Race.run(THREADS, thread -> {
                for (int number = next.getAndIncrement(); number < all.size(); number = next.getAndIncrement()) {
                    made.add(call(all.get(number)));
                    if (done.incrementAndGet() == KILLED_AT) {
                        kill();
                    }
                }
                return 0;
            });
        }

        private void kill() {
            try {
                nodes.getFirst().kill();
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }

        private Made call(Caller caller) {
            boolean party = caller.persons().size() > 1;
            var reply = party ? sent(caller, "/parties", party(caller), "book") : sent(caller, "/bookings", single(caller), "book");
            var bookings = bookings(reply, party);
            var canceled = bookings.isEmpty() ? null : switch (caller.cancels()) {
                case NOTHING -> null;
                case OWN -> bookings.getLast();
                case A_BOOKED_ONE -> booked(caller.number());
            };
            return new Made(bookings, !bookings.isEmpty(),
                    canceled != null && sent(caller, "/bookings/" + canceled + "/cancel", "{}", "cancel").status() == 200);
        }

        private static List<String> bookings(Reply reply, boolean party) {
            if (reply.status() != 201) {
                return List.of();
            }
            return party ? List.of(String.valueOf(reply.at("/lines/0/booking/id")), String.valueOf(reply.at("/lines/1/booking/id")))
                    : List.of(String.valueOf(reply.at("/id")));
        }

        private String single(Caller caller) {
            return "{\"session_id\": \"%s\", \"person_id\": \"%s\", \"waitlist\": true%s}".formatted(
                    session, caller.persons().getFirst(), caller.holds() ? ", \"hold_seconds\": " + HOLD_SECONDS : "");
        }

        private String party(Caller caller) {
            return "{\"session_id\": \"%s\", \"mode\": \"all_or_nothing\", \"waitlist\": true, \"persons\": [%s]}".formatted(
                    session, caller.persons().stream().map("{\"person_id\": \"%s\"}"::formatted).collect(Collectors.joining(", ")));
        }

        /** Some booking with a place; null if there is none. */
        private @Nullable String booked(int number) {
            return found("select id from schedule.bookings where tenant_id = ? and state = 'booked' order by md5(id::text || ?) limit 1",
                    schedule.tenant.id(), number).stream().map(id -> TypeIds.format("bkg", UUID.fromString(id))).findFirst().orElse(null);
        }

        private List<String> found(String query, Object... values) {
            try {
                return schedule.tenant.found(query, values);
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
        }

        /** Sends a request until it is answered, always with one key: again if the node is too busy, elsewhere if it is dead. */
        private Reply sent(Caller caller, String path, String body, String what) {
            var node = nodes.get(caller.number() % 2);
            for (int attempt = 1; ; attempt++) {
                try {
                    var reply = new Http(node.url(), schedule.http.token()).post(
                            ScheduleFixture.BASE + path, body, "Idempotency-Key", what + "-" + caller.number());
                    if (attempt == ATTEMPTS_MAX || reply.status() != 503 && !reply.outcome().equals("409 idempotency_in_flight")) {
                        outcomes.add(what + " " + reply.outcome());
                        return reply;
                    }
                } catch (UncheckedIOException dead) {
                    lost.incrementAndGet();
                    node = nodes.getLast();
                }
                Eventually.pause(RETRY_MILLIS);
            }
        }
    }

    private static List<String> persons(ScheduleFixture schedule, int count) throws SQLException {
        schedule.tenant.sql("insert into runtime.persons (tenant_id, name) select ?, 'Person ' || n from generate_series(1, ?) n",
                schedule.tenant.id(), count);
        return schedule.tenant.found("select id from runtime.persons where tenant_id = ? order by id", schedule.tenant.id()).stream()
                .map(id -> TypeIds.format("per", UUID.fromString(id))).toList();
    }

    /** Six of the first hold a place. Of the others a fifth are parties, and a third cancel, half of these the booking of somebody else. */
    private static List<Caller> callers(List<String> persons) {
        var random = new Random(7);
        var callers = new ArrayList<Caller>();
        for (int number = 0; number < CALLERS; number++) {
            boolean holds = number < HOLDERS_UNTIL && number % 2 == 0;
            boolean party = random.nextInt(5) == 0 && !holds;
            var cancels = random.nextInt(3) > 0 || holds ? Cancels.NOTHING : random.nextBoolean() ? Cancels.OWN : Cancels.A_BOOKED_ONE;
            callers.add(new Caller(number, persons.subList(2 * number, 2 * number + (party ? 2 : 1)), holds, cancels));
        }
        return callers;
    }

    @Test
    void callersOfTwoNodes_ofWhichOneIsKilled_neitherOverbookNorWaitInVain(@TempDir Path folder) throws Exception {
        try (var server = TestServer.freshWithoutScheduler(); var clock = new TestClock(server, Instant.now())) {
            var schedule = new ScheduleFixture(server);
            var session = schedule.session(CAPACITY, ", \"waitlist_places\": " + WAITLIST);
            var persons = persons(schedule, 2 * CALLERS);
            var starting = IntStream.range(0, 2).mapToObj(at -> CompletableFuture.supplyAsync(() -> NodeProcess.start(server, folder.resolve("node" + at)))).toList();
            var nodes = starting.stream().map(CompletableFuture::join).toList();
            try {
                var callers = new Callers(schedule, session, nodes, callers(persons));
                var over = new AtomicBoolean();
                var looking = CompletableFuture.supplyAsync(() -> look(schedule, over));
                try {
                    callers.run();
                } finally {
                    over.set(true);
                }
                assertEquals(List.of(), looking.join());
                assertTrue(callers.lost.get() > 0, "the killed node had callers");
                assertTrue(Set.of("book 201", "book 409 capacity_exhausted", "cancel 200", "cancel 409 invalid_state").containsAll(callers.outcomes),
                        callers.outcomes::toString);
                assertDoneOnce(schedule, callers);
                assertInOrder(schedule);
                assertShown(schedule, nodes.getLast(), session);
                expireHolds(schedule, nodes.getLast(), clock);
                assertInOrder(schedule);
                assertShown(schedule, nodes.getLast(), session);
            } finally {
                nodes.forEach(NodeProcess::close);
            }
        }
    }

    /** Looks at committed states until the race is over, and returns the mistakes. */
    private static List<String> look(ScheduleFixture schedule, AtomicBoolean over) {
        try (var connection = schedule.tenant.server().superuser(); var states = connection.prepareStatement(MISTAKES)) {
            states.setObject(1, schedule.tenant.id());
            var found = new ArrayList<String>();
            boolean last;
            do {
                last = over.get();
                try (var rows = states.executeQuery()) {
                    while (rows.next()) {
                        found.add(rows.getString(1));
                    }
                }
                Eventually.pause(LOOK_MILLIS);
            } while (found.isEmpty() && !last);
            return found;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Each request that was answered with success is done once, and no other request is. */
    private static void assertDoneOnce(ScheduleFixture schedule, Callers callers) throws SQLException {
        var answered = callers.made.stream().flatMap(made -> made.bookings().stream()).sorted().toList();
        var stored = schedule.tenant.found("select id from schedule.bookings where tenant_id = ?", schedule.tenant.id()).stream()
                .map(id -> TypeIds.format("bkg", UUID.fromString(id))).sorted().toList();
        assertEquals(answered, stored);
        assertEquals(callers.made.stream().filter(Made::created).count() + " " + callers.made.stream().filter(Made::canceled).count(),
                String.join(" ", schedule.tenant.found("""
                        select count(*) filter (where action in ('booking.created', 'party.created')) || ' ' || count(*) filter (where action = 'booking.canceled')
                        from platform.audit_events where tenant_id = ?""", schedule.tenant.id())));
    }

    /** The numbers of the waitlist rise with the instants under the lock. Who was promoted was first, or those before needed more places. */
    private static void assertInOrder(ScheduleFixture schedule) throws SQLException {
        assertEquals(List.of(), schedule.tenant.found("""
                select place || ' after ' || earlier from (
                    select place, lag(place) over (order by created_at, place) as earlier, lag(party_id) over (order by created_at, place) as party, party_id
                    from schedule.bookings where tenant_id = ? and place is not null) p
                where place < earlier or place = earlier and party_id is distinct from party""", schedule.tenant.id()));
        assertEquals(List.of(), schedule.tenant.found("""
                select w.place || ' waits after ' || p.place from schedule.bookings w
                join schedule.bookings p on p.tenant_id = w.tenant_id and p.place > w.place and p.promoted_at is not null
                where w.tenant_id = ? and w.state = 'waitlisted' and w.passed_over_times = 0""", schedule.tenant.id()));
        assertTrue(Integer.parseInt(schedule.tenant.found(
                "select count(*) from schedule.bookings where tenant_id = ? and promoted_at is not null", schedule.tenant.id()).getFirst()) > CAPACITY);
    }

    /** The API shows the numbers and the waitlist of the stored bookings. */
    private static void assertShown(ScheduleFixture schedule, NodeProcess node, String session) throws SQLException {
        var http = new Http(node.url(), schedule.http.token());
        var shown = http.get(ScheduleFixture.BASE + "/sessions/" + session).expect(200);
        assertEquals(schedule.tenant.found("""
                select concat_ws(' ', booked, held, %d - booked - held, waiting) from (
                    select count(*) filter (where state = 'booked') as booked, count(*) filter (where state = 'held') as held,
                           count(*) filter (where state = 'waitlisted') as waiting
                    from schedule.bookings where tenant_id = ?) n""".formatted(CAPACITY), schedule.tenant.id()).getFirst(),
                String.join(" ", shown.at("/booked"), shown.at("/held"), shown.at("/free"), shown.at("/waiting")));
        var waiting = new ArrayList<String>();
        http.get(ScheduleFixture.BASE + "/bookings?limit=200&state=waitlisted&sort=place&session_id=" + session).expect(200).json().get("data")
                .forEach(booking -> waiting.add(booking.get("place") + " " + booking.get("position")));
        assertEquals(schedule.tenant.found("""
                select place || ' ' || dense_rank() over (order by place) from schedule.bookings where tenant_id = ? and state = 'waitlisted'
                order by place, id""", schedule.tenant.id()), waiting);
    }

    /** The task of the living node ends the holds, and promotes others. */
    private static void expireHolds(ScheduleFixture schedule, NodeProcess node, TestClock clock) throws Exception {
        var held = "select count(*) from schedule.bookings where tenant_id = ? and state = 'held'";
        assertTrue(!schedule.tenant.found(held, schedule.tenant.id()).equals(List.of("0")), "nobody holds a place");
        // A task that the killed node had taken need not wait until its heartbeat is old.
        schedule.tenant.sql("""
                update platform.scheduled_tasks set last_heartbeat = last_heartbeat - interval '1 hour' where task_name = ? and picked""", DueBookingsJob.NAME);
        clock.move(Instant.now().plusSeconds(HOLD_SECONDS + 60));
        node.measureClock();
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        while (!schedule.tenant.found(held, schedule.tenant.id()).equals(List.of("0"))) {
            assertTrue(System.nanoTime() < end, "the task has ended no hold");
            Eventually.pause(LOOK_MILLIS);
        }
        assertEquals(List.of(), look(schedule, new AtomicBoolean(true)));
    }
}
