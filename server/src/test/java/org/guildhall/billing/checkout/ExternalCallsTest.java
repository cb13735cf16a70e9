package org.guildhall.billing.checkout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeStandIn.Posted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls outside whose answers a reply needs: crashes between the steps, retries, races, and a provider that fails. Checkout sessions are the example. */
class ExternalCallsTest {

    private static final long WAIT_NANOS = 30_000_000_000L;

    private final CheckoutFixture fixture = new CheckoutFixture(TestServer.shared());
    private final String key = UUID.randomUUID().toString();

    /** Stripe has made one session, each time it was asked by the same key, and the retry shows it. */
    private void assertOneSession(Reply reply) {
        var sessions = fixture.account.objects("checkout_sessions");
        assertEquals(1, sessions.size());
        assertEquals(sessions.getFirst().get("id"), reply.expect(201).at("/provider_reference"));
        assertEquals(sessions.getFirst().get("url"), reply.at("/url"));
        assertEquals(Set.of(String.valueOf(reply.at("/id"))), fixture.account.posted().stream().map(Posted::key).collect(Collectors.toSet()));
        assertEquals("open " + sessions.getFirst().get("id") + " one", fixture.onlySession());
    }

    private void assertAway(Reply reply, String retryAfter) {
        assertEquals("503 unavailable", reply.outcome());
        assertEquals(retryAfter, reply.header("Retry-After"));
        assertEquals("creating null one", fixture.onlySession());
    }

    @Test
    void requestLostBeforeTheProvider_isRetried() {
        fixture.loseChange();
        assertAway(fixture.open(key), "5");
        var outcome = fixture.http.get("/api/v1/platform/idempotency-keys/" + key).expect(200);
        assertEquals("committed 202 checkout_session", outcome.at("/outcome") + " " + outcome.at("/status") + " " + outcome.at("/entity_type"));
        assertOneSession(fixture.open(key));
    }

    @Test
    void answerLost_retryGetsTheSameSession() {
        fixture.loseAnswer();
        assertAway(fixture.open(key), "5");
        var retried = fixture.open(key);
        assertOneSession(retried);
        assertEquals(3, fixture.account.posted().size());
        assertArrayEquals(retried.body(), fixture.open(key).body());
        assertEquals("422 idempotency_key_reused", fixture.http.post(CheckoutFixture.SESSIONS, fixture.body() + "\n", "Idempotency-Key", key).outcome());
    }

    @Test
    void answerNotStored_retryGetsTheSameSession() throws Exception {
        try (var lock = fixture.tenant.server().superuser()) {
            lock.setAutoCommit(false);
            fixture.account.between(() -> {
                try (var held = lock.prepareStatement("select id from billing.checkout_sessions where tenant_id = ? for update")) {
                    held.setObject(1, fixture.tenant.id());
                    held.execute();
                } catch (SQLException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            assertAway(fixture.open(key), "1");
            lock.rollback();
        }
        assertOneSession(fixture.open(key));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"500, , 5", "503, 7, 7", "429, 11, 11", "409, , 5"})
    void providerAway_isUnavailable_andRetried(int status, Integer retryAfter, String shown) throws Exception {
        fixture.account.fails(status, retryAfter);
        assertAway(fixture.open(key), shown);
        assertEquals(List.of("1"), fixture.openCalls());
        assertOneSession(fixture.open(key));
        assertEquals(List.of(), fixture.openCalls());
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "400, resource_missing, No such price: price_harbour, 'The provider refuses it (resource_missing): No such price: price_harbour'",
        "402, card_declined, Your card was declined., 'The provider refuses it (card_declined): Your card was declined.'",
        "401, , Invalid API Key provided: rk_live_standIn*, The provider refuses it (http_401).",
        "403, , The key has no permission., 'The provider refuses it (http_403): The key has no permission.'",
        "404, resource_missing, No such customer: cus_1, 'The provider refuses it (resource_missing): No such customer: cus_1'"})
    void refusal_isKept_andShown(int status, String code, String message, String detail) throws Exception {
        fixture.account.refuses(status, code == null ? "" : code, message);
        var refused = fixture.open(key);
        assertEquals("409 provider_refused", refused.outcome());
        assertEquals(detail, refused.at("/detail"));
        assertFalse(refused.text().contains("rk_live_"), refused.text());
        var list = fixture.http.get(CheckoutFixture.SESSIONS + "?state=failed").expect(200);
        assertEquals(code == null ? "http_" + status : code, list.at("/data/0/failure/code"));
        assertFalse(list.text().contains("rk_live_"), list.text());
        var again = fixture.open(key);
        assertEquals("true", again.header("Idempotency-Replayed"));
        assertArrayEquals(refused.body(), again.body());
        assertEquals(1, fixture.account.posted().size());
        assertEquals(List.of(), fixture.openCalls());
        fixture.open(UUID.randomUUID().toString()).expect(201);
    }

    @Test
    void retryWhileTheFirstRuns_isInFlight_andNoConnectionIsHeld() throws Exception {
        var asked = new CountDownLatch(1);
        var mayAnswer = new CountDownLatch(1);
        fixture.account.between(() -> {
            asked.countDown();
            await(mayAnswer);
        });
        var first = CompletableFuture.supplyAsync(() -> fixture.open(key));
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        var second = fixture.open(key);
        assertEquals("409 idempotency_in_flight", second.outcome());
        assertEquals("1", second.header("Retry-After"));
        assertEquals(List.of(), fixture.tenant.found("""
                select query from pg_stat_activity where state like 'idle in transaction%' and query like '%external_calls%'"""));
        assertEquals("creating null one", fixture.onlySession());
        mayAnswer.countDown();
        assertOneSession(first.get(30, TimeUnit.SECONDS));
        assertEquals(1, fixture.account.posted().size());
    }

    @Test
    void twentyThreadsWithOneKey_makeOneSession() throws Exception {
        try (var threads = Executors.newFixedThreadPool(20)) {
            var calls = new ArrayList<Callable<Reply>>();
            IntStream.range(0, 20).forEach(at -> calls.add(() -> fixture.open(key)));
            for (var done : threads.invokeAll(calls)) {
                assertTrue(Set.of("201 -", "409 idempotency_in_flight").contains(outcome(done.get())), done.get().outcome());
            }
        }
        assertOneSession(fixture.open(key));
        assertEquals(1, fixture.account.posted().size());
    }

    private static String outcome(Reply reply) {
        return reply.status() == 201 ? "201 -" : reply.outcome();
    }

    @Test
    void deadNode_isInFlightUntilItsLeaseEnds() throws Exception {
        fixture.loseChange();
        fixture.open(key);
        fixture.tenant.sql("update platform.external_calls set leased_until = now() + interval '20 seconds' where tenant_id = ?", fixture.tenant.id());
        assertEquals("409 idempotency_in_flight", fixture.open(key).outcome());
        fixture.expireLease();
        assertOneSession(fixture.open(key));
    }

    private void until(String expected) {
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && !fixture.onlySession().startsWith(expected);) {
            LockSupport.parkNanos(20_000_000);
        }
        assertTrue(fixture.onlySession().startsWith(expected), fixture.onlySession());
    }

    private void runTask() throws Exception {
        fixture.tenant.sql("""
                update platform.scheduled_tasks set execution_time = now() - interval '1 second'
                where task_name = 'repeat-external-calls' and task_instance like ?""", fixture.tenant.id() + "/%");
    }

    @Test
    void withoutAKey_theServerAsksAgain() throws Exception {
        fixture.loseAnswer();
        assertAway(fixture.http.post(CheckoutFixture.SESSIONS, fixture.body()), "5");
        runTask();
        until("open");
        assertEquals(1, fixture.account.objects("checkout_sessions").size());
        assertEquals(List.of(), fixture.openCalls());
        assertEquals(List.of("job"), fixture.tenant.found(
                "select actor_type from platform.audit_events where tenant_id = ? and action = 'checkout_session.answered'", fixture.tenant.id()));
    }

    @Test
    void retryAfterTheServerHasAsked_getsTheUrl() throws Exception {
        fixture.loseAnswer();
        fixture.open(key);
        runTask();
        until("open");
        assertOneSession(fixture.open(key));
        assertEquals("true", fixture.open(key).expect(201).header("Idempotency-Replayed"));
    }

    @Test
    void pastTheProvidersMemory_theSessionIsLookedUp() throws Exception {
        fixture.loseAnswer();
        fixture.open(key);
        fixture.account.forget();
        fixture.tenant.sql("update billing.checkout_sessions set created_at = created_at - interval '24 hours' where tenant_id = ?", fixture.tenant.id());
        assertOneSession(fixture.open(key));
        assertEquals(2, fixture.account.posted().size());
    }

    @Test
    void pastTheProvidersMemory_aSessionThatWasNeverMade_isMade() throws Exception {
        fixture.loseChange();
        fixture.open(key);
        fixture.tenant.sql("update billing.checkout_sessions set created_at = created_at - interval '24 hours' where tenant_id = ?", fixture.tenant.id());
        assertOneSession(fixture.open(key));
    }

    @Test
    void lastAttemptInVain_fails_andALateEventCompletes() throws Exception {
        fixture.loseAnswer();
        fixture.open(key);
        fixture.account.fails(500, null);
        fixture.tenant.sql("update platform.external_calls set attempts = 39 where tenant_id = ?", fixture.tenant.id());
        runTask();
        until("failed");
        assertEquals("no_answer", fixture.http.get(CheckoutFixture.SESSIONS).expect(200).at("/data/0/failure/code"));
        var session = fixture.account.objects("checkout_sessions").getFirst();
        fixture.send("evt_1", "checkout.session.completed", StripeBodies.with(session, "status", "complete", "payment_status", "paid"));
        until("completed");
    }

    @Test
    void eventBeforeTheAnswer_isKept() {
        fixture.account.between(() -> {
            var session = fixture.account.objects("checkout_sessions").getFirst();
            fixture.send("evt_1", "checkout.session.completed", StripeBodies.with(session, "status", "complete", "payment_status", "paid"));
        });
        var reply = fixture.open(key).expect(201);
        assertEquals("completed null", reply.at("/state") + " " + reply.at("/url"));
    }

    @Test
    void revokedToken_stillGetsItsAnswer() throws Exception {
        fixture.account.between(() -> {
            try {
                fixture.tenant.sql("select nextval('platform.auth_revision')");
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
        });
        assertOneSession(fixture.http.post(CheckoutFixture.SESSIONS, fixture.body()));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}
