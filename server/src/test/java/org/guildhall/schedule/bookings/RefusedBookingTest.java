package org.guildhall.schedule.bookings;

import static org.guildhall.schedule.ScheduleFixture.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** A booking that is refused for its allowance: the tiers that would allow it are read when its locks are given back. */
class RefusedBookingTest {

    private final AllowanceFixture gym = new AllowanceFixture();

    /** The read of the tiers waits for a locked table. Meanwhile, the session, the person and the organization are free for others. */
    @Test
    void refusedBooking_holdsNobodyUp_whileItReadsTheTiers() throws Exception {
        var tiers = gym.tiers(1, 2);
        var organization = gym.organizationOn(tiers.get(0));
        var other = gym.organization(5);
        var person = gym.schedule.person();
        var newcomer = gym.schedule.person();
        var session = gym.session(9, "");
        var nextWeek = gym.session(Instant.now().plus(10, ChronoUnit.DAYS), 9, "");
        gym.book(session, organization, "").expect(201);
        var body = ", \"organization_id\": \"%s\"".formatted(organization);
        try (var threads = Executors.newSingleThreadExecutor(); var locking = TestServer.shared().superuser()) {
            locking.setAutoCommit(false);
            execute(locking, "lock table catalog.plan_ladders in access exclusive mode");
            var refused = threads.submit(() -> gym.schedule.book(session, person, body));
            awaitWaiting();
            assertEquals("booked", gym.schedule.book(session, newcomer, body.replace(organization, other)).expect(201).at("/state"));
            assertEquals("booked", gym.schedule.book(nextWeek, person, body).expect(201).at("/state"));
            assertFalse(refused.isDone(), "the refusal still waits");
            locking.rollback();
            var reply = refused.get(10, TimeUnit.SECONDS);
            assertProblem("409 entitlement_exceeded", reply);
            assertEquals(tiers.get(1), reply.at("/smallest_tier_id"));
        }
    }

    @Test
    void refusalWithKey_isStoredWithTheTier_andADryRunNamesItToo() {
        var tiers = gym.tiers(1, 2);
        var organization = gym.organizationOn(tiers.get(0));
        var session = gym.session(9, "");
        gym.book(session, organization, "").expect(201);
        var body = "{\"session_id\": \"%s\", \"person_id\": \"%s\", \"organization_id\": \"%s\"}".formatted(session, gym.schedule.person(), organization);
        var first = gym.schedule.post("/bookings", body, "Idempotency-Key", "refused");
        assertEquals("409 entitlement_exceeded " + tiers.get(1), first.outcome() + " " + first.at("/smallest_tier_id"));
        assertEquals(first.text(), gym.schedule.post("/bookings", body, "Idempotency-Key", "refused").text());
        assertEquals(tiers.get(1), gym.schedule.post("/bookings?dry_run=true", body).at("/smallest_tier_id"));
    }

    /** The first person of the party has a place until the party is refused. */
    @Test
    void refusedParty_needsATierForAllOfIt() {
        var tiers = gym.tiers(4, 5, 6);
        var organization = gym.organizationOn(tiers.get(0));
        var session = gym.schedule.session(9, ", \"needs\": {\"resource_key\": \"gym.classes\", \"quantity\": 3}");
        var line = "{\"person_id\": \"%s\", \"organization_id\": \"%s\"}";
        var refused = gym.schedule.post("/parties", "{\"session_id\": \"%s\", \"mode\": \"all_or_nothing\", \"persons\": [%s, %s]}".formatted(
                session, line.formatted(gym.schedule.person(), organization), line.formatted(gym.schedule.person(), organization)));
        assertProblem("409 entitlement_exceeded", refused);
        assertEquals("3 " + tiers.get(2), refused.at("/exceeded/0/used") + " " + refused.at("/smallest_tier_id"));
        assertEquals(0, gym.used(organization));
    }

    private static void awaitWaiting() throws Exception {
        var end = Instant.now().plus(Duration.ofSeconds(10));
        try (var looking = TestServer.shared().superuser(); var statement = looking.createStatement()) {
            boolean waits = false;
            while (!waits) {
                assertTrue(Instant.now().isBefore(end), "nobody waits for the ladders");
                try (var found = statement.executeQuery(
                        "select 1 from pg_locks where not granted and relation = 'catalog.plan_ladders'::regclass")) {
                    waits = found.next();
                }
                Thread.sleep(5);
            }
        }
    }

    private static void execute(Connection connection, String text) throws Exception {
        try (var statement = connection.createStatement()) {
            statement.execute(text);
        }
    }
}
