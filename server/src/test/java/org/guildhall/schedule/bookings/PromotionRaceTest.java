package org.guildhall.schedule.bookings;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.Eventually;
import org.guildhall.core.Race;
import org.guildhall.runtime.RuntimeDoor;
import org.junit.jupiter.api.Test;

/** Promotions that need what other transactions have: persons and allowances. */
class PromotionRaceTest {

    private static final int SESSIONS = 50;
    /** More with {@code -Dguildhall.promotionRounds=200}. */
    private static final int ROUNDS = Integer.getInteger("guildhall.promotionRounds", 2);
    private static final int ATTEMPTS_MAX = 100;
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);

    /** The deadlocks that PostgreSQL has found in a database since it began. */
    private static long deadlocks(AllowanceFixture gym) throws Exception {
        // Each backend reports its numbers within a second.
        Thread.sleep(1_500);
        return Long.parseLong(gym.schedule.tenant.found("select deadlocks from pg_stat_database where datname = current_database()").getFirst());
    }

    /**
     * Each session has one place. Its booking and the first on its waitlist are of persons and organizations of neighboring sessions, so each
     * cancellation needs what two others have. The sessions are at different times.
     */
    @Test
    void fiftySessions_promoteCrosswise_withoutADeadlock() throws Exception {
        try (var server = TestServer.fresh()) {
            var gym = new AllowanceFixture(server);
            var product = gym.product(100);
            var persons = IntStream.range(0, SESSIONS).mapToObj(at -> gym.schedule.person()).toList();
            var organizations = IntStream.range(0, SESSIONS).mapToObj(at -> gym.organizationWith(product)).toList();
            var sessions = new ArrayList<String>();
            var placed = new ArrayList<String>();
            var waiting = new ArrayList<String>();
            for (int at = 0; at < SESSIONS; at++) {
                var starts = Instant.now().plus(72 + 2 * at, ChronoUnit.HOURS);
                sessions.add(gym.session(starts, 1, ", \"waitlist_places\": 5"));
                placed.add(book(gym, sessions.get(at), persons, organizations, at));
                waiting.add(book(gym, sessions.get(at), persons, organizations, neighbor(at)));
            }
            long before = deadlocks(gym);
            for (int round = 1; round <= ROUNDS; round++) {
                var canceled = List.copyOf(placed);
                assertEquals(Collections.nCopies(SESSIONS, "200"), Race.run(SESSIONS, at -> canceled(gym, canceled.get(at))));
                Eventually.await("all waiting ones are promoted", WAIT_MAX, () -> waiting.stream().allMatch(booking -> gym.state(booking).equals("booked")));
                assertEquals(SESSIONS, organizations.stream().mapToLong(gym::used).sum());
                for (int at = 0; at < SESSIONS; at++) {
                    // Who had the place waits for it in the next round.
                    placed.set(at, waiting.get(at));
                    waiting.set(at, book(gym, sessions.get(at), persons, organizations, round % 2 == 0 ? neighbor(at) : at));
                }
            }
            assertEquals(before, deadlocks(gym));
        }
    }

    /** The neighbor on the one side for even sessions, on the other for odd ones. */
    private static int neighbor(int at) {
        return at % 2 == 0 ? at + 1 : at - 1;
    }

    /** Cancels a booking, again while the server is too busy: it has changed nothing then. */
    private static String canceled(AllowanceFixture gym, String booking) {
        for (int attempt = 1; ; attempt++) {
            var reply = gym.schedule.cancel(booking);
            if (reply.status() != 503 || attempt == ATTEMPTS_MAX) {
                return reply.outcome();
            }
        }
    }

    private static String book(AllowanceFixture gym, String session, List<String> persons, List<String> organizations, int number) {
        return gym.schedule.book(session, persons.get(number), ", \"waitlist\": true, \"organization_id\": \"%s\"".formatted(organizations.get(number)))
                .expect(201).at("/id");
    }

    @Test
    void busyAllowance_keepsThePlace_andTheTaskPromotesAMomentLater() throws Exception {
        var gym = new AllowanceFixture();
        var organization = gym.organization(1);
        var session = gym.session(1, ", \"waitlist_places\": 5");
        var booked = gym.booked(session, gym.organization(1));
        var waiting = gym.booked(session, organization);
        var other = gym.booked(session, gym.organization(1));
        var door = new RuntimeDoor(gym.schedule.tenant);
        var locked = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var holder = CompletableFuture.runAsync(() -> door.run("booking.created", (tx, changes) -> {
            door.door().lockPools(tx, List.of(TypeIds.parse("org", organization)));
            locked.countDown();
            awaitLatch(release);
            return "";
        }));
        locked.await();
        gym.schedule.cancel(booked).expect(200);
        assertEquals("waitlisted waitlisted", gym.states(waiting, other), "nobody is passed over");
        assertEquals("0 0 0 1 2", gym.schedule.places(session));
        assertProblem("409 capacity_exhausted", gym.book(session, gym.organization(1), ""));
        var newcomer = gym.booked(session, gym.organization(1));
        assertEquals("waitlisted", gym.state(newcomer));
        release.countDown();
        holder.join();
        var end = Instant.now();
        Eventually.await("the task promotes", WAIT_MAX, () -> gym.state(waiting).equals("booked"));
        var took = Duration.between(end, Instant.now());
        assertTrue(took.compareTo(Duration.ofSeconds(5)) < 0, "after " + took);
        assertEquals("waitlisted null", gym.state(other) + " " + gym.booking(other, "/passed_over"));
        assertEquals(1, gym.used(organization));
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}
